import hashlib
from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from scoreboard.judging.ledger.entries import sealed
from scoreboard.judging.ledger.notes import checkpoint_note, read_note, receipt, receipt_text, rotation_text
from scoreboard.signing import SigningKey, signed

KEY = "00ff" * 8
AT = "2026-12-07T09:30:00.000000Z"
ROOT = hashlib.sha256(b"root").digest()


def test_a_checkpoint_is_a_signed_note_that_anybody_can_check() -> None:
    signing = SigningKey.new()
    note = checkpoint_note(signing, KEY, 7, ROOT, AT)
    text, signature = note.split("\n\n")
    assert text == f"scoreboard/{KEY}\n7\n{b64encode(ROOT).decode()}\n{AT}"
    mark, origin, blob = signature.rstrip("\n").split(" ")
    assert (mark, origin) == ("—", f"scoreboard/{KEY}")
    public = bytes.fromhex(signing.public)
    assert b64decode(blob)[:4] == hashlib.sha256(f"scoreboard/{KEY}\n\x01".encode() + public).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public).verify(b64decode(blob)[4:], f"{text}\n".encode())


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    signing = SigningKey.new()
    found = read_note(checkpoint_note(signing, KEY, 7, ROOT, AT))
    assert (found.key, found.size, found.root, found.at) == (KEY, 7, ROOT, AT)
    assert found.signed_by(signing.public)
    assert not found.signed_by(SigningKey.new().public)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\nseven\n"),
        ("\n\n", "\n"),
        ("— ", "- "),
        ("scoreboard/", "other/"),
        ("=\n", "\n"),
    ],
)
def test_what_is_not_written_as_a_checkpoint_is_refused(old: str, new: str) -> None:
    note = checkpoint_note(SigningKey.new(), KEY, 7, ROOT, AT)
    with pytest.raises(ValueError, match="no checkpoint"):
        read_note(note.replace(old, new, 1))


@pytest.mark.parametrize(("old", "new"), [("\n7\n", "\n8\n"), (AT, "2026-12-07T09:30:00.000001Z")])
def test_a_checkpoint_that_was_changed_is_signed_by_nobody(old: str, new: str) -> None:
    signing = SigningKey.new()
    note = checkpoint_note(signing, KEY, 7, ROOT, AT)
    assert not read_note(note.replace(old, new)).signed_by(signing.public)


def test_a_receipt_is_signed_over_what_it_says() -> None:
    signing = SigningKey.new()
    entry = sealed(KEY, 5, "00" * 32, AT, "judge:J1", "ballot.submitted", "team:T1", "{}")
    given = receipt(signing, "epoch", entry, "a-uuid", 2)
    text = f"scoreboard receipt\n{KEY}\nepoch\n5\n{entry.leaf}\na-uuid\n2\n{AT}\n"
    assert receipt_text(KEY, "epoch", 5, entry.leaf, "a-uuid", 2, AT) == text
    signature = bytes.fromhex(given.pop("signature"))
    assert signed(signing.public, signature, text)
    assert not signed(signing.public, signature, text.replace("\n2\n", "\n3\n"))
    assert given == {
        "event": KEY,
        "epoch": "epoch",
        "sequence": 5,
        "leaf": entry.leaf,
        "salt": entry.salt,
        "body": entry.body,
        "at": AT,
        "key": signing.public,
    }
    leaf = hashlib.sha256(b"\x00" + bytes.fromhex(entry.salt) + entry.body.encode()).hexdigest()
    assert leaf == entry.leaf


def test_the_change_of_a_key_is_one_text_for_both_signatures() -> None:
    assert rotation_text(KEY, "old", "new", 9) == f"scoreboard key rotation\n{KEY}\nold\nnew\n9\n"
