import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builder import score
from kept import imported_event

from scoreboard.database import Database, opened
from scoreboard.errors import Unusable
from scoreboard.keeping.copying import one_file
from scoreboard.keeping.soundness import Contents, examine
from scoreboard.models import Deployment


async def judged(path: str) -> None:
    """Put an event with some ballots into a database, and bring it into one file."""
    async with opened(path) as database:
        cast = await imported_event(database)
        for team in ("T1", "T2"):
            await score(database, cast, "J1", team, 7, 8)
    one_file(Path(path))


def changed(path: str, *statements: str) -> None:
    """Change a file behind Scoreboard's back, without its triggers."""
    with closing(sqlite3.connect(path)) as connection, connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in names:
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            connection.execute(statement)


async def test_what_is_sound_says_what_it_holds(database_path: str) -> None:
    await judged(database_path)
    found = examine(Path(database_path))
    with closing(sqlite3.connect(database_path)) as connection:
        entries, epoch = connection.execute("SELECT (SELECT count(*) FROM logentry), epoch FROM deployment").fetchone()
    assert (found.epoch, found.heads["hack"].sequence, found.entries) == (epoch, entries, entries)
    assert examine(Path(database_path), pause=0.0001) == found


def test_a_database_without_events_holds_nothing_and_is_sound(database_path: str) -> None:
    assert examine(Path(database_path)).heads == {}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE logentry SET payload = replace(payload, '7', '9') WHERE action = 'ballot.submitted'",
        "UPDATE logentry SET actor = 'judge:J2' WHERE sequence = (SELECT max(sequence) FROM logentry)",
        "DELETE FROM logentry WHERE sequence = (SELECT max(sequence) FROM logentry)",
        "DELETE FROM logentry WHERE sequence = 2",
        "UPDATE logentry SET salt = 'no salt' WHERE sequence = 3",
        "UPDATE logentry SET leaf = (SELECT leaf FROM logentry WHERE sequence = 1) WHERE sequence = 3",
        "UPDATE logentry SET hash = (SELECT hash FROM logentry WHERE sequence = 1) WHERE sequence = 3",
        "UPDATE ledgerhead SET sequence = sequence - 1",
        "UPDATE ledgerhead SET hash = (SELECT hash FROM logentry WHERE sequence = 1)",
    ],
)
async def test_a_ledger_that_does_not_verify_is_refused(database_path: str, statement: str) -> None:
    await judged(database_path)
    changed(database_path, statement)
    with pytest.raises(Unusable, match=r"The ledger of hack is damaged at entry \d+\."):
        examine(Path(database_path))


async def test_a_page_that_was_flipped_is_refused(database_path: str) -> None:
    await judged(database_path)
    path = Path(database_path)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = bytes(4096)
    path.write_bytes(content)
    with pytest.raises(Unusable, match=r"is damaged|cannot be read"):
        examine(Path(database_path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no tables of Scoreboard's"),
        (b"no database at all, but some text that goes on", "cannot be read: file is not a database"),
    ],
)
def test_what_is_no_database_of_ours_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "copy.db"
    path.write_bytes(content)
    with pytest.raises(Unusable, match=words):
        examine(path)


async def test_a_row_that_no_table_of_ours_could_hold_is_refused(database_path: str) -> None:
    await judged(database_path)
    changed(database_path, "PRAGMA ignore_check_constraints = ON", "UPDATE assignment SET state = 'odd'")
    with pytest.raises(Unusable, match="is damaged: CHECK constraint failed"):
        examine(Path(database_path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as refused:
        examine(tmp_path / "gone.db")
    assert str(refused.value) == f"There is no file {tmp_path / 'gone.db'}."


def test_a_newer_version_is_refused(database_path: str) -> None:
    one_file(Path(database_path))
    changed(database_path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unusable, match="a newer version of Scoreboard"):
        examine(Path(database_path))


async def test_rows_that_point_nowhere_are_refused(database_path: str) -> None:
    await judged(database_path)
    changed(database_path, "PRAGMA foreign_keys = OFF", "DELETE FROM team WHERE key = 'T1'")
    with pytest.raises(Unusable, match="rows point nowhere"):
        examine(Path(database_path))


async def test_another_life_has_another_epoch(database: Database, database_path: str) -> None:
    await database.write(lambda session: setattr(session.get_one(Deployment, 1), "epoch", "another"))
    assert examine(Path(database_path)).epoch == "another"


async def test_what_was_found_sound_before_is_followed_from_there_on(database: Database, database_path: str) -> None:
    cast = await imported_event(database)
    known = examine(Path(database_path))
    await score(database, cast, "J1", "T1", 7, 8)
    found = examine(Path(database_path), since=known)
    assert found.entries == known.entries + 1
    elsewhere = replace(known.heads["hack"], hash="00" * 32)
    with pytest.raises(Unusable, match="damaged at entry"):
        examine(Path(database_path), since=Contents(known.epoch, {"hack": elsewhere}))


async def test_another_ledger_of_the_same_name_is_followed_from_its_beginning(
    database: Database, database_path: str
) -> None:
    await imported_event(database)
    found = examine(Path(database_path))
    for other in (replace(found.heads["hack"], key="another"), replace(found.heads["hack"], sequence=10_000)):
        assert examine(Path(database_path), since=Contents(found.epoch, {"hack": other})) == found
