"""The tables.

Rows are built from validated forms and never from raw input: a SQLModel table does not validate. What the forms
refuse, the CHECK constraints refuse too, so that a fault in a form cannot store nonsense. Every type is one that
SQLite and PostgreSQL share.

Names and other texts that an organiser writes exist in both languages: ``name_en`` and ``name_ar``, either of which
may be empty, never both. Times are aware and in UTC. Numbers of a rubric are exact: a whole number of thousandths.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

# Names of constraints are part of the migrations, so they follow one rule and not the engine's taste.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata


class Instant(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite, which knows no zones, keeps it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time rather than guess its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Thousandths(TypeDecorator[Decimal]):
    """An exact decimal number with at most three places, kept as a whole number of thousandths."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """Refuse what would be rounded."""
        if value is None:
            return None
        thousandths = Decimal(value) * 1000
        if thousandths != thousandths.to_integral_value():
            raise ValueError(f"more than three decimal places: {value}")
        return int(thousandths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """As a decimal without needless zeros: 1, 0.5, 100."""
        if value is None:
            return None
        number = (Decimal(value) / 1000).normalize()
        return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def reference(target: str, *, index: bool = True, **more: Any) -> Any:
    """Declare a foreign key; indexed, since neither engine does it by itself."""
    return Field(foreign_key=target, index=index, **more)


def instant(*, nullable: bool = True, **more: Any) -> Any:
    """Declare a time."""
    if nullable:
        more.setdefault("default", None)
    return Field(sa_type=Instant, nullable=nullable, **more)


def named() -> CheckConstraint:
    """Give the constraint that a thing has a name in one language at least."""
    return CheckConstraint("name_en <> '' OR name_ar <> ''", name="named")


class Deployment(SQLModel, table=True):
    """The one row that tells this installation from others."""

    id: int | None = Field(default=None, primary_key=True)
    epoch: str  # changes when a backup is restored, so that nobody mistakes an old sequence for a new one
    code_salt: str  # judges' typed codes are short: they are hashed slowly, with this
    created_at: datetime = instant(nullable=False)

    __table_args__ = (CheckConstraint("id = 1", name="single"),)


class Event(SQLModel, table=True):
    """A hackathon."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name_en: str = ""
    name_ar: str = ""
    place_en: str = ""
    place_ar: str = ""
    starts_on: date
    ends_on: date
    time_zone: str
    language: str  # what a person sees who has not chosen: ar or en
    digits: str = "latn"  # how numbers are drawn in Arabic: latn 123 or arab ١٢٣
    created_at: datetime = instant(nullable=False)

    __table_args__ = (
        named(),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("language IN ('ar', 'en')", name="language"),
        CheckConstraint("digits IN ('latn', 'arab')", name="digits"),
        CheckConstraint("slug <> ''", name="slug"),
    )


class Organisation(SQLModel, table=True):
    """An agency: where judges and teams come from, and the ground of conflicts."""

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = reference("event.id")
    key: str
    name_en: str = ""
    name_ar: str = ""

    __table_args__ = (UniqueConstraint("event_id", "key"), named())


class Track(SQLModel, table=True):
    """A prize category that teams enter."""

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = reference("event.id")
    key: str
    position: int
    name_en: str = ""
    name_ar: str = ""

    __table_args__ = (UniqueConstraint("event_id", "key"), named())


class Award(SQLModel, table=True):
    """A prize: of the whole event, or of one track."""

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = reference("event.id")
    track_id: int | None = reference("track.id", default=None)
    key: str
    position: int
    name_en: str = ""
    name_ar: str = ""
    places: int = 1  # how many teams receive it

    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        named(),
        CheckConstraint("places >= 1", name="places"),
    )


class Round(SQLModel, table=True):
    """A pass of judging. Its phase is told by the times at which things happened, or null."""

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = reference("event.id")
    key: str
    position: int
    name_en: str = ""
    name_ar: str = ""
    rule: str  # the scoring method that ranks
    minimum_ballots: int = 1  # a team is ranked from so many complete ballots on
    ballots_per_team: int = 0  # how many judges see a team when assignments are made; 0 is all
    precedence: list[str] = Field(sa_column=Column(JSON, nullable=False))
    opened_at: datetime | None = instant()
    frozen_at: datetime | None = instant()
    thawed_at: datetime | None = instant()
    closed_at: datetime | None = instant()
    finalised_at: datetime | None = instant()
    final_comment: str = ""

    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        named(),
        CheckConstraint("minimum_ballots >= 1", name="minimum_ballots"),
        CheckConstraint("ballots_per_team >= 0", name="ballots_per_team"),
        CheckConstraint("frozen_at IS NULL OR opened_at IS NOT NULL", name="frozen_after_opened"),
        CheckConstraint("thawed_at IS NULL OR thawed_at >= frozen_at", name="thawed_after_frozen"),
        CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name="closed_after_opened"),
        CheckConstraint("finalised_at IS NULL OR finalised_at >= closed_at", name="finalised_after_closed"),
    )


