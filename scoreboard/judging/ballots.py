"""A judge's whole answer for a team: checked, appended as a revision, never overwritten.

The phone names its ballot (``uuid``), so a repeat is known and answered as the first time. It says which revision it
was made from, so an old copy that arrives late never covers a newer correction. All that decides whether a ballot is
taken is read in the transaction that stores it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import ColumnElement, insert, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import (
    BallotReused,
    Conflicted,
    NotAssigned,
    NotSignedIn,
    RoundNotOpen,
    StaleBallot,
    TeamNotCompeting,
)
from scoreboard.judging import ledger
from scoreboard.judging.rubric import steps_of, value_at
from scoreboard.models import Assignment, Ballot, Conflict, Criterion, Judge, Round, Score, Team
from scoreboard.numerals import plain_digits

LONGEST_TEXT = 4000


def spelled_number(value: object) -> object:
    """Read digits of any keyboard; what is no text is left to the next check."""
    return plain_digits(value) if isinstance(value, str) else value


def plain_text(text: object) -> object:
    """Bring line ends to one form, so that a page and a script send the same text as the same."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "") if isinstance(text, str) else text


def in_utc(at: datetime) -> datetime:
    """Bring a time to UTC; the ends of the calendar, which have no UTC, are refused."""
    try:
        return at.astimezone(UTC)
    except OverflowError as failure:
        raise ValueError("outside of the calendar") from failure


Value = Annotated[Decimal, BeforeValidator(spelled_number), Field(allow_inf_nan=False, max_digits=12)]
Words = Annotated[str, Field(max_length=LONGEST_TEXT), BeforeValidator(plain_text)]


class BallotForm(BaseModel):
    """A ballot as the phone sends it. `scores` holds a value for each criterion of the round, by its key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    uuid: UUID
    round: str
    team: str
    base_revision: int = Field(ge=0)
    scores: dict[str, Value]
    comment: Words = ""
    note: Words = ""
    entered_at: Annotated[AwareDatetime, AfterValidator(in_utc)] | None = None


@dataclass(frozen=True)
class CurrentBallot:
    """The newest revision of a ballot, with its scores as values."""

    uuid: UUID
    judge_id: int
    team_id: int
    revision: int
    sequence: int
    received_at: datetime
    scores: Mapping[str, Decimal]
    comment: str
    note: str

    def as_json(self) -> dict[str, Any]:
        """What a phone is told of its own ballot."""
        return {
            "uuid": str(self.uuid),
            "revision": self.revision,
            "receipt": self.sequence,
            "received_at": self.received_at.isoformat(),
            "scores": {key: str(value) for key, value in self.scores.items()},
            "comment": self.comment,
            "note": self.note,
        }


async def submit(database: Database, judge_id: int, form: BallotForm) -> CurrentBallot:
    """Store a ballot, and return it as stored once it is committed. A repeat gives the same and stores nothing.

    Raises Conflicted, NotAssigned, TeamNotCompeting, RoundNotOpen, UnknownCriterion, MissingCriterion,
    ScoreOutOfRange, StaleBallot (with the current ballot in `extra`), BallotReused.
    """
    return await database.write(store, judge_id, form)


def store(session: Session, judge_id: int, form: BallotForm) -> CurrentBallot:
    """Do what `submit` says, in the session's transaction."""
    judge = session.get(Judge, judge_id)
    if judge is None or judge.withdrawn_at is not None:
        raise NotSignedIn("Please sign in with your personal link or code.")
    round_, team = round_and_team(session, judge, form.round, form.team)
    round_id, team_id = stored_id(round_), stored_id(team)
    rubric = rubric_of(session, round_id)
    known = session.exec(select(Ballot).where(Ballot.uuid == form.uuid)).one_or_none()
    if known is not None:
        return repeated(session, known, (judge_id, round_id, team_id), form, rubric)
    allow(session, judge_id, round_id, team_id)
    allow_now(round_, team)
    steps = steps_of(rubric, form.scores)
    current = current_ballots(session, round_id, judge_id=judge_id, team_id=team_id)
    revision = current[0].revision if current else 0
    if form.base_revision != revision:
        raise StaleBallot(
            "This ballot was changed in the meantime. Please compare and choose.",
            extra={"current": current[0].as_json() if current else None},
        )
    received_at = datetime.now(UTC)
    sequence = ledger.append(
        session,
        judge.event_id,
        f"judge:{judge.key}",
        "ballot.submitted" if revision == 0 else "ballot.corrected",
        f"team:{team.key}",
        {
            "uuid": str(form.uuid),
            "round": round_.key,
            "revision": revision + 1,
            "scores": {criterion.key: steps[criterion.key] for criterion in rubric},
            # The words stay out of the record, which others may read; their hashes hold them to it.
            "comment": hashlib.sha256(form.comment.encode()).hexdigest(),
            "note": hashlib.sha256(form.note.encode()).hexdigest(),
        },
    )
    ballot_id = session.execute(
        insert(Ballot)
        .values(
            uuid=form.uuid,
            round_id=round_id,
            judge_id=judge_id,
            team_id=team_id,
            revision=revision + 1,
            base_revision=revision,
            sequence=sequence,
            comment=form.comment,
            note=form.note,
            entered_at=form.entered_at,
            received_at=received_at,
        )
        .returning(col(Ballot.id))
    ).scalar_one()
    session.execute(
        insert(Score),
        [
            {
                "ballot_id": ballot_id,
                "criterion_id": criterion.id,
                "steps": steps[criterion.key],
                "top": criterion.top,
            }
            for criterion in rubric
        ],
    )
    session.execute(
        update(Assignment)
        .where(
            col(Assignment.round_id) == round_id,
            col(Assignment.judge_id) == judge_id,
            col(Assignment.team_id) == team_id,
        )
        .values(state="done")
    )
    return current_ballots(session, round_id, judge_id=judge_id, team_id=team_id)[0]


