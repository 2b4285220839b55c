"""Groups of teams that no judge joins: which they are, what would join them, and the acceptance that they are equal."""

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import Clash, InvalidForm, ScoreboardError
from scoreboard.judging import decisions
from scoreboard.judging.acceptance import Acceptance
from scoreboard.judging.analysis.inputs import read_inputs
from scoreboard.judging.duty.progress import Overview, overview
from scoreboard.judging.groups import JOINING, Groups
from scoreboard.judging.joining import visits_that_join
from scoreboard.judging.rounds import Phase, frozen, phase
from scoreboard.judging.terms import Pair
from scoreboard.models import Organiser
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.console.round import change
from scoreboard.web.state import State


@dataclass(frozen=True)
class Grouping:
    """What the page shows: the round, how its teams fall into groups, and the fewest visits that would join them.

    `acceptance` is the one that is on record, whether it still holds or not.
    """

    overview: Overview
    groups: Groups
    acceptance: Acceptance | None
    joining: tuple[Pair, ...]


def grouping(session: Session, slug: str, key: str) -> Grouping:
    """Read how the teams of a round fall into groups. Raises NotFound."""
    seen = overview(session, slug, key)
    inputs = read_inputs(session, seen.round.id or 0)
    groups = inputs.contest.groups()
    return Grouping(seen, groups, inputs.contest.acceptance, visits_that_join(inputs) if groups.parts else ())


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../groups``: what cannot be compared, and why."""
    return await render(request, organiser)


@organisers_only
async def accept(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../groups``: accept the groups as equally strong, with a reason."""
    form = await request.form(max_files=0)
    reason = str(form.get("reason", ""))
    try:
        await change(request, decisions.accept_groups, str(form.get("seen", "")), reason, actor(organiser))
    except (Clash, InvalidForm) as problem:
        return await render(request, organiser, problem, reason)
    return back(request)


@organisers_only
async def withdraw(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../groups/withdraw``: take the acceptance back."""
    try:
        await change(request, decisions.withdraw_acceptance, actor(organiser))
    except Clash as problem:
        return await render(request, organiser, problem)
    return back(request)


def back(request: Request[State]) -> Response:
    """Go back to the groups."""
    return RedirectResponse("/console/e/{slug}/rounds/{key}/groups".format(**request.path_params), 303)


async def render(
    request: Request[State], organiser: Organiser, problem: ScoreboardError | None = None, reason: str = ""
) -> Response:
    """Render the page; after a problem the words of the reason are kept."""
    path, pages = request.path_params, request.state["pages"]
    seen = await request.state["database"].read(grouping, path["slug"], path["key"])
    event, round_, people = seen.overview.event, seen.overview.round, seen.overview.progress
    return pages.render(
        request,
        "console/groups.html",
        event=event,
        status=problem.status if problem else 200,
        organiser=organiser,
        round=round_,
        groups=seen.groups,
        parts=[
            (
                [team for team in people.teams if team.key in part.teams],
                [judge for judge in people.judges if judge.key in part.judges],
            )
            for part in seen.groups.parts
        ],
        acceptance=seen.acceptance,
        joining=seen.joining,
        comparing=round_.rule not in JOINING,
        final=phase(round_) is Phase.FINAL,
        open=phase(round_) in {Phase.PENDING, Phase.OPEN},
        frozen=frozen(round_),
        judges={judge.key: judge for judge in people.judges},
        teams={team.key: team for team in people.teams},
        problem=pages.language_of(request, event).error(problem) if problem else None,
        reason=reason,
    )
