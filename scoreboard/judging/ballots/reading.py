"""The ballots of a round as they stand: the newest revision of each, with its scores as values."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from scoreboard.judging.ledger.entries import Entry
from scoreboard.judging.rubric import value_at
from scoreboard.models import Ballot, Criterion, Score


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
            "sequence": self.sequence,
            "received_at": self.received_at.isoformat(),
            "scores": {key: str(value) for key, value in self.scores.items()},
            "comment": self.comment,
            "note": self.note,
        }


@dataclass(frozen=True)
class AcceptedBallot(CurrentBallot):
    """A ballot that was taken in, with its event and its entry in the ledger.

    One that came `late` is kept and counts for nothing yet; `revision` is the one that it was made to be.
    """

    event_id: int
    entry: Entry
    late: bool = False

    def as_json(self) -> dict[str, Any]:
        """What the phone is answered; of a late ballot, which has no revision, the one that it was made from."""
        told = super().as_json()
        return {**told, "revision": None, "base_revision": self.revision - 1, "late": True} if self.late else told


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


def reading(connection: Connection) -> Session:
    """A session that reads what the transaction sees, and leaves it as it is."""
    return Session(bind=connection, join_transaction_mode="create_savepoint")
