"""Sessions at the console: they end when nobody is there, and begin anew whenever a person shows again that it is them.

A session has a limit that nothing moves (`LONGEST`), ends after `IDLE` without a page that a person asked for, and is
`fresh` for a few minutes after a sign-in. What weighs most asks for a fresh one: to confirm it makes a new token and
ends the old one, so that a token that was seen before is worth nothing after.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from scoreboard.errors import NotSignedIn
from scoreboard.judging.access import hashed, live_session, open_session
from scoreboard.judging.pairing.naming import device_name
from scoreboard.models import Organiser, SignIn

LONGEST = timedelta(hours=16)
IDLE = timedelta(minutes=30)
FRESH = timedelta(minutes=5)
HALFWAY = timedelta(minutes=5)  # for the second factor, after the first
NOTED = timedelta(minutes=1)  # that a person is there is written no more often than that


@dataclass(frozen=True)
class SignedIn:
    """Who is at the console, by which session."""

    organiser: Organiser
    session: SignIn

    @property
    def fresh(self) -> bool:
        """Whether the person showed a few minutes ago that it is them."""
        return self.session.confirmed_at is not None and datetime.now(UTC) - self.session.confirmed_at < FRESH

    @property
    def to_note(self) -> bool:
        """Whether it is to be written that the person is there."""
        return self.session.seen_at is None or datetime.now(UTC) - self.session.seen_at >= NOTED


def sign_in_organiser(
    session: Session, organiser_id: int, device: str, *, halfway: bool = False, fresh: bool = True
) -> str:
    """Open a session for an organiser and return its token, which is not kept; `halfway`: up to the second factor."""
    token = open_session(session, HALFWAY if halfway else LONGEST, device, organiser_id=organiser_id)
    now = datetime.now(UTC)
    session.flush()
    session.execute(
        update(SignIn)
        .where(col(SignIn.token_hash) == hashed(token))
        .values(seen_at=now, confirmed_at=now if fresh and not halfway else None, halfway=halfway)
    )
    return token


def signed_in(session: Session, token: str, *, halfway: bool = False) -> SignedIn:
    """Find whose session this is. Raises NotSignedIn."""
    found = session.exec(
        select(Organiser, SignIn)
        .join(SignIn, col(SignIn.organiser_id) == Organiser.id)
        .where(*live_console(token, halfway=halfway), col(Organiser.disabled_at).is_(None))
    ).one_or_none()
    if found is None:
        raise NotSignedIn("Please sign in.")
    return SignedIn(*found)


def organiser_of(session: Session, token: str) -> Organiser:
    """Find the organiser that a session's token belongs to. Raises NotSignedIn."""
    return signed_in(session, token).organiser


def note_presence(session: Session, token: str) -> None:
    """Write that the person of a session is there."""
    session.execute(update(SignIn).where(*live_console(token)).values(seen_at=datetime.now(UTC)))


def renewed(session: Session, token: str, *, halfway: bool = False) -> str:
    """Go on with a session whose person showed again that it is them: fresh, under a new token, no longer than before.

    Raises NotSignedIn. From `halfway` on a session begins.
    """
    old = signed_in(session, token, halfway=halfway).session
    new = sign_in_organiser(session, old.organiser_id or 0, old.device)
    if not halfway:
        session.execute(update(SignIn).where(col(SignIn.token_hash) == hashed(new)).values(expires_at=old.expires_at))
    old.ended_at = datetime.now(UTC)
    session.add(old)
    return new


def end_others(session: Session, organiser_id: int, token: str) -> None:
    """End every session of a person but this one, as after a new password."""
    session.execute(
        update(SignIn)
        .where(
            col(SignIn.organiser_id) == organiser_id,
            col(SignIn.ended_at).is_(None),
            col(SignIn.token_hash) != hashed(token),
        )
        .values(ended_at=datetime.now(UTC))
    )


def devices_of(session: Session, organiser_id: int, token: str) -> list[tuple[str, bool]]:
    """What a person is signed in on, the newest first, and whether that is the device of this token."""
    found = session.exec(
        select(SignIn)
        .where(
            col(SignIn.organiser_id) == organiser_id,
            col(SignIn.ended_at).is_(None),
            col(SignIn.expires_at) > datetime.now(UTC),
            col(SignIn.seen_at) > datetime.now(UTC) - IDLE,
            col(SignIn.halfway).is_(False),
        )
        .order_by(col(SignIn.id).desc())
    ).all()
    return [(device_name(each.device), each.token_hash == hashed(token)) for each in found]


def live_console(token: str, *, halfway: bool = False) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions that a session of the console by this token exists, and that its person is there."""
    return (
        *live_session(token),
        col(SignIn.organiser_id).is_not(None),
        col(SignIn.halfway).is_(halfway),
        col(SignIn.seen_at) > datetime.now(UTC) - IDLE,
    )
