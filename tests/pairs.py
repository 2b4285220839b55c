"""Judges' devices for tests: one more than the first, by a PIN."""

from sqlmodel import Session

from scoreboard.judging import access
from scoreboard.judging.pairing import pins
from scoreboard.judging.pairing.devices import sign_in_judge, sign_in_with_pin
from scoreboard.signing import SigningKey

SIGNING = SigningKey.new()
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/127.0.0.0 Mobile Safari/537.36"


def first_device(session: Session, secret: str, agent: str = IPHONE, known: str = "") -> str:
    """Come in by a link alone."""
    judge, link = access.judge_behind(session, secret=secret)
    return sign_in_judge(session, judge.id or 0, link.id or 0, agent, known)


def show_pin(session: Session, judge_id: int, *, of_console: bool = True) -> str:
    """Have a PIN shown."""
    pin = pins.new_pin()
    pins.issue_pin(session, judge_id, pin, SIGNING, "organiser:olga", of_console=of_console)
    return pin


def by_pin(session: Session, secret: str, pin: str, agent: str = ANDROID, *, of_console_only: bool = False) -> str:
    """Come in by a link and a PIN."""
    judge, link = access.judge_behind(session, secret=secret)
    sealed = pins.sealed(SIGNING, link.secret_hash, pin)
    return sign_in_with_pin(session, judge.id or 0, link.id or 0, agent, sealed, of_console_only=of_console_only)


def further_device(session: Session, secret: str, agent: str = ANDROID) -> str:
    """Come in on one more device."""
    judge, _link = access.judge_behind(session, secret=secret)
    return by_pin(session, secret, show_pin(session, judge.id or 0), agent)
