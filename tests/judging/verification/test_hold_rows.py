from recorded import Lived
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.judging.verification.hold_rows import compare_holds
from scoreboard.judging.verification.replay.course import Course, RoundCourse
from scoreboard.judging.verification.verdict import Check, Verdict
from scoreboard.models import Event, Hold


def faults(lived: Lived, **freezes: tuple[int, str, str]) -> list[tuple[Check, int | None]]:
    engine = open_engine(str(lived.path), read_only=True)
    verdict = Verdict("x", "y")
    course = Course(
        rounds={key: RoundCourse(key, {}, freezes={place: (at, held)}) for key, (place, at, held) in freezes.items()}
    )
    try:
        with Session(engine) as session:
            compare_holds(session, session.exec(select(Event)).one(), course, verdict)
    finally:
        engine.dispose()
    return [(fault.check, fault.sequence) for fault in verdict.faults]


def stored(lived: Lived) -> Hold:
    engine = open_engine(str(lived.path), read_only=True)
    try:
        with Session(engine) as session:
            return session.exec(select(Hold)).one()
    finally:
        engine.dispose()


def test_a_hold_that_no_freeze_tells_of_and_one_that_is_not_there_are_faults(genuine: Lived) -> None:
    place = stored(genuine).sequence
    assert faults(genuine) == [(Check.ROWS, place)]
    assert faults(genuine, other=(5, "2026-12-07T09:30:00.000000Z", "ab")) == [(Check.ROWS, place), (Check.ROWS, 5)]


def test_a_freeze_that_does_not_say_what_it_holds_is_of_an_early_version(genuine: Lived) -> None:
    hold = stored(genuine)
    assert faults(genuine, final=(hold.sequence, hold.at.isoformat(), "")) == []
    assert faults(genuine, final=(hold.sequence, hold.at.isoformat(), "ab")) == [(Check.ROWS, hold.sequence)]
