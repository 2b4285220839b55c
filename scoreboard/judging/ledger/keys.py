"""Whose signature stands under a ledger: the key that its first entry names, or the last that took its place."""

import json

from sqlalchemy import update
from sqlmodel import Session, col, select

from scoreboard.errors import Unusable
from scoreboard.judging.ledger.notes import rotation_text
from scoreboard.judging.ledger.writing import Deed, append_after, head_of
from scoreboard.models import Deployment, LedgerHead, LogEntry
from scoreboard.signing import SigningKey

NAMES_KEY = {"ledger.opened": "public_key", "key.rotated": "new"}  # entries that name a key, and where


def named_keys(session: Session) -> dict[int, str]:
    """Give the key that each event's ledger names now, by the event's id: 64 hexadecimal digits."""
    rows = session.exec(
        select(LogEntry.event_id, LogEntry.action, LogEntry.payload)
        .join(LedgerHead, col(LedgerHead.event_id) == LogEntry.event_id)  # by way of the index: a ledger is long
        .where(col(LogEntry.action).in_(NAMES_KEY))
        .order_by(col(LogEntry.event_id), col(LogEntry.sequence))
    )
    return {event_id: str(json.loads(payload)[NAMES_KEY[action]]) for event_id, action, payload in rows}


def signing_key_of(session: Session) -> str:
    """Give the public key that signs now, by what the deployment says."""
    return session.exec(select(Deployment.public_key)).one()


def refuse_other_key(session: Session, public: str) -> None:
    """Raise Unusable unless this public key is the one that the deployment and all its ledgers name."""
    others = {signing_key_of(session), *named_keys(session).values()} - {public}
    if others:
        raise Unusable(
            "This database is signed with another key (%(named)s…) than the one at hand (%(public)s…). Put the right "
            "key in its place. If it is lost for good, run: scoreboard key rotate --lost",
            named=min(others)[:16],
            public=public[:16],
        )


def rotate(session: Session, old: SigningKey | None, new: SigningKey, actor: str) -> int:
    """Let another key sign from now on, and say so in every ledger, signed by both; return how many there are.

    Without the old key, its signature is missing for ever, and whoever verifies the record is told. Raises Unusable
    when `old` is not the key that signs now.
    """
    if old is not None:
        refuse_other_key(session, old.public)
    connection = session.connection()
    named = named_keys(session)
    for event_id, before in named.items():
        head = head_of(connection, event_id)
        text = rotation_text(head.key, before, new.public, head.sequence + 1)
        payload = {
            "old": before,
            "new": new.public,
            "by_old": old.sign(text).hex() if old else "",
            "by_new": new.sign(text).hex(),
        }
        append_after(connection, event_id, head, [Deed(actor, "key.rotated", "deployment", payload)])
    session.execute(update(Deployment).values(public_key=new.public))
    return len(named)
