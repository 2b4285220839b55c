"""What a verification found: faults, each with the entry it belongs to and words; remarks; what was confirmed.

A message is an English sentence with named places, ``%(like)s`` this: the key into the catalogues. Whoever shows it
translates it first and fills it in afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

MOST: Final = 100  # faults that are kept; one that is systematic would fill the memory
UNKNOWN: Final = 2**63  # where a fault without an entry stands among the others: last


class Check(StrEnum):
    """What a fault is against."""

    FORM = "form"
    SEQUENCE = "sequence"
    LEAF = "leaf"
    CHAIN = "chain"
    KEY = "key"
    CHECKPOINT = "checkpoint"
    OUTSIDE = "outside"
    RECEIPT = "receipt"
    RULE = "rule"
    ROWS = "rows"
    STANDINGS = "standings"


SPANS: Final = frozenset({Check.CHECKPOINT, Check.OUTSIDE})
BREAKS: Final = (Check.SEQUENCE, Check.LEAF, Check.CHAIN)


class Illegal(Exception):
    """Something that is recorded and may not be. Caught where it becomes a fault of the entry at hand."""

    def __init__(self, message: str, check: Check = Check.RULE, **params: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.check = check
        self.params = params


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `sequence` is the first entry that may be bad, None where it belongs to none."""

    check: Check
    sequence: int | None
    message: str
    params: dict[str, str | int]

    def words(self, translate: Callable[[str], str] = str) -> str:
        """Say what was expected and what was found."""
        return translate(self.message) % self.params

    def as_json(self) -> dict[str, Any]:
        """Give the fault to programs."""
        return {"check": str(self.check), "sequence": self.sequence, "words": self.words()}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is no fault and that a reader should know."""

    message: str
    params: dict[str, str | int]

    def words(self, translate: Callable[[str], str] = str) -> str:
        """Say it."""
        return translate(self.message) % self.params


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A published result whose standings were computed again and came out the same."""

    sequence: int
    kind: str
    round: str
    rule: str
    hash: str
    winners: tuple[str, ...]  # the keys of the teams in the first place

    def as_json(self) -> dict[str, Any]:
        """Give it to programs."""
        return {
            "sequence": self.sequence,
            "kind": self.kind,
            "round": self.round,
            "rule": self.rule,
            "hash": self.hash,
            "winners": list(self.winners),
        }


@dataclass(slots=True)
class Verdict:
    """What was found of one event's record."""

    slug: str
    key: str
    entries: int = 0
    checkpoints: int = 0
    signed: int = 0  # so many entries are covered by a checkpoint that is right
    hash: str = ""  # of the chain, after the last entry
    results: list[Confirmed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    more: int = 0  # faults that were found and not kept

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def first(self) -> Fault | None:
        """The fault of the first bad entry.

        A checkpoint tells only from which entry to which something is wrong; where the chain tells which, that is it.
        """
        known = [fault for fault in self.faults if fault.check not in SPANS]
        faults = known if self.of(*BREAKS) else self.faults
        return min(faults, key=lambda fault: UNKNOWN if fault.sequence is None else fault.sequence, default=None)

    def of(self, *checks: Check) -> list[Fault]:
        """The faults against some checks."""
        return [fault for fault in self.faults if fault.check in checks]

    def blame(self, check: Check, sequence: int | None, message: str, /, **params: str | int) -> None:
        """Note a fault."""
        if len(self.faults) < MOST:
            self.faults.append(Fault(check, sequence, message, params))
        else:
            self.more += 1

    def illegal(self, sequence: int | None, wrong: Illegal) -> None:
        """Note what a rule refused."""
        self.blame(wrong.check, sequence, wrong.message, **wrong.params)

    def remark(self, message: str, **params: str | int) -> None:
        """Note something worth knowing."""
        self.remarks.append(Remark(message, params))

    def as_json(self) -> dict[str, Any]:
        """Give all of it to programs."""
        return {
            "slug": self.slug,
            "key": self.key,
            "intact": self.intact,
            "entries": self.entries,
            "checkpoints": self.checkpoints,
            "signed": self.signed,
            "hash": self.hash,
            "results": [result.as_json() for result in self.results],
            "first": self.first.as_json() if self.first else None,
            "faults": [fault.as_json() for fault in self.faults],
            "more_faults": self.more,
            "remarks": [remark.words() for remark in self.remarks],
        }
