import re
from pathlib import Path

from builder import score
from click.testing import CliRunner, Result
from kept import imported_event

from scoreboard.cli.main import commands
from scoreboard.database import Database
from scoreboard.keeping.soundness import examine


def backup(*words: str) -> Result:
    return CliRunner().invoke(commands, ["backup", *words])


async def test_backup_says_where_how_much_and_how_long(database: Database, database_path: str, tmp_path: Path) -> None:
    cast = await imported_event(database)
    given = await score(database, cast, "J1", "T1", 7, 8)
    result = backup("--database", database_path, str(tmp_path / "stick"))
    found = re.fullmatch(r"(\S+): (\d+) ledger entries, checked, [\d.]+ s\n", result.output)
    assert found, result.output
    path = Path(found[1])
    assert re.fullmatch(rf"scoreboard-\d{{8}}T\d{{6}}Z-{given.sequence}\.db", path.name)
    assert examine(path).entries == int(found[2]) == given.sequence
    assert path.parent == tmp_path / "stick"


def test_backup_goes_beside_the_database_when_no_folder_is_named(database_path: str) -> None:
    assert backup("--database", database_path).exit_code == 0
    assert len(list(Path(f"{database_path}-backups").glob("scoreboard-*.db"))) == 1


def test_the_key_is_copied_only_when_asked_for_and_what_that_means_is_said(database_path: str, tmp_path: Path) -> None:
    backup("--database", database_path, str(tmp_path / "without"))
    assert list((tmp_path / "without").glob("*.key")) == []
    told = backup("--database", database_path, "--with-key", str(tmp_path / "with"))
    assert "Whoever has it can sign in this server's name." in told.output
    assert len(list((tmp_path / "with").glob("*.key"))) == 1


def test_a_database_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    result = backup("--database", str(tmp_path / "gone.db"))
    assert (result.exit_code, result.stderr) == (1, f"Error: There is no database {tmp_path / 'gone.db'}.\n")
