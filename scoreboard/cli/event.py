"""``scoreboard import`` and ``scoreboard export``: an event as a folder of files."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import click
from sqlmodel import Session, select

from scoreboard.cli.options import database_option, ready
from scoreboard.database import opened
from scoreboard.errors import InvalidEvent, JudgeAndMember, NotFound, RubricLocked
from scoreboard.exchange.folder import read_folder, write_folder
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.changes import Change, Changes
from scoreboard.judging.setup.description import EventForm
from scoreboard.judging.setup.faults import Fault
from scoreboard.models import Event

ACTOR = "command:import"
LINES = 40  # so many changes of one kind are told one by one


@click.command("import", epilog="Example: scoreboard import my-event --database my-event.db")
@click.argument("folder", type=click.Path(path_type=Path))
@database_option
def import_event(folder: Path, database: str) -> None:
    """Store the event that FOLDER describes, or bring it up to date.

    Everything is checked first; every fault is named with its file, row and column, and nothing is stored unless all
    is right. Importing again changes what changed and says what that was; nothing is ever deleted because a file does
    not mention it.
    """
    try:
        form = read_folder(folder)
        ready(database)
        changes = asyncio.run(stored(form, database))
    except (InvalidEvent, JudgeAndMember, RubricLocked) as refused:
        for fault in refused.extra["faults"]:
            click.echo(fault_line(Fault.from_json(fault)), err=True)
        raise click.ClickException(str(refused)) from refused
    for told in report(changes):
        click.echo(told)


@click.command("export", epilog="Example: scoreboard export services-2026 copy-of-my-event")
@click.argument("slug")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write into a folder that holds something already.")
@database_option
def export_event(slug: str, folder: Path, force: bool, database: str) -> None:
    """Write the event SLUG into FOLDER, in the form that import reads.

    An import of what was written changes nothing. The folder must be new or empty, unless --force is given.
    """
    if folder.exists() and not folder.is_dir():
        raise click.ClickException(f"{folder} is not a folder. Nothing was written.")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise click.ClickException(f"{folder} holds files already; --force writes over them. Nothing was written.")
    if "://" not in database and not Path(database).is_file():
        raise click.ClickException(f"There is no database {database}.")
    ready(database)
    form = asyncio.run(written(slug, folder, database))
    click.echo(f"{folder} holds {form.slug}: {len(form.teams)} teams, {len(form.judges)} judges.")


async def stored(form: EventForm, setting: str) -> Changes:
    """Store a form in a database."""
    async with opened(setting) as database:
        return await database.write(roster.store, form, ACTOR)


async def written(slug: str, folder: Path, setting: str) -> EventForm:
    """Write an event of a database into a folder. Raises NotFound."""

    def write(session: Session) -> EventForm:
        event = session.exec(select(Event).where(Event.slug == slug)).one_or_none()
        if event is None:
            known = ", ".join(session.exec(select(Event.slug).order_by(Event.slug))) or "–"
            raise NotFound("There is no event %(slug)s here; there are: %(known)s.", slug=slug, known=known)
        return write_folder(session, event, folder)

    async with opened(setting) as database:
        return await database.read(write)


def fault_line(fault: Fault) -> str:
    """Say where a fault is and what it is."""
    row = "" if fault.row is None else f", row {fault.row}"
    column = "" if fault.column is None else f", {fault.column}"
    return f"{fault.file}{row}{column}: {fault.words()}"


def report(changes: Changes) -> Iterator[str]:
    """Say what an import did: counts, then each change that people would want to read."""
    counts = changes.counts()
    if not counts:
        yield f"{changes.slug}: nothing has changed."
    for (kind, action), count in counts.items():
        yield f"{changes.slug}: {kind} {action}: {count}"
        shown = [change for change in changes.changed if (change.kind, change.action) == (kind, action)]
        # What is new can be read in the files; what became of something that was there cannot.
        if action != "added":
            yield from (f"  {change_line(change)}" for change in shown[:LINES])
            if len(shown) > LINES:
                yield f"  and {len(shown) - LINES} more"
    kept: dict[str, list[str]] = {}
    for kind, key in changes.kept:
        kept.setdefault(kind, []).append(key)
    for kind, keys in kept.items():
        more = f" and {len(keys) - LINES} more" if len(keys) > LINES else ""
        yield f"{changes.slug}: {kind} kept, though the folder does not mention it: {', '.join(keys[:LINES])}{more}"


def change_line(change: Change) -> str:
    """Say what one change was: each field before and after."""
    if change.action == "removed":
        return change.subject
    fields = (f"{name} {quoted(before)} -> {quoted(after)}" for name, (before, after) in change.fields.items())
    return f"{change.subject}: {'; '.join(fields)}"


def quoted(value: object) -> str:
    """Write a value for a line of a report."""
    if isinstance(value, list):
        return "[" + ", ".join(quoted(part) if isinstance(part, dict) else str(part) for part in value) + "]"
    return "(nothing)" if value is None or value == "" else " ".join(str(value).split())
