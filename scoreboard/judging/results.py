"""From ballots to a result: what is ranked, as the mathematics wants it, and results that are kept.

What is shown while judging runs is computed afresh from the ballots. What was shown at a freeze, or was finalised, is
a stored run that no later change touches: the public's view during a freeze is read from it and from nothing else.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from scoreboard import __version__
from scoreboard.judging import ledger
from scoreboard.judging.ballots import current_ballots, rubric_of
from scoreboard.judging.outcome import COLD, SEED, Outcome, Starts, outcome_of
from scoreboard.models import Conflict, Event, Judge, Round, Run, Team
from scoreboard.scoring.standings import Standings
from scoreboard.scoring.table import Scale, ScoreTable

PLACES = 9  # decimals of a stored total: as close as the ranking compares


@dataclass(frozen=True)
class Contest:
    """What a round's ranking is computed from: the table, the rule, what is shown beside it, and who is in it."""

    table: ScoreTable
    method: str
    beside: str
    precedence: tuple[str, ...]
    names: Mapping[str, str]
    minimum_ballots: int
    excluded: frozenset[str]
    sequence: int  # the ledger's newest entry that it contains

    def outcome(self, starts: Starts = COLD) -> Outcome:
        """Rank, and say how sure that is; pure, and for the larger methods the expensive part.

        `starts` of the last outcome save time. Without them the outcome follows from the contest alone.
        """
        return outcome_of(
            self.table,
            self.method,
            self.beside,
            precedence=self.precedence,
            names=self.names,
            minimum_ballots=self.minimum_ballots,
            excluded=self.excluded,
            starts=starts,
        )

    def standings(self) -> Standings:
        """Rank, and no more; as expensive where the rule is a mixed model."""
        return replace(self, beside="").outcome().standings


def contest(session: Session, round_: Round) -> Contest:
    """Collect what a round's ranking is computed from, as it is in the session's snapshot.

    Ballots of pairs that turned out to be in conflict do not count; they stay in the ledger.
    """
    if round_.id is None:
        raise ValueError("the round is not stored yet")
    event = session.get_one(Event, round_.event_id)
    judges = {judge.id: judge for judge in session.exec(select(Judge).where(Judge.event_id == event.id))}
    teams = {team.id: team for team in session.exec(select(Team).where(Team.event_id == event.id))}
    conflicts = set(
        session.exec(
            select(Conflict.judge_id, Conflict.team_id)
            .join(Judge, col(Judge.id) == Conflict.judge_id)
            .where(Judge.event_id == event.id)
        ).all()
    )
    rubric = rubric_of(session, round_.id)
    table = ScoreTable.from_rows(
        [
            (judges[ballot.judge_id].key, teams[ballot.team_id].key, key, float(value))
            for ballot in current_ballots(session, round_.id)
            if (ballot.judge_id, ballot.team_id) not in conflicts
            for key, value in ballot.scores.items()
        ],
        scales=[Scale(c.key, float(c.weight), float(c.minimum), float(c.maximum)) for c in rubric],
        judges=sorted(judge.key for judge in judges.values()),
        teams=sorted(team.key for team in teams.values()),
    )
    arabic = event.language == "ar"
    return Contest(
        table=table,
        method=round_.rule,
        beside=round_.beside,
        precedence=tuple(round_.precedence),
        names={t.key: (t.name_ar or t.name_en) if arabic else (t.name_en or t.name_ar) for t in teams.values()},
        minimum_ballots=round_.minimum_ballots,
        excluded=frozenset(t.key for t in teams.values() if t.withdrawn_at or t.disqualified_at),
        sequence=ledger.head_sequence(session, round_.event_id),
    )


def as_lines(result: Outcome) -> list[dict[str, Any]]:
    """The lines of the standings in the form that is stored and hashed: numbers that are not whole as text.

    An interval is the ranks from and to, None where nothing is known.
    """
    return [
        {
            "rank": line.rank,
            "tied": line.tied,
            "team": line.team,
            "total": None if line.score is None else f"{line.score:.{PLACES}f}",
            "ballots": line.ballots,
            "awaiting": line.awaiting,
            "tie_break": line.tie_break,
            "interval": list(result.intervals[line.team]) if line.team in result.intervals else None,
        }
        for line in result.standings.standings
    ]


def keep(session: Session, round_: Round, kind: str, at: datetime) -> Run:
    """Compute a round's standings as they are now and store them as a run of this kind (frozen, final)."""
    if round_.id is None:
        raise ValueError("the round is not stored yet")
    inputs = contest(session, round_)
    found = inputs.outcome()
    result = {
        "round": round_.key,
        "sequence": inputs.sequence,
        "rule": found.standings.method,
        "interval_by": found.model.method if found.model else "",
        "seed": SEED,
        "precedence": list(inputs.precedence),
        "minimum_ballots": inputs.minimum_ballots,
        "software": __version__,
        "standings": as_lines(found),
    }
    run = Run(
        round_id=round_.id,
        kind=kind,
        at=at,
        sequence=inputs.sequence,
        rule=found.standings.method,
        software=__version__,
        standings=result,
        hash=hashlib.sha256(ledger.canonical(result).encode()).hexdigest(),
    )
    session.add(run)
    session.flush()
    return run


def newest_run(session: Session, round_id: int, kind: str) -> Run | None:
    """Give the newest stored run of a kind; None when there is none."""
    return session.exec(
        select(Run).where(Run.round_id == round_id, Run.kind == kind).order_by(col(Run.id).desc()).limit(1)
    ).one_or_none()
