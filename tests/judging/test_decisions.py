from collections.abc import Callable

import pytest
from builder import Cast, build_event, score
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import Clash, InvalidForm, NotFound, WrongPhase
from scoreboard.judging import decisions, ledger, rounds
from scoreboard.models import LogEntry, Round, Team


async def newest(database: Database) -> LogEntry:
    found = await database.read(
        lambda session: session.exec(select(LogEntry).order_by(col(LogEntry.sequence).desc())).first()
    )
    assert found is not None
    return found


async def state(database: Database, cast: Cast, judge: str, team: str) -> str:
    def read(session: Session) -> str:
        return decisions.find_assignment(session, session.get_one(Round, cast.round_id), judge, team).state

    return await database.read(read)


async def test_an_excused_judge_is_no_longer_waited_for_and_the_ledger_says_why(database: Database) -> None:
    cast = await build_event(database)
    await database.write(decisions.skip, cast.round_id, "J1", "T2", " called away ", "organiser:olga")
    assert await state(database, cast, "J1", "T2") == "skipped"
    entry = await newest(database)
    assert (entry.actor, entry.action, entry.subject, entry.payload) == (
        "organiser:olga",
        "assignment.skipped",
        "judge:J1",
        ledger.canonical({"round": "final", "team": "T2", "reason": "called away"}),
    )


async def test_an_excuse_can_be_taken_back(database: Database) -> None:
    cast = await build_event(database)
    await database.write(decisions.skip, cast.round_id, "J1", "T2", "called away", "x")
    await database.write(decisions.resume, cast.round_id, "J1", "T2", "x")
    assert await state(database, cast, "J1", "T2") == "pending"
    assert (await newest(database)).action == "assignment.resumed"


async def test_a_ballot_that_comes_after_all_still_counts(database: Database) -> None:
    cast = await build_event(database)
    await database.write(decisions.skip, cast.round_id, "J1", "T2", "called away", "x")
    await score(database, cast, "J1", "T2", 5, 5)
    assert await state(database, cast, "J1", "T2") == "done"


async def test_only_what_is_awaited_can_be_excused(database: Database) -> None:
    cast = await build_event(database)
    await score(database, cast, "J1", "T1", 5, 5)
    with pytest.raises(Clash):
        await database.write(decisions.skip, cast.round_id, "J1", "T1", "late", "x")
    await database.write(decisions.skip, cast.round_id, "J1", "T2", "late", "x")
    with pytest.raises(Clash):
        await database.write(decisions.skip, cast.round_id, "J1", "T2", "late", "x")
    with pytest.raises(Clash):
        await database.write(decisions.resume, cast.round_id, "J1", "T3", "x")


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 1001])
async def test_a_decision_needs_a_reason_that_can_be_read(database: Database, reason: str) -> None:
    cast = await build_event(database)
    with pytest.raises(InvalidForm):
        await database.write(decisions.skip, cast.round_id, "J1", "T1", reason, "x")
    for decide in (decisions.withdraw, decisions.disqualify):
        with pytest.raises(InvalidForm):
            await database.write(decide, cast.event_id, "T1", reason, "x")


async def test_who_is_not_there_cannot_be_decided_about(database: Database) -> None:
    cast = await build_event(database)
    other = await build_event(database, slug="other", teams=9)
    assert "T9" in other.teams
    with pytest.raises(NotFound):
        await database.write(decisions.skip, cast.round_id, "J1", "T9", "late", "x")
    with pytest.raises(NotFound):
        await database.write(decisions.withdraw, cast.event_id, "T9", "late", "x")
    with pytest.raises(NotFound):
        await database.write(decisions.skip, 99, "J1", "T1", "late", "x")


async def test_nothing_is_excused_after_the_final(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    await score(database, cast, "J1", "T1", 5, 5)
    await database.write(rounds.close, cast.round_id, "x")
    await database.write(rounds.finalise, cast.round_id, "x", "agreed")
    with pytest.raises(WrongPhase):
        await database.write(decisions.skip, cast.round_id, "J1", "T1", "late", "x")


@pytest.mark.parametrize(
    ("decide", "action"), [(decisions.withdraw, "team.withdrawn"), (decisions.disqualify, "team.disqualified")]
)
async def test_a_team_goes_out_once_with_a_reason_and_can_come_back(
    database: Database, decide: Callable[[Session, int, str, str, str], Team], action: str
) -> None:
    cast = await build_event(database)
    out = await database.write(decide, cast.event_id, "T1", "rules", "x")
    assert (out.withdrawn_at is None, out.disqualified_at is None, out.out_reason) == (
        action != "team.withdrawn",
        action == "team.withdrawn",
        "rules",
    )
    assert (await newest(database)).payload == '{"reason":"rules"}'
    with pytest.raises(Clash):
        await database.write(decisions.withdraw, cast.event_id, "T1", "again", "x")
    back = await database.write(decisions.restore, cast.event_id, "T1", "x")
    assert (back.withdrawn_at, back.disqualified_at, back.out_reason) == (None, None, "")
    with pytest.raises(Clash):
        await database.write(decisions.restore, cast.event_id, "T1", "x")
