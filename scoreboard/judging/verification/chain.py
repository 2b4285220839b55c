"""The mathematics of a ledger, entry by entry: numbering, leaf, chain, and the root of the tree so far.

    body    = UTF-8 of the JSON array [event key, sequence, at, actor, action, subject, payload]
    leaf    = SHA-256(00 | salt | body)
    hash_i  = SHA-256(02 | hash_{i-1} | leaf_i),     hash_0 = SHA-256(02 | event key)
    root    = that of RFC 6962 over the leaves:      node = SHA-256(01 | left | right)

It is written again here, and not taken from where entries are made: a mistake there must not hide itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from json.encoder import encode_basestring as text
from typing import Any, Final, NamedTuple

from scoreboard.judging.verification.verdict import Check, Verdict

EMPTY: Final = sha256(b"").digest()
BALLOT: Final = "ballot."  # what the actions of all ballots begin with
LATE: Final = "ballot.late"  # of those that counted for nothing when they came


class Recorded(NamedTuple):
    """An entry as it is recorded, texts as they are; of a closed one only `sequence`, `leaf` and `hash` are known."""

    sequence: int
    at: str
    actor: str
    action: str
    subject: str
    payload: str  # JSON
    salt: str
    leaf: str
    hash: str
    closed: bool = False


def closed(sequence: int, leaf: str, chained: str) -> Recorded:
    """An entry of which nothing but its place is known."""
    return Recorded(sequence, "", "", "", "", "", "", leaf, chained, closed=True)


def recorded(rows: Iterable[Sequence[Any]]) -> Iterator[Recorded]:
    """Entries from rows that have each thing in its place. There are millions, so none is looked at."""
    return map(partial(tuple.__new__, Recorded), rows)


def salt_in(text: str) -> bytes:
    """Read a salt. Raises ValueError also for the same bytes written in another way."""
    salt = bytes.fromhex(text)
    if salt.hex() != text:
        raise ValueError(text)
    return salt


class Chain:
    """Follows the entries of one event. After a fault it goes on from what is recorded, to find the next one."""

    def __init__(self, key: str, verdict: Verdict) -> None:
        self.key = key
        self.verdict = verdict
        self.size = 0
        self.sound = True  # whether everything so far is as it was recorded
        self._hash = sha256(b"\x02" + key.encode()).digest()
        self._begins = f"[{text(key)},"  # the body of each entry
        self._complete: list[bytes] = []  # the roots of the complete subtrees, the largest first

    @property
    def hash(self) -> str:
        """The hash of the newest entry, which stands for all before it."""
        return self._hash.hex()

    def take(self, entry: Recorded) -> None:
        """Check the next entry against what came before it."""
        sequence, at, actor, action, subject, payload, salt, told_leaf, told_hash, is_closed = entry
        if sequence != self.size + 1:
            if type(sequence) is not int:
                self._wrong(Check.FORM, self.size + 1, "The entry after entry %(size)s has no number.", size=self.size)
                return
            self._skipped(sequence)
        self.size = sequence
        try:
            if is_closed:
                leaf = bytes.fromhex(told_leaf)
            else:
                salted = salt_in(salt)
                body = f"{sequence},{text(at)},{text(actor)},{text(action)},{text(subject)},{payload}]"
                leaf = sha256(b"\x00" + salted + (self._begins + body).encode()).digest()
            chained = sha256(b"\x02" + self._hash + leaf).digest()
            if leaf.hex() != told_leaf or chained.hex() != told_hash:
                leaf, chained = self._differs(entry, leaf)
        except (ValueError, TypeError):
            self._wrong(Check.FORM, sequence, "Entry %(sequence)s holds something that no entry can hold.")
            return
        self._hash = chained
        number = sequence - 1
        complete = self._complete
        while number & 1 and complete:
            leaf = sha256(b"\x01" + complete.pop() + leaf).digest()
            number >>= 1
        complete.append(leaf)

    def root(self) -> bytes:
        """Compute the root of the tree of all entries so far."""
        if not self._complete:
            return EMPTY
        node = self._complete[-1]
        for left in reversed(self._complete[:-1]):
            node = sha256(b"\x01" + left + node).digest()
        return node

    def gives(self, root: bytes) -> bool:
        """Whether this is the root of the tree of all entries so far."""
        return root == self.root()

    def _differs(self, entry: Recorded, leaf: bytes) -> tuple[bytes, bytes]:
        """Tell what was changed; give leaf and hash as they are recorded."""
        recorded = bytes.fromhex(entry.leaf)
        chained = sha256(b"\x02" + self._hash + recorded).hexdigest()
        if leaf.hex() != entry.leaf:
            self._wrong(
                Check.LEAF,
                entry.sequence,
                "Entry %(sequence)s was changed after it was recorded: its fingerprint is recorded as %(expected)s, "
                "and what stands there gives %(found)s.",
                expected=entry.leaf,
                found=leaf.hex(),
            )
        if chained != entry.hash:
            self._wrong(
                Check.CHAIN,
                entry.sequence,
                "Entry %(sequence)s does not follow from the one before: the chain gives %(expected)s, and %(found)s "
                "is recorded.",
                expected=chained,
                found=entry.hash,
            )
        return recorded, bytes.fromhex(entry.hash)

    def _skipped(self, sequence: int) -> None:
        """Tell what is wrong with the numbering."""
        if sequence > self.size + 1:
            self._wrong(
                Check.SEQUENCE,
                self.size + 1,
                "Entry %(expected)s is missing: after entry %(before)s comes entry %(found)s.",
                expected=self.size + 1,
                before=self.size,
                found=sequence,
            )
        else:
            self._wrong(
                Check.SEQUENCE,
                sequence,
                "Entry %(found)s stands where entry %(expected)s was expected: it is doubled or out of order.",
                expected=self.size + 1,
                found=sequence,
            )

    def _wrong(self, check: Check, sequence: int, message: str, /, **params: str | int) -> None:
        self.sound = False
        self.verdict.blame(check, sequence, message, **{"sequence": sequence, **params})
