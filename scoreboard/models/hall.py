"""What happens between judges and organisers in the hall: teams that are away, signatures, ballots on paper."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, ColumnElement, Index, literal_column
from sqlmodel import Field, SQLModel

from scoreboard.columns import instant, reference

IN_FORCE: ColumnElement[bool] = literal_column("lifted_at IS NULL")


class Absence(SQLModel, table=True):
    """A judge found a team's table empty; an organiser says how it ended."""

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = reference("round.id")
    judge_id: int = reference("judge.id", index=False)
    team_id: int = reference("team.id", index=False)
    reported_at: datetime = instant(nullable=False)
    settled_at: datetime | None = instant()
    outcome: str = ""

    __table_args__ = (
        CheckConstraint("outcome IN ('', 'excused', 'present')", name="outcome"),
        CheckConstraint("(settled_at IS NULL) = (outcome = '')", name="settled"),
    )


class Signature(SQLModel, table=True):
    """A judge confirmed all of their ballots of a round, which takes no more of them until an organiser lifts it."""

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = reference("round.id", index=False)
    judge_id: int = reference("judge.id", index=False)
    sequence: int  # of its entry in the event's ledger
    signed_at: datetime = instant(nullable=False)
    lifted_at: datetime | None = instant()

    __table_args__ = (
        Index(
            "uq_signature_in_force",
            "round_id",
            "judge_id",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
    )


class SigningPin(SQLModel, table=True):
    """The PIN that a judge chose to sign with."""

    judge_id: int = reference("judge.id", primary_key=True, index=False)
    pin_hash: str  # argon2id
    tries: int = 0  # since the last one that was right
    chosen_at: datetime = instant(nullable=False)


class PaperBallot(SQLModel, table=True):
    """A ballot that a judge filled in by hand: typed in by one organiser, and once more by another.

    The scores are as they were typed, by criterion. It becomes a ballot, under the same uuid, when both agree.
    """

    id: int | None = Field(default=None, primary_key=True)
    uuid: UUID = Field(unique=True)
    round_id: int = reference("round.id")
    judge_id: int = reference("judge.id", index=False)
    team_id: int = reference("team.id", index=False)
    scores: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    comment: str = ""
    reason: str = ""  # why it is taken after the close
    filled_in_at: datetime = instant(nullable=False)  # the time on the sheet
    entered_by: str
    entered_at: datetime = instant(nullable=False)
    checked: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    checked_by: str = ""
    settled_at: datetime | None = instant()
    outcome: str = ""

    __table_args__ = (
        CheckConstraint("outcome IN ('', 'taken', 'discarded')", name="outcome"),
        CheckConstraint("(settled_at IS NULL) = (outcome = '')", name="settled"),
        CheckConstraint("checked_by <> entered_by", name="two_people"),
    )
