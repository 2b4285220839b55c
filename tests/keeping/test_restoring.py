import json
from pathlib import Path

import pytest
from builder import Cast, score
from kept import imported_event
from sqlmodel import Session, col, select

from scoreboard.database import opened
from scoreboard.errors import Unusable
from scoreboard.keeping.copies import Copy
from scoreboard.keeping.copying import copy_database, one_file
from scoreboard.keeping.lock import held
from scoreboard.keeping.restoring import restore
from scoreboard.keeping.soundness import examine
from scoreboard.models import Ballot, Deployment, LogEntry


def ballots_in(session: Session) -> int:
    return len(session.exec(select(Ballot)).all())


def newest_entries(session: Session) -> list[LogEntry]:
    return list(session.exec(select(LogEntry).order_by(col(LogEntry.sequence).desc())).all())


def epoch_in(session: Session) -> str:
    return session.exec(select(Deployment.epoch)).one()


async def lost(path: str, folder: Path) -> tuple[Cast, Copy]:
    """A database with three ballots, and a copy of it from when it had two."""
    async with opened(path) as database:
        cast = await imported_event(database)
        for team in ("T1", "T2"):
            await score(database, cast, "J1", team, 7, 8)
        copy = copy_database(path, folder)
        await score(database, cast, "J1", "T3", 7, 8)
    return cast, copy


async def test_what_the_copy_held_is_back_with_a_new_epoch_and_an_entry_that_says_so(
    database_path: str, tmp_path: Path
) -> None:
    _, copy = await lost(database_path, tmp_path / "copies")
    before = examine(copy.path)
    done = restore(copy.path, database_path)
    async with opened(database_path) as database:
        assert await database.read(ballots_in) == 2
        assert await database.read(epoch_in) == done.epoch != before.epoch
        newest = (await database.read(newest_entries))[0]
    assert (newest.sequence, newest.actor, newest.action) == (
        copy.entries + 1,
        "command:restore",
        "deployment.restored",
    )
    assert json.loads(newest.payload) == {
        "sequence": copy.entries,
        "old_epoch": before.epoch,
        "new_epoch": done.epoch,
    }


async def test_the_database_of_before_is_moved_aside_whole(database_path: str, tmp_path: Path) -> None:
    _, copy = await lost(database_path, tmp_path / "copies")
    done = restore(copy.path, database_path)
    assert done.aside is not None
    assert done.aside.name.startswith("scoreboard.db.before-")
    async with opened(str(done.aside)) as database:
        assert await database.read(ballots_in) == 3


async def test_writes_that_still_lie_in_the_log_go_aside_with_it(database_path: str, tmp_path: Path) -> None:
    async with opened(database_path) as database:
        cast = await imported_event(database)
        copy = copy_database(database_path, tmp_path / "copies")
        await score(database, cast, "J1", "T1", 7, 8)
        wal = Path(f"{database_path}-wal")
        assert wal.stat().st_size > 0
        content = wal.read_bytes(), Path(database_path).read_bytes()
    # As after a power cut: the log was not brought into the file.
    wal.write_bytes(content[0])
    Path(database_path).write_bytes(content[1])
    done = restore(copy.path, database_path)
    assert not wal.exists()
    assert done.aside is not None
    async with opened(str(done.aside)) as database:
        assert await database.read(ballots_in) == 1
    async with opened(database_path) as database:
        assert await database.read(ballots_in) == 0


async def test_a_database_can_be_restored_where_none_is(database_path: str, tmp_path: Path) -> None:
    _, copy = await lost(database_path, tmp_path / "copies")
    done = restore(copy.path, str(tmp_path / "new.db"))
    assert done.aside is None
    assert examine(tmp_path / "new.db").entries == copy.entries + 1
    assert sorted(path.name for path in tmp_path.glob("new.db*")) == ["new.db", "new.db.lock"]


async def test_restoring_twice_keeps_both_of_before(database_path: str, tmp_path: Path) -> None:
    _, copy = await lost(database_path, tmp_path / "copies")
    first, second = restore(copy.path, database_path), restore(copy.path, database_path)
    assert first.aside != second.aside
    assert first.epoch != second.epoch
    assert (
        len([path for path in tmp_path.glob("scoreboard.db.before-*") if path.suffix[-4:] not in ("-wal", "-shm")]) == 2
    )


async def test_the_copy_itself_is_left_as_it_is(database_path: str, tmp_path: Path) -> None:
    _, copy = await lost(database_path, tmp_path / "copies")
    before = copy.path.read_bytes()
    restore(copy.path, database_path)
    assert copy.path.read_bytes() == before
    assert [path.name for path in copy.path.parent.iterdir()] == [copy.path.name]


async def test_under_a_running_server_nothing_is_restored(database_path: str, tmp_path: Path) -> None:
    _, copy = await lost(database_path, tmp_path / "copies")
    before = Path(database_path).read_bytes()
    with held(database_path), pytest.raises(Unusable, match="A server is running on the database"):
        restore(copy.path, database_path)
    assert Path(database_path).read_bytes() == before


async def test_what_does_not_verify_is_refused_and_nothing_is_touched(database_path: str, tmp_path: Path) -> None:
    _, copy = await lost(database_path, tmp_path / "copies")
    one_file(Path(database_path))
    before = Path(database_path).read_bytes()
    content = copy.path.read_bytes()
    middle = len(content) // 2 // 4096 * 4096
    copy.path.write_bytes(content[:middle] + bytes(4096) + content[middle + 4096 :])
    with pytest.raises(Unusable):
        restore(copy.path, database_path)
    assert Path(database_path).read_bytes() == before
    assert list(tmp_path.glob("*.before-*")) == []
    assert list(tmp_path.glob("*.restoring-*")) == []


def test_a_database_is_not_restored_from_itself(database_path: str) -> None:
    with pytest.raises(Unusable, match="is the database itself"):
        restore(Path(database_path), database_path)


def test_a_copy_that_is_not_there_is_named(database_path: str, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="There is no file"):
        restore(tmp_path / "gone.db", database_path)


async def test_whoever_could_read_the_database_still_can(database_path: str, tmp_path: Path) -> None:
    _, copy = await lost(database_path, tmp_path / "copies")
    Path(database_path).chmod(0o640)
    restore(copy.path, database_path)
    assert Path(database_path).stat().st_mode & 0o777 == 0o640


async def test_behind_another_name_the_file_itself_is_restored(database_path: str, tmp_path: Path) -> None:
    _, copy = await lost(database_path, tmp_path / "copies")
    (tmp_path / "link.db").symlink_to(database_path)
    done = restore(copy.path, str(tmp_path / "link.db"))
    assert (tmp_path / "link.db").is_symlink()
    assert examine(Path(database_path)).epoch == done.epoch
