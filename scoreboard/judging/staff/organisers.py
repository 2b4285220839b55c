"""The accounts of those who work at the console: a name with a password, or links that let in once."""

import secrets
from datetime import UTC, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlmodel import Session, col, or_, select

from scoreboard.errors import InvalidForm, NotFound, NotSignedIn
from scoreboard.judging.access import hashed
from scoreboard.judging.staff.passwords import check_password
from scoreboard.judging.staff.sessions import sign_in_organiser
from scoreboard.models import OneTimeLink, Organiser
from scoreboard.texts import tidy, written

ONE_TIME_LINK = timedelta(hours=24)
LONGEST_NAME = 100
passwords = PasswordHasher()


@cache
def hash_of_nobody() -> str:
    """A hash to check when the name is unknown, so that the answer takes as long."""
    return passwords.hash(secrets.token_hex(16))


def add_organiser(
    session: Session, name: str, password: str, *, email: str = "", everywhere: bool | None = None
) -> Organiser:
    """Add a person; an empty password lets them in by one-time links only.

    `everywhere` makes an owner of all events; unless it is said, the first who can come back becomes one.
    """
    name, email = written(name, "name"), written(email, "email")
    if not name or len(name) > LONGEST_NAME:
        raise InvalidForm("An organiser needs a name.")
    if password:
        check_password(password, name, email)
    if session.exec(select(Organiser).where(Organiser.name == name)).one_or_none() is not None:
        raise InvalidForm("There is already an organiser named %(name)s.", name=name)
    organiser = Organiser(
        name=name,
        email=email,
        password_hash=passwords.hash(password) if password else "",
        everywhere=not owned(session) if everywhere is None else everywhere,
        created_at=datetime.now(UTC),
    )
    session.add(organiser)
    session.flush()
    return organiser


def owned(session: Session) -> bool:
    """Whether somebody who can come back owns every event."""
    owner = session.exec(
        select(Organiser.id).where(
            col(Organiser.everywhere),
            col(Organiser.disabled_at).is_(None),
            or_(Organiser.password_hash != "", col(Organiser.subject).is_not(None)),
        )
    ).first()
    return owner is not None


def organiser_named(session: Session, name: str) -> Organiser:
    """Find a person of the console by name. Raises NotFound."""
    found = session.exec(
        select(Organiser).where(Organiser.name == tidy(name), col(Organiser.disabled_at).is_(None))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no organiser named %(name)s.", name=tidy(name))
    return found


def set_password(session: Session, organiser_id: int, password: str) -> None:
    """Give a person a new password. Raises InvalidForm. Takes some 50 ms."""
    organiser = session.get_one(Organiser, organiser_id)
    check_password(password, organiser.name, organiser.email)
    organiser.password_hash = passwords.hash(password)
    session.add(organiser)


def organiser_by_password(session: Session, name: str, password: str) -> Organiser:
    """Find the organiser whose name and password these are. Raises NotSignedIn. Takes some 50 ms, found or not."""
    organiser = session.exec(
        select(Organiser).where(Organiser.name == tidy(name), col(Organiser.disabled_at).is_(None))
    ).one_or_none()
    kept = organiser.password_hash if organiser and organiser.password_hash else hash_of_nobody()
    try:
        passwords.verify(kept, password)
    except VerifyMismatchError:
        organiser = None
    if organiser is None or not organiser.password_hash:
        raise NotSignedIn("The name or the password is not right.")
    return organiser


def shut_out(session: Session, organiser_id: int) -> None:
    """Let nobody in by an account any more. What it did stays told in its name."""
    organiser = session.get_one(Organiser, organiser_id)
    organiser.disabled_at = datetime.now(UTC)
    session.add(organiser)


def issue_one_time_link(session: Session, organiser_id: int) -> str:
    """Make a link that signs an organiser in once, and return its secret, which is not kept."""
    secret = secrets.token_urlsafe(20)
    now = datetime.now(UTC)
    session.add(
        OneTimeLink(
            organiser_id=organiser_id, secret_hash=hashed(secret), issued_at=now, expires_at=now + ONE_TIME_LINK
        )
    )
    return secret


def redeem_one_time_link(session: Session, secret: str, device: str) -> str:
    """Sign an organiser in by a one-time link, and use it up; return the session's token.

    The second factor, where there is one, is still to come: a link may lie in a mailbox.
    """
    now = datetime.now(UTC)
    found = session.exec(
        select(OneTimeLink, Organiser)
        .join(Organiser, col(Organiser.id) == OneTimeLink.organiser_id)
        .where(
            OneTimeLink.secret_hash == hashed(secret),
            col(OneTimeLink.used_at).is_(None),
            OneTimeLink.expires_at > now,
            col(Organiser.disabled_at).is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotSignedIn("This link has been used or is too old. A new one is printed by: scoreboard organiser link")
    link, organiser = found
    link.used_at = now
    session.add(link)
    return sign_in_organiser(session, link.organiser_id, device, halfway=bool(organiser.totp_secret))
