"""How an event stood after so many of its entries, as the entries alone tell it.

Nothing here is read from the tables: what the entries do not tell is not known. Lookups raise Illegal, with words,
where an entry speaks of something that no entry before it has told of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from scoreboard.judging.acceptance import Acceptance
from scoreboard.judging.verification.verdict import Illegal

Pair: TypeAlias = tuple[str, str]  # judge, team


class Given(NamedTuple):
    """The newest revision of a ballot."""

    revision: int
    sequence: int
    scores: Mapping[str, int]


@dataclass(slots=True)
class LateCourse:
    """A ballot that came after the close: its entry, and what was decided about it."""

    pair: Pair
    sequence: int
    at: str
    told: Mapping[str, Any]
    state: str = "waiting"
    reason: str = ""


@dataclass(slots=True)
class SignatureCourse:
    """A judge's signature under all ballots of a round."""

    at: str
    lifted: bool = False


@dataclass(slots=True)
class PaperCourse:
    """A ballot on paper: whose and for whom, and what became of it (empty while it waits)."""

    pair: Pair
    entered_by: str
    outcome: str = ""
    confirmed_by: str = ""
    reason: str = ""


@dataclass(slots=True)
class RoundCourse:
    """A round: what was said of it, where it stands, and what it holds."""

    key: str
    told: dict[str, Any]
    criteria: dict[str, dict[str, Any]] = field(default_factory=dict)
    tops: dict[str, int] = field(default_factory=dict)  # the steps of each criterion's whole range
    opened: bool = False
    paused: bool = False
    closed: bool = False
    frozen: bool = False
    final: bool = False
    assignments: dict[Pair, str] = field(default_factory=dict)  # pending, skipped, done
    ballots: dict[Pair, Given] = field(default_factory=dict)
    late: dict[str, LateCourse] = field(default_factory=dict)  # ballots that came after the close, by their numbers
    acceptance: Acceptance | None = None
    holds: set[int] = field(default_factory=set)  # freezes, by their entries, whose result no entry has named yet
    freezes: dict[int, tuple[str, str]] = field(default_factory=dict)  # by their entries: when, and what they hold
    proposal: tuple[str, str] | None = None  # who proposed which result, for a second person to confirm
    signatures: dict[tuple[str, int], SignatureCourse] = field(default_factory=dict)  # by the judge and their entries
    papers: dict[str, PaperCourse] = field(default_factory=dict)  # by number
    absences: dict[Pair, list[str]] = field(default_factory=dict)  # how each report ended; empty for one that is open
    at: dict[str, str] = field(default_factory=dict)  # when each step of its life was taken, of those that hold

    def signature(self, judge: str) -> SignatureCourse | None:
        """The signature of a judge that is in force."""
        return next((each for (by, _), each in self.signatures.items() if by == judge and not each.lifted), None)

    def waits(self) -> bool:
        """Whether a ballot on paper waits for a second person."""
        return any(not paper.outcome for paper in self.papers.values())

    @property
    def scored(self) -> bool:
        """Whether ballots follow the rubric and the rule already."""
        return bool(self.ballots or self.late)

    @property
    def takes_ballots(self) -> bool:
        """Whether the round is open."""
        return self.opened and not self.closed

    def measure(self) -> None:
        """Compute the steps of each criterion's range anew, after its rubric changed."""
        self.tops = {
            key: int((Decimal(told["maximum"]) - Decimal(told["minimum"])) / Decimal(told["step"]))
            for key, told in self.criteria.items()
        }


@dataclass(slots=True)
class DeviceCourse:
    """A device that a judge came in on, and whether it may still."""

    name: str
    good: bool = True


@dataclass(slots=True)
class LinkCourse:
    """A judge's link: whether it is good, the devices that came in by it, and the PIN that would let one more in.

    `loose` counts sign-ins of the time before there were devices. A PIN comes with the time of its entry.
    """

    good: bool = True
    devices: dict[str, DeviceCourse] = field(default_factory=dict)  # by what the ledger calls it
    loose: int = 0
    pin: tuple[str, str] | None = None


@dataclass(slots=True)
class Course:
    """All that the entries told so far. `things` holds what was said of tracks, awards and so on, by kind and key."""

    judges: dict[str, dict[str, Any]] = field(default_factory=dict)
    teams: dict[str, dict[str, Any]] = field(default_factory=dict)
    things: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    rounds: dict[str, RoundCourse] = field(default_factory=dict)
    conflicts: dict[Pair, dict[str, Any]] = field(default_factory=dict)
    uuids: set[str] = field(default_factory=set)
    links: dict[str, dict[str, LinkCourse]] = field(default_factory=dict)  # of each judge, by name
    restored: list[int] = field(default_factory=list)  # the entries before which the database was put back to a copy
    spoken: dict[str, int] = field(default_factory=dict)  # the newest entry on each subject that is no ballot

    def __post_init__(self) -> None:
        self.things |= {"judge": self.judges, "team": self.teams}

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Give the things of a kind, by key."""
        return self.things.setdefault(kind, {})

    def round(self, key: str) -> RoundCourse:
        """Find a round."""
        found = self.rounds.get(key)
        if found is None:
            raise Illegal("No entry before it tells of a round %(key)s.", key=key)
        return found

    def judge(self, key: str) -> dict[str, Any]:
        """Find a judge."""
        found = self.judges.get(key)
        if found is None:
            raise Illegal("No entry before it tells of a judge %(key)s.", key=key)
        return found

    def team(self, key: str) -> dict[str, Any]:
        """Find a team."""
        found = self.teams.get(key)
        if found is None:
            raise Illegal("No entry before it tells of a team %(key)s.", key=key)
        return found

    @property
    def four_eyes(self) -> bool:
        """Whether a result takes two persons."""
        return any(event.get("four_eyes") for event in self.of("event").values())

    def competing(self) -> Iterator[str]:
        """Give the teams that neither withdrew nor were disqualified."""
        return (key for key, team in self.teams.items() if not team.get("status"))

    def awaited(self, round_: RoundCourse) -> list[Pair]:
        """List the ballots that a round's result waits for: assigned, not given, and possible."""
        return sorted(
            pair
            for pair, state in round_.assignments.items()
            if state == "pending"
            and pair not in self.conflicts
            and not self.judge(pair[0]).get("status")
            and not self.team(pair[1]).get("status")
        )
