"""The key that a deployment signs with: Ed25519, in a file beside the database or given by a setting.

Whoever holds the key can sign in the deployment's name, so the file is for its owner alone and is no part of the
database. The ledger names the public key; what was signed is checked with that and needs no secret.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from scoreboard.errors import Unusable

SEED_DIGITS = 64  # hexadecimal digits of a key that is given as text


@dataclass(frozen=True, eq=False)
class SigningKey:
    """A private key at hand."""

    private: Ed25519PrivateKey

    @classmethod
    def new(cls) -> Self:
        """Make a key that nobody has."""
        return cls(Ed25519PrivateKey.generate())

    @cached_property
    def public(self) -> str:
        """The public key: 64 hexadecimal digits."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, text: str) -> bytes:
        """Sign a text's UTF-8: 64 bytes (RFC 8032); the same text is always signed alike."""
        return self.private.sign(text.encode())


def signed(public: str, signature: bytes, text: str) -> bool:
    """Whether the owner of a public key (hexadecimal) signed this text."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def key_file(database: str) -> Path:
    """Give the place of a database's key: beside it, with its name. Raises Unusable where the database is no file."""
    if "://" in database:
        raise Unusable("The database %(database)s is no file: give a key by SCOREBOARD_SIGNING_KEY.", database=database)
    return Path(f"{Path(database).absolute()}.key")


def write_key(path: Path, key: SigningKey) -> None:
    """Write a key into a file that is not there yet, readable by its owner alone."""
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path) -> SigningKey:
    """Read a key from its file (PEM, PKCS 8). Raises Unusable when others can read it, or when it is no such key."""
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise Unusable("Others can read the signing key %(file)s. Run: chmod 600 %(file)s", file=path)
        pem = path.read_bytes()
    except OSError as failure:
        words = os.strerror(failure.errno) if failure.errno else str(failure)
        raise Unusable("The signing key %(file)s cannot be read: %(words)s.", file=path, words=words) from failure
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as failure:
        raise Unusable("The file %(file)s holds no signing key (Ed25519, PEM).", file=path) from failure
    if not isinstance(private, Ed25519PrivateKey):
        raise Unusable("The file %(file)s holds no signing key (Ed25519, PEM).", file=path)
    return SigningKey(private)


def given_key(setting: str) -> SigningKey:
    """Read a key that is given by a setting: the path of a file, or the 64 hexadecimal digits of a seed."""
    if len(setting) == SEED_DIGITS:
        try:
            return SigningKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(setting)))
        except ValueError:  # then it is a path of that length
            pass
    return read_key(Path(setting))


def key_at_hand(database: str, setting: str = "") -> SigningKey:
    """Give the key of a database that has one: by the setting, else from the file beside it. Raises Unusable."""
    if setting:
        return given_key(setting)
    path = key_file(database)
    if not path.exists():
        raise Unusable(
            "The signing key %(file)s is missing. Put it back from where it is kept; if it is lost for good, run: "
            "scoreboard key rotate --lost --database %(database)s",
            file=path,
            database=database,
        )
    return read_key(path)


def key_or_new(database: str, setting: str = "") -> SigningKey:
    """Give the key for a new database, and make the file beside it where there is none."""
    if setting or key_file(database).exists():
        return key_at_hand(database, setting)
    key = SigningKey.new()
    write_key(key_file(database), key)
    return key
