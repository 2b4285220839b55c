import hashlib
from datetime import UTC, datetime

import pytest
from builder import Cast, build_event, score
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.judging import decisions, ledger, results
from scoreboard.judging.ballots import rubric_of
from scoreboard.judging.results import Contest
from scoreboard.models import Conflict, Event, Round, Run


async def contest_of(database: Database, cast: Cast) -> Contest:
    return await database.read(lambda session: results.contest(session, session.get_one(Round, cast.round_id)))


async def ranked(database: Database, cast: Cast) -> list[tuple[str, int | None, float | None, int]]:
    lines = (await contest_of(database, cast)).standings().standings
    return [(line.team, line.rank, line.score, line.ballots) for line in lines]


async def test_the_ranking_is_made_of_current_ballots_only(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2)
    await score(database, cast, "J1", "T1", 2, 4)
    await score(database, cast, "J1", "T1", 10, 10, base=1)
    await score(database, cast, "J2", "T1", 5, 5)
    assert await ranked(database, cast) == [("T1", 1, 75.0, 2), ("T2", None, None, 0)]


async def test_weights_count(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)

    def heavier(session: Session) -> None:
        rubric = rubric_of(session, cast.round_id)
        rubric[0].weight *= 3
        session.add(rubric[0])

    await database.write(heavier)
    await score(database, cast, "J1", "T1", 10, 2)
    assert await ranked(database, cast) == [("T1", 1, 80.0, 1)]


async def test_a_ballot_of_a_pair_in_conflict_does_not_count_and_is_kept(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=1)
    await score(database, cast, "J1", "T1", 10, 10)
    await score(database, cast, "J2", "T1", 4, 4)

    def declare(session: Session) -> None:
        session.add(Conflict(judge_id=cast.judges["J1"], team_id=cast.teams["T1"], source="judge"))

    await database.write(declare)
    assert await ranked(database, cast) == [("T1", 1, 40.0, 1)]


async def test_a_team_that_is_out_is_not_ranked_and_counts_again_when_it_is_back(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=2)
    await score(database, cast, "J1", "T1", 9, 9)
    await score(database, cast, "J1", "T2", 4, 4)
    await database.write(decisions.disqualify, cast.event_id, "T1", "copied", "x")
    assert await ranked(database, cast) == [("T2", 1, 40.0, 1)]
    await database.write(decisions.restore, cast.event_id, "T1", "x")
    assert await ranked(database, cast) == [("T1", 1, 90.0, 1), ("T2", 2, 40.0, 1)]


async def test_ties_are_listed_by_name_in_the_language_of_the_event(database: Database) -> None:
    english = await build_event(database, slug="en", judges=1, teams=2, language="en")
    arabic = await build_event(database, slug="ar", judges=1, teams=2, language="ar")
    for cast in (english, arabic):
        for team in cast.teams:
            await score(database, cast, "J1", team, 5, 5)
    # Oasis and Marsa: M before O; واحة and مرسى: م before و.
    assert [name for name, *_ in await ranked(database, english)] == ["T2", "T1"]
    assert (await contest_of(database, arabic)).names == {"T1": "واحة", "T2": "مرسى"}


async def test_a_name_in_one_language_serves_both(database: Database) -> None:
    cast = await build_event(database, teams=1)

    def rename(session: Session) -> None:
        team = decisions.find_team(session, cast.event_id, "T1")
        team.name_en, team.name_ar = "", "واحة"
        session.add(team)
        event = session.get_one(Event, cast.event_id)
        session.add(event)

    await database.write(rename)
    assert (await contest_of(database, cast)).names == {"T1": "واحة"}


async def test_a_stored_run_holds_all_that_its_hash_covers(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=2)
    await score(database, cast, "J1", "T1", 1, 2)

    def keep(session: Session) -> Run:
        round_ = session.get_one(Round, cast.round_id)
        return results.keep(session, round_, "frozen", datetime.now(UTC))

    run = await database.write(keep)
    assert run.standings["standings"] == [
        {
            "rank": 1,
            "tied": False,
            "team": "T1",
            "total": "15.000000000",
            "ballots": 1,
            "awaiting": 0,
            "tie_break": None,
            "interval": None,
        },
        {
            "rank": None,
            "tied": False,
            "team": "T2",
            "total": None,
            "ballots": 0,
            "awaiting": 1,
            "tie_break": None,
            "interval": None,
        },
    ]
    assert run.hash == hashlib.sha256(ledger.canonical(run.standings).encode()).hexdigest()
    assert run.sequence == await database.read(ledger.head_sequence, cast.event_id)
    newest = await database.read(results.newest_run, cast.round_id, "frozen")
    assert newest is not None
    assert newest.hash == run.hash
    assert await database.read(results.newest_run, cast.round_id, "final") is None


async def sown(database: Database, **wishes: object) -> Cast:
    """An event in which nine judges, some of them strict, have scored six teams; J9 has not yet been to T6."""
    cast = await build_event(database, judges=9, teams=6, **wishes)
    for j, judge in enumerate(cast.judges):
        for t, team in enumerate(cast.teams):
            if (judge, team) != ("J9", "T6"):
                given = 8 - t % 4 - 2 * (j % 3 == 0)
                await score(database, cast, judge, team, given, max(given - (j * t) % 3, 0))
    return cast


@pytest.mark.parametrize(("rule", "beside", "by"), [("raw", "adaptive", "adaptive"), ("severity", "", "severity")])
async def test_a_stored_run_keeps_how_sure_each_rank_was(database: Database, rule: str, beside: str, by: str) -> None:
    cast = await sown(database, rule=rule, beside=beside)
    found = (await contest_of(database, cast)).outcome()
    run = await database.write(
        lambda session: results.keep(session, session.get_one(Round, cast.round_id), "frozen", datetime.now(UTC))
    )
    assert (run.rule, run.standings["interval_by"], run.standings["seed"]) == (rule, by, 0)
    assert {line["team"]: tuple(line["interval"]) for line in run.standings["standings"]} == found.intervals
    assert any(low < high for low, high in found.intervals.values())
