import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from scoreboard import __version__
from scoreboard.cli.main import commands


def every_command(group: click.Group, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, (*prefix, name))
        else:
            yield (*prefix, name)


@pytest.mark.parametrize("words", list(every_command(commands)), ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(commands, [*words, "--help"])
    assert result.exit_code == 0
    assert re.search(rf"Example:\s+scoreboard {' '.join(words)} ", result.output + " ")


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(commands, ["--version"]).output == f"scoreboard, version {__version__}\n"


def test_the_package_runs_as_a_module() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "scoreboard", "--version"], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip().endswith(f"version {__version__}")


def test_an_error_of_ours_is_said_in_words_and_ends_with_one() -> None:
    result = CliRunner().invoke(commands, ["migrate", "--database", "mysql://host/name"])
    assert result.exit_code == 1
    assert result.stderr == "Error: The database mysql://host/name is neither a path nor a postgresql:// address.\n"
