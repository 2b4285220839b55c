"""What a person may do at an event: the roles, and who has which.

Judges are judges by their links and viewers need nothing. The other roles are given to accounts of the console, one to
a person at an event; each gift, change and end of one is an entry in the event's ledger. An owner of everything is
an owner of each event without that.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from scoreboard.errors import Clash, JudgeAndMember, NotFound
from scoreboard.judging import ledger
from scoreboard.judging.setup.sides import members_of
from scoreboard.models import Event, Membership, Organiser


class Role(StrEnum):
    """What a person is at an event."""

    OWNER = "owner"
    ORGANISER = "organiser"
    CHIEF_JUDGE = "chief_judge"
    JUDGE = "judge"
    PRESENTER = "presenter"
    AUDITOR = "auditor"
    VIEWER = "viewer"


# To accounts of the console.
GIVEN: Final = (Role.OWNER, Role.ORGANISER, Role.CHIEF_JUDGE, Role.PRESENTER, Role.AUDITOR)


@dataclass(frozen=True)
class Member:
    """A person with a role at an event."""

    organiser: Organiser
    role: Role


def role_at(session: Session, organiser: Organiser, event_id: int) -> Role | None:
    """A person's role at an event; None for somebody who has no business there."""
    if organiser.everywhere:
        return Role.OWNER
    found = session.exec(
        select(Membership.role).where(Membership.organiser_id == organiser.id, Membership.event_id == event_id)
    ).one_or_none()
    return Role(found) if found else None


def role_at_named(session: Session, organiser: Organiser, slug: str) -> Role:
    """The same by the event's name. Raises NotFound, alike whether there is no such event or none for this person."""
    event_id = session.exec(select(Event.id).where(Event.slug == slug)).one_or_none()
    role = role_at(session, organiser, event_id) if event_id is not None else None
    if role is None:
        raise NotFound("There is no such event.")
    return role


def roles_of(session: Session, organiser: Organiser) -> dict[int, Role]:
    """A person's role at each event where there is one, by the event's id."""
    if organiser.everywhere:
        return {event_id: Role.OWNER for event_id in session.exec(select(Event.id)).all() if event_id is not None}
    return {
        event_id: Role(role)
        for event_id, role in session.exec(
            select(Membership.event_id, Membership.role).where(Membership.organiser_id == organiser.id)
        )
    }


def members(session: Session, event_id: int) -> list[Member]:
    """Everybody with a role at an event, by role and name; owners of everything first."""
    everywhere = session.exec(
        select(Organiser)
        .where(col(Organiser.everywhere), col(Organiser.disabled_at).is_(None))
        .order_by(col(Organiser.name))
    ).all()
    here = session.exec(
        select(Organiser, Membership.role)
        .join(Membership, col(Membership.organiser_id) == Organiser.id)
        .where(Membership.event_id == event_id, col(Organiser.disabled_at).is_(None), ~col(Organiser.everywhere))
    ).all()
    given = sorted(
        (Member(organiser, Role(role)) for organiser, role in here),
        key=lambda member: (GIVEN.index(member.role), member.organiser.name),
    )
    return [*(Member(organiser, Role.OWNER) for organiser in everywhere), *given]


def give_role(session: Session, event_id: int, organiser_id: int, role: Role, actor: str) -> None:
    """Give a person a role at an event, in place of the one they have. Raises NotFound, Clash, JudgeAndMember."""
    organiser = session.get(Organiser, organiser_id)
    if organiser is None or organiser.disabled_at is not None or role not in GIVEN:
        raise NotFound("There is no such person, or no such role.")
    if organiser.everywhere:
        raise Clash("%(name)s owns every event.", name=organiser.name)
    team = members_of(session, event_id).get(organiser.email.casefold()) if organiser.email else None
    if team is not None:
        raise JudgeAndMember("%(email)s is a member of team %(team)s.", email=organiser.email, team=team)
    membership = membership_of(session, event_id, organiser_id)
    subject, after = f"member:{organiser.name}", {"role": role.value}
    if membership is None:
        session.add(Membership(organiser_id=organiser_id, event_id=event_id, role=role.value))
        ledger.append(session, event_id, actor, "member.added", subject, {"after": after})
    elif membership.role != role:
        before = {"role": membership.role}
        membership.role = role.value
        session.add(membership)
        ledger.append(session, event_id, actor, "member.changed", subject, {"before": before, "after": after})
    session.flush()


def take_role(session: Session, event_id: int, organiser_id: int, actor: str) -> None:
    """End a person's role at an event. Raises NotFound."""
    membership = membership_of(session, event_id, organiser_id)
    if membership is None:
        raise NotFound("There is no such person, or no such role.")
    organiser = session.get_one(Organiser, organiser_id)
    session.delete(membership)
    ledger.append(
        session,
        event_id,
        actor,
        "member.removed",
        f"member:{organiser.name}",
        {"before": {"role": membership.role}},
    )
    session.flush()


def membership_of(session: Session, event_id: int, organiser_id: int) -> Membership | None:
    """The row of a person's role at an event."""
    return session.exec(
        select(Membership).where(Membership.event_id == event_id, Membership.organiser_id == organiser_id)
    ).one_or_none()
