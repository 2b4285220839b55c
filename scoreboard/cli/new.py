"""``scoreboard new``: a folder to start from."""

import shutil
from pathlib import Path

import click

from scoreboard.cli.demo import FOLDER


@click.command(epilog="Example: scoreboard new my-event")
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Write the demo's event into FOLDER, which must not exist yet, as a start for your own."""
    try:
        shutil.copytree(FOLDER, folder)
    except FileExistsError as failure:
        raise click.ClickException(f"{folder} exists already. Nothing was written.") from failure
    click.echo(f"{folder} holds an event to change. Then: scoreboard import {folder}")
