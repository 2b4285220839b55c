"""What is signed of a ledger: checkpoints, receipts of ballots, and the change of the key. Texts only, pure.

A checkpoint is a C2SP signed note (tlog-checkpoint): a text of four lines (origin, size, root in base64, time), an
empty line, and a line with the signature. The origin is ``scoreboard/`` and the ledger's key.
"""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Any

from scoreboard.judging.ledger.entries import Entry
from scoreboard.signing import SigningKey, signed

ALGORITHM = b"\x01"  # Ed25519, in a signed note's key id
KEY_ID = 4  # bytes


def origin_of(key: str) -> str:
    """Give the name that a ledger signs under."""
    return f"scoreboard/{key}"


def key_id(origin: str, public: str) -> bytes:
    """Give the four bytes that tell a note's signer."""
    return hashlib.sha256(origin.encode() + b"\n" + ALGORITHM + bytes.fromhex(public)).digest()[:KEY_ID]


def checkpoint_note(signing: SigningKey, key: str, size: int, root: bytes, at: str) -> str:
    """Write and sign a checkpoint: the root over a ledger's first `size` entries, at a time."""
    origin = origin_of(key)
    text = f"{origin}\n{size}\n{b64encode(root).decode()}\n{at}\n"
    signature = b64encode(key_id(origin, signing.public) + signing.sign(text)).decode()
    return f"{text}\n\u2014 {origin} {signature}\n"


@dataclass(frozen=True)
class Note:
    """A checkpoint as it was read; nothing of it is believed yet."""

    text: str  # what was signed
    key: str
    size: int
    root: bytes
    at: str
    key_id: bytes
    signature: bytes

    def signed_by(self, public: str) -> bool:
        """Whether the owner of this public key (hexadecimal) signed it."""
        return self.key_id == key_id(origin_of(self.key), public) and signed(public, self.signature, self.text)


def read_note(note: str) -> Note:
    """Read a checkpoint. Raises ValueError for what is not written exactly as `checkpoint_note` writes it."""
    text, _, rest = note.partition("\n\n")
    try:
        origin, size, root, at = text.split("\n")
        mark, name, signature = rest.removesuffix("\n").split(" ")
        signer = b64decode(signature, validate=True)
        found = Note(
            text=f"{text}\n",
            key=origin.removeprefix("scoreboard/"),
            size=int(size),
            root=b64decode(root, validate=True),
            at=at,
            key_id=signer[:KEY_ID],
            signature=signer[KEY_ID:],
        )
    except (ValueError, NotBase64) as failure:
        raise ValueError("this is no checkpoint") from failure
    whole = (mark, name, origin, size) == ("\u2014", origin, origin_of(found.key), str(found.size))
    if not whole or len(found.root) != hashlib.sha256().digest_size or note != f"{text}\n\n{rest}":
        raise ValueError("this is no checkpoint")
    return found


def receipt_text(key: str, epoch: str, sequence: int, leaf: str, uuid: str, revision: int, at: str) -> str:
    """Write what is signed for a ballot that was received."""
    return f"scoreboard receipt\n{key}\n{epoch}\n{sequence}\n{leaf}\n{uuid}\n{revision}\n{at}\n"


def receipt(signing: SigningKey, epoch: str, entry: Entry, uuid: str, revision: int) -> dict[str, Any]:
    """Sign for a ballot: what its judge keeps, and can show to anybody.

    `body` is the entry as it was hashed; with `salt` it gives `leaf`. `epoch` tells which life of the database it was.
    """
    text = receipt_text(entry.key, epoch, entry.sequence, entry.leaf, uuid, revision, entry.at)
    return {
        "event": entry.key,
        "epoch": epoch,
        "sequence": entry.sequence,
        "leaf": entry.leaf,
        "salt": entry.salt,
        "body": entry.body,
        "at": entry.at,
        "key": signing.public,
        "signature": signing.sign(text).hex(),
    }


def rotation_text(key: str, old: str, new: str, sequence: int) -> str:
    """Write what both keys sign when one follows the other; `sequence` is that of the entry that says so."""
    return f"scoreboard key rotation\n{key}\n{old}\n{new}\n{sequence}\n"
