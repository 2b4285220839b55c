"""Options that several commands share."""

from collections.abc import Callable
from typing import Any

import click


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
