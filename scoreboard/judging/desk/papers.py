"""Ballots on paper, taken in by two people: one types a sheet in, another types it once more without seeing the first.

Where both agree it is stored as the judge's next revision, in the same ledger and marked as paper. Where they do not,
both are shown, and whoever mistyped types again: each can change their own and nobody else's, so that no single person
decides what a judge has written. After the close, until the final, a sheet is taken with a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from scoreboard.errors import Clash, NotFound, Outdated, RoundNotOpen, SecondPersonNeeded, TeamNotCompeting
from scoreboard.judging import ledger
from scoreboard.judging.ballots.checks import Case, find_case, refuse_signed, refuse_stranger
from scoreboard.judging.ballots.forms import BallotForm
from scoreboard.judging.ballots.reading import AcceptedBallot
from scoreboard.judging.ballots.storing import add, deed
from scoreboard.judging.decisions import find_assignment, undecided
from scoreboard.judging.ledger.writing import Deed
from scoreboard.judging.rubric import steps_of, value_at
from scoreboard.models import Judge, PaperBallot, Round, Team
from scoreboard.texts import given

TAKEN: Final = "ballot.paper"
ENTERED: Final = "paper.entered"
DISCARDED: Final = "paper.discarded"


@dataclass(frozen=True)
class Sheet:
    """What one person reads from a sheet. `filled_in_at` is the time written on it; `reason` is for after the close."""

    uuid: UUID
    judge: str
    team: str
    scores: Mapping[str, Decimal]
    filled_in_at: datetime
    comment: str = ""
    reason: str = ""


def enter(session: Session, round_id: int, sheet: Sheet, actor: str) -> PaperBallot:
    """Store what the first person read from a sheet; a repeat gives the same and stores nothing.

    Raises NotFound, WrongPhase after the final, what a ballot is refused with, InvalidForm without a reason after the
    close, Clash where another sheet of the same judge for the same team waits.
    """
    round_ = undecided(session, round_id)
    known = session.exec(select(PaperBallot).where(PaperBallot.uuid == sheet.uuid)).one_or_none()
    if known is not None:
        return known
    assignment = find_assignment(session, round_, sheet.judge, sheet.team)
    case = case_of(session, round_, assignment.judge_id, sheet)
    pair = (PaperBallot.judge_id == assignment.judge_id, PaperBallot.team_id == assignment.team_id)
    if session.exec(
        select(PaperBallot.id).where(PaperBallot.round_id == round_id, *pair, col(PaperBallot.settled_at).is_(None))
    ).first():
        raise Clash("A sheet of this judge for this team waits for a second person already.")
    paper = PaperBallot(
        uuid=sheet.uuid,
        round_id=round_id,
        judge_id=assignment.judge_id,
        team_id=assignment.team_id,
        scores=spelled(case, sheet.scores),
        comment=sheet.comment,
        reason=given(sheet.reason) if case.closed else "",
        filled_in_at=sheet.filled_in_at,
        entered_by=actor,
        entered_at=datetime.now(UTC),
    )
    session.add(paper)
    payload = {"round": round_.key, "judge": sheet.judge, "uuid": str(sheet.uuid)}
    ledger.append(session, round_.event_id, actor, ENTERED, f"team:{sheet.team}", payload)
    session.flush()
    return paper


def confirm(
    session: Session,
    round_id: int,
    uuid: UUID,
    scores: Mapping[str, Decimal],
    revision: int,
    actor: str,
    reason: str = "",
) -> AcceptedBallot | None:
    """Take what another person read from a sheet. Where both agree the ballot is stored; else None, and both are kept.

    `revision` is the newest one of this ballot that the person was shown (0 for none). Raises NotFound, WrongPhase,
    Clash when it is settled, SecondPersonNeeded, Outdated when a ballot came in the meantime, InvalidForm without a
    reason after the close, and what a ballot is refused with.
    """
    round_ = undecided(session, round_id)
    paper, judge, team = waiting_one(session, round_id, uuid)
    if actor not in may_check(paper, actor):
        raise SecondPersonNeeded("A sheet is typed in by one person and once more by another.")
    sheet = Sheet(uuid, judge.key, team.key, scores, paper.filled_in_at, paper.comment, paper.reason or reason)
    case = case_of(session, round_, paper.judge_id, sheet)
    if case.revision != revision:
        raise Outdated("A ballot of this judge for this team came in meanwhile. Please look again.")
    if actor == paper.entered_by:
        paper.scores = spelled(case, scores)
    else:
        paper.checked, paper.checked_by = spelled(case, scores), actor
    agreed = paper.scores == paper.checked
    if agreed:
        paper.reason = given(sheet.reason) if case.closed else ""
        paper.settled_at, paper.outcome = datetime.now(UTC), "taken"
    session.add(paper)
    session.flush()
    return store(session, case, sheet, paper) if agreed else None


def store(session: Session, case: Case, sheet: Sheet, paper: PaperBallot) -> AcceptedBallot:
    """Store a sheet that two people read alike as the judge's next revision."""
    form = form_of(sheet, paper_round(session, paper).key, case.revision)
    steps = steps_of(case.rubric, form.scores)
    told = deed(case, form, steps)
    people = {"entered_by": paper.entered_by, "confirmed_by": paper.checked_by}
    why = {"reason": paper.reason} if paper.reason else {}
    marked = Deed(told.actor, TAKEN, told.subject, {**told.payload, "paper": {**people, **why}})
    return add(session.connection(), case, form, steps, marked)


