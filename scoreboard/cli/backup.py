"""``scoreboard backup``: a copy of the database, while it is in use or not."""

import time
from pathlib import Path

import click

from scoreboard.cli.options import database_option
from scoreboard.keeping.copies import folder_of
from scoreboard.keeping.copying import copy_database, copy_key


@click.command(epilog="Example: scoreboard backup --database hackathon.db /media/stick")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option(
    "--with-key",
    is_flag=True,
    help="Copy the signing key, too. Whoever has it can sign in this server's name: keep such a copy under lock.",
)
@database_option
def backup(folder: Path | None, *, with_key: bool, database: str) -> None:
    """Copy the database into FOLDER, by default the one beside it, while the server runs or not.

    The copy is one file. It gets its name after every page and every ledger in it was checked, and is never thinned
    out. The key that the server signs with is not in it.
    """
    started = time.monotonic()
    copy = copy_database(database, folder or folder_of(database, ""))
    click.echo(f"{copy.path}: {copy.entries} ledger entries, checked, {time.monotonic() - started:.1f} s")
    if with_key:
        click.echo(f"{copy_key(database, copy)}: the signing key. Whoever has it can sign in this server's name.")
