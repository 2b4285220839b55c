from builder import build_event
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.judging import ledger
from scoreboard.judging.acceptance import ACCEPTED, WITHDRAWN, Acceptance, newest_acceptance
from scoreboard.models import Round


async def test_the_newest_entry_about_a_round_tells_what_is_accepted(database: Database) -> None:
    cast = await build_event(database)

    def told(session: Session) -> Acceptance | None:
        return newest_acceptance(session, session.get_one(Round, cast.round_id))

    def note(session: Session, action: str, reason: str, round_key: str = "final") -> int:
        groups = [{"teams": ["T1", "T2"], "judges": ["J1"]}, {"teams": ["T3"], "judges": ["J2"]}]
        payload = {"reason": reason, "groups": groups} if action == ACCEPTED else {}
        return ledger.append(session, cast.event_id, "organiser:olga", action, f"round:{round_key}", payload)

    assert await database.read(told) is None
    await database.write(note, ACCEPTED, "another round", "stage")
    assert await database.read(told) is None
    first = await database.write(note, ACCEPTED, "drawn by lot")
    accepted = Acceptance(first, "organiser:olga", "drawn by lot", (("T1", "T2"), ("T3",)))
    assert await database.read(told) == accepted
    second = await database.write(note, ACCEPTED, "still so")
    assert await database.read(told) == Acceptance(second, "organiser:olga", "still so", (("T1", "T2"), ("T3",)))
    await database.write(note, WITHDRAWN, "")
    assert await database.read(told) is None


def test_an_acceptance_is_told_in_a_stored_run() -> None:
    assert Acceptance(7, "organiser:olga", "lot", (("T1",), ("T2", "T3"))).as_json() == {
        "sequence": 7,
        "actor": "organiser:olga",
        "reason": "lot",
        "groups": [["T1"], ["T2", "T3"]],
    }
