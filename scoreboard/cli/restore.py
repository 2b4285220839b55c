"""``scoreboard restore``: a copy takes the place of a database that was lost."""

from pathlib import Path

import click

from scoreboard.cli.options import database_option
from scoreboard.keeping.restoring import restore as put_back
from scoreboard.settings import Settings
from scoreboard.signing import key_file


@click.command(epilog="Example: scoreboard restore hackathon.db-backups/scoreboard-20261207T140000Z-1234.db")
@click.argument("file", type=click.Path(path_type=Path))
@database_option
def restore(file: Path, database: str) -> None:
    """Put the copy FILE in the place of the database.

    Refused while a server runs on the database, and when the copy does not verify. The database that is there is
    moved aside and never overwritten. Each event's ledger says that it was restored.
    """
    done = put_back(file, database)
    click.echo(f"{database} now holds what {file} held:")
    for slug, head in done.contents.heads.items():
        click.echo(f"  {slug}: {head.sequence} ledger entries")
    if done.aside:
        click.echo(f"What was there before is kept as {done.aside}.")
    click.echo("Next:")
    if not key_file(database).exists() and not Settings.from_environment(database=database).signing_key:
        click.echo(f"  0. Put the signing key back, from where you keep it: {key_file(database)}, mode 600.")
    click.echo(f"  1. scoreboard doctor --database {database}")
    click.echo(f"  2. scoreboard serve --database {database}, with the options and settings of before.")
    click.echo("  3. Judges open their page, or leave it open: phones offer again, by themselves, what the copy lacks.")
    click.echo("  4. Do again what organisers did after the copy was made: phases, decisions, links.")
