"""Who may come in: judges by a personal link or a typed code, organisers by a password or a one-time link.

Secrets are random, leave the server once, and are kept as hashes. A link's secret has 160 bits, so a plain hash keeps
it. A code is short enough to be typed and is therefore hashed slowly (scrypt, with the deployment's own salt). A
session is a random token of 256 bits in a cookie; its row can be ended at any time.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from scoreboard.errors import InvalidForm, NotFound, NotSignedIn
from scoreboard.judging import ledger
from scoreboard.models import Deployment, Judge, JudgeLink, OneTimeLink, Organiser, SignIn
from scoreboard.numerals import plain_digits

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LOOKALIKES = str.maketrans("ILO", "110", " -\u2010\u2011\u2013")
CODE_LENGTH = 8
JUDGE_SESSION = timedelta(days=4)  # a three-day event, with the evening before
ORGANISER_SESSION = timedelta(hours=16)
ONE_TIME_LINK = timedelta(hours=24)
SHORTEST_PASSWORD = 12
passwords = PasswordHasher()


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
    """End every link of a judge, and every session that was opened by one."""
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


def sign_in_judge(session: Session, judge_id: int, link_id: int, device: str) -> str:
    """Open a session for a judge and return its token, which is not kept."""
    link = session.get(JudgeLink, link_id)
    if link is None or link.revoked_at is not None:
        raise NotSignedIn("This link is no longer valid. Please ask the organisers for a new one.")
    judge = session.get_one(Judge, judge_id)
    who = f"judge:{judge.key}"
    ledger.append(session, judge.event_id, who, "judge.signed_in", who, told_apart(link.secret_hash))
    return open_session(session, JUDGE_SESSION, device, judge_id=judge_id, link_id=link_id)


def judge_of(session: Session, token: str) -> Judge:
    """Find the judge that a session's token belongs to. Raises NotSignedIn."""
    judge = session.exec(
        select(Judge)
        .join(SignIn, col(SignIn.judge_id) == Judge.id)
        .where(*live_session(token), col(Judge.withdrawn_at).is_(None))
    ).one_or_none()
    if judge is None:
        raise NotSignedIn("Please sign in with your personal link or code.")
    return judge


def add_organiser(session: Session, name: str, password: str) -> Organiser:
    """Add an organiser; an empty password lets them in by one-time links only."""
    name = name.strip()
    if not name:
        raise InvalidForm("An organiser needs a name.")
    if password and len(password) < SHORTEST_PASSWORD:
        raise InvalidForm("A password needs %(n)s characters or more.", n=SHORTEST_PASSWORD)
    if session.exec(select(Organiser).where(Organiser.name == name)).one_or_none() is not None:
        raise InvalidForm("There is already an organiser named %(name)s.", name=name)
    organiser = Organiser(
        name=name, password_hash=passwords.hash(password) if password else "", created_at=datetime.now(UTC)
    )
    session.add(organiser)
    session.flush()
    return organiser


# A hash to check when the name is unknown, so that the answer takes as long.
NOBODY = passwords.hash(secrets.token_hex(16))


def organiser_by_password(session: Session, name: str, password: str) -> Organiser:
    """Find the organiser whose name and password these are. Raises NotSignedIn. Takes some 50 ms."""
    organiser = session.exec(
        select(Organiser).where(Organiser.name == name.strip(), col(Organiser.disabled_at).is_(None))
    ).one_or_none()
    kept = organiser.password_hash if organiser and organiser.password_hash else NOBODY
    try:
        passwords.verify(kept, password)
    except VerifyMismatchError:
        organiser = None
    if organiser is None or not organiser.password_hash:
        raise NotSignedIn("The name or the password is not right.")
    return organiser


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
    """Sign an organiser in by a one-time link, and use it up; return the session's token."""
    now = datetime.now(UTC)
    link = session.exec(
        select(OneTimeLink).where(
            OneTimeLink.secret_hash == hashed(secret), col(OneTimeLink.used_at).is_(None), OneTimeLink.expires_at > now
        )
    ).one_or_none()
    if link is None:
        raise NotSignedIn("This link has been used or is too old. A new one is printed by: scoreboard organiser link")
    link.used_at = now
    session.add(link)
    return open_session(session, ORGANISER_SESSION, device, organiser_id=link.organiser_id)


def sign_in_organiser(session: Session, organiser_id: int, device: str) -> str:
    """Open a session for an organiser and return its token, which is not kept."""
    return open_session(session, ORGANISER_SESSION, device, organiser_id=organiser_id)


def organiser_of(session: Session, token: str) -> Organiser:
    """Find the organiser that a session's token belongs to. Raises NotSignedIn."""
    organiser = session.exec(
        select(Organiser)
        .join(SignIn, col(SignIn.organiser_id) == Organiser.id)
        .where(*live_session(token), col(Organiser.disabled_at).is_(None))
    ).one_or_none()
    if organiser is None:
        raise NotSignedIn("Please sign in.")
    return organiser


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
