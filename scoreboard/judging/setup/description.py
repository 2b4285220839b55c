"""An event as an organiser describes it: plain forms, without rows, numbers or states of the database.

A form names its fields as the tables do. Where a text is None the description says nothing about it (the column was
not there), and what is stored stays; an empty text empties. Forms are made where a description is read, and checked
there; `describing` makes them from what is stored.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Level:
    """What a value on a criterion's scale means."""

    value: Decimal
    en: str
    ar: str


@dataclass(frozen=True)
class CriterionForm:
    """What is scored; ranges and weight are exact to three decimal places."""

    key: str
    name_en: str
    name_ar: str
    description_en: str
    description_ar: str
    weight: Decimal
    minimum: Decimal
    maximum: Decimal
    step: Decimal
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class RoundForm:
    """A pass of judging with its rubric; `rule` decides, `beside` (empty for none) is shown beside it.

    `visit_minutes` is how long a judge is to stay with a team, 0 where no timer is offered.
    """

    key: str
    name_en: str
    name_ar: str
    rule: str
    beside: str
    minimum_ballots: int
    ballots_per_team: int
    precedence: tuple[str, ...]
    criteria: tuple[CriterionForm, ...]
    visit_minutes: int = 0


@dataclass(frozen=True)
class NamedForm:
    """An organisation or a track."""

    key: str
    name_en: str
    name_ar: str


@dataclass(frozen=True)
class AwardForm:
    """A prize of the event, or of a track (its key; empty for none)."""

    key: str
    name_en: str
    name_ar: str
    track: str
    places: int


@dataclass(frozen=True)
class TeamForm:
    """Who competes. `status` is empty, ``withdrawn`` or ``disqualified``."""

    key: str
    name_en: str | None
    name_ar: str | None
    project_en: str | None
    project_ar: str | None
    organisation: str | None
    desk: str | None
    tracks: frozenset[str] | None
    status: str | None
    out_reason: str | None
    members: tuple[str, ...] | None = None  # e-mail addresses


@dataclass(frozen=True)
class JudgeForm:
    """Who scores. `status` is empty or ``withdrawn``; `language` None leaves the judge's own choice."""

    key: str
    name_en: str | None
    name_ar: str | None
    organisation: str | None
    email: str | None
    language: str | None
    status: str | None


@dataclass(frozen=True)
class ConflictForm:
    """A judge who must not score a team."""

    judge: str
    team: str
    reason: str | None


@dataclass(frozen=True)
class AssignmentForm:
    """A judge is to score a team in a round; their order is the order of visits."""

    round: str
    judge: str
    team: str


@dataclass(frozen=True)
class EventForm:
    """A whole event. `assignments` None asks for a balanced default."""

    slug: str
    name_en: str
    name_ar: str
    place_en: str
    place_ar: str
    starts_on: date
    ends_on: date
    time_zone: str
    language: str
    digits: str
    rounds: tuple[RoundForm, ...]
    organisations: tuple[NamedForm, ...]
    tracks: tuple[NamedForm, ...]
    awards: tuple[AwardForm, ...]
    teams: tuple[TeamForm, ...]
    judges: tuple[JudgeForm, ...]
    conflicts: tuple[ConflictForm, ...]
    assignments: tuple[AssignmentForm, ...] | None
    four_eyes: bool = False  # a result is proposed by one person and confirmed by another


def agency_conflicts(judges: Sequence[JudgeForm], teams: Sequence[TeamForm]) -> set[tuple[str, str]]:
    """Pairs of judge and team, by key, that come from the same organisation."""
    hosts = defaultdict(list)
    for team in teams:
        hosts[team.organisation].append(team.key)
    return {(judge.key, team) for judge in judges if judge.organisation for team in hosts.get(judge.organisation, ())}
