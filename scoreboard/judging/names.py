"""What a board calls an event, its round and its teams: in both languages, as it travels and as a freeze keeps it."""

from typing import Any

from sqlmodel import Session, col, select

from scoreboard.models import Event, Organisation, Round, Team

Named = Event | Round | Team | Organisation


def names_of(session: Session, event: Event, round_: Round | None) -> dict[str, Any]:
    """Read the names of an event, of its round if it has one, and of all its teams with their organisations."""
    organisations = {o.id: o for o in session.exec(select(Organisation).where(Organisation.event_id == event.id))}
    return {
        "event": {
            "slug": event.slug,
            "name": both(event),
            "time_zone": event.time_zone,
            "digits": event.digits,
        },
        "round_key": round_.key if round_ else "",
        "round": both(round_),
        "teams": [
            {"key": team.key, "name": both(team), "organisation": both(organisations.get(team.organisation_id))}
            for team in session.exec(select(Team).where(Team.event_id == event.id).order_by(col(Team.key)))
        ],
    }


def both(thing: Named | None) -> dict[str, str]:
    """A thing's name in both languages; either may be empty."""
    return {"en": thing.name_en, "ar": thing.name_ar} if thing else {"en": "", "ar": ""}
