import click
import pytest
from click.testing import CliRunner

from scoreboard.cli.options import database_option


@click.command()
@database_option
def show(database: str) -> None:
    click.echo(database)


@pytest.mark.parametrize(
    ("words", "environment", "database"),
    [
        ([], {}, "scoreboard.db"),
        ([], {"SCOREBOARD_DATABASE": "set.db"}, "set.db"),
        (["--database", "given.db"], {"SCOREBOARD_DATABASE": "set.db"}, "given.db"),
    ],
)
def test_the_option_goes_before_the_setting_and_that_before_the_default(
    words: list[str], environment: dict[str, str], database: str
) -> None:
    assert CliRunner(env={"SCOREBOARD_DATABASE": None, **environment}).invoke(show, words).output == f"{database}\n"
