from recorded import Lived
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.judging.verification.late_rows import compare_late
from scoreboard.judging.verification.replay.course import Course, LateCourse, RoundCourse
from scoreboard.judging.verification.verdict import Check, Verdict
from scoreboard.models import Event, LateBallot


def faults(lived: Lived, course: Course) -> list[tuple[Check, int | None]]:
    engine = open_engine(str(lived.path), read_only=True)
    verdict = Verdict("x", "y")
    try:
        with Session(engine) as session:
            compare_late(session, session.exec(select(Event)).one(), course, verdict)
    finally:
        engine.dispose()
    return [(fault.check, fault.sequence) for fault in verdict.faults]


def test_late_ballots_that_no_entry_tells_of_and_one_that_is_not_there_are_faults(genuine: Lived) -> None:
    engine = open_engine(str(genuine.path), read_only=True)
    with Session(engine) as session:
        places = sorted(row.sequence for row in session.exec(select(LateBallot)))
    engine.dispose()
    told = {"base_revision": 0, "scores": {}, "comment": "", "note": "", "entered_at": ""}
    gone = RoundCourse("final", {}, late={"x": LateCourse(("J01", "T01"), 5, "", told)})
    assert len(places) == 3
    assert faults(genuine, Course()) == [(Check.ROWS, place) for place in places]
    assert (Check.ROWS, 5) in faults(genuine, Course(rounds={"final": gone}))
