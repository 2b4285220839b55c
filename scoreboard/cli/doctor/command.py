"""``scoreboard doctor``: looks at a deployment before the event, and says what to do."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from scoreboard.cli.doctor.address import address
from scoreboard.cli.doctor.copies import copies
from scoreboard.cli.doctor.database import postgresql, sqlite, sqlite_version
from scoreboard.cli.doctor.disk import disk
from scoreboard.cli.doctor.finding import Finding, Level, red, worst
from scoreboard.cli.doctor.keys import keys
from scoreboard.cli.doctor.machine import machine
from scoreboard.cli.options import database_option
from scoreboard.settings import Settings

COLOURS = {Level.GREEN: "green", Level.AMBER: "yellow", Level.RED: "red"}
VERDICTS = {
    Level.GREEN: "All is well.",
    Level.AMBER: "This will do. What is amber deserves a look.",
    Level.RED: "The event should not begin like this. What is red has to be put right.",
}


@click.command(epilog="Example: scoreboard doctor --database hackathon.db --url https://score.example")
@click.option("--url", metavar="URL", help="Where the server answers; by default the public address, where one is set.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@database_option
def doctor(url: str | None, *, as_json: bool, database: str) -> None:
    """Check a deployment before the event: green, amber or red, and what to do.

    Nothing is changed. The exit code is 1 when anything is red.
    """
    settings = Settings.from_environment(database=database)
    findings = [*storage(settings), *machine(), *address(settings, url)]
    if as_json:
        told = {"level": worst(findings).name.lower(), "findings": [finding.as_json() for finding in findings]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        say(findings)
    sys.exit(1 if worst(findings) is Level.RED else 0)


def storage(settings: Settings) -> Iterator[Finding]:
    """Look at all that is kept."""
    if "://" in settings.database:
        yield from postgresql(settings.database)
        yield from keys(settings)
        return
    path = Path(settings.database)
    yield sqlite_version()
    if not path.is_file():
        advice = "scoreboard serve makes an empty one; or name another: --database"
        yield red("database", f"There is no database {path}.", advice)
        return
    yield from sqlite(path)
    yield from disk(path.absolute().parent)
    yield from keys(settings)
    yield from copies(path, settings.backups)


def say(findings: Iterable[Finding]) -> None:
    """Print findings: the level in a word and a colour, what was found, and below it what to do."""
    findings = list(findings)
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        label = click.style(f"{finding.level.name:5}", fg=COLOURS[finding.level], bold=True)
        click.echo(f"{label}  {finding.subject:{width}}  {finding.words}")
        if finding.advice:
            click.echo(f"{'':5}  {'':{width}}  -> {finding.advice}")
    verdict = worst(findings)
    click.echo(click.style(VERDICTS[verdict], fg=COLOURS[verdict], bold=True))
