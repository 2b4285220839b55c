"""Which key signs when: the first entry names one, and a later one may hand over, signed by both.

Where the old key was lost its signature is missing, and everybody who verifies is told: from there on the record says
of itself alone whose it is.
"""

from collections.abc import Mapping
from typing import Any, Final

from scoreboard.judging.ledger.notes import rotation_text
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.verdict import Check, Illegal
from scoreboard.signing import signed

OPENED: Final = "ledger.opened"
ROTATED: Final = "key.rotated"
SIGNATURE: Final = 128  # hexadecimal digits


class Ring:
    """The keys of one ledger, each from an entry on."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.periods: list[tuple[int, str]] = []
        self.broken: list[int] = []  # entries that replaced a key without the old one's signature

    @property
    def keys(self) -> list[str]:
        """All of them, the first one first."""
        return [public for _, public in self.periods]

    @property
    def unbroken(self) -> list[str]:
        """Those since a key was last replaced without the old one's signature."""
        since = max(self.broken, default=0)
        return [public for place, public in self.periods if place >= since]

    def at(self, size: int) -> str:
        """The key that signs what is said of the first `size` entries; empty where none is known."""
        return next((public for since, public in reversed(self.periods) if since <= size), "")

    def opened(self, payload: Mapping[str, Any], slug: str) -> None:
        """Take the first entry. Raises Illegal where it opens another event's ledger."""
        if payload["event"] != slug:
            raise Illegal(
                "The ledger was opened for the event %(found)s; this is %(expected)s.",
                Check.KEY,
                found=str(payload["event"]),
                expected=slug,
            )
        self.periods.append((1, str(payload["public_key"])))

    def rotated(self, entry: Recorded, payload: Mapping[str, Any]) -> None:
        """Take a change of the key. Raises Illegal unless the new key signed it, and the old one if it was there."""
        old, new = payload["old"], payload["new"]
        if old != self.at(entry.sequence):
            raise Illegal(
                "A key was replaced that did not sign then: %(found)s instead of %(expected)s.",
                Check.KEY,
                found=str(old),
                expected=self.at(entry.sequence),
            )
        text = rotation_text(self.key, old, new, entry.sequence)
        if payload["by_old"] == "":
            self.broken.append(entry.sequence)
        for public, signature in ((old, payload["by_old"]), (new, payload["by_new"])):
            if public == old and signature == "":
                continue
            if len(signature) != SIGNATURE or not signed(public, bytes.fromhex(signature), text):
                raise Illegal(
                    "The change of the signing key to %(new)s was not signed by %(by)s.",
                    Check.KEY,
                    new=str(new),
                    by=str(public),
                )
        self.periods.append((entry.sequence, new))
