from pathlib import Path

import pytest

from scoreboard.cli.doctor.finding import Level
from scoreboard.cli.doctor.keys import keys
from scoreboard.settings import Settings
from scoreboard.signing import SigningKey, write_key


def told(path: str, **settings: str) -> tuple[Level, str]:
    (found,) = keys(Settings(database=path, **settings))
    return found.level, found.words


def test_the_key_that_the_ledgers_name_is_green(database_path: str) -> None:
    level, words = told(database_path)
    assert level is Level.GREEN
    assert words.startswith(f"{database_path}.key is the key that the ledgers name, ")


def test_a_key_that_is_not_there_is_red(database_path: str) -> None:
    Path(f"{database_path}.key").unlink()
    assert told(database_path)[0] is Level.RED


def test_a_key_that_others_can_read_is_red(database_path: str) -> None:
    Path(f"{database_path}.key").chmod(0o644)
    level, words = told(database_path)
    assert (level, "chmod 600" in words) == (Level.RED, True)


def test_another_key_is_red(database_path: str, tmp_path: Path) -> None:
    write_key(tmp_path / "other.key", SigningKey.new())
    assert told(database_path, signing_key=str(tmp_path / "other.key"))[0] is Level.RED


@pytest.mark.parametrize("content", [b"", b"nothing of ours, and not even a database"])
def test_a_database_that_cannot_be_asked_is_red(database_path: str, content: bytes) -> None:
    Path(database_path).write_bytes(content)
    for end in ("-wal", "-shm"):
        Path(database_path + end).unlink(missing_ok=True)
    assert told(database_path)[0] is Level.RED
