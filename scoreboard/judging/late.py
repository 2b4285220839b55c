"""What organisers decide about ballots that came after the close: admit them, or refuse them, which can be taken back.

An admitted ballot is a revision like any other, the next one, and its entry says of which late one, by whom and why.
While one waits for a decision, no result can be proposed or made final.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from scoreboard.errors import Clash, NotFound, WrongPhase
from scoreboard.judging import ledger
from scoreboard.judging.ballots import AcceptedBallot, BallotForm, CurrentBallot, current_ballots, rubric_of
from scoreboard.judging.ballots.checks import Case, find_case, refuse_left, refuse_signed, refuse_stranger
from scoreboard.judging.ballots.late import ADMITTED, late_ballots
from scoreboard.judging.ballots.storing import add, deed
from scoreboard.judging.decisions import undecided
from scoreboard.judging.ledger.writing import Deed
from scoreboard.judging.results import Contest, contest
from scoreboard.judging.rubric import total_of, value_at
from scoreboard.models import Criterion, Judge, LateBallot, Round, Team
from scoreboard.texts import given

REFUSED: Final = "late.refused"
REOPENED: Final = "late.reopened"
MOST_RECOUNTED: Final = 20  # late ballots of which it is told what would become of the ranking


def admit(session: Session, round_id: int, uuid: UUID, reason: str, actor: str) -> AcceptedBallot:
    """Let a late ballot count: store it as the next revision.

    Raises InvalidForm without a reason, NotFound, WrongPhase unless the round is closed and not final, Clash where it
    has been decided about, or the judge has left, and what refuses any ballot: Conflicted, NotAssigned,
    TeamNotCompeting, BallotsSigned.
    """
    reason = given(reason)
    round_, late = decidable(session, round_id, uuid, "waiting")
    if round_.closed_at is None:
        raise WrongPhase("Judging is open again: the judge can submit this ballot.")
    judge, team = session.get_one(Judge, late.judge_id), session.get_one(Team, late.team_id)
    if judge.withdrawn_at is not None:
        raise Clash("This judge has withdrawn, so the ballot can only be refused.")
    session.flush()
    connection = session.connection()
    form = form_of(late, round_, team, rubric_of(session, round_id))
    case = find_case(connection, late.judge_id, form)
    refuse_left(case)
    refuse_stranger(conflicted=case.conflicted, assigned=case.state is not None)
    refuse_signed(case)
    accepted = add(connection, case, form, late.steps, admission(case, form, late, reason, actor))
    decided(session, late, "admitted", reason)
    return accepted


def admission(case: Case, form: BallotForm, late: LateBallot, reason: str, actor: str) -> Deed:
    """Say what the ledger is to hold of a late ballot that is admitted."""
    told = deed(case, form, late.steps)
    payload = {**told.payload, "late": {"sequence": late.sequence, "by": actor, "reason": reason}}
    return Deed(told.actor, ADMITTED, told.subject, payload)


def refuse(session: Session, round_id: int, uuid: UUID, reason: str, actor: str) -> None:
    """Let a late ballot count for nothing. Raises InvalidForm without a reason, NotFound, WrongPhase, Clash."""
    reason = given(reason)
    round_, late = decidable(session, round_id, uuid, "waiting")
    noted(session, round_, late, actor, REFUSED, reason=reason)
    decided(session, late, "refused", reason)


def reopen(session: Session, round_id: int, uuid: UUID, actor: str) -> None:
    """Take a refusal back: the ballot waits for a decision again. Raises NotFound, WrongPhase, Clash."""
    round_, late = decidable(session, round_id, uuid, "refused")
    noted(session, round_, late, actor, REOPENED)
    decided(session, late, "waiting", "")


def decidable(session: Session, round_id: int, uuid: UUID, state: str) -> tuple[Round, LateBallot]:
    """Find a late ballot that is in the state from which a decision leads on, of a round that is not final."""
    round_ = undecided(session, round_id)
    late = session.exec(
        select(LateBallot).where(LateBallot.round_id == round_id, LateBallot.uuid == uuid)
    ).one_or_none()
    if late is None:
        raise NotFound("There is no such late ballot.")
    if late.state != state:
        raise Clash("Somebody has decided about this ballot in the meantime. Please look again.")
    return round_, late


def decided(session: Session, late: LateBallot, state: str, reason: str) -> None:
    """Keep what was decided."""
    late.state, late.reason = state, reason
    session.add(late)
    session.flush()


def noted(session: Session, round_: Round, late: LateBallot, actor: str, action: str, **particulars: str) -> None:
    """Enter a decision into the ledger."""
    judge, team = session.get_one(Judge, late.judge_id), session.get_one(Team, late.team_id)
    payload = {"round": round_.key, "judge": judge.key, "uuid": str(late.uuid), **particulars}
    ledger.append(session, round_.event_id, actor, action, f"team:{team.key}", payload)


def form_of(late: LateBallot, round_: Round, team: Team, rubric: Sequence[Criterion]) -> BallotForm:
    """A late ballot as it was sent."""
    return BallotForm(
        uuid=late.uuid,
        round=round_.key,
        team=team.key,
        base_revision=late.base_revision,
        scores=values_of(late, rubric),
        comment=late.comment,
        note=late.note,
        entered_at=late.entered_at,
    )


def values_of(late: LateBallot, rubric: Sequence[Criterion]) -> dict[str, Decimal]:
    """The scores of a late ballot, as values."""
    return {criterion.key: value_at(criterion, late.steps[criterion.key]) for criterion in rubric}


@dataclass(frozen=True)
class LateLine:
    """A late ballot as organisers see it, beside the one that counts now; `totals` are of the ballots, 0 to 100."""

    late: LateBallot
    judge: Judge
    team: Team
    rubric: tuple[Criterion, ...]
    scores: Mapping[str, Decimal]
    current: CurrentBallot | None

    @property
    def older(self) -> bool:
        """Whether it was made from an older revision than the one that counts now."""
        return (
            self.current is not None
            and self.late.state == "waiting"
            and self.late.base_revision < self.current.revision
        )

    def total(self) -> Decimal:
        """The late ballot's total."""
        return total_of(self.rubric, self.scores)

    def current_total(self) -> Decimal | None:
        """The total of the one that counts now."""
        return total_of(self.rubric, self.current.scores) if self.current else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a team stands: its rank and its total, None while it is not ranked."""

    rank: int | None
    total: float | None


@dataclass(frozen=True)
class Change:
    """What admitting a late ballot would do to its team."""

    before: Place
    after: Place


def late_lines(session: Session, round_: Round) -> list[LateLine]:
    """The late ballots of a round: those that wait for a decision first."""
    rubric = tuple(rubric_of(session, round_.id or 0))
    current = {(each.judge_id, each.team_id): each for each in current_ballots(session, round_.id or 0)}
    found = sorted(late_ballots(session, round_.id or 0), key=lambda late: late.state != "waiting")
    judges = {row.id: row for row in session.exec(select(Judge).where(col(Judge.event_id) == round_.event_id))}
    teams = {row.id: row for row in session.exec(select(Team).where(col(Team.event_id) == round_.event_id))}
    return [
        LateLine(
            late,
            judges[late.judge_id],
            teams[late.team_id],
            rubric,
            values_of(late, rubric),
            current.get((late.judge_id, late.team_id)),
        )
        for late in found
    ]


@dataclass(frozen=True)
class Recounts:
    """What a round's ranking is computed from: as it is, and with each late ballot that waits, by itself."""

    today: Contest | None
    then: Mapping[UUID, tuple[str, Contest]]  # with the key of its team

    def changes(self) -> dict[UUID, Change]:
        """What accepting each would do to its team. Pure, and takes a while in a large event: call it in a thread."""
        if self.today is None:
            return {}
        before, none = places(self.today), Place(None, None)
        return {
            uuid: Change(before.get(team, none), places(contest_).get(team, none))
            for uuid, (team, contest_) in self.then.items()
        }


def recounts(session: Session, round_: Round, lines: Sequence[LateLine]) -> Recounts:
    """Read what is to be computed, for the first few that wait for a decision."""
    waiting = [line for line in lines if line.late.state == "waiting"][:MOST_RECOUNTED]
    return Recounts(
        contest(session, round_) if waiting else None,
        {
            line.late.uuid: (line.team.key, contest(session, round_, {(line.judge.key, line.team.key): line.scores}))
            for line in waiting
        },
    )


def places(inputs: Contest) -> dict[str, Place]:
    """Where each team stands."""
    return {line.team: Place(line.rank, line.score) for line in inputs.outcome().standings.standings}
