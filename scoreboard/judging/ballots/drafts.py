"""What a judge has begun for a team, kept until it is submitted: whoever loses a phone goes on with another one.

A draft counts for nothing, nobody else sees it, and it is no entry in the ledger. The newest of a judge's devices
stands. One that was begun from an older revision than the current one is of no use any more.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from scoreboard.errors import RoundNotOpen, UnknownCriterion
from scoreboard.judging.ballots.checks import allow, round_and_team, stored_id
from scoreboard.judging.ballots.forms import Words, in_utc
from scoreboard.judging.ballots.reading import current_ballots, rubric_of
from scoreboard.models import Draft, Judge, Round, Team


class DraftForm(BaseModel):
    """A draft as the phone sends it. `scores` holds what was entered so far, whatever it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    round: str
    team: str
    base_revision: int = Field(ge=0)
    scores: dict[str, Annotated[str, Field(max_length=12)]]
    comment: Words = ""
    note: Words = ""
    entered_at: Annotated[AwareDatetime, AfterValidator(in_utc)]

    @property
    def empty(self) -> bool:
        """Whether nothing is entered."""
        return not (self.scores or self.comment or self.note)


def keep_draft(session: Session, judge: Judge, form: DraftForm) -> None:
    """Keep a draft in place of an older one; an empty one is forgotten.

    Raises Conflicted, NotAssigned, RoundNotOpen, UnknownCriterion.
    """
    round_, team = round_and_team(session, judge, form.round, form.team)
    judge_id, round_id, team_id = judge.id or 0, stored_id(round_), stored_id(team)
    allow(session, judge_id, round_id, team_id)
    if round_.opened_at is None:
        raise RoundNotOpen("Judging has not been opened yet.")
    if round_.closed_at is not None:
        raise RoundNotOpen("Judging has been closed.")
    unknown = sorted(form.scores.keys() - {criterion.key for criterion in rubric_of(session, round_id)})
    if unknown:
        raise UnknownCriterion(
            "This round has no criterion named %(names)s.", names=", ".join(unknown), extra={"criteria": unknown}
        )
    kept = session.get(Draft, (round_id, judge_id, team_id))
    if kept is not None and kept.entered_at > form.entered_at:
        return
    if form.empty:
        if kept is not None:
            session.delete(kept)
        return
    kept = kept or Draft(round_id=round_id, judge_id=judge_id, team_id=team_id, base_revision=0, scores={})
    kept.base_revision, kept.entered_at = form.base_revision, form.entered_at
    kept.scores, kept.comment, kept.note = form.scores, form.comment, form.note
    session.add(kept)


def drafts_of(session: Session, judge: Judge, round_: Round) -> dict[str, dict[str, Any]]:
    """A judge's drafts of a round that are of use, by the team's key, as the phone sent them."""
    round_id = stored_id(round_)
    current = {b.team_id: b.revision for b in current_ballots(session, round_id, judge_id=judge.id)}
    found = session.exec(
        select(Draft, Team.key)
        .join(Team, col(Team.id) == Draft.team_id)
        .where(Draft.round_id == round_id, Draft.judge_id == judge.id)
        .order_by(col(Team.key))
    )
    return {
        key: {
            "base_revision": draft.base_revision,
            "scores": draft.scores,
            "comment": draft.comment,
            "note": draft.note,
            "entered_at": draft.entered_at.isoformat(),
        }
        for draft, key in found
        if draft.base_revision == current.get(draft.team_id, 0)
    }
