"""Who may come in: the deployment's own secret, links, organisers, sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from scoreboard.columns import instant, reference


class Deployment(SQLModel, table=True):
    """The one row that tells this installation from others."""

    id: int | None = Field(default=None, primary_key=True)
    epoch: str  # changes when a backup is restored, so that nobody mistakes an old sequence for a new one
    public_key: str  # of the key that signs now: 64 hexadecimal digits; each ledger tells which key signed when
    code_salt: str  # judges' typed codes are short: they are hashed slowly, with this
    created_at: datetime = instant(nullable=False)

    __table_args__ = (CheckConstraint("id = 1", name="single"),)


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
