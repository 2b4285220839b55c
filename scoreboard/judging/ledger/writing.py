"""How entries come into the ledger: one after the other, in the transaction of what they tell of."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlmodel import Session, col

from scoreboard import __version__
from scoreboard.errors import NotFound
from scoreboard.judging.ledger.entries import Entry, canonical, first_hash, sealed, written_time
from scoreboard.models import Deployment, Event, LedgerHead, LogEntry
from scoreboard.prepared import Prepared

KEY_BYTES = 16
VERSION = 1  # of the form of entries, in the first of them

FIND_HEAD = Prepared(
    select(col(LedgerHead.key), col(LedgerHead.sequence), col(LedgerHead.hash))
    .where(col(LedgerHead.event_id) == bindparam("of_event"))
    .with_for_update()
)
MOVE_HEAD = Prepared(
    update(LedgerHead)
    .where(col(LedgerHead.event_id) == bindparam("of_event"))
    .values(sequence=bindparam("to_sequence"), hash=bindparam("to_hash"))
)
ENTRY = ("sequence", "at", "actor", "action", "subject", "payload", "salt", "leaf", "hash")
ADD_ENTRY = Prepared(insert(LogEntry).values({name: bindparam(name) for name in ("event_id", *ENTRY)}))
FIND_ENTRY = Prepared(
    select(col(LedgerHead.key), *(col(getattr(LogEntry, name)) for name in ENTRY))
    .join(LogEntry, col(LogEntry.event_id) == LedgerHead.event_id)
    .where(col(LogEntry.event_id) == bindparam("of_event"), col(LogEntry.sequence) == bindparam("at_sequence"))
)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a ledger: its key, and the sequence and hash of its newest entry."""

    key: str
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What an entry is to tell, before it has its place.

    `actor` is who (``judge:J01``, ``organiser:olga``, ``system``), `action` what (``ballot.submitted``), `subject`
    on what (``team:T04``), `payload` the particulars: JSON without floats.
    """

    actor: str
    action: str
    subject: str
    payload: dict[str, Any]


def open_ledger(session: Session, event_id: int) -> None:
    """Give a new event its ledger. Its first entry names the key that signs it."""
    key = secrets.token_hex(KEY_BYTES)
    session.add(LedgerHead(event_id=event_id, key=key, sequence=0, hash=first_hash(key).hex()))
    session.flush()
    slug = session.get_one(Event, event_id).slug
    public_key = session.execute(select(col(Deployment.public_key))).scalar_one()
    opening = {"version": VERSION, "public_key": public_key, "software": __version__, "event": slug}
    append(session, event_id, "system", "ledger.opened", f"event:{slug}", opening)


def append(session: Session, event_id: int, actor: str, action: str, subject: str, payload: dict[str, Any]) -> int:
    """Append an entry in the session's transaction; return its sequence, 1-based and without gaps in an event.

    The arguments are those of `Deed`. Raises NotFound without such an event; TypeError, ValueError for what cannot
    be hashed the same everywhere (see `canonical`), or is no Unicode.
    """
    return append_many(session, event_id, [Deed(actor, action, subject, payload)])[-1].sequence


def append_many(session: Session, event_id: int, deeds: Iterable[Deed]) -> list[Entry]:
    """Append entries in their order; as `append`, for many at once."""
    connection = session.connection()
    return append_after(connection, event_id, head_of(connection, event_id), deeds)


def append_after(
    connection: Connection, event_id: int, head: Head, deeds: Iterable[Deed], at: datetime | None = None
) -> list[Entry]:
    """Append entries after a head that was read in this transaction; `at` is now unless it is given."""
    when = written_time(at or datetime.now(UTC))
    entries: list[Entry] = []
    sequence, before = head.sequence, head.hash
    for deed in deeds:
        sequence += 1
        entry = sealed(head.key, sequence, before, when, deed.actor, deed.action, deed.subject, canonical(deed.payload))
        entries.append(entry)
        before = entry.hash
    if entries:
        ADD_ENTRY.run_all(connection, [columns(event_id, entry) for entry in entries])
        MOVE_HEAD.run(connection, {"of_event": event_id, "to_sequence": sequence, "to_hash": before})
    return entries


def columns(event_id: int, entry: Entry) -> dict[str, Any]:
    """Give an entry as the table holds it."""
    return {"event_id": event_id, **{name: getattr(entry, name) for name in ENTRY}}


def entry_at(connection: Connection, event_id: int, sequence: int) -> Entry:
    """Give the entry of an event's ledger that has this sequence; there must be one."""
    (found,) = FIND_ENTRY.run(connection, {"of_event": event_id, "at_sequence": sequence})
    return Entry(*found)


def head_of(connection: Connection, event_id: int) -> Head:
    """Give the end of an event's ledger, and hold others up until this transaction ends. Raises NotFound."""
    found = FIND_HEAD.run(connection, {"of_event": event_id})
    if not found:
        raise NotFound("There is no such event.")
    return Head(*found[0])


def head_sequence(session: Session, event_id: int) -> int:
    """Give the sequence of the newest entry; 0 when there is none."""
    head = session.get(LedgerHead, event_id)
    return head.sequence if head else 0
