import json

import pytest
from builder import Cast, build_event, score
from sqlmodel import select

from scoreboard.database import Database
from scoreboard.errors import Clash, Conflicted, InvalidForm, NotAssigned, RoundNotOpen, TeamNotCompeting
from scoreboard.judging import decisions, rounds
from scoreboard.judging.reports import absences
from scoreboard.models import Assignment, LogEntry, Round

OLGA = "organiser:olga"


async def report(database: Database, cast: Cast, team: str = "T1", judge: str = "J1") -> int:
    return (await database.write(absences.report, cast.judges[judge], "final", team)).id or 0


async def away(database: Database, cast: Cast) -> list[tuple[str, str]]:
    found = await database.read(lambda session: absences.away(session, session.get_one(Round, cast.round_id)))
    return [(each.judge.key, each.team.key) for each in found]


async def entries(database: Database, action: str) -> list[tuple[str, str, object]]:
    found = await database.read(lambda s: s.exec(select(LogEntry).where(LogEntry.action == action)).all())
    return [(entry.actor, entry.subject, json.loads(entry.payload)) for entry in found]


async def test_a_report_that_is_sent_twice_is_one_report(database: Database) -> None:
    cast = await build_event(database)
    assert await report(database, cast) == await report(database, cast)
    assert await entries(database, "absence.reported") == [("judge:J1", "team:T1", {"round": "final"})]
    assert await away(database, cast) == [("J1", "T1")]


async def test_a_team_that_is_there_again_can_be_reported_again(database: Database) -> None:
    cast = await build_event(database)
    first = await report(database, cast)
    await database.write(absences.settle, cast.round_id, "J1", "T1", "present", "", OLGA)
    assert await away(database, cast) == []
    payload = {"round": "final", "judge": "J1", "outcome": "present"}
    assert await entries(database, "absence.settled") == [(OLGA, "team:T1", payload)]
    with pytest.raises(Clash):
        await database.write(absences.settle, cast.round_id, "J1", "T1", "present", "", OLGA)
    assert await report(database, cast) != first


async def test_a_judge_is_excused_with_a_reason_or_not_at_all(database: Database) -> None:
    cast = await build_event(database)
    await report(database, cast)
    for outcome, reason in (("excused", ""), ("gone", "They left")):
        with pytest.raises(InvalidForm):
            await database.write(absences.settle, cast.round_id, "J1", "T1", outcome, reason, OLGA)
    assert await away(database, cast) == [("J1", "T1")]
    await database.write(absences.settle, cast.round_id, "J1", "T1", "excused", "They left", OLGA)
    state = await database.read(
        lambda s: s.exec(
            select(Assignment.state).where(
                Assignment.judge_id == cast.judges["J1"], Assignment.team_id == cast.teams["T1"]
            )
        ).one()
    )
    assert (state, len(await entries(database, "assignment.skipped"))) == ("skipped", 1)


async def test_a_ballot_overtakes_a_report(database: Database) -> None:
    cast = await build_event(database)
    await report(database, cast)
    await score(database, cast, "J1", "T1", 7, 8)
    assert await away(database, cast) == []


async def test_a_report_is_refused_as_a_ballot_would_be(database: Database) -> None:
    cast = await build_event(database, conflicts=(("J1", "T2"),))
    with pytest.raises(Conflicted):
        await report(database, cast, "T2")
    with pytest.raises(NotAssigned):
        await report(database, cast, "T9")
    await database.write(decisions.withdraw, cast.event_id, "T3", "Gave up", OLGA)
    with pytest.raises(TeamNotCompeting):
        await report(database, cast, "T3")
    await database.write(rounds.close, cast.round_id, OLGA)
    with pytest.raises(RoundNotOpen):
        await report(database, cast)
    assert await entries(database, "absence.reported") == []
