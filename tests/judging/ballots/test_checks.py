from datetime import UTC, datetime, timedelta

from builder import ballot, build_event, issue_link, score
from sqlalchemy import update
from sqlmodel import Session, col
from submissions import refused

from scoreboard.database import Database
from scoreboard.errors import (
    Conflicted,
    DeviceRevoked,
    NotAssigned,
    NotSignedIn,
    RoundNotOpen,
    RoundPaused,
    TeamNotCompeting,
)
from scoreboard.judging import access, ballots, rounds
from scoreboard.judging.ballots import Caller
from scoreboard.judging.pairing.devices import sign_in_judge
from scoreboard.models import Assignment, Conflict, Judge, SignIn, Team


async def test_a_conflict_or_a_missing_assignment_is_refused(database: Database) -> None:
    cast = await build_event(database, conflicts=(("J1", "T1"),))
    assert type(await refused(database, cast, "J1", ballot("T1", 7, 8))) is Conflicted

    def unassign(session: Session) -> None:
        session.execute(Assignment.__table__.delete().where(col(Assignment.team_id) == cast.teams["T2"]))  # type: ignore[attr-defined]  # SQLModel hides the table

    await database.write(unassign)
    assert type(await refused(database, cast, "J1", ballot("T2", 7, 8))) is NotAssigned


async def test_a_conflict_found_later_is_refused_though_assigned(database: Database) -> None:
    cast = await build_event(database)
    await score(database, cast, "J1", "T1", 7, 8)
    await database.write(
        lambda session: session.add(
            Conflict(judge_id=cast.judges["J1"], team_id=cast.teams["T1"], source="organiser", reason="")
        )
    )
    assert type(await refused(database, cast, "J1", ballot("T1", 9, 9, base=1))) is Conflicted


async def test_what_does_not_exist_is_answered_like_what_is_not_assigned(database: Database) -> None:
    cast = await build_event(database)
    other = await build_event(database, slug="other", teams=6)
    unknown_team = await refused(database, cast, "J1", ballot("T6", 7, 8))
    unknown_round = await refused(database, cast, "J1", ballot("T1", 7, 8, round_="semi"))
    assert other.teams["T6"]
    assert [(type(e), str(e), e.extra) for e in (unknown_team, unknown_round)] == [
        (NotAssigned, "This team is not assigned to you.", {})
    ] * 2


async def test_a_round_takes_ballots_only_while_it_is_open(database: Database) -> None:
    cast = await build_event(database, opened=False)
    assert type(await refused(database, cast, "J1", ballot("T1", 7, 8))) is RoundNotOpen
    await database.write(rounds.open_round, cast.round_id, "test")
    await score(database, cast, "J1", "T1", 7, 8)
    await database.write(rounds.freeze, cast.round_id, "test")
    await score(database, cast, "J1", "T2", 7, 8)
    await database.write(rounds.close, cast.round_id, "test")
    assert type(await refused(database, cast, "J1", ballot("T3", 7, 8))) is RoundNotOpen


async def test_a_round_takes_no_ballots_while_it_is_paused_and_repeats_are_answered(database: Database) -> None:
    cast = await build_event(database)
    form = ballot("T1", 7, 8)
    first = await ballots.submit(database, cast.judges["J1"], form)
    await database.write(rounds.pause, cast.round_id, "Prayer", "test")
    refusal = await refused(database, cast, "J1", ballot("T2", 7, 8))
    assert (type(refusal), refusal.code, refusal.status) == (RoundPaused, "round_paused", 409)
    assert await ballots.submit(database, cast.judges["J1"], form) == first
    await database.write(rounds.resume, cast.round_id, "", "test")
    await score(database, cast, "J1", "T2", 7, 8)


async def test_a_team_that_left_and_a_judge_who_left_are_refused(database: Database) -> None:
    cast = await build_event(database)

    def leave(session: Session) -> None:
        session.get_one(Team, cast.teams["T1"]).withdrawn_at = datetime.now(UTC)
        session.get_one(Team, cast.teams["T2"]).disqualified_at = datetime.now(UTC)
        session.get_one(Judge, cast.judges["J2"]).withdrawn_at = datetime.now(UTC)

    await database.write(leave)
    assert type(await refused(database, cast, "J1", ballot("T1", 7, 8))) is TeamNotCompeting
    assert type(await refused(database, cast, "J1", ballot("T2", 7, 8))) is TeamNotCompeting
    assert type(await refused(database, cast, "J2", ballot("T3", 7, 8))) is NotSignedIn


async def test_a_ballot_comes_by_a_session_that_lives_and_from_its_own_judges_page(database: Database) -> None:
    cast = await build_event(database)
    link = await issue_link(database, cast.judges["J1"])
    judge, stored_link = await database.read(access.judge_behind, secret=link.secret)
    token = await database.write(sign_in_judge, judge.id or 0, stored_link.id or 0, "phone")
    caller = Caller(access.hashed(token), str(judge.id))
    taken = await ballots.submit(database, caller, ballot("T1", 7, 8))
    assert (taken.judge_id, taken.event_id) == (judge.id, cast.event_id)
    for other in (Caller(""), Caller(access.hashed("other")), Caller(caller.token_hash, "99")):
        assert type(await refused(database, cast, other, ballot("T2", 7, 8))) is NotSignedIn
    await database.write(access.revoke_links, judge, "test")
    assert type(await refused(database, cast, caller, ballot("T2", 7, 8))) is DeviceRevoked


async def test_a_session_that_is_too_old_sends_nothing(database: Database) -> None:
    cast = await build_event(database)
    link = await issue_link(database, cast.judges["J1"])
    judge, stored_link = await database.read(access.judge_behind, secret=link.secret)
    token = await database.write(sign_in_judge, judge.id or 0, stored_link.id or 0, "phone")
    await database.write(
        lambda session: session.execute(update(SignIn).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    )
    assert type(await refused(database, cast, Caller(access.hashed(token)), ballot("T1", 7, 8))) is NotSignedIn
