"""The second factor: codes that a phone's authenticator shows (TOTP, RFC 6238), and codes on paper for when it is lost.

Each code is good once. Both sides compute with the authenticator's secret, so it is kept sealed (see `sealing`); the
codes on paper are kept as hashes.
"""

import secrets
from datetime import UTC, datetime

import pyotp
from sqlmodel import Session, col, delete, select

from scoreboard.errors import InvalidForm, NotSignedIn
from scoreboard.judging.access import ALPHABET, LOOKALIKES, hashed
from scoreboard.judging.staff.sealing import sealed, unsealed
from scoreboard.models import Organiser, RecoveryCode
from scoreboard.numerals import plain_digits
from scoreboard.signing import SigningKey

ISSUER = "Scoreboard"
STEP_SECONDS = 30
SLACK = 1  # steps by which a phone's clock may be off
RECOVERY_CODES = 10
RECOVERY_LENGTH = 24  # of 32 letters: 120 bits, so that a plain hash keeps them
SECRET_LENGTH = 32  # of base 32: 160 bits


def new_secret() -> str:
    """Make a secret for an authenticator (base 32)."""
    return pyotp.random_base32(SECRET_LENGTH)


def is_secret(text: str) -> bool:
    """Whether a text is one that `new_secret` may have made."""
    return len(text) == SECRET_LENGTH and not set(text) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def address_of(secret: str, name: str) -> str:
    """The address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_now() -> int:
    """The number of the 30 seconds that it is."""
    return int(datetime.now(UTC).timestamp()) // STEP_SECONDS


def step_of(secret: str, code: str, after: int) -> int | None:
    """The step whose code this is, among those that are good now and later than `after`; None for none."""
    typed = plain_digits(code).replace(" ", "")
    machine, now = pyotp.TOTP(secret), step_now()
    found = [
        step
        for step in range(now - SLACK, now + SLACK + 1)
        if step > after and secrets.compare_digest(machine.generate_otp(step).encode(), typed.encode())
    ]
    return found[0] if found else None


def enrol(session: Session, organiser_id: int, signing: SigningKey, secret: str, code: str) -> list[str]:
    """Give a person a second factor once the authenticator shows the right code; the codes for paper, shown once.

    Raises InvalidForm.
    """
    if not is_secret(secret):
        raise InvalidForm("Parts of this page are missing. Please load it again.")
    step = step_of(secret, code, 0)
    if step is None:
        raise InvalidForm("The code is not right. It changes every 30 seconds; please enter the newest one.")
    organiser = session.get_one(Organiser, organiser_id)
    organiser.totp_secret, organiser.totp_step = sealed(signing, secret, whose(organiser)), step
    session.add(organiser)
    return new_recovery_codes(session, organiser_id)


def new_recovery_codes(session: Session, organiser_id: int) -> list[str]:
    """Replace a person's codes on paper."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.organiser_id) == organiser_id))
    plain = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(organiser_id=organiser_id, code_hash=hashed(code)) for code in plain)
    return ["-".join(code[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4)) for code in plain]


def give_up(session: Session, organiser_id: int) -> None:
    """Take a person's second factor away."""
    organiser = session.get_one(Organiser, organiser_id)
    organiser.totp_secret, organiser.totp_step = "", 0
    session.add(organiser)
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.organiser_id) == organiser_id))


def whose(organiser: Organiser) -> str:
    """What a sealed secret is about."""
    return f"second factor of {organiser.id}"


def reseal(session: Session, old: SigningKey, new: SigningKey) -> None:
    """Seal every secret with another key."""
    for organiser in session.exec(select(Organiser).where(Organiser.totp_secret != "")).all():
        secret = unsealed(old, organiser.totp_secret, whose(organiser))
        if secret is not None:
            organiser.totp_secret = sealed(new, secret, whose(organiser))
            session.add(organiser)


def use_code(session: Session, organiser_id: int, signing: SigningKey, code: str) -> None:
    """Take a code of the authenticator or one from paper, each once. Raises NotSignedIn.

    Where the signing key was lost, only those from paper are left.
    """
    organiser = session.get_one(Organiser, organiser_id)
    secret = unsealed(signing, organiser.totp_secret, whose(organiser))
    step = step_of(secret, code, organiser.totp_step) if secret else None
    if secret and step is not None:
        organiser.totp_secret, organiser.totp_step = sealed(signing, secret, whose(organiser)), step
        session.add(organiser)
        return
    plain = plain_digits(code).upper().translate(LOOKALIKES)
    paper = session.exec(
        select(RecoveryCode).where(
            RecoveryCode.organiser_id == organiser_id,
            RecoveryCode.code_hash == hashed(plain),
            col(RecoveryCode.used_at).is_(None),
        )
    ).one_or_none()
    if paper is None:
        raise NotSignedIn("The code is not right. It changes every 30 seconds; please enter the newest one.")
    paper.used_at = datetime.now(UTC)
    session.add(paper)


def recovery_codes_left(session: Session, organiser_id: int) -> int:
    """How many codes on paper a person has not used."""
    return len(
        session.exec(
            select(RecoveryCode.id).where(
                RecoveryCode.organiser_id == organiser_id, col(RecoveryCode.used_at).is_(None)
            )
        ).all()
    )
