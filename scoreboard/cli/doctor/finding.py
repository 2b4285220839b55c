"""What the doctor finds: one thing that was looked at, how it is, and what to do about it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """How a thing is; the worst is the highest."""

    GREEN = 0
    AMBER = 1
    RED = 2


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. Where it is not green, `advice` says what to do."""

    subject: str
    level: Level
    words: str
    advice: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding for programs."""
        return {**asdict(self), "level": self.level.name.lower()}


def green(subject: str, words: str) -> Finding:
    """All is as it should be."""
    return Finding(subject, Level.GREEN, words)


def amber(subject: str, words: str, advice: str) -> Finding:
    """It will do, or it cannot be told: somebody should look."""
    return Finding(subject, Level.AMBER, words, advice)


def red(subject: str, words: str, advice: str) -> Finding:
    """The event should not begin like this."""
    return Finding(subject, Level.RED, words, advice)


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level among findings."""
    return max((finding.level for finding in findings), default=Level.GREEN)
