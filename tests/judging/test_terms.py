import json

from builder import build_event
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.judging import decisions
from scoreboard.judging.acceptance import Acceptance
from scoreboard.judging.terms import Terms, pairs, terms_from, terms_of
from scoreboard.models import Round
from scoreboard.scoring.table import Scale


async def test_terms_are_read_as_they_were_kept(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2, beside="severity", conflicts=(("J2", "T1"),))
    await database.write(decisions.disqualify, cast.event_id, "T2", "copied", "x")

    def read(session: Session) -> Terms:
        return terms_of(session, session.get_one(Round, cast.round_id))

    terms = await database.read(read)
    assert (terms.judges, dict(terms.names)) == (("J1", "J2"), {"T1": "Oasis", "T2": "Marsa"})
    assert (set(terms.excluded), set(terms.conflicts)) == ({"T2"}, {("J2", "T1")})
    assert terms_from(json.loads(json.dumps(terms.as_json()))) == terms


def test_an_acceptance_is_kept_with_them() -> None:
    accepted = Acceptance(3, "organiser:olga", "by lot", (("T1",), ("T2",)))
    terms = Terms(
        "raw",
        "",
        ("total",),
        1,
        (Scale("idea", 1.0, 0.0, 10.0),),
        ("J1",),
        {"T1": "A"},
        frozenset(),
        frozenset(),
        accepted,
    )
    assert terms_from(json.loads(json.dumps(terms.as_json()))) == terms


def test_pairs_are_read_as_json_has_them() -> None:
    assert pairs([["J1", "T1"], ["J1", "T2"]]) == {("J1", "T1"), ("J1", "T2")}
