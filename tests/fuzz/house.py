"""Two events on a real server, and sessions of everybody who can be at them, in good supply."""

import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from builder import Cast, store_event
from sqlmodel import Session

from scoreboard.database import open_engine
from scoreboard.judging import access
from scoreboard.judging.pairing.devices import sign_in_judge
from scoreboard.judging.staff import organisers, roles, sessions
from scoreboard.judging.staff.roles import GIVEN, Role
from scoreboard.migrations import prepare

NOBODY = "nobody"


@dataclass
class House:
    """A database, what its addresses are made of, and the cookies of who is at its events, by their role."""

    database: str
    slugs: list[str] = field(default_factory=list)
    cookies: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def furnish(self) -> None:
        """Add an event that is being judged, and somebody of each role at it: what was before may be used up."""
        engine = open_engine(self.database)
        try:
            with Session(engine, expire_on_commit=False) as session:
                slug = f"e{len(self.slugs)}"
                cast = store_event(session, slug=slug)
                session.flush()
                for key in cast.judges:
                    self.cookies[Role.JUDGE].append(f"judge={phone(session, cast, key)}")
                for role in (*GIVEN, Role.ORGANISER):
                    self.cookies[role].append(f"console={desk(session, cast, role)}")
                session.commit()
                self.slugs.append(slug)
        finally:
            engine.dispose()


def house(database: str) -> House:
    """The house with two events."""
    prepare(database)
    found = House(database, cookies=defaultdict(list, {NOBODY: ["", "judge=x; console=y; judge-device=z; outside=w"]}))
    found.furnish()
    found.furnish()
    return found


def phone(session: Session, cast: Cast, key: str) -> str:
    """Sign a judge in; the session."""
    link = access.new_link(access.code_salt(session))
    access.issue_link(session, cast.judges[key], link, "test")
    session.flush()
    _judge, stored = access.judge_behind(session, secret=link.secret)
    return sign_in_judge(session, cast.judges[key], stored.id or 0, "test")


def desk(session: Session, cast: Cast, role: Role) -> str:
    """Add somebody with a role at an event and sign them in; the session."""
    person = organisers.add_organiser(session, f"{role.value} {secrets.token_hex(4)}", "", everywhere=False)
    roles.give_role(session, cast.event_id, person.id or 0, role, "test")
    return sessions.sign_in_organiser(session, person.id or 0, "test")


Furnish = Callable[[], None]
