from datetime import UTC, datetime

import pytest
from builder import Cast, build_event, score
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.errors import NotFound
from scoreboard.judging import decisions, rounds
from scoreboard.judging.duty import progress
from scoreboard.judging.duty.progress import Count, Duty, Progress
from scoreboard.models import Judge, Round


async def matrix(database: Database, cast: Cast) -> Progress:
    return await database.read(lambda session: progress.progress(session, session.get_one(Round, cast.round_id)))


def duties(found: Progress) -> list[list[Duty]]:
    return [[found.cell(judge, team).duty for team in found.teams] for judge in found.judges]


async def test_each_cell_tells_what_is_between_a_judge_and_a_team(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=4, conflicts=(("J1", "T4"),))
    await score(database, cast, "J1", "T1", 5, 5)
    await score(database, cast, "J1", "T2", 5, 5)
    await score(database, cast, "J1", "T2", 6, 6, base=1)
    await database.write(decisions.skip, cast.round_id, "J2", "T1", "ill", "x")
    found = await matrix(database, cast)
    assert duties(found) == [
        [Duty.RECEIVED, Duty.CORRECTED, Duty.AWAITED, Duty.CONFLICT],
        [Duty.EXCUSED, Duty.AWAITED, Duty.AWAITED, Duty.AWAITED],
    ]
    assert found.cell(found.judges[0], found.teams[1]).revision == 2


async def test_sums_count_what_is_expected_of_those_who_take_part(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=3)
    await score(database, cast, "J1", "T1", 5, 5)
    await score(database, cast, "J1", "T3", 5, 5)
    await database.write(decisions.withdraw, cast.event_id, "T3", "left", "x")
    found = await matrix(database, cast)
    assert [found.of_judge(judge) for judge in found.judges] == [Count(1, 2), Count(0, 2)]
    assert [found.of_team(team) for team in found.teams] == [Count(1, 2), Count(0, 2), Count(1, 1)]
    assert found.total() == Count(1, 4)


async def test_nothing_is_awaited_of_a_judge_who_left(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2)
    await score(database, cast, "J1", "T1", 5, 5)

    def leave(session: Session) -> None:
        session.get_one(Judge, cast.judges["J1"]).withdrawn_at = datetime.now(UTC)

    await database.write(leave)
    assert duties(await matrix(database, cast)) == [[Duty.RECEIVED, Duty.FREE], [Duty.AWAITED, Duty.AWAITED]]


async def test_what_nobody_is_to_do_is_complete() -> None:
    assert (Count(0, 0).complete, Count(1, 2).complete, Count(2, 2).complete) == (True, False, True)


async def test_teams_are_in_the_order_in_which_people_count(database: Database) -> None:
    cast = await build_event(database, teams=11)
    assert [team.key for team in (await matrix(database, cast)).teams] == [f"T{n}" for n in range(1, 12)]


async def test_an_overview_shows_the_current_round_or_the_one_asked_for(database: Database) -> None:
    cast = await build_event(database)

    def another(session: Session) -> None:
        session.add(
            Round(event_id=cast.event_id, key="stage", position=2, name_en="Stage", rule="raw", precedence=["total"])
        )

    await database.write(another)
    seen = await database.read(progress.overview, "hack")
    other = await database.read(progress.overview, "hack", "stage")
    assert (seen.round.key, seen.current, other.round.key, other.current) == ("final", True, "stage", False)
    assert [round_.key for round_ in seen.rounds] == ["final", "stage"]
    assert [entry.action for entry in seen.entries] == ["round.opened", "ledger.opened"]


async def test_an_overview_of_a_final_round_holds_its_stored_result(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    await score(database, cast, "J1", "T1", 5, 5)
    await database.write(rounds.close, cast.round_id, "x")
    run = await database.write(rounds.finalise, cast.round_id, "x", "agreed")
    seen = await database.read(progress.overview, "hack")
    assert seen.final is not None
    assert seen.final.hash == run.hash


@pytest.mark.parametrize(("slug", "key"), [("nowhere", None), ("hack", "nothing")])
async def test_what_is_not_there_is_not_found(database: Database, slug: str, key: str | None) -> None:
    await build_event(database)
    with pytest.raises(NotFound):
        await database.read(progress.overview, slug, key)


async def test_the_list_of_events_counts_who_takes_part(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=3)
    await score(database, cast, "J1", "T1", 5, 5)
    await database.write(decisions.withdraw, cast.event_id, "T3", "left", "x")
    (line,) = await database.read(progress.event_lines, {cast.event_id})
    assert (line.event.slug, line.teams, line.judges, line.ballots) == ("hack", 2, 2, Count(1, 4))
