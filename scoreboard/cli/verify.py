"""``scoreboard verify``: recompute a record, and say whether it is what it was."""

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from scoreboard.cli.options import database_option
from scoreboard.cli.record import event_named, reading
from scoreboard.cli.watching import Watch
from scoreboard.errors import InvalidInput, ScoreboardError
from scoreboard.exchange.record import verify_record
from scoreboard.judging.ledger.notes import Note
from scoreboard.judging.verification.outside import Outside, Receipt, note_from, receipt_from
from scoreboard.judging.verification.stored import verify_event
from scoreboard.judging.verification.verdict import Verdict
from scoreboard.judging.verification.verify import Item
from scoreboard.models import Event, LedgerHead

SQLITE = b"SQLite format 3\0"
SHOWN = 10  # faults that are told one by one
KEY_DIGITS = 64
LARGE = 20_000  # entries from which on a second process is worth its start
LARGE_FILE = 5_000_000  # bytes of a record that holds so many, or of a packed one that holds more


class BadInput(click.ClickException):
    """What was given cannot be verified at all."""

    exit_code = 2


@click.command(epilog="Example: scoreboard verify services-2026.ndjson.gz --checkpoint from-my-phone.txt")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@database_option
@click.option("--event", "slug", metavar="SLUG", help="Of a database: this event only.")
@click.option(
    "--checkpoint",
    "checkpoints",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="A checkpoint that was kept outside: on a judge's phone, in a mail. May be given several times.",
)
@click.option(
    "--receipt",
    "receipts",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="A judge's receipt for a ballot, as JSON. May be given several times.",
)
@click.option("--public-key", metavar="HEX", default="", help="The key that must have signed, if you know it.")
@click.option(
    "--processes",
    type=click.IntRange(1, 2),
    help="How many processes share the work; by default two, for much of it and on more than one processor.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def verify(
    file: Path | None,
    database: str,
    slug: str | None,
    checkpoints: tuple[Path, ...],
    receipts: tuple[Path, ...],
    public_key: str,
    processes: int | None,
    as_json: bool,
) -> None:
    """Check FILE, a record or a SQLite database; without one the ledgers of the database that is set.

    Of a database all that is stored beside its ledgers is checked as well.

    Numbering, fingerprints, chain, signatures, the rules of each phase and the published standings are computed again,
    and the first bad entry is named. A history that was cut off or written anew with the real key can be told only by
    what was kept outside: give --checkpoint. The exit code is 0 if all is intact, 1 if not, 2 if it cannot be verified.
    """
    began = time.monotonic()
    try:
        pinned = checked_key(public_key)
        notes = [note_from(text_of(path)) for path in checkpoints]
        kept = [each for path in receipts for each in receipts_in(text_of(path))]
        with uncollected():
            if file and not is_database(file):
                verdicts = in_file(file, notes, kept, pinned, processes)
            else:
                verdicts = in_database(str(file or database), slug, notes, kept, pinned, processes)
    except ScoreboardError as error:
        raise BadInput(str(error)) from error
    except SQLAlchemyError as error:
        raise BadInput(f"The database {file or database} cannot be read: {str(error).splitlines()[0]}") from error
    seconds = time.monotonic() - began
    intact = all(verdict.intact for verdict in verdicts)
    if as_json:
        found = {"intact": intact, "seconds": round(seconds, 3), "events": [each.as_json() for each in verdicts]}
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for verdict in verdicts:
            for line in report(verdict):
                click.echo(line)
        click.echo(f"{'Intact' if intact else 'NOT INTACT'}, after {seconds:.1f} s.")
    if not intact:
        sys.exit(1)


def is_database(file: Path) -> bool:
    """Whether a file is one of SQLite's, which begin alike (sqlite.org/fileformat.html, 1.3)."""
    if not file.is_file():  # a pipe gives its beginning once only
        return False
    with file.open("rb") as opened:
        return opened.read(len(SQLITE)) == SQLITE


@contextmanager
def uncollected() -> Iterator[None]:
    """Without looking for garbage: a history makes none, and to look through a million ballots takes time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def in_file(
    file: Path, notes: list[Note], receipts: list[Receipt], pinned: str, processes: int | None
) -> list[Verdict]:
    """Verify a record's file. Raises InvalidInput for what is no record, Unusable where a process is ended."""

    def watch(items: Iterable[Item], size: int, done: Callable[[], int]) -> Iterator[Item]:
        with Watch(sys.stderr, size) as watching:
            yield from watching.through(items, done)

    large = file.is_file() and file.stat().st_size >= LARGE_FILE
    return [
        verify_record(
            file,
            notes=notes,
            receipts=receipts,
            pinned=pinned,
            watch=watch,
            processes=processes or how_many(large=large),
        )
    ]


