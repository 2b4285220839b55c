"""What happens at an event: who is to score whom, ballots, stored results, and the ledger of it all."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from scoreboard.columns import instant, reference


class Assignment(SQLModel, table=True):
    """A judge is to score a team in a round."""

    STATES: ClassVar = ("pending", "skipped", "done")

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = reference("round.id", index=False)
    judge_id: int = reference("judge.id")
    team_id: int = reference("team.id")
    position: int  # the order in which the judge is to visit
    state: str = "pending"

    __table_args__ = (
        UniqueConstraint("round_id", "judge_id", "team_id"),
        CheckConstraint("state IN ('pending', 'skipped', 'done')", name="state"),
    )


class Ballot(SQLModel, table=True):
    """A judge's whole answer for a team. Append-only: the highest revision is the current one."""

    id: int | None = Field(default=None, primary_key=True)
    uuid: UUID = Field(unique=True)  # made on the phone, so that a repeat is known as one
    round_id: int = reference("round.id", index=False)
    judge_id: int = reference("judge.id", index=False)  # read by round and judge, which the constraint below serves;
    team_id: int = reference("team.id", index=False)  # each index more is a page more to be written with every ballot
    revision: int
    base_revision: int  # the revision it was made from; 0 when there was none
    sequence: int  # of its entry in the event's ledger
    comment: str = ""  # for the team
    note: str = ""  # for the judge alone
    entered_at: datetime | None = instant()  # by the phone's clock
    received_at: datetime = instant(nullable=False)

    __table_args__ = (
        UniqueConstraint("round_id", "judge_id", "team_id", "revision"),
        CheckConstraint("revision = base_revision + 1 AND base_revision >= 0", name="revision"),
    )


class Draft(SQLModel, table=True):
    """What a judge has begun for a team and not submitted, as a phone last told it. It counts for nothing."""

    round_id: int = reference("round.id", primary_key=True, index=False)
    judge_id: int = reference("judge.id", primary_key=True)
    team_id: int = reference("team.id", primary_key=True)
    base_revision: int  # the revision it was begun from; 0 when there was none
    scores: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))  # as they were entered, by criterion
    comment: str = ""
    note: str = ""
    entered_at: datetime = instant(nullable=False)

    __table_args__ = (CheckConstraint("base_revision >= 0", name="revision"),)


class Score(SQLModel, table=True):
    """One number in a ballot: steps above the criterion's minimum."""

    ballot_id: int = reference("ballot.id", primary_key=True, index=False)
    criterion_id: int = Field(primary_key=True, index=True)
    steps: int
    top: int

    __table_args__ = (
        ForeignKeyConstraint(["criterion_id", "top"], ["criterion.id", "criterion.top"]),
        CheckConstraint("steps >= 0 AND steps <= top", name="range"),
    )


class LateBallot(SQLModel, table=True):
    """A ballot that was entered before the close and arrived after it. It counts for nothing until it is admitted.

    What was sent is never changed (triggers refuse that); what organisers decided, and why, is. `steps` are the scores,
    each a number of steps above its criterion's minimum, by the criterion's key.
    """

    STATES: ClassVar = ("waiting", "admitted", "refused")

    id: int | None = Field(default=None, primary_key=True)
    uuid: UUID = Field(unique=True)  # that of the ballot, too, which is stored when it is admitted
    round_id: int = reference("round.id")
    judge_id: int = reference("judge.id")
    team_id: int = reference("team.id", index=False)
    base_revision: int
    sequence: int  # of its entry in the event's ledger
    steps: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    comment: str = ""
    note: str = ""
    entered_at: datetime = instant(nullable=False)  # by the phone, in the server's time
    received_at: datetime = instant(nullable=False)
    state: str = "waiting"
    reason: str = ""  # of what was decided

    __table_args__ = (
        CheckConstraint("base_revision >= 0", name="base_revision"),
        CheckConstraint("state IN ('waiting', 'admitted', 'refused')", name="state"),
    )


class AnnouncementSeen(SQLModel, table=True):
    """A judge has seen an announcement, which is the entry of the ledger that has this sequence."""

    event_id: int = reference("event.id", primary_key=True, index=False)
    sequence: int = Field(primary_key=True)
    judge_id: int = reference("judge.id", primary_key=True)
    seen_at: datetime = instant(nullable=False)


class Run(SQLModel, table=True):
    """A stored result: what the board showed at a freeze, or what was finalised."""

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = reference("round.id")
    kind: str
    at: datetime = instant(nullable=False)
    sequence: int  # the ledger's entry up to which ballots count
    rule: str
    software: str
    standings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    hash: str

    __table_args__ = (CheckConstraint("kind IN ('frozen', 'final')", name="kind"),)


class Hold(SQLModel, table=True):
    """What a freeze holds: all that the public sees from then on rests on this, and on ballots before it. Append-only.

    `sequence` is the freeze's own entry in the ledger. `terms` say what the held ranking is computed by (see
    `judging.terms`), `names` what those in it are called (see `judging.names`), `keys` which rows the ballots speak of.
    """

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = reference("round.id", index=False)
    at: datetime = instant(nullable=False)
    sequence: int
    terms: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    names: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    keys: dict[str, dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))

    __table_args__ = (
        UniqueConstraint("round_id", "sequence"),
        CheckConstraint("sequence >= 1", name="sequence"),
    )


class LedgerHead(SQLModel, table=True):
    """The newest entry of an event's ledger; the row that writers take turns on."""

    event_id: int = reference("event.id", primary_key=True, index=False)
    key: str = Field(unique=True)  # the ledger's own name, which is the same in every copy: 32 hexadecimal digits
    sequence: int = 0
    hash: str


class LogEntry(SQLModel, table=True):
    """Who did what, when. Append-only: triggers refuse changes, and `hash` stands for this entry and all before."""

    event_id: int = reference("event.id", primary_key=True, index=False)
    sequence: int = Field(primary_key=True)
    at: str  # as it is hashed: 2026-12-07T09:30:00.000000Z
    actor: str
    action: str
    subject: str
    payload: str = Field(sa_type=Text)  # canonical JSON
    salt: str  # 32 hexadecimal digits, so that nobody can guess a score from its hash
    leaf: str  # the hash of this entry alone
    hash: str  # of the hash before and the leaf

    __table_args__ = (CheckConstraint("sequence >= 1", name="sequence"), Index(None, "event_id", "action"))


class Checkpoint(SQLModel, table=True):
    """A signed statement of what an event's ledger held when it was so long. Append-only."""

    event_id: int = reference("event.id", primary_key=True, index=False)
    size: int = Field(primary_key=True)
    at: str
    note: str = Field(sa_type=Text)  # the statement with its signature, as it is handed out

    __table_args__ = (CheckConstraint("size >= 1", name="size"),)
