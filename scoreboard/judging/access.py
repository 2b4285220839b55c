"""Who may come in: judges, by a personal link or a typed code; and the sessions of everybody.

Secrets are random, leave the server once, and are kept as hashes. A link's secret has 160 bits, so a plain hash keeps
it. A code is short enough to be typed and is therefore hashed slowly (scrypt, with the deployment's own salt). A
session is a random token of 256 bits in a cookie; its row can be ended at any time. On which devices a link lets its
judge in, and how a further one is added, is told in `pairing`.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from scoreboard.errors import DeviceRevoked, NotFound, NotSignedIn
from scoreboard.judging import ledger
from scoreboard.models import Deployment, Event, Judge, JudgeDevice, JudgeLink, SignIn
from scoreboard.numerals import plain_digits

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LOOKALIKES = str.maketrans("ILO", "110", " -\u2010\u2011\u2013")
CODE_LENGTH = 8
JUDGE_SESSION = timedelta(days=4)  # a three-day event, with the evening before
SEEN_TO = timedelta(minutes=1)  # how exactly it is known when a device was last seen


@dataclass(frozen=True)
class NewLink:
    """A link that was made and not yet stored. `secret` and `code` are shown once; the hashes are kept."""

    secret: str
    code: str
    secret_hash: str
    code_hash: str


def hashed(secret: str) -> str:
    """Hash a long random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_hash(code: str, salt: str) -> str:
    """Hash a typed code, slowly; case, separators, Arabic digits and letters that look like digits do not matter."""
    plain = plain_digits(code).upper().translate(LOOKALIKES)
    return hashlib.scrypt(plain.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32).hex()


def code_salt(session: Session) -> str:
    """Give the deployment's salt of typed codes."""
    return session.exec(select(Deployment.code_salt)).one()


def new_link(salt: str) -> NewLink:
    """Make a link's secret and code. Takes some 50 ms: call it outside of a transaction."""
    secret = secrets.token_urlsafe(20)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return NewLink(secret, f"{code[:4]}-{code[4:]}", hashed(secret), code_hash(code, salt))


def issue_link(session: Session, judge_id: int, link: NewLink, actor: str) -> None:
    """Store a judge's new link. Earlier links of the judge are revoked and their sessions ended."""
    judge = session.get(Judge, judge_id)
    if judge is None:
        raise NotFound("There is no such judge.")
    revoke_links(session, judge, actor)
    session.add(
        JudgeLink(
            judge_id=judge_id, secret_hash=link.secret_hash, code_hash=link.code_hash, issued_at=datetime.now(UTC)
        )
    )
    ledger.append(session, judge.event_id, actor, "link.issued", f"judge:{judge.key}", told_apart(link.secret_hash))


def revoke_links(session: Session, judge: Judge, actor: str) -> None:
    """End every link of a judge, which ends its devices and its PIN, too, and every session that was opened by one."""
    now = datetime.now(UTC)
    live = session.exec(
        select(JudgeLink).where(JudgeLink.judge_id == judge.id, col(JudgeLink.revoked_at).is_(None))
    ).all()
    for link in live:
        link.revoked_at = now
        session.add(link)
        subject = f"judge:{judge.key}"
        ledger.append(session, judge.event_id, actor, "link.revoked", subject, told_apart(link.secret_hash))
    session.execute(
        update(SignIn).where(col(SignIn.judge_id) == judge.id, col(SignIn.ended_at).is_(None)).values(ended_at=now)
    )


def told_apart(secret_hash: str) -> dict[str, str]:
    """Name a link in the ledger, so that what came of it can be told from what came of another; it opens nothing."""
    return {"link": secret_hash[:16]}


def judge_behind(session: Session, *, secret: str = "", code: str = "") -> tuple[Judge, JudgeLink]:
    """Find whose link or code this is. Raises NotSignedIn when it opens nothing."""
    match = (
        JudgeLink.secret_hash == hashed(secret)
        if secret
        else JudgeLink.code_hash == code_hash(code, code_salt(session))
    )
    found = session.exec(
        select(Judge, JudgeLink)
        .join(JudgeLink, col(JudgeLink.judge_id) == Judge.id)
        .where(match, col(JudgeLink.revoked_at).is_(None), col(Judge.withdrawn_at).is_(None))
    ).one_or_none()
    if found is None:
        if secret:
            raise NotSignedIn("This link is no longer valid. Please ask the organisers for a new one.")
        raise NotSignedIn("This code is not known. Please check it, or ask the organisers for a new one.")
    return found


def judge_of(session: Session, token: str) -> Judge:
    """Find the judge that a session's token belongs to. Raises NotSignedIn, DeviceRevoked."""
    return judge_present(session, token)[0]


def judge_present(session: Session, token: str) -> tuple[Judge, bool]:
    """The same, and whether it is to be written that the device was seen. Raises NotSignedIn, DeviceRevoked."""
    found = session.exec(
        select(Judge, SignIn.seen_at)
        .join(SignIn, col(SignIn.judge_id) == Judge.id)
        .where(*live_session(token), col(Judge.withdrawn_at).is_(None))
    ).one_or_none()
    if found is None:
        if device_revoked(session, hashed(token)):
            raise DeviceRevoked("The organisers have signed this device out.")
        raise NotSignedIn("Please sign in with your personal link or code.")
    judge, seen_at = found
    return judge, seen_at is None or datetime.now(UTC) - seen_at >= SEEN_TO


def device_revoked(session: Session, token_hash: str) -> bool:
    """Whether a session (by the hash of its token) ended because its device, or the link it came by, was revoked."""
    return (
        session.exec(
            select(SignIn.id)
            .join(JudgeLink, col(JudgeLink.id) == SignIn.link_id)
            .outerjoin(JudgeDevice, col(JudgeDevice.sign_in_id) == SignIn.id)
            .where(
                SignIn.token_hash == token_hash,
                col(JudgeLink.revoked_at).is_not(None) | col(JudgeDevice.revoked_at).is_not(None),
            )
        ).first()
        is not None
    )


def event_of(session: Session, token: str) -> Event:
    """The event of a judge's session, whether it has ended or not."""
    return session.exec(
        select(Event)
        .join(Judge, col(Judge.event_id) == Event.id)
        .join(SignIn, col(SignIn.judge_id) == Judge.id)
        .where(SignIn.token_hash == hashed(token))
    ).one()


def note_seen(session: Session, token: str) -> None:
    """Write that a device was seen."""
    session.execute(update(SignIn).where(*live_session(token)).values(seen_at=datetime.now(UTC)))


def open_session(
    session: Session,
    lasts: timedelta,
    device: str,
    *,
    judge_id: int | None = None,
    link_id: int | None = None,
    organiser_id: int | None = None,
) -> str:
    """Store a session and return its token."""
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    session.add(
        SignIn(
            token_hash=hashed(token),
            judge_id=judge_id,
            link_id=link_id,
            organiser_id=organiser_id,
            device=device[:200],
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return token


def sign_out(session: Session, token: str) -> None:
    """End a session."""
    session.execute(update(SignIn).where(*live_session(token)).values(ended_at=datetime.now(UTC)))


def live_session(token: str) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions that a session by this token exists and has not ended."""
    return (
        col(SignIn.token_hash) == hashed(token),
        col(SignIn.ended_at).is_(None),
        col(SignIn.expires_at) > datetime.now(UTC),
    )
