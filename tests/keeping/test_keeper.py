import asyncio
import logging
from pathlib import Path

import pytest
from builder import Cast, score
from kept import imported_event
from serving import serving

from scoreboard.database import Database
from scoreboard.errors import Unusable
from scoreboard.judging import rounds
from scoreboard.keeping.copies import copies_in
from scoreboard.keeping.keeper import EVERY_SECONDS, OFF, Keeper
from scoreboard.settings import Settings


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(database: Database, tmp_path: Path, clock: Clock) -> Keeper:
    return Keeper(database, str(tmp_path / "copies"), clock=clock)


async def test_a_copy_is_made_each_minute_in_which_something_changed(
    database: Database, keeper: Keeper, clock: Clock
) -> None:
    cast = await imported_event(database)
    first = await keeper.look()
    assert first is not None
    assert first.passing
    clock.now += EVERY_SECONDS
    assert await keeper.look() is None  # nothing changed
    given = await score(database, cast, "J1", "T1", 7, 8)
    second = await keeper.look()
    assert second is not None
    assert (second.entries, second.passing) == (given.sequence, True)
    await score(database, cast, "J1", "T2", 7, 8)
    clock.now += EVERY_SECONDS - 1
    assert await keeper.look() is None  # not yet
    clock.now += 1
    assert await keeper.look() is not None
    assert len(copies_in(keeper.folder)) == 3


async def freeze(database: Database, cast: Cast) -> None:
    await database.write(rounds.freeze, cast.round_id, "test")


async def test_a_change_of_phase_is_copied_at_once_and_for_good(
    database: Database, keeper: Keeper, clock: Clock
) -> None:
    cast = await imported_event(database)
    await keeper.look()
    clock.now += 1
    for step in (rounds.freeze, rounds.thaw, rounds.close, rounds.open_round):
        await database.write(step, cast.round_id, "test")
        copy = await keeper.look()
        assert copy is not None
        assert not copy.passing
    assert await keeper.look() is None


async def test_a_copy_that_fails_is_tried_again_after_a_minute_and_not_every_second(
    database: Database, keeper: Keeper, clock: Clock
) -> None:
    cast = await imported_event(database)
    await keeper.look()
    keeper.folder.rename(keeper.folder.with_name("moved"))
    keeper.folder.touch()  # a file where the folder should be
    await freeze(database, cast)
    with pytest.raises(Unusable):
        await keeper.look()
    clock.now += 1
    assert await keeper.look() is None
    keeper.folder.unlink()
    clock.now += EVERY_SECONDS
    copy = await keeper.look()
    assert copy is not None
    assert not copy.passing  # it is still that of the freeze


async def test_judging_goes_on_while_copies_fail_and_the_log_says_so(
    database: Database, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "copies").touch()
    looked = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        if caplog.records:
            looked.set()
        clock.now += EVERY_SECONDS
        await asyncio.sleep(0)

    cast = await imported_event(database)
    with caplog.at_level(logging.ERROR):
        async with Keeper(database, str(tmp_path / "copies"), sleep=sleep, clock=clock):
            await looked.wait()
            assert (await score(database, cast, "J1", "T1", 7, 8)).revision == 1
    assert "No copy of the database was made: No copy can be made in" in caplog.messages[0]
    assert caplog.messages[0].endswith("The last one is not there.")


async def test_no_copies_are_made_where_they_are_off(database: Database, database_path: str) -> None:
    async with Keeper(database, OFF) as keeper:
        assert keeper.task is None
    assert not Path(f"{database_path}-backups").exists()


async def test_a_server_keeps_copies_by_itself_beside_its_database(database_path: str) -> None:
    async with serving(Settings(database=database_path, language="en")) as served:
        await imported_event(served.database)
        folder = Path(f"{database_path}-backups")
        for _ in range(400):  # the keeper looks once a second; a busy machine takes longer
            if copies_in(folder):
                break
            await asyncio.sleep(0.05)
        assert [path.suffix for path in folder.iterdir() if not path.name.startswith(".")] == [".db"]
