"""From ballots to a ranking: what is ranked, as the mathematics wants it, and the lines of what comes out.

What is shown while judging runs is computed afresh from the ballots. What was shown at a freeze, or was finalised, is
a stored run that no later change touches (see `runs`): the public's view during a freeze is read from it and from
nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from scoreboard.judging import ledger
from scoreboard.judging.acceptance import Acceptance
from scoreboard.judging.ballots import current_ballots
from scoreboard.judging.groups import Groups, groups_of
from scoreboard.judging.outcome import COLD, Outcome, Starts, outcome_of
from scoreboard.judging.terms import Pair, Terms, terms_of
from scoreboard.models import Assignment, Conflict, Judge, Round, Run, Team
from scoreboard.scoring.certainty.uncertainty import LIVE
from scoreboard.scoring.standings import Standings
from scoreboard.scoring.table import ScoreTable

PLACES = 9  # decimals of a stored total: as close as the ranking compares


@dataclass(frozen=True)
class Contest:
    """What a round's ranking is computed from: the table, the rule, what is shown beside it, and who is in it.

    `left_out` are pairs in conflict whose ballots do not count, `awaited` those whose ballots are assigned and not
    given, `given` how many ballots there are of teams that compete. `open`: what is awaited may still come.
    `acceptance` is what the organisers accepted of groups that no judge joins. `sequence` is the ledger's newest entry
    that it contains.
    """

    table: ScoreTable
    method: str
    beside: str
    precedence: tuple[str, ...]
    names: Mapping[str, str]
    minimum_ballots: int
    excluded: frozenset[str]
    left_out: frozenset[Pair]
    awaited: frozenset[Pair]
    given: int
    open: bool
    acceptance: Acceptance | None
    sequence: int

    @property
    def to_come(self) -> frozenset[Pair]:
        """The ballots that may still come."""
        return self.awaited if self.open else frozenset()

    def outcome(self, starts: Starts = COLD, *, draws: int = LIVE, integrated: bool | None = None) -> Outcome:
        """Rank, and say how sure that is; pure, and for the larger methods the expensive part.

        `starts` of the last outcome save time. Without them the outcome follows from the contest alone. That variances
        are not known is allowed for (`integrated`) while most of the planned ballots are missing: later they are known
        well enough for a board that changes all the time.
        """
        return outcome_of(
            self.table,
            self.method,
            self.beside,
            precedence=self.precedence,
            names=self.names,
            minimum_ballots=self.minimum_ballots,
            excluded=self.excluded,
            to_come=self.to_come,
            accepted=self.acceptance.groups if self.acceptance else (),
            integrated=len(self.awaited) > self.given if integrated is None else integrated,
            draws=draws,
            starts=starts,
        )

    def groups(self) -> Groups:
        """How the teams fall into groups that cannot be compared."""
        return groups_of(
            self.method,
            self.table.ballots(),
            to_come=self.to_come,
            minimum_ballots=self.minimum_ballots,
            excluded=self.excluded,
            accepted=self.acceptance.groups if self.acceptance else (),
        )

    def closed(self) -> "Contest":
        """The same as if no ballot could come any more."""
        return replace(self, open=False)

    def plain(self) -> Standings:
        """Rank by the mean, and no more: who has enough ballots to be ranked, at no expense."""
        return replace(self, method="raw", beside="").outcome().standings


def contest(session: Session, round_: Round, instead: Mapping[Pair, Mapping[str, Decimal]] | None = None) -> Contest:
    """Collect what a round's ranking is computed from, as it is in the session's snapshot.

    Ballots of pairs that turned out to be in conflict do not count; they stay in the ledger. `instead` are scores that
    take the place of ballots, to see what would become of the ranking.
    """
    if round_.id is None:
        raise ValueError("the round is not stored yet")
    judges = dict(session.exec(select(Judge.id, Judge.key).where(Judge.event_id == round_.event_id)).all())
    teams = dict(session.exec(select(Team.id, Team.key).where(Team.event_id == round_.event_id)).all())
    ballots = {
        (judges[ballot.judge_id], teams[ballot.team_id]): ballot.scores
        for ballot in current_ballots(session, round_.id)
    }
    return contest_by(
        terms_of(session, round_),
        {
            pair: {key: float(value) for key, value in scores.items()}
            for pair, scores in {**ballots, **(instead or {})}.items()
        },
        ledger.head_sequence(session, round_.event_id),
        awaited=frozenset(awaited(session, round_)),
        open_=round_.closed_at is None,
    )


def contest_by(
    terms: Terms,
    ballots: Mapping[Pair, Mapping[str, float]],
    sequence: int,
    *,
    awaited: frozenset[Pair] = frozenset(),
    open_: bool = False,
) -> Contest:
    """Put together what a ranking is computed from: terms, and the scores of each ballot by criterion."""
    left_out = terms.conflicts & ballots.keys()
    return Contest(
        table=ScoreTable.from_rows(
            [
                (*pair, key, value)
                for pair, scores in ballots.items()
                if pair not in left_out
                for key, value in scores.items()
            ],
            scales=list(terms.scales),
            judges=list(terms.judges),
            teams=sorted(terms.names),
        ),
        method=terms.rule,
        beside=terms.beside,
        precedence=terms.precedence,
        names=terms.names,
        minimum_ballots=terms.minimum_ballots,
        excluded=terms.excluded,
        left_out=frozenset(left_out),
        awaited=awaited,
        given=sum(team not in terms.excluded for _judge, team in ballots.keys() - left_out),
        open=open_,
        acceptance=terms.acceptance,
        sequence=sequence,
    )


def awaited(session: Session, round_: Round) -> list[Pair]:
    """The ballots that were assigned and not given, by judge and team.

    Nobody waits for a ballot of a judge or for a team who left, or for one that a conflict forbids.
    """
    pending = session.exec(
        select(Judge.key, Team.key)
        .join(Assignment, col(Assignment.judge_id) == Judge.id)
        .join(Team, col(Team.id) == Assignment.team_id)
        .where(
            Assignment.round_id == round_.id,
            Assignment.state == "pending",
            col(Team.withdrawn_at).is_(None),
            col(Team.disqualified_at).is_(None),
            col(Judge.withdrawn_at).is_(None),
            ~select(Conflict.id)
            .where(Conflict.judge_id == Assignment.judge_id, Conflict.team_id == Assignment.team_id)
            .exists(),
        )
        .order_by(col(Judge.key), col(Team.key))
    )
    return [(judge, team) for judge, team in pending]


def as_lines(result: Outcome) -> list[dict[str, Any]]:
    """The lines of the standings in the form that is stored and hashed: numbers that are not whole as text.

    An interval is the ranks from and to, None where nothing is known; a group is the number of the table, None where
    all are in one or the team is in none.
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
            "group": result.group_of.get(line.team),
        }
        for line in result.standings.standings
    ]


def newest_run(session: Session, round_id: int, kind: str) -> Run | None:
    """Give the newest stored run of a kind; None when there is none."""
    return session.exec(
        select(Run).where(Run.round_id == round_id, Run.kind == kind).order_by(col(Run.id).desc()).limit(1)
    ).one_or_none()
