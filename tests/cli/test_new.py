from pathlib import Path

from click.testing import CliRunner

from scoreboard.cli.demo import FOLDER
from scoreboard.cli.main import commands


def test_new_writes_a_folder_to_start_from(tmp_path: Path) -> None:
    folder = tmp_path / "my-event"
    assert CliRunner().invoke(commands, ["new", str(folder)]).exit_code == 0
    assert sorted(file.name for file in folder.iterdir()) == sorted(file.name for file in FOLDER.iterdir())


def test_new_writes_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    result = CliRunner().invoke(commands, ["new", str(tmp_path)])
    assert (result.exit_code, result.stderr) == (1, f"Error: {tmp_path} exists already. Nothing was written.\n")
    assert [file.name for file in tmp_path.iterdir()] == ["kept"]