def in_database(
    database: str,
    slug: str | None,
    notes: list[Note],
    receipts: list[Receipt],
    pinned: str,
    processes: int | None,
) -> list[Verdict]:
    """Verify the events of a database, or one of them. Raises NotFound, Unusable, InvalidInput."""
    with reading(database) as session:
        events = [event_named(session, slug)] if slug else all_events(session)
        heads = {head.event_id: head for head in session.exec(select(LedgerHead))}
        keys = {event.id or 0: heads[event.id or 0].key for event in events if event.id in heads}
        strangers = {note.key for note in notes} | {receipt.key for receipt in receipts}
        strangers -= set(keys.values())
        if strangers and len(events) != 1:
            raise InvalidInput(
                "No event here has the ledger %(key)s; say by --event which one it should be.", key=min(strangers)
            )
        sizes = {event.id or 0: heads[event.id or 0].sequence if event.id in heads else 0 for event in events}

        with Watch(sys.stderr, sum(sizes.values())) as watching:
            return [
                verify_event(
                    session,
                    event,
                    outside=own(keys.get(event.id or 0, ""), notes, receipts, alone=len(events) == 1),
                    pinned=pinned,
                    watch=watching.through,
                    processes=processes or how_many(large=sizes[event.id or 0] >= LARGE),
                )
                for event in events
            ]


def how_many(*, large: bool, processors: int | None = None) -> int:
    """In how many processes to verify: two, for much of it and on as many processors."""
    if processors is None:
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 2 if large and processors > 1 else 1


def own(key: str, notes: list[Note], receipts: list[Receipt], *, alone: bool) -> Outside:
    """What was kept outside of one ledger; of the only one that was asked for, all."""
    return Outside(
        key,
        [note for note in notes if alone or note.key == key],
        [receipt for receipt in receipts if alone or receipt.key == key],
    )


def all_events(session: Session) -> list[Event]:
    """Every event of a database. Raises InvalidInput where there is none."""
    events = list(session.exec(select(Event).order_by(col(Event.id))))
    if not events:
        raise InvalidInput("There is no event in this database.")
    return events


def text_of(path: Path) -> str:
    """Read a small file. Raises InvalidInput."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        words = getattr(failure, "strerror", None) or "it is no text"
        raise InvalidInput("The file %(file)s cannot be read: %(words)s.", file=path, words=words) from failure


def receipts_in(text: str) -> Iterable[Receipt]:
    """Read one receipt, or a list of them. Raises InvalidInput."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as failure:
        raise InvalidInput("This is no receipt.") from failure
    return [receipt_from(each) for each in (found if isinstance(found, list) else [found])]


def checked_key(public_key: str) -> str:
    """A public key as it is compared. Raises InvalidInput."""
    key = public_key.strip().lower()
    if key and (len(key) != KEY_DIGITS or key.strip("0123456789abcdef")):
        raise InvalidInput("A public key has %(n)s hexadecimal digits.", n=KEY_DIGITS)
    return key


def report(verdict: Verdict) -> Iterator[str]:
    """Say what was found, for people."""
    first = verdict.first
    yield f"{verdict.slug} (ledger {verdict.key})"
    yield f"  {verdict.entries} entries, {verdict.checkpoints} checkpoints; signed up to entry {verdict.signed}."
    for result in verdict.results:
        yield (
            f"  {result.kind} result of round {result.round} (entry {result.sequence}, {result.rule}): "
            f"computed again, the same. First: {', '.join(result.winners) or '–'}"
        )
    for remark in verdict.remarks:
        yield f"  Note: {remark.words()}"
    if first is None:
        return
    yield (
        f"  The first bad entry is {first.sequence}." if first.sequence else "  Something is wrong beside the entries."
    )
    faults = sorted(verdict.faults, key=lambda fault: (fault is not first, fault.sequence or 0))
    for fault in faults[:SHOWN]:
        yield f"  {f'entry {fault.sequence}' if fault.sequence else 'beside'}: {fault.words()}"
    if len(faults) + verdict.more > SHOWN:
        yield f"  and {len(faults) + verdict.more - SHOWN} more"
