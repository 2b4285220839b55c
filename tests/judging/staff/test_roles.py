import json

import pytest
from builder import build_event
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import Clash, JudgeAndMember, NotFound
from scoreboard.judging.staff import organisers, roles
from scoreboard.judging.staff.roles import GIVEN, Role
from scoreboard.models import LogEntry, Team


async def person(database: Database, name: str = "olga", **wishes: object) -> int:
    added = await database.write(
        lambda session: organisers.add_organiser(session, name, "", **{"everywhere": False, **wishes})  # type: ignore[arg-type]  # passed on
    )
    return added.id or 0


def told(session: Session) -> list[tuple[str, str, object]]:
    rows = session.exec(select(LogEntry).where(col(LogEntry.action).startswith("member."))).all()
    return [(row.action, row.subject, json.loads(row.payload)) for row in rows]


async def test_each_change_of_a_role_is_an_entry_and_no_change_is_none(database: Database) -> None:
    cast, olga = await build_event(database), await person(database)
    for role in (Role.AUDITOR, Role.AUDITOR, Role.ORGANISER):
        await database.write(roles.give_role, cast.event_id, olga, role, "test")
    await database.write(roles.take_role, cast.event_id, olga, "test")
    auditor, organiser = {"role": "auditor"}, {"role": "organiser"}
    assert await database.read(told) == [
        ("member.added", "member:olga", {"after": auditor}),
        ("member.changed", "member:olga", {"before": auditor, "after": organiser}),
        ("member.removed", "member:olga", {"before": organiser}),
    ]


async def test_a_role_is_of_one_event(database: Database) -> None:
    cast = await build_event(database, slug="one")
    other = await build_event(database, slug="two")
    olga = await person(database)
    await database.write(roles.give_role, cast.event_id, olga, Role.AUDITOR, "test")

    def at(session: Session) -> list[object]:
        found = organisers.organiser_named(session, "olga")
        return [roles.role_at(session, found, event) for event in (cast.event_id, other.event_id)]

    assert await database.read(at) == [Role.AUDITOR, None]


def role_of_olga(session: Session, slug: str) -> Role:
    return roles.role_at_named(session, organisers.organiser_named(session, "olga"), slug)


async def test_an_event_without_a_role_is_told_like_one_that_there_is_not(database: Database) -> None:
    await build_event(database, slug="one")
    await person(database)
    words = []
    for slug in ("one", "none"):
        with pytest.raises(NotFound) as refused:
            await database.read(role_of_olga, slug)
        words.append((refused.value.message, refused.value.params))
    assert words[0] == words[1]


async def test_an_owner_of_everything_needs_no_role(database: Database) -> None:
    cast, olga = await build_event(database), await person(database, everywhere=True)
    found = await database.read(roles.members, cast.event_id)
    assert [(member.organiser.name, member.role) for member in found] == [("olga", Role.OWNER)]
    with pytest.raises(Clash):
        await database.write(roles.give_role, cast.event_id, olga, Role.AUDITOR, "test")


@pytest.mark.parametrize("role", sorted(set(Role) - set(GIVEN)))
async def test_judges_and_viewers_are_not_made_at_the_console(database: Database, role: Role) -> None:
    cast, olga = await build_event(database), await person(database)
    with pytest.raises(NotFound):
        await database.write(roles.give_role, cast.event_id, olga, role, "test")


async def test_a_member_of_a_team_gets_no_role_there(database: Database) -> None:
    cast, olga = await build_event(database), await person(database, email="Olga@Example.org")

    def join(session: Session) -> None:
        session.get_one(Team, cast.teams["T1"]).members = ["olga@example.ORG"]

    await database.write(join)
    with pytest.raises(JudgeAndMember) as refused:
        await database.write(roles.give_role, cast.event_id, olga, Role.CHIEF_JUDGE, "test")
    assert refused.value.params == {"email": "Olga@Example.org", "team": "T1"}
