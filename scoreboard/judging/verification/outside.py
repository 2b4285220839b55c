"""What people kept outside of the server: checkpoints on phones and in mails, receipts of ballots.

Only these catch a history that was cut off at an earlier end, or written anew and signed with the real key.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scoreboard.errors import InvalidInput
from scoreboard.judging.ledger.notes import Note, read_note, receipt_text
from scoreboard.judging.verification.chain import Chain, Recorded
from scoreboard.judging.verification.keys import Ring
from scoreboard.judging.verification.verdict import Check, Illegal, Verdict
from scoreboard.signing import signed

RECEIPT: Final = ("event", "epoch", "sequence", "leaf", "at", "signature")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a judge was given for a ballot."""

    key: str
    epoch: str
    sequence: int
    leaf: str
    at: str
    signature: bytes


def note_from(text: str) -> Note:
    """Read a checkpoint that went through a mail or a clipboard. Raises InvalidInput."""
    lines = [line.strip() for line in text.strip().replace("\r", "").split("\n")]
    try:
        return read_note("\n".join(lines) + "\n")
    except ValueError as failure:
        raise InvalidInput("This is no checkpoint.") from failure


def receipt_from(value: Any) -> Receipt:
    """Read a receipt as the server gave it. Raises InvalidInput."""
    try:
        key, epoch, sequence, leaf, at, signature = (value[name] for name in RECEIPT)
        return Receipt(str(key), str(epoch), int(sequence), str(leaf), str(at), bytes.fromhex(signature))
    except (KeyError, TypeError, ValueError, OverflowError) as failure:  # the last is infinity, as JSON may spell it
        raise InvalidInput("This is no receipt.") from failure


class Outside:
    """Checkpoints and receipts of one ledger, each held against the history where it belongs."""

    def __init__(self, key: str, notes: Sequence[Note] = (), receipts: Sequence[Receipt] = ()) -> None:
        self.key = key
        self.notes: dict[int, list[Note]] = defaultdict(list)
        self.receipts: dict[int, list[Receipt]] = defaultdict(list)
        self.strange = {note.key for note in notes} | {receipt.key for receipt in receipts}
        self.strange.discard(key)
        for note in notes:
            if note.key == key:
                self.notes[note.size].append(note)
        for receipt in receipts:
            if receipt.key == key:
                self.receipts[receipt.sequence].append(receipt)
        self.places = {*self.notes, *self.receipts}
        self.agreed = 0  # the largest size at which a checkpoint from outside was right

    def reached(self, entry: Recorded, payload: Mapping[str, Any], chain: Chain, ring: Ring, verdict: Verdict) -> None:
        """Hold what belongs to this entry, and to a history that ends with it, against them."""
        for note in self.notes.pop(entry.sequence, ()):
            if not chain.gives(note.root):
                verdict.blame(
                    Check.OUTSIDE,
                    self.agreed + 1,
                    "This is not the history that was signed: the checkpoint from outside over %(size)s entries, of "
                    "%(at)s, has another root. Something in entries %(first)s to %(size)s is different.",
                    size=note.size,
                    at=note.at,
                    first=self.agreed + 1,
                )
            elif not note.signed_by(ring.at(note.size)):
                verdict.blame(
                    Check.OUTSIDE,
                    None,
                    "The checkpoint from outside over %(size)s entries is not signed with this ledger's key.",
                    size=note.size,
                )
            else:
                self.agreed = note.size
        for receipt in self.receipts.pop(entry.sequence, ()):
            try:
                honoured(receipt, entry, payload, ring)
            except Illegal as wrong:
                verdict.illegal(entry.sequence, wrong)

    def ended(self, size: int, verdict: Verdict) -> None:
        """Tell what belongs to no entry that is there."""
        for key in sorted(self.strange):
            verdict.blame(
                Check.OUTSIDE,
                1,
                "What was kept outside is of the ledger %(found)s; this is the ledger %(expected)s.",
                found=key,
                expected=self.key,
            )
        for place in sorted({*self.notes, *self.receipts}):
            if place > size:
                verdict.blame(
                    Check.OUTSIDE,
                    size + 1,
                    "The history was cut off: what was kept outside tells of entry %(found)s, and here are %(size)s.",
                    found=place,
                    size=size,
                )


def honoured(receipt: Receipt, entry: Recorded, payload: Mapping[str, Any], ring: Ring) -> None:
    """Raise Illegal unless an entry is the one that a receipt was given for."""
    uuid, revision = str(payload.get("uuid")), payload.get("revision")
    if revision is None:  # of a late ballot: the one that it was made to be
        revision = payload.get("base_revision", -1) + 1
    text = receipt_text(
        receipt.key, receipt.epoch, receipt.sequence, receipt.leaf, uuid, int(revision or 0), receipt.at
    )
    if receipt.leaf != entry.leaf or receipt.at != entry.at:
        raise Illegal("A receipt was given for another entry than the one that stands there.", Check.RECEIPT)
    if not signed(ring.at(entry.sequence), receipt.signature, text):
        raise Illegal("A receipt for this entry is not signed with this ledger's key.", Check.RECEIPT)
