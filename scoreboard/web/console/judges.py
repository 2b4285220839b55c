"""The judges and their links. A link's secret is shown once, on the page that answers its making."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import anyio.to_thread
from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from scoreboard.errors import NotFound, ScoreboardError
from scoreboard.i18n import _, language
from scoreboard.judging import access, announcements
from scoreboard.judging.access import NewLink
from scoreboard.judging.announcements import Announcement
from scoreboard.judging.duty import people
from scoreboard.judging.duty.people import JudgeLine
from scoreboard.judging.duty.progress import event_named, progress, round_of
from scoreboard.models import Event, Judge, Organiser
from scoreboard.web.addresses import only_here, reachable_address
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.qr import qr
from scoreboard.web.state import State

FIELDS = ("judge", "text_en", "text_ar")  # of a message
DOOR = "/j"  # where judges come in
SCAN = _("Scan the code to judge")  # on a badge, which speaks both languages


@dataclass(frozen=True)
class Badge:
    """What a judge is handed: the link as a QR code, and a code to type."""

    judge: Judge
    code: str
    link: str
    drawn: Markup


@dataclass(frozen=True)
class Told:
    """What judges were told, and whom it is for."""

    announcement: Announcement
    judges: tuple[Judge, ...]

    @property
    def unseen(self) -> list[Judge]:
        """Who has not seen it."""
        return [judge for judge in self.judges if judge.id not in self.announcement.seen]


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/judges``: who judges, how far they are, whether they can come in, what they were told."""
    return await render(request, organiser)


async def render(
    request: Request[State],
    organiser: Organiser,
    problem: ScoreboardError | None = None,
    entered: Mapping[str, str] | None = None,
) -> Response:
    """Render the page; after a problem with a message what was `entered` is kept."""
    event, lines, told = await request.state["database"].read(judges_and_announcements, request.path_params["slug"])
    pages = request.state["pages"]
    return pages.render(
        request,
        "console/judges.html",
        event=event,
        status=problem.status if problem else 200,
        organiser=organiser,
        lines=lines,
        linkless=linkless(lines),
        leaving=[(line, device) for line in lines for device in line.devices if device.device.unsent],
        alarmed=request.state["guesses"].alarmed(event.id or 0),
        announcements=[Told(each, addressed(each, lines)) for each in told],
        longest=announcements.LONGEST,
        problem=pages.language_of(request, event).error(problem) if problem else None,
        entered=entered or dict.fromkeys(FIELDS, ""),
    )


def addressed(announcement: Announcement, lines: Sequence[JudgeLine]) -> tuple[Judge, ...]:
    """The judges whom an announcement is for, and who take part."""
    return tuple(
        line.judge
        for line in lines
        if announcement.judge == line.judge.key or (not announcement.judge and line.judge.withdrawn_at is None)
    )


def judges_and_announcements(session: Session, slug: str) -> tuple[Event, list[JudgeLine], list[Announcement]]:
    """Read the list of judges, and what they were told lately."""
    event, lines = judges_of(session, slug)
    return event, lines, announcements.announcements_of(session, event)


def judges_of(session: Session, slug: str) -> tuple[Event, list[JudgeLine]]:
    """Read the list of judges in the current round."""
    event = event_named(session, slug)
    return event, people.judge_lines(session, event, progress(session, round_of(session, event)))


def linkless(lines: Sequence[JudgeLine]) -> int:
    """How many judges cannot come in yet."""
    return sum(line.link is None and line.judge.withdrawn_at is None for line in lines)


@organisers_only
async def link(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../judges/{key}/link``: what a new link means, with a button. ``POST``: issue it; an earlier one ends."""
    database = request.state["database"]
    event, lines = await database.read(judges_of, request.path_params["slug"])
    line = next((line for line in lines if line.judge.key == request.path_params["key"]), None)
    if line is None or line.judge.withdrawn_at is not None:
        raise NotFound("There is no such judge.")
    if request.method != "POST":
        return request.state["pages"].render(request, "console/link.html", event=event, organiser=organiser, line=line)
    made = await new_links(request, 1)
    await database.write(access.issue_link, line.judge.id or 0, made[0], actor(organiser))
    return badges(request, organiser, event, [(line.judge, made[0])])


@organisers_only
async def links(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../judges/links``: issue a link to every judge who has none."""
    database = request.state["database"]
    event, lines = await database.read(judges_of, request.path_params["slug"])
    made = await new_links(request, linkless(lines))
    issued = await database.write(people.issue_missing_links, event, made, actor(organiser))
    return badges(request, organiser, event, issued)


async def new_links(request: Request[State], n: int) -> list[NewLink]:
    """Make links; slow on purpose, so in a thread and outside of any transaction."""
    salt = await request.state["database"].read(access.code_salt)
    return await anyio.to_thread.run_sync(lambda: [access.new_link(salt) for _ in range(n)])


def badges(
    request: Request[State], organiser: Organiser, event: Event, issued: Sequence[tuple[Judge, NewLink]]
) -> Response:
    """Show new links, once, ready to be printed as badges."""
    request.state["publisher"].changed(event.id or 0)
    address = reachable_address(request, request.state["settings"])
    drawn = []
    for judge, new in issued:
        whole = f"{address}{DOOR}#{new.secret}"
        drawn.append(Badge(judge, new.code, whole, qr(whole)))
    return request.state["pages"].render(
        request,
        "console/badges.html",
        event=event,
        headers={"cache-control": "no-store"},
        organiser=organiser,
        badges=drawn,
        scan=SCAN,
        arabic=language("ar"),
        english=language("en"),
        door=address + DOOR,
        only_here=only_here(address),
    )
