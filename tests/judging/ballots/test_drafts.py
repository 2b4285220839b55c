from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builder import Cast, build_event, score
from sqlmodel import Session, select

from scoreboard.database import Database
from scoreboard.errors import Conflicted, NotAssigned, RoundNotOpen, UnknownCriterion
from scoreboard.judging import rounds
from scoreboard.judging.ballots import DraftForm, drafts_of, keep_draft
from scoreboard.models import Conflict, Draft, Judge, LedgerHead, Round

NOON = datetime(2026, 12, 7, 12, tzinfo=UTC)


def form(team: str = "T1", *, base: int = 0, minutes: int = 0, **scores: str) -> DraftForm:
    at = NOON + timedelta(minutes=minutes)
    return DraftForm(round="final", team=team, base_revision=base, scores=scores, note="To do", entered_at=at)


def keep(session: Session, cast: Cast, draft: DraftForm, judge: str = "J1") -> None:
    keep_draft(session, session.get_one(Judge, cast.judges[judge]), draft)


async def drafts(database: Database, cast: Cast, judge: str = "J1") -> dict[str, dict[str, Any]]:
    def read(session: Session) -> dict[str, dict[str, Any]]:
        return drafts_of(session, session.get_one(Judge, cast.judges[judge]), session.get_one(Round, cast.round_id))

    return await database.read(read)


async def test_the_newest_draft_stands_and_is_the_judges_own(database: Database) -> None:
    cast = await build_event(database)
    await database.write(keep, cast, form(impact="٧", minutes=2))
    await database.write(keep, cast, form(impact="3", minutes=1))
    assert {team: draft["scores"] for team, draft in (await drafts(database, cast)).items()} == {"T1": {"impact": "٧"}}
    await database.write(keep, cast, form(impact="8", minutes=2))
    assert await drafts(database, cast) == {
        "T1": {
            "base_revision": 0,
            "scores": {"impact": "8"},
            "comment": "",
            "note": "To do",
            "entered_at": "2026-12-07T12:02:00+00:00",
        }
    }
    assert await drafts(database, cast, "J2") == {}


async def test_an_empty_draft_is_forgotten(database: Database) -> None:
    cast = await build_event(database)
    nothing = form(minutes=3).model_copy(update={"note": ""})
    await database.write(keep, cast, nothing)
    await database.write(keep, cast, form(impact="8"))
    await database.write(keep, cast, nothing)
    assert await database.read(lambda session: session.exec(select(Draft)).all()) == []


async def test_a_draft_is_of_no_use_once_its_ballot_is_there(database: Database) -> None:
    cast = await build_event(database)
    await database.write(keep, cast, form(impact="8"))
    await score(database, cast, "J1", "T1", 5, 6)
    assert await drafts(database, cast) == {}
    await database.write(keep, cast, form(impact="9", base=1, minutes=1))
    assert [draft["base_revision"] for draft in (await drafts(database, cast)).values()] == [1]


async def test_a_draft_is_no_entry_in_the_ledger(database: Database) -> None:
    cast = await build_event(database)

    def length(session: Session) -> int:
        return session.exec(select(LedgerHead.sequence).where(LedgerHead.event_id == cast.event_id)).one()

    before = await database.read(length)
    await database.write(keep, cast, form(impact="8"))
    assert await database.read(length) == before


async def test_what_could_be_no_ballot_is_no_draft(database: Database) -> None:
    cast = await build_event(database)
    with pytest.raises(UnknownCriterion):
        await database.write(keep, cast, form(none="8"))
    with pytest.raises(NotAssigned):
        await database.write(keep, cast, form("T99"))
    await database.write(
        lambda session: session.add(Conflict(judge_id=cast.judges["J1"], team_id=cast.teams["T2"], source="organiser"))
    )
    with pytest.raises(Conflicted):
        await database.write(keep, cast, form("T2", impact="8"))
    await database.write(rounds.close, cast.round_id, "organiser:olga")
    with pytest.raises(RoundNotOpen):
        await database.write(keep, cast, form(impact="8"))
