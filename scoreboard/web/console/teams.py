"""The teams: how well each is covered, and the decisions that take one out of the ranking or back into it."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import Clash, InvalidForm, JudgeAndMember, NotFound, ScoreboardError
from scoreboard.judging import decisions
from scoreboard.judging.duty import people
from scoreboard.judging.duty.people import TeamLine
from scoreboard.judging.duty.progress import competes, event_named, progress, round_of
from scoreboard.models import Event, Organiser, Round
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.state import State


def teams_of(session: Session, slug: str) -> tuple[Event, Round, list[TeamLine]]:
    """Read the list of teams in the current round."""
    event = event_named(session, slug)
    round_ = round_of(session, event)
    return event, round_, people.team_lines(session, event, progress(session, round_))


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/teams``: every team."""
    event, round_, lines = await request.state["database"].read(teams_of, request.path_params["slug"])
    return request.state["pages"].render(
        request,
        "console/teams.html",
        event=event,
        organiser=organiser,
        round=round_,
        lines=lines,
        competes=competes,
    )


@organisers_only
async def team(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/teams/{key}``: one team, and what can be decided about it."""
    return await render(request, organiser)


@organisers_only
async def withdraw(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../withdraw``: the team gives up."""
    return await take_out(request, organiser, decisions.withdraw, "withdraw")


@organisers_only
async def disqualify(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../disqualify``: the team broke the rules."""
    return await take_out(request, organiser, decisions.disqualify, "disqualify")


@organisers_only
async def restore(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../restore``: the team competes again."""
    try:
        await change(request, decisions.restore, actor(organiser))
    except (Clash, JudgeAndMember) as problem:
        return await render(request, organiser, problem)
    return back(request)


async def take_out(
    request: Request[State], organiser: Organiser, decision: Callable[[Session, int, str, str, str], Any], asked: str
) -> Response:
    """Take a team out of the ranking, with a reason."""
    reason = str((await request.form(max_files=0)).get("reason", ""))
    try:
        await change(request, decision, reason, actor(organiser))
    except (Clash, InvalidForm) as problem:
        return await render(request, organiser, problem, asked, reason)
    return back(request)


async def change(request: Request[State], decision: Callable[..., Any], *args: str) -> None:
    """Decide about the team that the address names, and tell the publisher."""
    slug, key = request.path_params["slug"], request.path_params["key"]

    def take(session: Session) -> int:
        event_id = event_named(session, slug).id or 0
        decision(session, event_id, key, *args)
        return event_id

    request.state["publisher"].changed(await request.state["database"].write(take))


def back(request: Request[State]) -> Response:
    """Go back to the team."""
    return RedirectResponse("/console/e/{slug}/teams/{key}".format(**request.path_params), 303)


async def render(
    request: Request[State],
    organiser: Organiser,
    problem: ScoreboardError | None = None,
    asked: str = "",
    reason: str = "",
) -> Response:
    """Render a team's page; `asked` is the decision that met a problem, whose words are kept."""
    event, round_, lines = await request.state["database"].read(teams_of, request.path_params["slug"])
    line = next((line for line in lines if line.team.key == request.path_params["key"]), None)
    if line is None:
        raise NotFound("There is no such team.")
    pages = request.state["pages"]
    language = pages.language_of(request, event)
    return pages.render(
        request,
        "console/team.html",
        event=event,
        status=problem.status if problem else 200,
        organiser=organiser,
        round=round_,
        line=line,
        competes=competes(line.team),
        problem=language.error(problem) if problem else None,
        asked=asked,
        reason=reason,
    )
