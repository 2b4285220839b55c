import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from kept import imported_event
from sqlalchemy import text

from scoreboard.cli.doctor.database import sqlite, sqlite_version
from scoreboard.cli.doctor.finding import Level
from scoreboard.database import Database, sound_sqlite
from scoreboard.keeping.copying import one_file


def levels(path: str) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in sqlite(Path(path))}


def test_a_new_database_is_green_all_over(database_path: str) -> None:
    assert levels(database_path) == {"settings": Level.GREEN, "database": Level.GREEN, "integrity": Level.GREEN}


async def test_the_newest_entry_tells_when_the_clock_has_gone_back(database: Database, database_path: str) -> None:
    await imported_event(database)
    assert levels(database_path)["ledger"] is Level.GREEN
    with closing(sqlite3.connect(database_path)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE logentry SET at = '2126-12-07T12:00:00.000000Z'")
    found = {finding.subject: finding for finding in sqlite(Path(database_path))}["ledger"]
    assert found.level is Level.RED
    assert "in the future" in found.words


async def test_looking_holds_no_write_up(database: Database, database_path: str) -> None:
    looking = sqlite(Path(database_path))
    assert next(looking).subject == "settings"
    assert next(looking).subject == "database"  # from here on it reads only, and a snapshot of it stays open
    await database.write(lambda session: session.execute(text("UPDATE deployment SET epoch = 'next'")))
    assert [finding.level for finding in looking] == [Level.GREEN]


def test_a_damaged_database_is_red(database_path: str) -> None:
    one_file(Path(database_path))
    path = Path(database_path)
    content = path.read_bytes()
    middle = len(content) // 2 // 4096 * 4096
    path.write_bytes(content[:middle] + bytes(4096) + content[middle + 4096 :])
    assert Level.RED in levels(database_path).values()


def test_what_is_no_database_is_red_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "some.db").write_text("this is a shopping list, and no database at all")
    found = list(sqlite(tmp_path / "some.db"))
    assert [finding.level for finding in found] == [Level.RED]
    assert "\n" not in found[0].words


def test_a_newer_database_is_red(database_path: str) -> None:
    with closing(sqlite3.connect(database_path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert levels(database_path)["database"] is Level.RED


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_database_that_cannot_be_written_is_red(database_path: str) -> None:
    Path(database_path).chmod(0o400)
    assert levels(database_path)["database"] is Level.RED


def test_a_sqlite_with_the_fault_of_its_log_is_amber(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sound_sqlite()
    monkeypatch.setattr(module, "sqlite_version_info", (3, 40, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    assert sqlite_version().level is Level.AMBER
