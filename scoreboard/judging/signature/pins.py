"""The PIN that a judge signs with: four to six digits of their own choice, typed in the numerals of any keyboard.

A borrowed phone is signed in, but does not know it. Five wrong tries end it, however many come at once, and an
organiser resets it: the judge chooses another.
"""

from datetime import UTC, datetime
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlmodel import Session, select

from scoreboard.errors import InvalidForm, NotFound, PinSpent, WrongPin
from scoreboard.judging import ledger
from scoreboard.models import Judge, SigningPin
from scoreboard.numerals import plain_digits

SHORTEST: Final = 4
LONGEST: Final = 6
TRIES: Final = 5
RESET: Final = "pin.reset"
# The smallest that OWASP accepts of argon2id: a whole jury signs within a minute, on a small machine.
hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def plain(pin: str) -> str:
    """A PIN in plain digits, however it was typed."""
    return "".join(plain_digits(pin).split())


def chosen(pin: str, again: str) -> str:
    """A PIN that may be chosen, typed twice. Raises InvalidForm."""
    pin = plain(pin)
    if not (SHORTEST <= len(pin) <= LONGEST and pin.isascii() and pin.isdigit()):
        raise InvalidForm(
            "A PIN has %(least)s to %(most)s digits.", least=SHORTEST, most=LONGEST, extra={"fields": ["pin"]}
        )
    if pin != plain(again):
        raise InvalidForm("The two PINs are not the same.", extra={"fields": ["again"]})
    return pin


def hash_of(pin: str) -> str:
    """What is kept of a PIN: slow on purpose, so not for a transaction."""
    return hasher.hash(pin)


def check(pin_hash: str, pin: str) -> None:
    """Hold a PIN against what is kept: slow on purpose. Raises WrongPin."""
    try:
        hasher.verify(pin_hash, plain(pin))
    except VerifyMismatchError as failure:
        raise WrongPin("This PIN is not the one that you chose.") from failure


def claim_try(session: Session, judge_id: int) -> str:
    """Count a try before it is made, and give what it is held against; an empty text while no PIN is chosen.

    Raises PinSpent when there is none left.
    """
    row = locked(session, judge_id)
    if row is None:
        return ""
    if row.tries >= TRIES:
        raise PinSpent("Too many wrong PINs were typed. Please ask the organisers to reset your PIN.")
    row.tries += 1
    session.add(row)
    return row.pin_hash


def keep(session: Session, judge_id: int, pin_hash: str) -> None:
    """Keep a PIN that was just chosen, or forgive the tries of one that was right. Raises WrongPin for another one."""
    row = locked(session, judge_id)
    if row is None:
        row = SigningPin(judge_id=judge_id, pin_hash=pin_hash, chosen_at=datetime.now(UTC))
    if row.pin_hash != pin_hash:
        raise WrongPin("This PIN is not the one that you chose.")
    row.tries = 0
    session.add(row)
    session.flush()


def reset(session: Session, judge_id: int, actor: str) -> None:
    """Let a judge choose another PIN. Raises NotFound where none is chosen."""
    row = locked(session, judge_id)
    if row is None:
        raise NotFound("This judge has not chosen a PIN.")
    session.delete(row)
    judge = session.get_one(Judge, judge_id)
    ledger.append(session, judge.event_id, actor, RESET, f"judge:{judge.key}", {})
    session.flush()


def locked(session: Session, judge_id: int) -> SigningPin | None:
    """The PIN of a judge, which nobody else counts meanwhile."""
    return session.exec(select(SigningPin).where(SigningPin.judge_id == judge_id).with_for_update()).one_or_none()
