"""Judges' devices: the first one comes in by the judge's link alone, each further one with a PIN besides.

A device is known again by the token of its newest session, which its browser keeps after that has ended: so a judge who
signed out comes back by the badge alone. What was revoked is not known again.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import NotFound, NotSignedIn, PinWanted
from scoreboard.judging import ledger
from scoreboard.judging.access import JUDGE_SESSION, hashed, open_session, told_apart
from scoreboard.judging.pairing.naming import device_name
from scoreboard.judging.pairing.pins import try_pin
from scoreboard.models import Judge, JudgeDevice, JudgeLink, SignIn

PAIRED: Final = "device.paired"
REVOKED: Final = "device.revoked"
SIGNED_IN: Final = "judge.signed_in"


@dataclass(frozen=True)
class DeviceLine:
    """A device that was not revoked, and its newest session."""

    device: JudgeDevice
    session: SignIn

    @property
    def signed_in(self) -> bool:
        """Whether the judge can work on it now."""
        return self.session.ended_at is None and self.session.expires_at > datetime.now(UTC)

    @property
    def minutes_unsent(self) -> int:
        """For how many minutes the oldest ballot waits that the device had not sent when it last said so."""
        since = self.device.unsent_since
        return max(0, int((datetime.now(UTC) - since).total_seconds() // 60)) if since else 0

    @property
    def seen_at(self) -> datetime:
        """When it last asked for something, to the minute."""
        return self.session.seen_at or self.session.created_at


def sign_in_judge(session: Session, judge_id: int, link_id: int, agent: str, known: str = "") -> str:
    """Open a session for a judge and return its token, which is not kept.

    `known` is the token that the browser holds of earlier. Raises NotSignedIn for a link that is no longer good,
    PinWanted when the link is in use and this is none of its devices.
    """
    judge, link = judge_and_link(session, judge_id, link_id)
    device = known_device(session, link_id, known)
    if device is None:
        if needs_pin(session, link_id, known):
            raise PinWanted("This link is in use on another device. To add this one, a PIN is needed.")
        return paired(session, judge, link, agent, {})
    session.execute(
        update(SignIn)
        .where(col(SignIn.id) == device.sign_in_id, col(SignIn.ended_at).is_(None))
        .values(ended_at=datetime.now(UTC))
    )
    who = f"judge:{judge.key}"
    ledger.append(session, judge.event_id, who, SIGNED_IN, who, {**told_apart(link.secret_hash), "device": device.key})
    token, device.sign_in_id = opened(session, judge, link, agent)
    session.add(device)
    session.flush()
    return token


def sign_in_with_pin(
    session: Session, judge_id: int, link_id: int, agent: str, pin_hash: str, *, of_console_only: bool = False
) -> str:
    """Open a session on a further device; an empty text for a wrong PIN, which is counted (see `pins.try_pin`).

    `of_console_only`: a PIN that the judge's own device shows is not taken now. Raises NotSignedIn.
    """
    judge, link = judge_and_link(session, judge_id, link_id)
    pin = try_pin(session, judge, link, pin_hash, of_console_only=of_console_only)
    return paired(session, judge, link, agent, {"pin": pin}) if pin else ""


def needs_pin(session: Session, link_id: int, known: str) -> bool:
    """Whether a link is in use and the browser that holds this token is none of its devices."""
    return link_id in used_links(session, [link_id]) and known_device(session, link_id, known) is None


def used_links(session: Session, link_ids: Collection[int]) -> set[int | None]:
    """Which of these links somebody has come in by."""
    return set(session.exec(select(SignIn.link_id).where(col(SignIn.link_id).in_(link_ids)).distinct()).all())


def judge_and_link(session: Session, judge_id: int, link_id: int) -> tuple[Judge, JudgeLink]:
    """Find a judge and a link that is good. Raises NotSignedIn."""
    link, judge = session.get(JudgeLink, link_id), session.get_one(Judge, judge_id)
    if link is None or link.revoked_at is not None or judge.withdrawn_at is not None:
        raise NotSignedIn("This link is no longer valid. Please ask the organisers for a new one.")
    return judge, link


def known_device(session: Session, link_id: int, token: str) -> JudgeDevice | None:
    """The device of a link whose newest session had this token."""
    return session.exec(
        select(JudgeDevice)
        .join(SignIn, col(SignIn.id) == JudgeDevice.sign_in_id)
        .where(
            JudgeDevice.link_id == link_id, col(JudgeDevice.revoked_at).is_(None), SignIn.token_hash == hashed(token)
        )
    ).one_or_none()


def paired(session: Session, judge: Judge, link: JudgeLink, agent: str, how: dict[str, str]) -> str:
    """Add a device and open its first session. Gives the token."""
    token, sign_in_id = opened(session, judge, link, agent)
    add_device(session, judge, link, sign_in_id, agent, f"judge:{judge.key}", how)
    return token


def opened(session: Session, judge: Judge, link: JudgeLink, agent: str) -> tuple[str, int]:
    """Open a session. Gives its token and its id."""
    token = open_session(session, JUDGE_SESSION, agent, judge_id=judge.id, link_id=link.id)
    session.flush()
    return token, session.exec(select(SignIn.id).where(SignIn.token_hash == hashed(token))).one() or 0


def add_device(
    session: Session, judge: Judge, link: JudgeLink, sign_in_id: int, agent: str, actor: str, how: dict[str, str]
) -> None:
    """Store a device and the entry that tells of it."""
    device = JudgeDevice(
        key=secrets.token_hex(8),
        link_id=link.id or 0,
        sign_in_id=sign_in_id,
        name=device_name(agent),
        paired_at=datetime.now(UTC),
    )
    session.add(device)
    session.flush()
    told = {**told_apart(link.secret_hash), "device": device.key, "name": device.name, **how}
    ledger.append(session, judge.event_id, actor, PAIRED, f"judge:{judge.key}", told)


def devices_of(session: Session, link_ids: Collection[int]) -> dict[int, list[DeviceLine]]:
    """The devices of links, the oldest first, by the link's id; without those that were revoked."""
    found: dict[int, list[DeviceLine]] = {}
    for device, newest in session.exec(
        select(JudgeDevice, SignIn)
        .join(SignIn, col(SignIn.id) == JudgeDevice.sign_in_id)
        .where(col(JudgeDevice.link_id).in_(link_ids), col(JudgeDevice.revoked_at).is_(None))
        .order_by(col(JudgeDevice.id))
    ):
        found.setdefault(device.link_id, []).append(DeviceLine(device, newest))
    return found