def discard(session: Session, round_id: int, uuid: UUID, reason: str, actor: str) -> PaperBallot:
    """Put a sheet aside that waits, with a reason. Raises InvalidForm, NotFound, WrongPhase, Clash."""
    reason = given(reason)
    round_ = undecided(session, round_id)
    paper, judge, team = waiting_one(session, round_id, uuid)
    paper.settled_at, paper.outcome = datetime.now(UTC), "discarded"
    session.add(paper)
    payload = {"round": round_.key, "judge": judge.key, "uuid": str(uuid), "reason": reason}
    ledger.append(session, round_.event_id, actor, DISCARDED, f"team:{team.key}", payload)
    session.flush()
    return paper


def may_check(paper: PaperBallot, actor: str) -> set[str]:
    """Who may type a sheet now: anybody but the first, then either of the two."""
    if not paper.checked_by:
        return {actor} - {paper.entered_by}
    return {paper.entered_by, paper.checked_by}


def waiting_one(session: Session, round_id: int, uuid: UUID) -> tuple[PaperBallot, Judge, Team]:
    """Find a sheet that waits, with whose and for whom it is. Raises NotFound, Clash when it is settled."""
    found = session.exec(
        select(PaperBallot, Judge, Team)
        .join(Judge, col(Judge.id) == PaperBallot.judge_id)
        .join(Team, col(Team.id) == PaperBallot.team_id)
        .where(PaperBallot.uuid == uuid, PaperBallot.round_id == round_id)
        .with_for_update(of=PaperBallot)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such sheet.")
    if found[0].settled_at is not None:
        raise Clash("This sheet has been settled in the meantime.")
    return found


def case_of(session: Session, round_: Round, judge_id: int, sheet: Sheet) -> Case:
    """Read what decides about a sheet, and hold other writers up. Raises what a ballot is refused with."""
    if session.get_one(Judge, judge_id).withdrawn_at is not None:
        raise Clash("This judge has withdrawn.")
    session.flush()
    case = find_case(session.connection(), judge_id, form_of(sheet, round_.key, 0))
    refuse_stranger(conflicted=case.conflicted, assigned=case.state is not None)
    if case.team_left:
        raise TeamNotCompeting("This team no longer competes.")
    if not case.opened:
        raise RoundNotOpen("Judging has not been opened yet.")
    refuse_signed(case)
    if case.closed:
        given(sheet.reason)
    return case


def form_of(sheet: Sheet, round_key: str, base_revision: int) -> BallotForm:
    """A sheet as a phone would send it."""
    return BallotForm(
        uuid=sheet.uuid,
        round=round_key,
        team=sheet.team,
        base_revision=base_revision,
        scores=dict(sheet.scores),
        comment=sheet.comment,
        entered_at=sheet.filled_in_at,
    )


def paper_round(session: Session, paper: PaperBallot) -> Round:
    """The round of a sheet."""
    return session.get_one(Round, paper.round_id)


def spelled(case: Case, scores: Mapping[str, Decimal]) -> dict[str, Any]:
    """Scores as they are kept and compared: equal values are written alike. Raises what a ballot is refused with."""
    steps = steps_of(case.rubric, scores)
    return {scale.key: str(value_at(scale, steps[scale.key])) for scale in case.rubric}
