"""Results that are kept: what the board shows during a freeze, and what is final.

A kept result rests on nothing but the ballots up to a sequence of the ledger and on what it states itself: the rule,
the rubric, who was in it, what was accepted, the seed. So anybody who has both can compute it again, to the digit
(`restated`). It is computed afresh and not from where the board's last fit ended, with many draws, and allows for
variances that are not known.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from scoreboard import __version__
from scoreboard.judging import ledger
from scoreboard.judging.outcome import SEED
from scoreboard.judging.results import Contest, as_lines, contest_by
from scoreboard.judging.rubric import value_at
from scoreboard.judging.terms import Pair, terms_from
from scoreboard.models import Ballot, Criterion, Judge, Round, Run, Score, Team
from scoreboard.scoring.certainty.uncertainty import PUBLISHED

MOST_NUMBERS: Final = 10_000_000  # drawn in all: with more than 500 teams each has fewer draws, 1,000 at the least
FEWEST_DRAWS: Final = 1_000

Row: TypeAlias = tuple[str, str, str, float]
"""A score: the keys of judge, team and criterion, and its value."""


@dataclass(frozen=True)
class Result:
    """A result that is worth keeping: what is stored of it, and the method that ranked."""

    sequence: int
    method: str
    stated: dict[str, Any]

    @property
    def hash(self) -> str:
        """SHA-256 (hexadecimal) of its canonical JSON."""
        return hashlib.sha256(ledger.canonical(self.stated).encode()).hexdigest()


def result_of(inputs: Contest, round_key: str) -> Result:
    """Compute a result to keep. Pure, and expensive: with many teams a matter of seconds."""
    draws = min(PUBLISHED, max(FEWEST_DRAWS, MOST_NUMBERS // max(len(inputs.table.teams), 1)))
    found = inputs.closed().outcome(draws=draws, integrated=True)
    stated = {
        "round": round_key,
        "sequence": inputs.sequence,
        "rule": inputs.method,
        "beside": inputs.beside,
        "method": found.standings.method,
        "interval_by": found.model.method if found.model else "",
        "seed": SEED,
        "draws": draws,
        "precedence": list(inputs.precedence),
        "minimum_ballots": inputs.minimum_ballots,
        "rubric": [
            {
                "key": scale.key,
                "weight": str(scale.weight),
                "minimum": str(scale.minimum),
                "maximum": str(scale.maximum),
            }
            for scale in inputs.table.scales
        ],
        "judges": list(inputs.table.judges),
        "teams": dict(inputs.names),
        "excluded": sorted(inputs.excluded),
        "left_out": [list(pair) for pair in sorted(inputs.left_out)],
        "linkage": str(found.groups.linkage),
        "groups": [{"teams": list(part.teams), "judges": list(part.judges)} for part in found.groups.parts],
        "acceptance": inputs.acceptance.as_json() if inputs.acceptance and found.groups.accepted else None,
        "software": __version__,
        "standings": as_lines(found),
    }
    return Result(inputs.sequence, found.standings.method, stated)


def keep(session: Session, round_: Round, kind: str, at: datetime, result: Result) -> Run:
    """Store a result as a run of this kind (frozen, final)."""
    if round_.id is None:
        raise ValueError("the round is not stored yet")
    run = Run(
        round_id=round_.id,
        kind=kind,
        at=at,
        sequence=result.sequence,
        rule=result.method,
        software=__version__,
        standings=result.stated,
        hash=result.hash,
    )
    session.add(run)
    session.flush()
    return run


def recomputed(session: Session, run: Run) -> Result:
    """Compute a stored run again, from the ballots up to its sequence and what it states."""
    return restated(run.standings, ballots_until(session, run.round_id, run.sequence))


def restated(stated: Mapping[str, Any], rows: Iterable[Row]) -> Result:
    """Compute a result again from what it states, and the scores that it was made from.

    The scores are those of all current ballots at its sequence; what it leaves out is left out here.
    """
    terms = terms_from({**stated, "conflicts": stated["left_out"]})
    return result_of(contest_by(terms, by_ballot(rows), stated["sequence"]), stated["round"])


def by_ballot(rows: Iterable[Row]) -> dict[Pair, dict[str, float]]:
    """Put the scores of each ballot together."""
    ballots: dict[Pair, dict[str, float]] = {}
    for judge, team, criterion, value in rows:
        ballots.setdefault((judge, team), {})[criterion] = value
    return ballots


def ballots_until(session: Session, round_id: int, sequence: int) -> list[Row]:
    """The scores of the ballots of a round that were current at a sequence of the ledger."""
    later = aliased(Ballot)
    superseded = (
        select(func.count())
        .select_from(later)
        .where(
            later.round_id == Ballot.round_id,
            later.judge_id == Ballot.judge_id,
            later.team_id == Ballot.team_id,
            later.revision > Ballot.revision,
            later.sequence <= sequence,
        )
    )
    found = session.exec(
        select(Judge.key, Team.key, Criterion, Score.steps)
        .join(Ballot, col(Ballot.judge_id) == Judge.id)
        .join(Team, col(Team.id) == Ballot.team_id)
        .join(Score, col(Score.ballot_id) == Ballot.id)
        .join(Criterion, col(Criterion.id) == Score.criterion_id)
        .where(Ballot.round_id == round_id, Ballot.sequence <= sequence, superseded.scalar_subquery() == 0)
    )
    return [(judge, team, criterion.key, float(value_at(criterion, steps))) for judge, team, criterion, steps in found]
