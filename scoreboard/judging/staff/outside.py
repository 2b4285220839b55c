"""Sign-ins at the organisation's own provider that are under way, and the accounts that they lead to.

What was sent with the browser is kept until it comes back: each is good once, for a few minutes, in that browser only.
A person is known by the provider's issuer and subject together, and never by a name or an address.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, delete, select

from scoreboard.errors import NotSignedIn
from scoreboard.judging.access import hashed
from scoreboard.models import Organiser, OutsideSignIn

LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Begun:
    """What a sign-in begins with: the browser's own secret, and what the provider is told or must tell."""

    browser: str
    state: str
    nonce: str
    verifier: str


def failed() -> NotSignedIn:
    """What is said of a sign-in that was not right, whatever was wrong with it."""
    return NotSignedIn("The sign-in there did not work. Please try again.")


def begin(session: Session, back: str, organiser_id: int | None) -> Begun:
    """Begin a sign-in; `organiser_id` of who confirms that it is them, or connects their account."""
    begun = Begun(*(secrets.token_urlsafe(32) for _ in range(4)))
    session.execute(delete(OutsideSignIn).where(col(OutsideSignIn.expires_at) < datetime.now(UTC)))
    session.add(
        OutsideSignIn(
            browser_hash=hashed(begun.browser),
            state_hash=hashed(begun.state),
            nonce=begun.nonce,
            verifier=begun.verifier,
            back=back,
            organiser_id=organiser_id,
            expires_at=datetime.now(UTC) + LASTS,
        )
    )
    return begun


def take(session: Session, browser: str, state: str) -> OutsideSignIn:
    """Take up a sign-in that a browser comes back from; it is over then, right or wrong. Raises NotSignedIn."""
    found = session.exec(
        select(OutsideSignIn).where(
            OutsideSignIn.browser_hash == hashed(browser), OutsideSignIn.expires_at > datetime.now(UTC)
        )
    ).one_or_none()
    if found is None or not secrets.compare_digest(found.state_hash, hashed(state)):
        raise failed()
    session.delete(found)
    session.flush()
    session.expunge(found)
    return found


def organiser_outside(session: Session, issuer: str, subject: str) -> Organiser | None:
    """The account of a person of the provider."""
    return session.exec(
        select(Organiser).where(
            Organiser.issuer == issuer, Organiser.subject == subject, col(Organiser.disabled_at).is_(None)
        )
    ).one_or_none()


def connect(session: Session, organiser_id: int, issuer: str, subject: str) -> None:
    """Let an account be entered by a person of the provider. Raises NotSignedIn where they have another already."""
    owner = organiser_outside(session, issuer, subject)
    if owner is not None and owner.id != organiser_id:
        raise NotSignedIn("Another account is connected to this person already.")
    organiser = session.get_one(Organiser, organiser_id)
    organiser.issuer, organiser.subject = issuer, subject
    session.add(organiser)
