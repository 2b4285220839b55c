"""What a judge's phone says that it has not sent yet, kept with the device: organisers see who leaves with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from scoreboard.judging.access import hashed
from scoreboard.models import JudgeDevice, SignIn

MOST: Final = 10_000  # ballots
LONGEST: Final = 7 * 24 * 3600  # seconds
SAME: Final = timedelta(seconds=30)  # by so much two reports of the same ballot may differ


@dataclass(frozen=True, slots=True)
class Unsent:
    """How many ballots a phone has not sent, since when the oldest waits, and how many are begun only."""

    unsent: int
    since: datetime | None
    drafts: int


def unsent_from(said: Mapping[str, str]) -> Unsent | None:
    """Read ``unsent``, ``oldest`` (seconds) and ``drafts`` of an address; None where one is not there, or not sound."""
    numbers = [number(said.get("unsent"), MOST), number(said.get("oldest"), LONGEST), number(said.get("drafts"), MOST)]
    unsent, oldest, drafts = numbers
    if unsent is None or oldest is None or drafts is None:
        return None
    return Unsent(unsent, datetime.now(UTC) - timedelta(seconds=oldest) if unsent else None, drafts)


def number(text: str | None, most: int) -> int | None:
    """Read a whole number from 0; None for anything else."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > len(str(most)) or int(text) > most:
        return None
    return int(text)


def is_news(session: Session, token: str, unsent: Unsent) -> bool:
    """Whether a device, known by its session's token, said something else before."""
    device = device_of(session, token)
    return device is not None and differs(device, unsent)


def note_unsent(session: Session, token: str, unsent: Unsent) -> None:
    """Write what a device says."""
    device = device_of(session, token)
    if device is not None:
        device.unsent, device.unsent_since, device.drafts = unsent.unsent, unsent.since, unsent.drafts
        session.add(device)


def differs(device: JudgeDevice, unsent: Unsent) -> bool:
    """Whether this is not what is kept."""
    if (device.unsent, device.drafts) != (unsent.unsent, unsent.drafts):
        return True
    if device.unsent_since is None or unsent.since is None:
        return device.unsent_since is not unsent.since
    return abs(device.unsent_since - unsent.since) > SAME


def device_of(session: Session, token: str) -> JudgeDevice | None:
    """The device whose session this is."""
    return session.exec(
        select(JudgeDevice)
        .join(SignIn, col(SignIn.id) == JudgeDevice.sign_in_id)
        .where(SignIn.token_hash == hashed(token))
    ).one_or_none()
