"""One judge and one team: why the ballot is not there, and the decision to go on without it."""

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import Response

from scoreboard.errors import Clash, InvalidForm, NotFound, ScoreboardError
from scoreboard.judging import decisions
from scoreboard.judging.duty.progress import Duty, competes, overview
from scoreboard.judging.rounds import Phase, phase
from scoreboard.models import Organiser
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.console.round import back, change
from scoreboard.web.state import State


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../assignments?judge=J1&team=T1``: how it stands, and what can be done."""
    return await render(request, organiser, request.query_params)


@organisers_only
async def skip(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../assignments/skip``: excuse the judge from the team."""
    form = await request.form(max_files=0)
    judge, team, reason = (str(form.get(name, "")) for name in ("judge", "team", "reason"))
    try:
        await change(request, decisions.skip, judge, team, reason, actor(organiser))
    except (Clash, InvalidForm) as problem:
        return await render(request, organiser, form, problem)
    return back(request)


@organisers_only
async def resume(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../assignments/resume``: await the ballot again."""
    form = await request.form(max_files=0)
    try:
        await change(request, decisions.resume, str(form.get("judge", "")), str(form.get("team", "")), actor(organiser))
    except Clash as problem:
        return await render(request, organiser, form, problem)
    return back(request)


async def render(
    request: Request[State], organiser: Organiser, given: FormData | QueryParams, problem: ScoreboardError | None = None
) -> Response:
    """Render the page of the judge and the team that are named."""
    seen = await request.state["database"].read(overview, request.path_params["slug"], request.path_params["key"])
    judge = next((judge for judge in seen.progress.judges if judge.key == given.get("judge")), None)
    team = next((team for team in seen.progress.teams if team.key == given.get("team")), None)
    if judge is None or team is None:
        raise NotFound("This judge is not assigned to this team.")
    pages = request.state["pages"]
    language = pages.language_of(request, seen.event)
    return pages.render(
        request,
        "console/duty.html",
        event=seen.event,
        status=problem.status if problem else 200,
        organiser=organiser,
        round=seen.round,
        changeable=phase(seen.round) is not Phase.FINAL and competes(team),
        Duty=Duty,
        judge=judge,
        team=team,
        cell=seen.progress.cell(judge, team),
        problem=language.error(problem) if problem else None,
        reason=given.get("reason", ""),
    )
