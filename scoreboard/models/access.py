"""Who may come in: the deployment's own secret, links, organisers, sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
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


class JudgeDevice(SQLModel, table=True):
    """A device that a judge comes in on. It is known again by the token of its newest session, ended or not."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)  # how the ledger names it; it opens nothing
    link_id: int = reference("judgelink.id")
    sign_in_id: int = reference("signin.id", index=False, unique=True)
    name: str = ""  # such as "iPhone, Safari"; empty where the browser does not tell
    paired_at: datetime = instant(nullable=False)
    revoked_at: datetime | None = instant()
    unsent: int = 0  # ballots that it has not sent yet, as it said last
    unsent_since: datetime | None = instant()  # when the oldest of them was entered
    drafts: int = 0  # ballots that are begun and not submitted

    __table_args__ = (CheckConstraint("unsent >= 0 AND drafts >= 0", name="counts"),)


class DevicePin(SQLModel, table=True):
    """Six digits that let one further device of a judge in, within minutes; sealed by the deployment's key."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    link_id: int = reference("judgelink.id")
    pin_hash: str
    of_console: bool  # made by an organiser, not on another device of the judge
    tries: int = 0  # wrong ones
    issued_at: datetime = instant(nullable=False)
    expires_at: datetime = instant(nullable=False)
    ended_at: datetime | None = instant()  # used, spent by wrong tries, or replaced by a newer one


class Organiser(SQLModel, table=True):
    """A person who runs events."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    email: str = ""
    password_hash: str = ""  # argon2id; empty when one can enter by a one-time link only
    everywhere: bool = False  # an owner of every event, also of those to come
    totp_secret: str = ""  # which the phone's authenticator shares, sealed; empty without one
    totp_step: int = 0  # the newest step of 30 s whose code was used: each is good once
    issuer: str | None = None  # with `subject`: who this is at the organisation's own sign-in
    subject: str | None = None
    created_at: datetime = instant(nullable=False)
    disabled_at: datetime | None = instant()

    __table_args__ = (
        CheckConstraint("name <> ''", name="name"),
        Index("uq_organiser_issuer", "issuer", "subject", unique=True),
    )


class Membership(SQLModel, table=True):
    """What a person of the console may do at one event."""

    id: int | None = Field(default=None, primary_key=True)
    organiser_id: int = reference("organiser.id", index=False)
    event_id: int = reference("event.id")
    role: str

    __table_args__ = (
        UniqueConstraint("organiser_id", "event_id"),
        CheckConstraint("role IN ('owner', 'organiser', 'chief_judge', 'presenter', 'auditor')", name="role"),
    )


class RecoveryCode(SQLModel, table=True):
    """What lets an organiser in once whose authenticator is lost."""

    id: int | None = Field(default=None, primary_key=True)
    organiser_id: int = reference("organiser.id")
    code_hash: str = Field(unique=True)
    used_at: datetime | None = instant()


class OutsideSignIn(SQLModel, table=True):
    """A sign-in at the organisation's own provider that is under way; only this browser can end it, once."""

    id: int | None = Field(default=None, primary_key=True)
    browser_hash: str = Field(unique=True)  # of what its cookie holds
    state_hash: str
    nonce: str
    verifier: str  # what the provider's answer is exchanged with (PKCE)
    back: str
    organiser_id: int | None = reference("organiser.id", default=None)  # who confirms that it is them, or connects
    expires_at: datetime = instant(nullable=False)


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
    seen_at: datetime | None = instant()  # of an organiser: when a page was last asked for, to the minute
    confirmed_at: datetime | None = instant()  # of an organiser: when they last showed that it is them
    halfway: bool = False  # of an organiser whose password was right and whose second factor is still to come

    __table_args__ = (
        CheckConstraint("(judge_id IS NULL) <> (organiser_id IS NULL)", name="one_person"),
        CheckConstraint("(judge_id IS NULL) = (link_id IS NULL)", name="judges_by_link"),
    )
