"""The record of who did what: append-only, numbered without gaps, each entry holding the hash of the one before.

An entry is written in the transaction of the change that it records. Its hash covers the canonical JSON (RFC 8785 in
what is used of it: sorted keys, no spaces, UTF-8, no floats) of the entry without the hash.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from scoreboard.errors import NotFound
from scoreboard.models import LedgerHead, LogEntry

GENESIS = "0" * 64  # what the first entry has for the hash before it


def canonical(value: object) -> str:
    """Write JSON in the one form that is hashed. A float raises TypeError: its text differs between programs."""
    refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def refuse_floats(value: object) -> None:
    """Raise TypeError when a float stands anywhere in the value."""
    if isinstance(value, float):
        raise TypeError(f"a float has no canonical form: {value}")
    if isinstance(value, dict):
        for part in value.values():
            refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            refuse_floats(part)


def hash_of(
    event_id: int, sequence: int, at: datetime, actor: str, action: str, subject: str, payload: str, before: str
) -> str:
    """SHA-256 (hexadecimal) of an entry and of the hash before it."""
    entry = {
        "event": event_id,
        "sequence": sequence,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "action": action,
        "subject": subject,
        "payload": payload,
        "previous_hash": before,
    }
    return hashlib.sha256(canonical(entry).encode()).hexdigest()


def open_ledger(session: Session, event_id: int) -> None:
    """Give a new event its empty ledger."""
    session.add(LedgerHead(event_id=event_id, sequence=0, hash=GENESIS))
    session.flush()


def append(session: Session, event_id: int, actor: str, action: str, subject: str, payload: dict[str, Any]) -> int:
    """Append an entry in the session's transaction; return its sequence, 1-based and without gaps in an event.

    `actor` is who (``judge:J01``, ``organiser:olga``, ``system``), `action` what (``ballot.submitted``), `subject`
    on what (``team:T04``), `payload` the particulars: JSON without floats.
    """
    head = session.execute(
        select(col(LedgerHead.sequence), col(LedgerHead.hash))
        .where(col(LedgerHead.event_id) == event_id)
        .with_for_update()
    ).one_or_none()
    if head is None:
        raise NotFound("There is no such event.")
    sequence: int = head.sequence + 1
    before = head.hash
    at = datetime.now(UTC)
    text = canonical(payload)
    entry_hash = hash_of(event_id, sequence, at, actor, action, subject, text, before)
    session.execute(
        insert(LogEntry).values(
            event_id=event_id,
            sequence=sequence,
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            payload=text,
            previous_hash=before,
            hash=entry_hash,
        )
    )
    session.execute(
        update(LedgerHead).where(col(LedgerHead.event_id) == event_id).values(sequence=sequence, hash=entry_hash)
    )
    return sequence


def head_sequence(session: Session, event_id: int) -> int:
    """Give the sequence of the newest entry; 0 when there is none."""
    head = session.get(LedgerHead, event_id)
    return head.sequence if head else 0
