import pytest
from builder import build_event, score
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.errors import NotFound
from scoreboard.judging import publication, rounds
from scoreboard.live.projector import Held, Open, mark_of, marks_of, project
from scoreboard.live.window import window_of
from scoreboard.models import Run


async def test_what_is_held_is_the_same_whether_it_was_kept_or_is_computed(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=3, rule="severity")
    for j, judge in enumerate(cast.judges):
        for t, team in enumerate(cast.teams):
            await score(database, cast, judge, team, 3 + t, 5 + j)
    async with window_of(database.setting) as window:
        await database.write(rounds.freeze, cast.round_id, "x")
        await score(database, cast, "J1", "T1", 10, 10, base=1)
        computed = await window.read(project, cast.event_id)
        await publication.keep_held(database)
        kept = await window.read(project, cast.event_id)
    assert isinstance(computed, Held)
    assert isinstance(kept, Held)
    assert (isinstance(computed.result, Run), isinstance(kept.result, Run)) == (False, True)
    assert computed.seen() == kept.seen()
    assert computed.mark == kept.mark


async def test_a_mark_moves_with_what_may_be_seen_and_with_nothing_else(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2)

    async def mark() -> object:
        found = await window.read(mark_of, cast.event_id)
        projection = await window.read(project, cast.event_id)
        assert projection.mark == found
        assert await window.read(marks_of, [cast.event_id]) == {cast.event_id: found}
        assert isinstance(projection, Held if found[0] == "held" else Open)
        return found

    async with window_of(database.setting) as window:
        seen = [await mark()]
        await score(database, cast, "J1", "T1", 5, 5)
        seen.append(await mark())
        await publication.freeze(database, cast.round_id, "x")
        seen.append(await mark())
        await score(database, cast, "J1", "T2", 5, 5)
        assert await mark() == seen[-1]
        await database.write(rounds.close, cast.round_id, "x")
        seen.append(await mark())
        await database.write(rounds.thaw, cast.round_id, "x")
        seen.append(await mark())
    assert len(set(map(str, seen))) == len(seen)


async def test_an_event_that_is_not_there_is_not_found(database: Database) -> None:
    def both(session: Session) -> None:
        with pytest.raises(NotFound):
            project(session, 99)
        with pytest.raises(NotFound):
            mark_of(session, 99)

    async with window_of(database.setting) as window:
        await window.read(both)
