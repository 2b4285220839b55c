import subprocess
import sys
from pathlib import Path

import pytest

from scoreboard.errors import Unusable
from scoreboard.keeping.lock import held, is_held

HOLD = """
import sys
from scoreboard.keeping.lock import held
with held(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_database_that_is_held_is_refused_in_words(tmp_path: Path) -> None:
    setting = str(tmp_path / "a.db")
    with held(setting):
        assert is_held(setting)
        with pytest.raises(Unusable) as refused, held(setting):
            pass
    assert str(refused.value) == f"A server is running on the database {setting}. Please stop it first."
    assert not is_held(setting)
    with held(setting):
        pass


def test_a_lock_ends_with_its_holder_however_that_ends(tmp_path: Path) -> None:
    setting = str(tmp_path / "a.db")
    command = [sys.executable, "-c", HOLD, setting]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert is_held(setting)
        process.kill()
        process.wait()
        assert not is_held(setting)


def test_a_database_by_another_name_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "a.db")
    with held(str(tmp_path / "link.db")):
        assert is_held(str(tmp_path / "a.db"))


def test_asking_leaves_nothing_behind(tmp_path: Path) -> None:
    assert not is_held(str(tmp_path / "a.db"))
    assert list(tmp_path.iterdir()) == []


def test_two_databases_of_one_folder_are_two(tmp_path: Path) -> None:
    with held(str(tmp_path / "a.db")):
        assert not is_held(str(tmp_path / "b.db"))


def test_many_servers_may_share_a_postgresql_database() -> None:
    with held("postgresql://host/name"), held("postgresql://host/name"):
        pass
    assert not is_held("postgresql://host/name")


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    setting = str(tmp_path / "file" / "a.db")
    (tmp_path / "file").write_text("a file, and no folder")
    with pytest.raises(Unusable, match="cannot be locked"), held(setting):
        pass