class Criterion(SQLModel, table=True):
    """What is scored: from minimum to maximum in steps. A score is kept as a number of steps above the minimum.

    `top` is the number of steps of the whole range. Scores refer to it together with `id`, so that the database
    itself refuses a score above the maximum, and a change of a range that already has scores.
    """

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = reference("round.id")
    key: str
    position: int
    name_en: str = ""
    name_ar: str = ""
    description_en: str = ""
    description_ar: str = ""
    weight: Decimal = Field(sa_type=Thousandths)
    minimum: Decimal = Field(sa_type=Thousandths)
    maximum: Decimal = Field(sa_type=Thousandths)
    step: Decimal = Field(sa_type=Thousandths)
    top: int
    levels: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))  # value, en, ar

    __table_args__ = (
        UniqueConstraint("round_id", "key"),
        UniqueConstraint("id", "top"),
        named(),
        CheckConstraint("weight > 0", name="weight"),
        CheckConstraint("maximum > minimum", name="range"),
        CheckConstraint("step > 0 AND maximum - minimum = top * step", name="steps"),
    )


class Judge(SQLModel, table=True):
    """A person who scores."""

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = reference("event.id")
    organisation_id: int | None = reference("organisation.id", default=None)
    key: str
    name_en: str = ""
    name_ar: str = ""
    email: str = ""
    language: str = ""  # the language the judge chose; empty until then
    withdrawn_at: datetime | None = instant()

    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        named(),
        CheckConstraint("language IN ('', 'ar', 'en')", name="language"),
    )


class Team(SQLModel, table=True):
    """Who competes, with a project and a table in the hall."""

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = reference("event.id")
    organisation_id: int | None = reference("organisation.id", default=None)
    key: str
    name_en: str = ""
    name_ar: str = ""
    project_en: str = ""
    project_ar: str = ""
    desk: str = ""  # the table where the team sits ("table" means another thing to a database)
    withdrawn_at: datetime | None = instant()
    disqualified_at: datetime | None = instant()
    out_reason: str = ""

    __table_args__ = (UniqueConstraint("event_id", "key"), named())


class Entry(SQLModel, table=True):
    """A team in a track."""

    team_id: int = reference("team.id", primary_key=True, index=False)
    track_id: int = reference("track.id", primary_key=True)


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


class Conflict(SQLModel, table=True):
    """A judge must not score a team."""

    id: int | None = Field(default=None, primary_key=True)
    judge_id: int = reference("judge.id", index=False)
    team_id: int = reference("team.id")
    reason: str = ""
    source: str  # organisation: follows from the roster; file: from conflicts.csv; organiser, judge: declared

    __table_args__ = (
        UniqueConstraint("judge_id", "team_id"),
        CheckConstraint("source IN ('organisation', 'file', 'organiser', 'judge')", name="source"),
    )


class Ballot(SQLModel, table=True):
    """A judge's whole answer for a team. Append-only: the highest revision is the current one."""

    id: int | None = Field(default=None, primary_key=True)
    uuid: UUID = Field(unique=True)  # made on the phone, so that a repeat is known as one
    round_id: int = reference("round.id", index=False)
    judge_id: int = reference("judge.id")
    team_id: int = reference("team.id")
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


class JudgeLink(SQLModel, table=True):
    """What lets a judge in: a secret in a link and a short code to type. Only their hashes are kept."""

    id: int | None = Field(default=None, primary_key=True)
    judge_id: int = reference("judge.id")
    secret_hash: str = Field(unique=True)
    code_hash: str = Field(unique=True)
    issued_at: datetime = instant(nullable=False)
    revoked_at: datetime | None = instant()


class Organiser(SQLModel, table=True):
    """A person who runs events."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    password_hash: str = ""  # argon2id; empty when one can enter by a one-time link only
    created_at: datetime = instant(nullable=False)
    disabled_at: datetime | None = instant()

    __table_args__ = (CheckConstraint("name <> ''", name="name"),)


class OneTimeLink(SQLModel, table=True):
    """A link that signs an organiser in once."""

    id: int | None = Field(default=None, primary_key=True)
    organiser_id: int = reference("organiser.id")
    secret_hash: str = Field(unique=True)
    issued_at: datetime = instant(nullable=False)
    expires_at: datetime = instant(nullable=False)
    used_at: datetime | None = instant()


class SignIn(SQLModel, table=True):
    """A session of a judge or of an organiser on one device."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    judge_id: int | None = reference("judge.id", default=None)
    link_id: int | None = reference("judgelink.id", default=None)
    organiser_id: int | None = reference("organiser.id", default=None)
    device: str = ""
    created_at: datetime = instant(nullable=False)
    expires_at: datetime = instant(nullable=False)
    ended_at: datetime | None = instant()

    __table_args__ = (
        CheckConstraint("(judge_id IS NULL) <> (organiser_id IS NULL)", name="one_person"),
        CheckConstraint("(judge_id IS NULL) = (link_id IS NULL)", name="judges_by_link"),
    )


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


class LedgerHead(SQLModel, table=True):
    """The newest entry of an event's ledger; the row that writers take turns on."""

    event_id: int = reference("event.id", primary_key=True, index=False)
    sequence: int = 0
    hash: str


class LogEntry(SQLModel, table=True):
    """Who did what, when. Append-only; each entry carries the hash of the one before."""

    event_id: int = reference("event.id", primary_key=True, index=False)
    sequence: int = Field(primary_key=True)
    at: datetime = instant(nullable=False)
    actor: str
    action: str
    subject: str
    payload: str = Field(sa_type=Text)  # canonical JSON: what the hash was taken over
    previous_hash: str
    hash: str

    __table_args__ = (CheckConstraint("sequence >= 1", name="sequence"), Index(None, "event_id", "action"))
