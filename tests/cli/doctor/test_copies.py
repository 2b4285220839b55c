import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kept import imported_event

from scoreboard.cli.doctor.copies import age_in_words, copies
from scoreboard.cli.doctor.finding import Level
from scoreboard.database import Database
from scoreboard.keeping.copies import Copy
from scoreboard.keeping.copying import copy_database
from scoreboard.keeping.lock import held


def first(path: str, wish: str) -> Level:
    return next(copies(Path(path), wish)).level


def aged(copy: Copy, seconds: float) -> None:
    """Let a copy be older than it is."""
    made_at = datetime.now(UTC) - timedelta(seconds=seconds)
    copy.path.rename(Copy.named(copy.path.parent, made_at, copy.entries, passing=copy.passing).path)


async def test_a_copy_of_all_there_is_is_green_however_old(
    database: Database, database_path: str, tmp_path: Path
) -> None:
    await imported_event(database)
    aged(copy_database(database_path, tmp_path / "there"), 100_000)
    assert first(database_path, str(tmp_path / "there")) is Level.GREEN


async def test_a_copy_that_lags_is_green_while_fresh_then_amber_and_red_under_a_running_server(
    database: Database, database_path: str, tmp_path: Path
) -> None:
    copy = copy_database(database_path, tmp_path / "there")
    await imported_event(database)
    assert first(database_path, str(tmp_path / "there")) is Level.GREEN
    aged(copy, 600)
    assert first(database_path, str(tmp_path / "there")) is Level.AMBER
    with held(database_path):
        assert first(database_path, str(tmp_path / "there")) is Level.RED


def test_no_copies_and_copies_off_are_amber(database_path: str) -> None:
    assert first(database_path, "") is Level.AMBER
    assert first(database_path, "off") is Level.AMBER


def test_copies_on_the_databases_own_disk_are_amber(database_path: str) -> None:
    copy_database(database_path, Path(f"{database_path}-backups"))
    assert [finding.level for finding in copies(Path(database_path), "")] == [Level.GREEN, Level.AMBER]


def test_a_database_that_cannot_be_read_still_gets_its_copies_looked_at(tmp_path: Path, database_path: str) -> None:
    copy_database(database_path, tmp_path / "there")
    os.truncate(database_path, 100)
    assert first(database_path, str(tmp_path / "there")) is Level.GREEN


def test_ages_are_said_as_people_say_them() -> None:
    assert [age_in_words(seconds) for seconds in (5, 300, 7200, 86_400, 864_000)] == [
        "5 s",
        "5 min",
        "2 h",
        "24 h",
        "10 days",
    ]
