"""What is wrong with an event's description: each fault with its place and words, collected before anything is stored.

A message is an English sentence with named places, ``%(like)s`` this: the key into the catalogues. Whoever shows it
translates it first and fills it in afterwards. A literal per cent sign is written ``%%``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from scoreboard.errors import InvalidEvent

LISTED = 12  # so many known keys are named where an unknown one was found


@dataclass(frozen=True)
class Fault:
    """One fault and where it is.

    `row` is the line of the file, 1-based as an editor shows it, or None where there is none; `column` the column of
    a table or the dotted path in event.toml.
    """

    file: str
    row: int | None
    column: str | None
    message: str
    params: dict[str, str | int]

    def words(self, translate: Callable[[str], str] = str) -> str:
        """Say what was found and what was expected."""
        return translate(self.message) % self.params

    def as_json(self) -> dict[str, Any]:
        """Give the fault to programs."""
        return {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "message": self.message,
            "params": self.params,
        }

    @classmethod
    def from_json(cls, fault: dict[str, Any]) -> "Fault":
        """Take back what `as_json` gave."""
        return cls(**fault)


@dataclass(frozen=True)
class Place:
    """A place in a file, where faults may be found."""

    faults: list[Fault]
    file: str
    row: int | None = None
    column: str | None = None

    def fault(self, message: str, **params: str | int) -> None:
        """Note a fault here."""
        self.faults.append(Fault(self.file, self.row, self.column, message, params))


@dataclass(frozen=True)
class Faults:
    """All that was found so far, in order of reading."""

    found: list[Fault] = field(default_factory=list)

    def at(self, file: str, row: int | None = None, column: str | None = None) -> Place:
        """Name a place."""
        return Place(self.found, file, row, column)


def nearest(found: str, known: Iterable[str]) -> str:
    """List what there is instead of an unknown key, the most alike first; shortened where there is much."""
    every = list(known)
    alike = get_close_matches(found, every, n=LISTED, cutoff=0.5)
    listed = [*alike, *(key for key in every if key not in alike)]
    return ", ".join(listed[:LISTED]) + (", …" if len(listed) > LISTED else "") if listed else "–"


def refusal(faults: Iterable[Fault]) -> InvalidEvent:
    """Refuse a description for its faults; ``extra["faults"]`` carries them all."""
    every = [fault.as_json() for fault in faults]
    return InvalidEvent(
        "Faults found in the event folder: %(count)s. Nothing was stored.", count=len(every), extra={"faults": every}
    )
