import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import pytest
from builder import Cast, build_event, score
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.models import Round
from scoreboard.web.analyses import MOST_KEPT, Analyses, Key, key_of


async def current(database: Database, cast: Cast) -> Key:
    return await database.read(lambda session: key_of(session, session.get_one(Round, cast.round_id)))


@asynccontextmanager
async def scored(database: Database) -> AsyncIterator[tuple[Analyses, Cast]]:
    """An event with ballots, and the analyses of it."""
    cast = await build_event(database, judges=2, teams=3, rule="severity")
    for judge in cast.judges:
        for place, team in enumerate(cast.teams):
            await score(database, cast, judge, team, 4 + place, 5)
    async with Analyses(database) as analyses:
        yield analyses, cast


async def test_an_analysis_is_computed_once_for_all_who_ask(database: Database) -> None:
    async with scored(database) as (analyses, cast):
        key = await current(database, cast)
        one, other = await asyncio.gather(analyses.analysis(key), analyses.analysis(key))
        assert one is other is await analyses.analysis(key)
        assert one.inputs.contest.sequence == key.sequence
        assert await analyses.safety(key) is await analyses.safety(key)
        assert analyses.keeps_safety(key)


async def test_a_new_ballot_is_another_analysis_and_the_old_one_stays(database: Database) -> None:
    async with scored(database) as (analyses, cast):
        before = await current(database, cast)
        old = await analyses.analysis(before)
        await score(database, cast, "J1", "T1", 10, 10, base=1)
        now = await current(database, cast)
        new = await analyses.analysis(now)
        assert new is not old
        assert new.lines[0].raw != old.lines[0].raw
        assert (analyses.keeps(before), before.at(now.sequence)) == (True, now)


async def test_the_rule_belongs_to_what_an_analysis_depends_on(database: Database) -> None:
    async with scored(database) as (_, cast):
        before = await current(database, cast)

        def change(session: Session) -> None:
            session.get_one(Round, cast.round_id).rule = "raw"

        await database.write(change)
        now = await current(database, cast)
        assert (before.method, now.method, now.sequence == before.sequence) == ("severity", "raw", True)


def failing(times: list[int]) -> Callable[[], Coroutine[None, None, None]]:
    async def work() -> None:
        times.append(1)
        await asyncio.sleep(0)
        raise RuntimeError("broken")

    return work


async def test_what_failed_is_told_to_all_who_wait_and_tried_again_by_the_next(database: Database) -> None:
    times: list[int] = []
    async with Analyses(database) as analyses:
        told = await asyncio.gather(*(analyses.once("key", failing(times)) for _ in "ab"), return_exceptions=True)
        assert [str(each) for each in told] == ["broken", "broken"]
        assert (len(times), analyses.kept) == (1, {})
        with pytest.raises(RuntimeError):
            await analyses.once("key", failing(times))
    assert len(times) == 2


async def test_work_goes_on_when_the_one_who_asked_first_leaves(database: Database) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def work() -> str:
        begun.set()
        await go.wait()
        return "done"

    async with Analyses(database) as analyses:
        first = asyncio.create_task(analyses.once("key", work))
        await begun.wait()
        second = asyncio.create_task(analyses.once("key", work))
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        go.set()
        assert await second == "done"


async def test_the_oldest_are_forgotten_and_what_runs_is_not(database: Database) -> None:
    go = asyncio.Event()

    async def long() -> None:
        await go.wait()

    async def short() -> None:
        await asyncio.sleep(0)

    async with Analyses(database) as analyses:
        running = asyncio.create_task(analyses.once("long", long))
        for number in range(2 * MOST_KEPT):
            await analyses.once(number, short)
        assert len(analyses.kept) == MOST_KEPT
        assert "long" in analyses.kept
        assert list(analyses.kept)[-1] == 2 * MOST_KEPT - 1
        go.set()
        await running


async def test_closing_ends_what_still_runs(database: Database) -> None:
    begun = asyncio.Event()

    async def endless() -> None:
        begun.set()
        await asyncio.Event().wait()

    async with Analyses(database) as analyses:
        waiting = asyncio.create_task(analyses.once("key", endless))
        await begun.wait()
    with pytest.raises(asyncio.CancelledError):
        await waiting
