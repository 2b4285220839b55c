"""What has to be kept as it is and may be read by nobody: sealed with a key that only the signing key's owner can make.

Whoever reads the database, or a copy of it, reads nothing of it: the signing key is in neither.
"""

import hashlib
import os
from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scoreboard.signing import SigningKey

MARK: Final = "sealed:"  # before what is sealed; what is without it was kept by an earlier version
NONCE: Final = 12  # bytes


def machine(signing: SigningKey) -> AESGCM:
    """The cipher; its key is made of a signature, which is the same each time and is told to nobody."""
    return AESGCM(hashlib.sha256(signing.sign("key of what is sealed\n")).digest())


def sealed(signing: SigningKey, text: str, about: str) -> str:
    """Seal a text; `about` says whose it is, so that it is worth nothing in another place."""
    nonce = os.urandom(NONCE)
    return MARK + b64encode(nonce + machine(signing).encrypt(nonce, text.encode(), about.encode())).decode()


def unsealed(signing: SigningKey, kept: str, about: str) -> str | None:
    """Give the text back; None for what was sealed with another key, or is about something else."""
    if not kept.startswith(MARK):
        return kept
    content = b64decode(kept.removeprefix(MARK))
    try:
        return machine(signing).decrypt(content[:NONCE], content[NONCE:], about.encode()).decode()
    except InvalidTag:
        return None
