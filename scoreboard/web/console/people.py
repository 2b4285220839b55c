"""Who may do what at an event: an owner gives roles, changes them and takes them back, all on record."""

from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import Clash, InvalidForm, JudgeAndMember, NotFound, ScoreboardError
from scoreboard.judging.duty.progress import event_named
from scoreboard.judging.staff import organisers, roles
from scoreboard.judging.staff.roles import GIVEN, Member, Role
from scoreboard.models import Event, Organiser
from scoreboard.texts import tidy
from scoreboard.web.addresses import reachable_address
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.console.role_words import MEANINGS, NAMES
from scoreboard.web.state import State

LARGEST_NUMBER: Final = 2**63 - 1  # of a row


@dataclass(frozen=True)
class Added:
    """Somebody who was given a role; `secret` of a one-time link where the account is new."""

    name: str
    secret: str | None


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/people``: everybody with a role."""
    return await render(request, organiser)


@organisers_only
async def add(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../people``: give somebody a role; a new account gets a link that lets in once."""
    form = await request.form(max_files=0)
    typed = {name: str(form.get(name, "")) for name in ("name", "email", "role")}
    try:
        added = await request.state["database"].write(
            add_person, request.path_params["slug"], typed["name"], typed["email"], role_named(typed["role"]), organiser
        )
    except (Clash, InvalidForm, JudgeAndMember) as problem:
        return await render(request, organiser, problem, typed=typed)
    return await render(request, organiser, added=added)


def role_named(word: str) -> Role:
    """Read a role that can be given. Raises InvalidForm."""
    if word not in GIVEN:
        raise InvalidForm("There is no such role.")
    return Role(word)


def add_person(session: Session, slug: str, name: str, email: str, role: Role, by: Organiser) -> Added:
    """Give a role to the person of a name, who may be new."""
    event = event_named(session, slug)
    found = session.exec(select(Organiser).where(Organiser.name == tidy(name))).one_or_none()
    if found is not None and roles.role_at(session, found, event.id or 0) is not None:
        raise Clash("%(name)s has a role here already.", name=found.name)
    person = found or organisers.add_organiser(session, name, "", email=email, everywhere=False)
    roles.give_role(session, event.id or 0, person.id or 0, role, actor(by))
    secret = None if found else organisers.issue_one_time_link(session, person.id or 0)
    return Added(person.name, secret)


@organisers_only
async def change(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../people/{person}/role``: another role."""
    role = str((await request.form(max_files=0)).get("role", ""))
    return await decided(request, organiser, role_named(role))


@organisers_only
async def remove(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../people/{person}/remove``: no role any more; the account stays."""
    return await decided(request, organiser, None)


async def decided(request: Request[State], organiser: Organiser, role: Role | None) -> Response:
    """Give the person that the address names another role, or none."""
    slug, person = request.path_params["slug"], request.path_params["person"]
    try:
        await request.state["database"].write(decide, slug, person, role, organiser)
    except (Clash, JudgeAndMember) as problem:
        return await render(request, organiser, problem)
    return RedirectResponse(f"/console/e/{slug}/people", 303)


def decide(session: Session, slug: str, person: int, role: Role | None, by: Organiser) -> None:
    """Change or end a role that there is at the event. Raises NotFound, Clash, JudgeAndMember."""
    event = event_named(session, slug)
    if person > LARGEST_NUMBER or roles.membership_of(session, event.id or 0, person) is None:
        raise NotFound("There is no such person, or no such role.")
    if person == by.id:
        raise Clash("Your own role is for another owner to change.")
    if role is None:
        roles.take_role(session, event.id or 0, person, actor(by))
    else:
        roles.give_role(session, event.id or 0, person, role, actor(by))


def people_of(session: Session, slug: str) -> tuple[Event, list[Member]]:
    """Read who has a role at an event."""
    event = event_named(session, slug)
    return event, roles.members(session, event.id or 0)


async def render(
    request: Request[State],
    organiser: Organiser,
    problem: ScoreboardError | None = None,
    *,
    typed: dict[str, str] | None = None,
    added: Added | None = None,
) -> Response:
    """Render the page; a new person's link is on it once."""
    event, people = await request.state["database"].read(people_of, request.path_params["slug"])
    pages = request.state["pages"]
    language = pages.language_of(request, event)
    address = reachable_address(request, request.state["settings"])
    return pages.render(
        request,
        "console/people.html",
        event=event,
        status=problem.status if problem else 200,
        headers={"cache-control": "no-store"},
        organiser=organiser,
        people=people,
        roles=[(role.value, language.text(NAMES[role]), language.text(MEANINGS[role])) for role in GIVEN],
        names={role.value: language.text(NAMES[role]) for role in GIVEN},
        typed=typed or {"name": "", "email": "", "role": Role.ORGANISER.value},
        added=added,
        link=f"{address}/console/enter#{added.secret}" if added and added.secret else "",
        page_address=f"/console/e/{event.slug}/people",
        problem=language.error(problem) if problem else None,
    )
