"""Is a database file whole? Its pages, its version, and every ledger in it from the first entry to the last."""

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from scoreboard.database import open_engine, sound_sqlite
from scoreboard.errors import Unusable
from scoreboard.judging.ledger.entries import body_of, chained, first_hash, leaf_of
from scoreboard.judging.ledger.writing import Head
from scoreboard.judging.verification.stored import verify_event
from scoreboard.migrations import Age, age
from scoreboard.models import Deployment, Event, LedgerHead, LogEntry

CHUNK = 50  # entries that are checked without a pause
COLUMNS = ("sequence", "at", "actor", "action", "subject", "payload", "salt", "leaf", "hash")


@dataclass(frozen=True)
class Contents:
    """What a sound database holds."""

    epoch: str
    heads: Mapping[str, Head]  # the end of each event's ledger, by slug

    @property
    def entries(self) -> int:
        """How many ledger entries there are in all; sequences have no gaps, so heads tell."""
        return sum(head.sequence for head in self.heads.values())


def connect(path: Path, mode: str = "ro") -> Any:
    """Open a SQLite file as it is, without changing a setting of it. Raises the SQLite module's own errors."""
    return sound_sqlite().connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True, isolation_level=None)


def examine(path: Path, called: Path | None = None, *, since: Contents | None = None, pause: float = 0.0) -> Contents:
    """Read a database file whole, follow the chain of each ledger, and say what it holds. Raises Unusable with why not.

    The file is one that nobody uses; in what is said of it, it is `called` by the name that people know it by. Of what
    was found sound before, in an earlier copy, ledgers are followed `since` then. With a `pause` (seconds) after every
    few entries, a server that does this in a thread goes on answering meanwhile.
    """
    name = called or path
    if not path.is_file():
        raise Unusable("There is no file %(file)s.", file=name)
    check_pages(path, name)
    engine = open_engine(str(path), read_only=True)
    try:
        with engine.connect() as connection, connection.begin():
            if since is None:
                check_version(connection, name)
            with Session(bind=connection) as session:
                return contents(session, since.heads if since else {}, pause)
    except DBAPIError as failure:
        raise Unusable("The file %(file)s cannot be read: %(words)s", file=name, words=failure.orig) from failure
    finally:
        engine.dispose()


def verify(path: Path, called: Path | None = None) -> Contents:
    """Do the same, and hold every ledger to its rules, its signatures and the tables beside it. Raises Unusable."""
    found = examine(path, called)
    engine = open_engine(str(path), read_only=True)
    try:
        with Session(engine) as session:
            for event in session.exec(select(Event).order_by(Event.slug)).all():
                first = verify_event(session, event).first
                if first is not None:
                    raise Unusable(
                        "The ledger of %(event)s does not verify: %(words)s", event=event.slug, words=first.words()
                    )
    finally:
        engine.dispose()
    return found


def check_version(connection: Connection, name: Path) -> None:
    """Raise Unusable for a file of another version, with what to do."""
    was = age(connection)
    if was is Age.EMPTY:
        raise Unusable("The file %(file)s holds no tables of Scoreboard's.", file=name)
    if was is Age.NEWER:
        raise Unusable(
            "The file %(file)s was written by a newer version of Scoreboard. Please update Scoreboard.", file=name
        )
    if was is Age.OLDER:
        raise Unusable(
            "The file %(file)s is of an older version. Please run first: scoreboard migrate --database %(file)s",
            file=name,
        )


def check_pages(path: Path, name: Path) -> None:
    """Check every page, every index and every constraint of a file. Raises Unusable."""
    try:
        # Opened for writing, though nothing is written: read-only, SQLite leaves the constraints out.
        with closing(connect(path, "rw")) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sound_sqlite().Error as failure:
        raise Unusable("The file %(file)s cannot be read: %(words)s", file=name, words=failure) from failure
    if found != ["ok"]:
        raise Unusable("The file %(file)s is damaged: %(words)s", file=name, words="; ".join(found))
    if orphans:
        words = ", ".join(sorted({str(row[0]) for row in orphans}))
        raise Unusable("The file %(file)s is damaged: rows point nowhere (%(words)s).", file=name, words=words)


def contents(session: Session, known: Mapping[str, Head], pause: float) -> Contents:
    """Check the ledger of every event, from where it is known to be sound; say how far each goes. Raises Unusable."""
    epoch = session.exec(select(Deployment.epoch)).one_or_none() or ""
    heads: dict[str, Head] = {}
    for slug, row in session.exec(select(Event.slug, LedgerHead).join(LedgerHead).order_by(Event.slug)).all():
        head = heads[slug] = Head(row.key, row.sequence, row.hash)
        before = known.get(slug)
        if before is None or before.key != head.key or before.sequence > head.sequence:
            before = Head(head.key, 0, first_hash(head.key).hex())
        follow(session, row.event_id, slug, before, head, pause)
    return Contents(epoch, heads)


def follow(session: Session, event_id: int, slug: str, since: Head, head: Head, pause: float) -> None:
    """Follow a ledger from one of its entries to its head. Raises Unusable at the first one that is not as it was."""
    rows = session.execute(
        select(*(getattr(LogEntry, name) for name in COLUMNS))
        .where(col(LogEntry.event_id) == event_id, col(LogEntry.sequence) > since.sequence)
        .order_by(col(LogEntry.sequence)),
        execution_options={"yield_per": CHUNK},
    )
    expected, before = since.sequence + 1, bytes.fromhex(since.hash)
    for part in rows.partitions():
        for sequence, at, actor, action, subject, payload, salt, leaf, chain in part:
            try:
                found = leaf_of(bytes.fromhex(salt), body_of(head.key, sequence, at, actor, action, subject, payload))
            except ValueError:  # a salt that is no salt, letters that are no Unicode
                raise damaged(slug, expected) from None
            before = chained(before, found)
            if (sequence, found.hex(), before.hex()) != (expected, leaf, chain):
                raise damaged(slug, expected)
            expected += 1
        time.sleep(pause)
    if (head.sequence, head.hash) != (expected - 1, before.hex()):
        raise damaged(slug, expected - 1)


def damaged(slug: str, sequence: int) -> Unusable:
    """Say where a ledger is not as it was."""
    return Unusable("The ledger of %(event)s is damaged at entry %(n)s.", event=slug, n=sequence)
