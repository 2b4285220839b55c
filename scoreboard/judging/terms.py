"""What a round is ranked by, apart from its ballots: the rule, the rubric, who is in it, who may not judge whom.

A freeze keeps the terms as they are then. With the ballots before it they give the ranking that it holds, whatever is
changed later.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlmodel import Session, col, select

from scoreboard.judging.acceptance import Acceptance, newest_acceptance
from scoreboard.judging.ballots import rubric_of
from scoreboard.models import Conflict, Event, Judge, Round, Team
from scoreboard.scoring.table import Scale

Pair: TypeAlias = tuple[str, str]
"""The keys of a judge and a team."""


@dataclass(frozen=True)
class Terms:
    """The terms of a round.

    `names` are those that a tie is broken by, of all teams; teams that are `excluded` are not ranked; ballots of pairs
    in `conflicts` do not count. `acceptance` is what the organisers accepted of groups that no judge joins.
    """

    rule: str
    beside: str
    precedence: tuple[str, ...]
    minimum_ballots: int
    scales: tuple[Scale, ...]
    judges: tuple[str, ...]
    names: Mapping[str, str]
    excluded: frozenset[str]
    conflicts: frozenset[Pair]
    acceptance: Acceptance | None

    def as_json(self) -> dict[str, Any]:
        """The terms as they are kept."""
        return {
            "rule": self.rule,
            "beside": self.beside,
            "precedence": list(self.precedence),
            "minimum_ballots": self.minimum_ballots,
            "rubric": [
                {
                    "key": scale.key,
                    "weight": str(scale.weight),
                    "minimum": str(scale.minimum),
                    "maximum": str(scale.maximum),
                }
                for scale in self.scales
            ],
            "judges": list(self.judges),
            "teams": dict(self.names),
            "excluded": sorted(self.excluded),
            "conflicts": [list(pair) for pair in sorted(self.conflicts)],
            "acceptance": self.acceptance.as_json() if self.acceptance else None,
        }


def terms_from(kept: Mapping[str, Any]) -> Terms:
    """Read terms as they are kept."""
    accepted = kept["acceptance"]
    return Terms(
        rule=kept["rule"],
        beside=kept["beside"],
        precedence=tuple(kept["precedence"]),
        minimum_ballots=kept["minimum_ballots"],
        scales=tuple(
            Scale(part["key"], float(part["weight"]), float(part["minimum"]), float(part["maximum"]))
            for part in kept["rubric"]
        ),
        judges=tuple(kept["judges"]),
        names=kept["teams"],
        excluded=frozenset(kept["excluded"]),
        conflicts=frozenset(pairs(kept["conflicts"])),
        acceptance=Acceptance(
            accepted["sequence"],
            accepted["actor"],
            accepted["reason"],
            tuple(tuple(group) for group in accepted["groups"]),
        )
        if accepted
        else None,
    )


def pairs(kept: Collection[Collection[str]]) -> set[Pair]:
    """Read pairs as JSON has them."""
    return {(judge, team) for judge, team in kept}


def terms_of(session: Session, round_: Round) -> Terms:
    """Read the terms of a round, as they are in the session's snapshot."""
    if round_.id is None:
        raise ValueError("the round is not stored yet")
    event = session.get_one(Event, round_.event_id)
    arabic = event.language == "ar"
    teams = session.exec(select(Team).where(Team.event_id == event.id)).all()
    return Terms(
        rule=round_.rule,
        beside=round_.beside,
        precedence=tuple(round_.precedence),
        minimum_ballots=round_.minimum_ballots,
        scales=tuple(
            Scale(c.key, float(c.weight), float(c.minimum), float(c.maximum)) for c in rubric_of(session, round_.id)
        ),
        judges=tuple(sorted(session.exec(select(Judge.key).where(Judge.event_id == event.id)))),
        names={t.key: (t.name_ar or t.name_en) if arabic else (t.name_en or t.name_ar) for t in teams},
        excluded=frozenset(t.key for t in teams if t.withdrawn_at or t.disqualified_at),
        conflicts=frozenset(
            (judge, team)
            for judge, team in session.exec(
                select(Judge.key, Team.key)
                .join(Conflict, col(Conflict.judge_id) == Judge.id)
                .join(Team, col(Team.id) == Conflict.team_id)
                .where(Judge.event_id == event.id)
            )
        ),
        acceptance=newest_acceptance(session, round_),
    )