def devices_of_judge(session: Session, judge_id: int) -> list[DeviceLine]:
    """The devices of a judge's link, the oldest first."""
    link_ids = session.exec(
        select(JudgeLink.id).where(JudgeLink.judge_id == judge_id, col(JudgeLink.revoked_at).is_(None))
    ).all()
    return [line for lines in devices_of(session, [found or 0 for found in link_ids]).values() for line in lines]


def revoke_device(session: Session, judge_id: int, key: str, actor: str) -> None:
    """Sign a judge's device out for good. Raises NotFound; one that is revoked already stays so."""
    found = session.exec(
        select(JudgeDevice, JudgeLink)
        .join(JudgeLink, col(JudgeLink.id) == JudgeDevice.link_id)
        .where(JudgeDevice.key == key, JudgeLink.judge_id == judge_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such device.")
    if found[0].revoked_at is None and found[1].revoked_at is None:
        end_device(session, session.get_one(Judge, judge_id), *found, actor)


def revoke_devices(session: Session, judge_id: int, actor: str) -> None:
    """Sign all of a judge's devices out for good. The link stays good, for who has a PIN."""
    judge = session.get_one(Judge, judge_id)
    for device, link in session.exec(
        select(JudgeDevice, JudgeLink)
        .join(JudgeLink, col(JudgeLink.id) == JudgeDevice.link_id)
        .where(
            JudgeLink.judge_id == judge_id, col(JudgeLink.revoked_at).is_(None), col(JudgeDevice.revoked_at).is_(None)
        )
    ).all():
        end_device(session, judge, device, link, actor)


def end_device(session: Session, judge: Judge, device: JudgeDevice, link: JudgeLink, actor: str) -> None:
    """End a device and its session, with the entry that tells of it."""
    now = datetime.now(UTC)
    device.revoked_at = now
    session.add(device)
    session.execute(
        update(SignIn).where(col(SignIn.id) == device.sign_in_id, col(SignIn.ended_at).is_(None)).values(ended_at=now)
    )
    told = {**told_apart(link.secret_hash), "device": device.key}
    ledger.append(session, judge.event_id, actor, REVOKED, f"judge:{judge.key}", told)


async def adopt_sessions(database: Database) -> None:
    """Make devices of sessions that were opened before there were devices, so that whoever is signed in stays so."""
    if await database.read(homeless):
        await database.write(adopt)


def homeless(session: Session) -> list[tuple[SignIn, JudgeLink, Judge]]:
    """The live sessions of judges that belong to no device."""
    return list(
        session.exec(
            select(SignIn, JudgeLink, Judge)
            .join(JudgeLink, col(JudgeLink.id) == SignIn.link_id)
            .join(Judge, col(Judge.id) == JudgeLink.judge_id)
            .outerjoin(JudgeDevice, col(JudgeDevice.sign_in_id) == SignIn.id)
            .where(
                col(JudgeDevice.id).is_(None),
                col(SignIn.ended_at).is_(None),
                SignIn.expires_at > datetime.now(UTC),
                col(JudgeLink.revoked_at).is_(None),
            )
            .order_by(col(SignIn.id))
        ).all()
    )


def adopt(session: Session) -> None:
    """Make a device of each of them."""
    for sign_in, link, judge in homeless(session):
        add_device(session, judge, link, sign_in.id or 0, sign_in.device, "system", {"before": "session"})
