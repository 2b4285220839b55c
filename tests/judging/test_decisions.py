from collections.abc import Callable

import pytest
from builder import Cast, build_event, score
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import Clash, InvalidForm, NotFound, Outdated, WrongPhase
from scoreboard.judging import decisions, ledger, rounds
from scoreboard.judging.groups import Groups, Linkage
from scoreboard.judging.results import contest
from scoreboard.models import Conflict, LogEntry, Round, Team


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


async def rooms(database: Database) -> Cast:
    """Two rooms: J1 judges T1 and T2, J2 judges T3; nobody is still to come."""
    cast = await build_event(database, judges=2, teams=3, rule="adaptive")
    for judge, team in (("J1", "T1"), ("J1", "T2"), ("J2", "T3")):
        await score(database, cast, judge, team, 5, int(team[1]))
    for judge, team in (("J1", "T3"), ("J2", "T1"), ("J2", "T2")):
        await database.write(decisions.skip, cast.round_id, judge, team, "another room", "x")
    return cast


async def groups_now(database: Database, cast: Cast) -> Groups:
    def read(session: Session) -> Groups:
        return contest(session, session.get_one(Round, cast.round_id)).groups()

    return await database.read(read)


async def test_accepting_groups_is_recorded_with_its_reason_and_what_the_groups_were(database: Database) -> None:
    cast = await rooms(database)
    seen = (await groups_now(database, cast)).fingerprint
    accepted = await database.write(
        decisions.accept_groups, cast.round_id, seen, " teams were drawn by lot ", "organiser:olga"
    )
    entry = await newest(database)
    assert (entry.actor, entry.action, entry.subject, entry.sequence) == (
        "organiser:olga",
        "groups.accepted",
        "round:final",
        accepted.sequence,
    )
    assert entry.payload == ledger.canonical(
        {
            "reason": "teams were drawn by lot",
            "groups": [{"teams": ["T1", "T2"], "judges": ["J1"]}, {"teams": ["T3"], "judges": ["J2"]}],
        }
    )
    assert accepted.groups == (("T1", "T2"), ("T3",))
    assert (await groups_now(database, cast)).linkage is Linkage.ACCEPTED


async def test_an_acceptance_is_withdrawn_once(database: Database) -> None:
    cast = await rooms(database)
    with pytest.raises(Clash):
        await database.write(decisions.withdraw_acceptance, cast.round_id, "x")
    seen = (await groups_now(database, cast)).fingerprint
    await database.write(decisions.accept_groups, cast.round_id, seen, "by lot", "x")
    await database.write(decisions.withdraw_acceptance, cast.round_id, "organiser:olga")
    entry = await newest(database)
    assert (entry.actor, entry.action, entry.payload) == ("organiser:olga", "groups.acceptance_withdrawn", "{}")
    assert (await groups_now(database, cast)).linkage is Linkage.APART
    with pytest.raises(Clash):
        await database.write(decisions.withdraw_acceptance, cast.round_id, "x")


async def test_only_groups_that_are_there_as_they_were_seen_are_accepted(database: Database) -> None:
    cast = await rooms(database)
    seen = (await groups_now(database, cast)).fingerprint
    with pytest.raises(InvalidForm):
        await database.write(decisions.accept_groups, cast.round_id, seen, " ", "x")
    with pytest.raises(Outdated):
        await database.write(decisions.accept_groups, cast.round_id, "others", "by lot", "x")
    await database.write(decisions.accept_groups, cast.round_id, seen, "by lot", "x")
    with pytest.raises(Clash):
        await database.write(decisions.accept_groups, cast.round_id, seen, "by lot", "x")
    await score(database, cast, "J1", "T3", 4, 4)  # after all: now all is joined
    await database.write(decisions.withdraw_acceptance, cast.round_id, "x")
    with pytest.raises(Clash):
        await database.write(decisions.accept_groups, cast.round_id, seen, "by lot", "x")


async def test_an_acceptance_is_moot_once_ballots_join_the_groups(database: Database) -> None:
    cast = await rooms(database)
    seen = (await groups_now(database, cast)).fingerprint
    await database.write(decisions.accept_groups, cast.round_id, seen, "by lot", "x")
    await score(database, cast, "J1", "T3", 4, 4)
    assert (await groups_now(database, cast)).linkage is Linkage.JOINED


async def test_an_acceptance_lapses_when_its_groups_come_apart(database: Database) -> None:
    """J1 must not have judged T1 after all: T1 and T2 are joined by nobody any more."""

    def declare(session: Session) -> None:
        session.add(Conflict(judge_id=cast.judges["J1"], team_id=cast.teams["T1"], source="judge"))

    cast = await rooms(database)
    seen = (await groups_now(database, cast)).fingerprint
    await database.write(decisions.accept_groups, cast.round_id, seen, "by lot", "x")
    await score(database, cast, "J2", "T1", 4, 4)
    joined = await groups_now(database, cast)
    assert joined.linkage is Linkage.JOINED
    await database.write(declare)
    parted = await groups_now(database, cast)
    assert [part.teams for part in parted.parts] == [("T1", "T3"), ("T2",)]
    assert parted.linkage is Linkage.APART


async def test_nothing_is_accepted_after_the_final(database: Database) -> None:
    cast = await rooms(database)
    seen = (await groups_now(database, cast)).fingerprint
    await database.write(rounds.close, cast.round_id, "x")
    await database.write(rounds.finalise, cast.round_id, "x", "agreed")
    with pytest.raises(WrongPhase):
        await database.write(decisions.accept_groups, cast.round_id, seen, "by lot", "x")
    with pytest.raises(WrongPhase):
        await database.write(decisions.withdraw_acceptance, cast.round_id, "x")
    with pytest.raises(NotFound):
        await database.write(decisions.withdraw_acceptance, 99, "x")
