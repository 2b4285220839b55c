"""What an entry of the ledger is, byte by byte, so that anybody can recompute it. Pure.

- body: UTF-8 of the JSON array ``[key, sequence, at, actor, action, subject, payload]``, with no spaces; `key` is the
  ledger's own name, `payload` a JSON value in canonical form.
- leaf: SHA-256(0x00, salt, body). The salt is random and kept with the entry: without it, whoever sees a leaf could
  try every score until the hash fits.
- hash: SHA-256(0x02, hash before, leaf); before the first entry SHA-256(0x02, key). It stands for all that came before.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

LARGEST_INTEGER = 2**53 - 1  # above it JSON's numbers are not exact everywhere
SALT_BYTES = 16


def canonical(value: object) -> str:
    """Write JSON in the one form that is hashed: keys by code point, no spaces, letters as they are.

    Raises TypeError for a float, whose text differs between programs, ValueError for an integer that they cannot hold.
    """
    refuse_inexact(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def refuse_inexact(value: object) -> None:
    """Raise where a number stands in the value that is not the same number everywhere."""
    if isinstance(value, float):
        raise TypeError(f"a float has no canonical form: {value}")
    if isinstance(value, int) and not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        raise ValueError(f"too large for JSON: {value}")
    if isinstance(value, dict):
        for part in value.values():
            refuse_inexact(part)
    elif isinstance(value, list | tuple):
        for part in value:
            refuse_inexact(part)


def written_time(at: datetime) -> str:
    """Write a time as entries have it: ``2026-12-07T09:30:00.000000Z``."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def time_of(text: str) -> datetime:
    """Read a time of an entry."""
    return datetime.fromisoformat(text)


def first_hash(key: str) -> bytes:
    """Give the hash that stands before a ledger's first entry."""
    return hashlib.sha256(b"\x02" + key.encode()).digest()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its hashes; `salt`, `leaf` and `hash` in hexadecimal, as they are kept."""

    key: str
    sequence: int
    at: str
    actor: str
    action: str
    subject: str
    payload: str
    salt: str
    leaf: str
    hash: str

    @property
    def body(self) -> str:
        """What the leaf was taken over."""
        return body_of(self.key, self.sequence, self.at, self.actor, self.action, self.subject, self.payload)


def body_of(key: str, sequence: int, at: str, actor: str, action: str, subject: str, payload: str) -> str:
    """Write an entry as the text that is hashed; `payload` is canonical JSON already."""
    head = json.dumps([key, sequence, at, actor, action, subject], ensure_ascii=False, separators=(",", ":"))
    return f"{head[:-1]},{payload}]"


def leaf_of(salt: bytes, body: str) -> bytes:
    """Hash an entry by itself. Raises ValueError for half a surrogate pair, which has no UTF-8."""
    return hashlib.sha256(b"\x00" + salt + body.encode()).digest()


def chained(before: bytes, leaf: bytes) -> bytes:
    """Hash an entry together with all before it."""
    return hashlib.sha256(b"\x02" + before + leaf).digest()


def sealed(key: str, sequence: int, before: str, at: str, actor: str, action: str, subject: str, payload: str) -> Entry:
    """Make the entry that follows a hash, with a salt of its own."""
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = leaf_of(salt, body_of(key, sequence, at, actor, action, subject, payload))
    chain = chained(bytes.fromhex(before), leaf)
    return Entry(key, sequence, at, actor, action, subject, payload, salt.hex(), leaf.hex(), chain.hex())
