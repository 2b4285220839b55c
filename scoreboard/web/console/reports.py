"""What judges report from the hall: teams that are away, and teams that need another judge."""

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import Clash, InvalidForm, ScoreboardError
from scoreboard.i18n import _
from scoreboard.judging.duty.progress import Overview, overview
from scoreboard.judging.reports import absences, recusals
from scoreboard.judging.reports.absences import Away
from scoreboard.judging.reports.recusals import Recusal
from scoreboard.judging.rounds import Phase, phase
from scoreboard.models import Judge, Organiser
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.console.round import change
from scoreboard.web.state import State

KINDS = {
    "family": _("Family or friendship"),
    "employer": _("Same employer"),
    "mentor": _("Mentored the team"),
    "other": _("Other reason"),
}


@dataclass(frozen=True)
class Reports:
    """What the page shows; each recusal with the judges who may be assigned instead."""

    overview: Overview
    away: list[Away]
    recusals: list[tuple[Recusal, list[Judge]]]

    @property
    def open(self) -> int:
        """How many wait for somebody."""
        return len(self.away) + sum(recusal.open for recusal, _free in self.recusals)


def reports_of(session: Session, slug: str, key: str) -> Reports:
    """Read what judges reported in a round. Raises NotFound."""
    seen = overview(session, slug, key)
    return Reports(
        seen,
        absences.away(session, seen.round),
        [
            (recusal, recusals.free_judges(session, seen.round, recusal.team))
            for recusal in recusals.recusals(session, seen.round)
        ],
    )


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../reports``: what came in, and what can be done."""
    return await render(request, organiser)


@organisers_only
async def settle(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../reports/absence`` (judge, team, outcome, reason): the team is there now, or the judge is excused."""
    form = await request.form(max_files=0)
    judge, team, outcome, reason = (str(form.get(name, "")) for name in ("judge", "team", "outcome", "reason"))
    try:
        await change(request, absences.settle, judge, team, outcome, reason, actor(organiser))
    except (Clash, InvalidForm) as problem:
        return await render(request, organiser, problem)
    return back(request)


@organisers_only
async def assign(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../reports/assign`` (judge, team): one more judge for a team."""
    form = await request.form(max_files=0)
    judge, team = str(form.get("judge", "")), str(form.get("team", ""))
    try:
        await change(request, recusals.assign, judge, team, actor(organiser))
    except Clash as problem:
        return await render(request, organiser, problem)
    return back(request)


def back(request: Request[State]) -> Response:
    """Go back to the reports."""
    return RedirectResponse("/console/e/{slug}/rounds/{key}/reports".format(**request.path_params), 303)


async def render(request: Request[State], organiser: Organiser, problem: ScoreboardError | None = None) -> Response:
    """Render the page, and what could not be done."""
    path, pages = request.path_params, request.state["pages"]
    seen = await request.state["database"].read(reports_of, path["slug"], path["key"])
    event, round_ = seen.overview.event, seen.overview.round
    return pages.render(
        request,
        "console/reports.html",
        event=event,
        status=problem.status if problem else 200,
        organiser=organiser,
        round=round_,
        reports=seen,
        kinds=KINDS,
        changeable=phase(round_) is not Phase.FINAL,
        problem=pages.language_of(request, event).error(problem) if problem else None,
    )
