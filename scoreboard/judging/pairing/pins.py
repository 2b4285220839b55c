"""PINs: six digits that let one further device of a judge in, for a few minutes and a few tries.

A judge's badge can be photographed; so for a device after the first the badge is one half, and a PIN is the other: it
is shown on the judge's first device or at the console. Five wrong ones end it, so that whoever has the badge guesses
right with a chance of 5 in a million for each PIN that is issued, however often and from wherever they try. A new one
is a matter of a second, so nobody is locked out by somebody else's guesses for longer.

What is kept is sealed by the deployment's key, which is not in the database: whoever reads the database cannot try out
a million PINs on it.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from scoreboard.errors import NotFound
from scoreboard.judging import ledger
from scoreboard.judging.access import told_apart
from scoreboard.models import DevicePin, Judge, JudgeLink
from scoreboard.numerals import plain_digits
from scoreboard.signing import SigningKey

DIGITS: Final = 6
LIVES: Final = timedelta(minutes=10)
TRIES: Final = 5
ISSUED: Final = "pin.issued"
SPENT: Final = "pin.spent"
ALARMED: Final = "pin.alarmed"


def new_pin() -> str:
    """Draw a PIN."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def sealed(signing: SigningKey, secret_hash: str, pin: str) -> str:
    """Hash a PIN for a link (by the hash of its secret); spaces and kinds of digits do not matter. Takes 0.1 ms."""
    plain = "".join(plain_digits(pin).split())
    return hashlib.sha256(signing.sign(f"pin of a device\n{secret_hash}\n{plain}")).hexdigest()


def issue_pin(
    session: Session, judge_id: int, pin: str, signing: SigningKey, actor: str, *, of_console: bool
) -> datetime:
    """Store a judge's new PIN, in place of an earlier one, and tell until when it is good. Raises NotFound."""
    found = session.exec(
        select(Judge, JudgeLink)
        .join(JudgeLink, col(JudgeLink.judge_id) == Judge.id)
        .where(Judge.id == judge_id, col(JudgeLink.revoked_at).is_(None), col(Judge.withdrawn_at).is_(None))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such judge, or the judge has no link.")
    judge, link = found
    now = datetime.now(UTC)
    end_pins(session, link.id or 0, now)
    fresh = DevicePin(
        key=secrets.token_hex(8),
        link_id=link.id or 0,
        pin_hash=sealed(signing, link.secret_hash, pin),
        of_console=of_console,
        issued_at=now,
        expires_at=now + LIVES,
    )
    session.add(fresh)
    session.flush()
    told = {**told_apart(link.secret_hash), "pin": fresh.key}
    ledger.append(session, judge.event_id, actor, ISSUED, f"judge:{judge.key}", told)
    return fresh.expires_at


def end_pins(session: Session, link_id: int, at: datetime) -> None:
    """End the PIN of a link, if it has one."""
    session.execute(
        update(DevicePin)
        .where(col(DevicePin.link_id) == link_id, col(DevicePin.ended_at).is_(None))
        .values(ended_at=at)
    )


def try_pin(session: Session, judge: Judge, link: JudgeLink, pin_hash: str, *, of_console_only: bool) -> str:
    """Use up the live PIN of a link, if this is its hash, and give its name in the ledger; else an empty text.

    A wrong one is counted and not raised, since that would undo the counting. The last one that is let through ends
    the PIN. Where there is none, as much is done as where there is one that is not this.
    """
    now = datetime.now(UTC)
    live = session.exec(
        select(DevicePin).where(
            DevicePin.link_id == link.id, col(DevicePin.ended_at).is_(None), DevicePin.expires_at > now
        )
    ).one_or_none()
    right = hmac.compare_digest(live.pin_hash if live else "", pin_hash)
    if live is None:
        return ""
    if right and (live.of_console or not of_console_only):
        live.ended_at = now
        session.add(live)
        session.flush()
        return live.key
    live.tries += 1
    if live.tries >= TRIES:
        live.ended_at = now
        told = {**told_apart(link.secret_hash), "pin": live.key}
        ledger.append(session, judge.event_id, "system", SPENT, f"judge:{judge.key}", told)
    session.add(live)
    session.flush()
    return ""


def alarm(session: Session, judge_id: int) -> None:
    """Tell the organisers by an entry that somebody tries PINs at an event, and with whose badge."""
    judge = session.get_one(Judge, judge_id)
    ledger.append(session, judge.event_id, "system", ALARMED, f"judge:{judge.key}", {})
