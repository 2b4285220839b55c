"""A judge who finds that they must not score a team says so: a conflict of interest, and the team needs somebody else.

It is a conflict like every other: ballots of the pair no longer count and stay in the ledger, an assignment without a
ballot is taken away. That the team needs another judge follows from how many are left.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from scoreboard.errors import Clash, InvalidForm, NotFound, RoundNotOpen
from scoreboard.judging.ballots import allow, round_and_team, stored_id
from scoreboard.judging.decisions import find_team, undecided
from scoreboard.judging.rounds import Phase, phase
from scoreboard.judging.setup import assignments
from scoreboard.judging.setup.changes import Recorder
from scoreboard.judging.setup.conflicts import described, drop_unscored, subject
from scoreboard.models import Assignment, Conflict, Event, Judge, Round, Team
from scoreboard.texts import written

KINDS: Final = ("family", "employer", "mentor", "other")
BY_JUDGE: Final = "judge"  # the source of such a conflict
LONGEST_WORDS: Final = 1000


@dataclass(frozen=True)
class Recusal:
    """A judge's own conflict, with how many judges the team has in a round, and how many it is to have."""

    judge: Judge
    team: Team
    kind: str  # one of `KINDS`
    words: str
    left: int
    wanted: int

    @property
    def open(self) -> bool:
        """Whether the team needs another judge."""
        return self.left < self.wanted


def recuse(session: Session, judge_id: int, round_key: str, team_key: str, kind: str, words: str) -> Conflict:
    """Store a judge's own conflict with a team; a repeat gives the same and stores nothing.

    Raises InvalidForm for a kind that is none of `KINDS` and for `other` without words, NotAssigned, Conflicted where
    there is another conflict, RoundNotOpen after the close.
    """
    judge = session.get_one(Judge, judge_id)
    round_, team = round_and_team(session, judge, round_key, team_key)
    known = session.exec(
        select(Conflict).where(Conflict.judge_id == judge_id, Conflict.team_id == team.id)
    ).one_or_none()
    if known is not None and known.source == BY_JUDGE:
        return known
    allow(session, judge_id, stored_id(round_), stored_id(team))
    if phase(round_) in {Phase.CLOSED, Phase.FINAL}:
        raise RoundNotOpen("Judging has been closed.")
    conflict = Conflict(judge_id=judge_id, team_id=stored_id(team), reason=reason_of(kind, words), source=BY_JUDGE)
    session.add(conflict)
    event = session.get_one(Event, judge.event_id)
    recorder = Recorder(session, judge.event_id, event.slug, f"judge:{judge.key}")
    recorder.record("conflict", "added", subject((judge.key, team.key)), {}, described(conflict))
    session.flush()
    drop_unscored(recorder, col(Assignment.judge_id) == judge_id, col(Assignment.team_id) == team.id)
    return conflict


def reason_of(kind: str, words: str) -> str:
    """What a conflict's reason says: its kind, and the judge's words if there are any. Raises InvalidForm."""
    words = written(words, "words")
    if kind not in KINDS:
        raise InvalidForm("Please choose why you cannot score this team.", extra={"fields": ["kind"]})
    if kind == "other" and not words:
        raise InvalidForm("Please say in a few words why you cannot score this team.", extra={"fields": ["words"]})
    if len(words) > LONGEST_WORDS:
        raise InvalidForm(
            "The reason is too long: %(n)s characters at the most.", n=LONGEST_WORDS, extra={"fields": ["words"]}
        )
    return f"{kind}: {words}" if words else kind


def recusals(session: Session, round_: Round) -> list[Recusal]:
    """Every conflict that a judge declared with a team that competes, in the order of teams and judges."""
    left = Counter(
        session.exec(
            select(Assignment.team_id)
            .join(Judge, col(Judge.id) == Assignment.judge_id)
            .join(Conflict, conflict_of_assignment(), isouter=True)
            .where(
                Assignment.round_id == round_.id,
                Assignment.state != "skipped",
                col(Judge.withdrawn_at).is_(None),
                col(Conflict.id).is_(None),
            )
        )
    )
    found = session.exec(
        select(Conflict, Judge, Team)
        .join(Judge, col(Judge.id) == Conflict.judge_id)
        .join(Team, col(Team.id) == Conflict.team_id)
        .where(
            Judge.event_id == round_.event_id,
            Conflict.source == BY_JUDGE,
            col(Team.withdrawn_at).is_(None),
            col(Team.disqualified_at).is_(None),
        )
        .order_by(Team.key, Judge.key)
    )
    wanted = max(round_.ballots_per_team, round_.minimum_ballots)
    lines = []
    for conflict, judge, team in found:
        kind, _colon, words = conflict.reason.partition(": ")
        lines.append(Recusal(judge, team, kind, words, left[conflict.team_id], wanted))
    return lines


def assign(session: Session, round_id: int, judge_key: str, team_key: str, actor: str) -> None:
    """Give a team one more judge in a round. Raises NotFound, WrongPhase after the final, Clash where it cannot be."""
    round_ = undecided(session, round_id)
    team = find_team(session, round_.event_id, team_key)
    judge = session.exec(select(Judge).where(Judge.event_id == round_.event_id, Judge.key == judge_key)).one_or_none()
    if judge is None:
        raise NotFound("There is no such judge.")
    if judge not in free_judges(session, round_, team):
        raise Clash("This judge cannot be assigned to this team.")
    event = session.get_one(Event, round_.event_id)
    recorder = Recorder(session, round_.event_id, event.slug, actor)
    assignments.add(recorder, round_, {judge.key: judge}, {team.key: team}, [(judge.key, team.key)])


def free_judges(session: Session, round_: Round, team: Team) -> list[Judge]:
    """The judges who may still be assigned to a team: there, without a conflict, and not assigned already."""
    taken = select(Assignment.judge_id).where(Assignment.round_id == round_.id, Assignment.team_id == team.id)
    barred = select(Conflict.judge_id).where(Conflict.team_id == team.id)
    return list(
        session.exec(
            select(Judge)
            .where(
                Judge.event_id == round_.event_id,
                col(Judge.withdrawn_at).is_(None),
                col(Judge.id).not_in(taken),
                col(Judge.id).not_in(barred),
            )
            .order_by(Judge.key)
        )
    )


def conflict_of_assignment() -> ColumnElement[bool]:
    """What joins an assignment with the conflict of its pair."""
    return (col(Conflict.judge_id) == Assignment.judge_id) & (col(Conflict.team_id) == Assignment.team_id)
