"""What an analysis of a round is made of, read in one snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from scoreboard.judging.results import Contest, contest
from scoreboard.judging.terms import Pair
from scoreboard.models import Ballot, Conflict, Judge, Round, Team


@dataclass(frozen=True)
class Inputs:
    """A round's contest, and what is known of visits.

    `judges` are those who can still visit, `barred` the pairs in conflict. `times` tells, in seconds, when each pair's
    first ballot was received.
    """

    contest: Contest
    judges: tuple[str, ...]
    barred: frozenset[Pair]
    times: Mapping[Pair, float]


def read_inputs(session: Session, round_id: int) -> Inputs:
    """Read all that an analysis of a round needs."""
    round_ = session.get_one(Round, round_id)
    judges = {row.id: row for row in session.exec(select(Judge).where(Judge.event_id == round_.event_id))}
    teams = {row.id: row for row in session.exec(select(Team).where(Team.event_id == round_.event_id))}
    barred = frozenset(
        (judges[judge_id].key, teams[team_id].key)
        for judge_id, team_id in session.exec(
            select(Conflict.judge_id, Conflict.team_id)
            .join(Judge, col(Judge.id) == Conflict.judge_id)
            .where(Judge.event_id == round_.event_id)
        )
    )
    times = {
        (judges[judge_id].key, teams[team_id].key): at.timestamp()
        for judge_id, team_id, at in session.exec(
            select(Ballot.judge_id, Ballot.team_id, func.min(Ballot.received_at))
            .where(Ballot.round_id == round_id)
            .group_by(col(Ballot.judge_id), col(Ballot.team_id))
        )
    }
    return Inputs(
        contest=contest(session, round_),
        judges=tuple(sorted(judge.key for judge in judges.values() if judge.withdrawn_at is None)),
        barred=barred,
        times=times,
    )
