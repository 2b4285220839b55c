from pathlib import Path

from builder import score
from click.testing import CliRunner
from kept import imported_event

from scoreboard.cli.main import commands
from scoreboard.database import opened
from scoreboard.keeping.copying import copy_database
from scoreboard.keeping.lock import held


async def test_restore_says_what_is_back_what_was_kept_and_what_comes_next(database_path: str, tmp_path: Path) -> None:
    async with opened(database_path) as database:
        cast = await imported_event(database)
        given = await score(database, cast, "J1", "T1", 7, 8)
        copy = copy_database(database_path, tmp_path)
    result = CliRunner().invoke(commands, ["restore", str(copy.path), "--database", database_path])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:2] == [
        f"{database_path} now holds what {copy.path} held:",
        f"  hack: {given.sequence} ledger entries",
    ]
    assert lines[2].startswith(f"What was there before is kept as {database_path}.before-")
    assert lines[3] == "Next:"
    assert "phones offer again" in result.output


def test_a_copy_that_does_not_verify_is_refused_with_one(database_path: str, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_bytes(b"SQLite format 3\0" + bytes(4080))
    result = CliRunner().invoke(commands, ["restore", str(tmp_path / "copy.db"), "--database", database_path])
    assert (result.exit_code, result.stderr.startswith("Error: The file ")) == (1, True)


def test_under_a_running_server_it_says_what_to_do(database_path: str, tmp_path: Path) -> None:
    copy = copy_database(database_path, tmp_path)
    with held(database_path):
        result = CliRunner().invoke(commands, ["restore", str(copy.path), "--database", database_path])
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: A server is running on the database {database_path}. Please stop it first.\n",
    )


def test_a_machine_without_the_key_is_told_to_put_it_there(database_path: str, tmp_path: Path) -> None:
    copy = copy_database(database_path, tmp_path)
    result = CliRunner().invoke(commands, ["restore", str(copy.path), "--database", str(tmp_path / "new.db")])
    assert (
        f"  0. Put the signing key back, from where you keep it: {tmp_path / 'new.db.key'}, mode 600." in result.output
    )
