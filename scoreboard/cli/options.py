"""What several commands share: options, and how they come by a database."""

from collections.abc import Callable
from typing import Any

import click

from scoreboard.migrations import Age, prepare
from scoreboard.settings import Settings


def database_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--database``: a path or an address; by default the setting, else scoreboard.db in the current folder."""
    return click.option(
        "--database",
        metavar="PATH",
        envvar="SCOREBOARD_DATABASE",
        default="scoreboard.db",
        show_default=True,
        show_envvar=True,
        help="The database: a SQLite file or a postgresql:// address.",
    )(command)


def ready(database: str, *, migrate: bool = False) -> Age:
    """Make a database ready, as `migrations.prepare` does; a new one has the key that the settings name."""
    return prepare(database, migrate=migrate, signing_key=Settings.from_environment(database=database).signing_key)