def repeated(
    session: Session, known: Ballot, whose: tuple[int, int, int], form: BallotForm, rubric: list[Criterion]
) -> CurrentBallot:
    """Answer a ballot that is stored already, as it was answered then."""
    if (known.judge_id, known.round_id, known.team_id) == whose:
        stored = read_ballots(session, [col(Ballot.id) == known.id], rubric)[0]
        if (known.base_revision, stored.scores, stored.comment, stored.note) == (
            form.base_revision,
            form.scores,
            form.comment,
            form.note,
        ):
            return stored
    raise BallotReused("This ballot's number already belongs to another ballot.")


def round_and_team(session: Session, judge: Judge, round_key: str, team_key: str) -> tuple[Round, Team]:
    """Find a round and a team of the judge's event. What is not there is answered like what is not assigned."""
    round_ = session.exec(select(Round).where(Round.event_id == judge.event_id, Round.key == round_key)).one_or_none()
    team = session.exec(select(Team).where(Team.event_id == judge.event_id, Team.key == team_key)).one_or_none()
    if round_ is None or team is None:
        raise NotAssigned("This team is not assigned to you.")
    return round_, team


def allow(session: Session, judge_id: int, round_id: int, team_id: int) -> None:
    """Raise unless this judge is to score this team in this round: Conflicted, NotAssigned."""
    conflict = session.exec(
        select(Conflict.id).where(Conflict.judge_id == judge_id, Conflict.team_id == team_id)
    ).one_or_none()
    if conflict is not None:
        raise Conflicted("You have a conflict of interest with this team and cannot score it.")
    assignment = session.exec(
        select(Assignment.id).where(
            Assignment.round_id == round_id, Assignment.judge_id == judge_id, Assignment.team_id == team_id
        )
    ).one_or_none()
    if assignment is None:
        raise NotAssigned("This team is not assigned to you.")


def allow_now(round_: Round, team: Team) -> None:
    """Raise unless ballots for this team are taken now: TeamNotCompeting, RoundNotOpen."""
    if team.withdrawn_at is not None or team.disqualified_at is not None:
        raise TeamNotCompeting("This team no longer competes.")
    if round_.opened_at is None:
        raise RoundNotOpen("Judging has not been opened yet.")
    if round_.closed_at is not None:
        raise RoundNotOpen("Judging has been closed.")


def stored_id(row: Round | Team) -> int:
    """Give the id of a row that was read."""
    if row.id is None:
        raise ValueError(f"not stored: {row!r}")
    return row.id


def rubric_of(session: Session, round_id: int) -> list[Criterion]:
    """Give the criteria of a round, in their order."""
    return list(
        session.exec(select(Criterion).where(Criterion.round_id == round_id).order_by(col(Criterion.position))).all()
    )


def current_ballots(
    session: Session, round_id: int, *, judge_id: int | None = None, team_id: int | None = None
) -> list[CurrentBallot]:
    """Give the newest revision of each ballot of a round; of one judge, of one team, or of all."""
    newer = aliased(Ballot)
    conditions = [
        col(Ballot.round_id) == round_id,
        ~select(newer.id)
        .where(
            newer.round_id == Ballot.round_id,
            newer.judge_id == Ballot.judge_id,
            newer.team_id == Ballot.team_id,
            newer.revision > Ballot.revision,
        )
        .exists(),
    ]
    if judge_id is not None:
        conditions.append(col(Ballot.judge_id) == judge_id)
    if team_id is not None:
        conditions.append(col(Ballot.team_id) == team_id)
    return read_ballots(session, conditions, rubric_of(session, round_id))


def read_ballots(
    session: Session, conditions: list[ColumnElement[bool]], rubric: list[Criterion]
) -> list[CurrentBallot]:
    """Give the ballots that meet the conditions, in order of receipt, with their scores as values."""
    criteria = {criterion.id: criterion for criterion in rubric}
    scores: dict[int | None, dict[str, Decimal]] = defaultdict(dict)
    for ballot_id, criterion_id, steps in session.exec(
        select(Score.ballot_id, Score.criterion_id, Score.steps)
        .join(Ballot, col(Ballot.id) == Score.ballot_id)
        .where(*conditions)
    ):
        criterion = criteria[criterion_id]
        scores[ballot_id][criterion.key] = value_at(criterion, steps)
    return [
        CurrentBallot(
            uuid=ballot.uuid,
            judge_id=ballot.judge_id,
            team_id=ballot.team_id,
            revision=ballot.revision,
            sequence=ballot.sequence,
            received_at=ballot.received_at,
            scores=scores[ballot.id],
            comment=ballot.comment,
            note=ballot.note,
        )
        for ballot in session.exec(select(Ballot).where(*conditions).order_by(col(Ballot.sequence)))
    ]
