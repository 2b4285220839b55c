import shutil
import threading
from pathlib import Path

import pytest
from builder import score
from kept import imported_event

from scoreboard.database import Database
from scoreboard.errors import Unusable
from scoreboard.keeping.copies import copies_in
from scoreboard.keeping.copying import copy_database, copy_key
from scoreboard.keeping.soundness import examine


async def test_a_copy_of_a_database_in_use_holds_what_was_acknowledged(
    database: Database, database_path: str, tmp_path: Path
) -> None:
    cast = await imported_event(database)
    given = await score(database, cast, "J1", "T1", 7, 8)
    copy = copy_database(database_path, tmp_path / "there")
    await score(database, cast, "J1", "T2", 7, 8)
    assert examine(copy.path).heads["hack"].sequence == given.sequence
    assert copy.entries == given.sequence
    assert copies_in(tmp_path / "there") == [copy]


async def test_a_copy_is_one_file_that_only_its_owner_reads(
    database: Database, database_path: str, tmp_path: Path
) -> None:
    await imported_event(database)
    copy = copy_database(database_path, tmp_path / "there")
    assert [path.name for path in (tmp_path / "there").iterdir()] == [copy.path.name]
    assert copy.path.stat().st_mode & 0o777 == 0o600
    assert copy.path.parent.stat().st_mode & 0o777 == 0o700


async def test_copies_while_ballots_arrive_are_each_a_whole_state(
    database: Database, database_path: str, tmp_path: Path
) -> None:
    cast = await imported_event(database, judges=4, teams=6)
    found: list[int] = []

    def copy_on() -> None:
        found.extend(copy_database(database_path, tmp_path / str(turn)).entries for turn in range(5))

    copying = threading.Thread(target=copy_on)
    copying.start()
    newest = [await score(database, cast, judge, team, 7, 8) for judge in cast.judges for team in cast.teams][-1]
    copying.join()
    assert found == sorted(found)
    assert copy_database(database_path, tmp_path / "last").entries == newest.sequence


async def test_what_is_damaged_is_not_copied_and_leaves_nothing(
    database: Database, database_path: str, tmp_path: Path
) -> None:
    await imported_event(database)
    await database.close()
    path = Path(database_path)
    path.write_bytes(path.read_bytes()[:-8192])
    with pytest.raises(Unusable):
        copy_database(database_path, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_disk_without_room_for_judging_to_go_on_gets_no_copy(
    database_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=40_000_000))
    with pytest.raises(Unusable) as refused:
        copy_database(database_path, tmp_path / "there")
    assert str(refused.value) == f"The disk of {tmp_path / 'there'} is too full for another copy: 40 MB are free."


def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as refused:
        copy_database(str(tmp_path / "gone.db"), tmp_path / "there")
    assert str(refused.value) == f"There is no database {tmp_path / 'gone.db'}."


def test_a_folder_that_cannot_be_is_named(database_path: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unusable, match="No copy can be made in"):
        copy_database(database_path, tmp_path / "file")


def test_postgresql_is_left_to_its_own_programs(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="pg_dump"):
        copy_database("postgresql://host/name", tmp_path)


def test_the_key_is_copied_when_it_is_asked_for_and_stays_the_owners(database_path: str, tmp_path: Path) -> None:
    copy = copy_database(database_path, tmp_path / "there")
    key = copy_key(database_path, copy)
    assert key == Path(f"{copy.path}.key")
    assert key.read_bytes() == Path(f"{database_path}.key").read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    assert copies_in(tmp_path / "there") == [copy]


def test_a_key_that_is_not_there_is_named(database_path: str, tmp_path: Path) -> None:
    copy = copy_database(database_path, tmp_path / "there")
    Path(f"{database_path}.key").unlink()
    with pytest.raises(Unusable, match="cannot be copied: No such file"):
        copy_key(database_path, copy)
