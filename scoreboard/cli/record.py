"""``scoreboard record``: an event's verifiable record, as a file."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click
from sqlmodel import Session, select

from scoreboard.cli.options import database_option
from scoreboard.database import open_engine
from scoreboard.errors import NotFound, Unusable
from scoreboard.exchange.record import write_record
from scoreboard.judging.ledger.entries import written_time
from scoreboard.judging.ledger.keys import refuse_other_key
from scoreboard.judging.ledger.notes import checkpoint_note
from scoreboard.judging.verification.tail import Tail
from scoreboard.migrations import Age, age
from scoreboard.models import Event
from scoreboard.settings import Settings
from scoreboard.signing import key_at_hand


@click.command(epilog="Example: scoreboard record services-2026 services-2026.ndjson.gz --database hackathon.db")
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@database_option
def record(slug: str, file: Path, force: bool, database: str) -> None:
    """Write the record of the event SLUG into FILE; gzipped if its name ends in .gz.

    The record holds every entry of the ledger, the checkpoints and the published results, but no comments, no e-mail
    addresses and no secrets. Anybody can check it: with scoreboard verify FILE, or on the page /verify in a browser.
    It is closed with a signature, so the signing key must be at hand unless all has been signed already.
    """
    if file.exists() and not force:
        raise click.ClickException(f"{file} is there already; --force writes over it. Nothing was written.")
    setting = Settings.from_environment(database=database).signing_key
    with reading(database) as session:
        event = event_named(session, slug)

        def sign(tail: Tail) -> str:
            key = key_at_hand(database, setting)
            refuse_other_key(session, key.public)
            return checkpoint_note(key, tail.key, tail.size, tail.root, written_time(datetime.now(UTC)))

        part = file.with_name(f"{file.name}.part")
        try:
            with written(part, packed=file.suffix == ".gz") as target:
                counts = write_record(session, event, target, sign)
            part.replace(file)
        except OSError as failure:
            raise click.ClickException(f"{file} cannot be written: {failure.strerror}.") from failure
        finally:
            part.unlink(missing_ok=True)
    click.echo(
        f"{file} holds {slug}: {counts['entries']} entries, {counts['checkpoints']} checkpoints, "
        f"{counts['runs']} results."
    )


@contextmanager
def written(path: Path, *, packed: bool) -> Iterator[IO[str]]:
    """Open a file to write lines into."""
    with path.open("wb") as raw:
        if not packed:
            with io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as lines:
                yield lines
            return
        with gzip.GzipFile(fileobj=raw, mode="wb") as packing, io.TextIOWrapper(packing, "utf-8", newline="\n") as text:
            yield text


@contextmanager
def reading(database: str) -> Iterator[Session]:
    """One snapshot of a database of this version, which cannot be written to. Raises Unusable."""
    if "://" not in database and not Path(database).is_file():
        raise Unusable("There is no database %(database)s.", database=database)
    engine = open_engine(database, read_only=True)
    try:
        with engine.connect() as connection, connection.begin():
            was = age(connection)
            if was is Age.OLDER:
                raise Unusable(
                    "The database %(database)s is of an older version. Make a copy of it, then run: "
                    "scoreboard migrate --database %(database)s",
                    database=database,
                )
            if was is Age.NEWER:
                raise Unusable(
                    "The database %(database)s was written by a newer version of Scoreboard. Please update Scoreboard.",
                    database=database,
                )
            if was is Age.EMPTY:
                raise Unusable("This database holds something else than Scoreboard's tables.")
            with Session(bind=connection) as session:
                yield session
    finally:
        engine.dispose()


def event_named(session: Session, slug: str) -> Event:
    """Find an event. Raises NotFound, with the names that there are."""
    event = session.exec(select(Event).where(Event.slug == slug)).one_or_none()
    if event is None:
        known = ", ".join(session.exec(select(Event.slug).order_by(Event.slug))) or "–"
        raise NotFound("There is no event %(slug)s here; there are: %(known)s.", slug=slug, known=known)
    return event
