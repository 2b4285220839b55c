"""The two sides of a table: whoever scores or decides is no member of a team, and the other way round.

People are told apart by their e-mail addresses, whatever their letters' case. A judge who has withdrawn has left
that side, and so has a team that competes no more.
"""

from sqlmodel import Session, col, select

from scoreboard.errors import JudgeAndMember
from scoreboard.judging.setup.faults import Faults
from scoreboard.models import Judge, Membership, Organiser, Team


def members_of(session: Session, event_id: int) -> dict[str, str]:
    """The key of each member's team, by address."""
    teams = session.exec(
        select(Team).where(
            Team.event_id == event_id, col(Team.withdrawn_at).is_(None), col(Team.disqualified_at).is_(None)
        )
    )
    return {address.casefold(): team.key for team in teams for address in team.members}


def judges_of(session: Session, event_id: int) -> dict[str, str]:
    """The key of each judge who has not withdrawn, by address."""
    judges = session.exec(select(Judge).where(Judge.event_id == event_id, col(Judge.withdrawn_at).is_(None)))
    return {judge.email.casefold(): judge.key for judge in judges if judge.email}


def staff_of(session: Session, event_id: int) -> dict[str, str]:
    """The name of each person with a role at the console, by address."""
    people = session.exec(
        select(Organiser)
        .join(Membership, col(Membership.organiser_id) == Organiser.id)
        .where(Membership.event_id == event_id)
    )
    return {person.email.casefold(): person.name for person in people if person.email}


def refuse_both_sides(session: Session, event_id: int) -> None:
    """Raise JudgeAndMember, with all faults in ``extra["faults"]``, where one person is on both sides of an event."""
    session.flush()
    members, judges, staff = members_of(session, event_id), judges_of(session, event_id), staff_of(session, event_id)
    faults = Faults()
    place = faults.at("teams.csv", None, "members")
    for address, team in members.items():
        if address in judges:
            place.fault(
                "%(email)s is a member of team %(team)s and judge %(judge)s; nobody is both.",
                email=address,
                team=team,
                judge=judges[address],
            )
        if address in staff:
            place.fault(
                "%(email)s is a member of team %(team)s and works at the console as %(name)s; nobody is both.",
                email=address,
                team=team,
                name=staff[address],
            )
    if faults.found:
        raise JudgeAndMember(
            "Somebody would be on both sides: a judge or an organiser, and a member of a team. Nothing was stored.",
            extra={"faults": [fault.as_json() for fault in faults.found]},
        )
