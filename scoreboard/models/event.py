"""An event as it is described: rounds and rubrics, tracks and awards, teams, judges, conflicts."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from scoreboard.columns import Thousandths, instant, named, reference

LONGEST_VISIT = 120  # minutes


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
    four_eyes: bool = False  # a result is proposed by one person and confirmed by another
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
    beside: str = ""  # a method shown beside it, which decides nothing; empty for none
    minimum_ballots: int = 1  # a team is ranked from so many complete ballots on
    ballots_per_team: int = 0  # how many judges see a team when assignments are made; 0 is all
    visit_minutes: int = 0  # how long a judge is to stay with a team; 0 for no timer
    precedence: list[str] = Field(sa_column=Column(JSON, nullable=False))
    opened_at: datetime | None = instant()
    frozen_at: datetime | None = instant()
    thawed_at: datetime | None = instant()
    closed_at: datetime | None = instant()
    finalised_at: datetime | None = instant()
    paused_at: datetime | None = instant()  # since when an open round takes no ballots for a while
    final_comment: str = ""

    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        named(),
        CheckConstraint("minimum_ballots >= 1", name="minimum_ballots"),
        CheckConstraint("ballots_per_team >= 0", name="ballots_per_team"),
        CheckConstraint(f"visit_minutes BETWEEN 0 AND {LONGEST_VISIT}", name="visit_minutes"),
        # What follows what, and not by how much: a clock may be set back in between.
        CheckConstraint("frozen_at IS NULL OR opened_at IS NOT NULL", name="frozen_after_opened"),
        CheckConstraint("thawed_at IS NULL OR frozen_at IS NOT NULL", name="thawed_after_frozen"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="closed_after_opened"),
        CheckConstraint("finalised_at IS NULL OR closed_at IS NOT NULL", name="finalised_after_closed"),
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
    members: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # e-mail addresses
    desk: str = ""  # the table where the team sits ("table" means another thing to a database)
    withdrawn_at: datetime | None = instant()
    disqualified_at: datetime | None = instant()
    out_reason: str = ""

    __table_args__ = (UniqueConstraint("event_id", "key"), named())


class Entry(SQLModel, table=True):
    """A team in a track."""

    team_id: int = reference("team.id", primary_key=True, index=False)
    track_id: int = reference("track.id", primary_key=True)


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
