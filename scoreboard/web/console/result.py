"""The result as organisers see it: how sure it is, how judges judged, what to ask, and why one is above another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import InvalidInput, ScoreboardError
from scoreboard.i18n import Language, _
from scoreboard.judging.analysis.analysis import Analysis
from scoreboard.judging.analysis.comparison import Comparison, compared
from scoreboard.judging.analysis.judges import judges_of
from scoreboard.judging.ballots import rubric_of
from scoreboard.judging.duty.progress import event_named, round_of
from scoreboard.judging.groups import Linkage
from scoreboard.judging.rounds import frozen, phase
from scoreboard.live.views import decimals_of
from scoreboard.models import Criterion, Event, Judge, Organiser, Round, Team
from scoreboard.scoring.diagnosing.remark import decimal, percent, points
from scoreboard.scoring.safety.sensitivity import Safety
from scoreboard.web.analyses import Key, key_of
from scoreboard.web.auth import by_htmx
from scoreboard.web.console import plots, questions
from scoreboard.web.console.entrance import organisers_only
from scoreboard.web.console.remarks import Names
from scoreboard.web.state import State

LONGEST_NUMBER = 12  # digits
UNCOMPUTED = _("The result could not be computed from these ballots. The ranking on the overview is not affected.")


@dataclass(frozen=True)
class Scene:
    """An event's round, and the people, teams and criteria that its result is about, by their keys."""

    event: Event
    rounds: Sequence[Round]
    round: Round
    judges: Mapping[str, Judge]
    teams: Mapping[str, Team]
    criteria: Mapping[str, Criterion]
    key: Key

    def names(self, language: Language) -> Names:
        """How they are called in a language."""
        return Names(language, self.event.digits, self.judges, self.teams, self.criteria)


def read_scene(session: Session, slug: str, round_key: str | None) -> Scene:
    """Read what the pages of a result are about. Raises NotFound."""
    event = event_named(session, slug)
    round_ = round_of(session, event, round_key)
    rounds = session.exec(select(Round).where(Round.event_id == event.id)).all()
    return Scene(
        event=event,
        rounds=sorted(rounds, key=lambda each: each.position),
        round=round_,
        judges={row.key: row for row in session.exec(select(Judge).where(Judge.event_id == event.id))},
        teams={row.key: row for row in session.exec(select(Team).where(Team.event_id == event.id))},
        criteria={row.key: row for row in rubric_of(session, round_.id or 0)},
        key=key_of(session, round_),
    )


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/result``: a round's ranking (``?round=key``), how sure it is, and what it hangs by.

    Recounts may take a while: they are fetched by the page, unless they are there already or ``?wait`` asks for them.
    """
    scene = await scene_of(request)
    analyses = request.state["analyses"]
    ready = "wait" in request.query_params or analyses.keeps_safety(scene.key)
    recounts = await recounts_of(request, scene) if ready else None
    return await render(request, organiser, scene, "console/result/result.html", recounts=recounts)


@organisers_only
async def show_safety(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../result/safety``: the part that says whether the winner is safe, once it is computed."""
    scene = await scene_of(request)
    if not by_htmx(request):
        return RedirectResponse(f"/console/e/{scene.event.slug}/result?round={scene.round.key}&wait", 303)
    return await render(
        request, organiser, scene, "console/result/_safety.html", recounts=await recounts_of(request, scene)
    )


@organisers_only
async def show_judges(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../result/judges``: severity, spread and precision of each judge, and how their totals are spread."""
    scene = await scene_of(request)
    return await render(request, organiser, scene, "console/result/judges.html", judges_of=judges_of)


@organisers_only
async def show_questions(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../result/questions``: what the diagnostics would ask."""
    scene = await scene_of(request)
    return await render(request, organiser, scene, "console/result/questions.html")


@organisers_only
async def show_why(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../result/why?one=T1&other=T2``: why the one team is above the other, by a method (``&by=raw``)."""
    scene = await scene_of(request)
    asked = {name: request.query_params.get(name, "") for name in ("one", "other", "by")}
    comparison, problem = None, None
    if asked["one"] and asked["other"]:
        try:
            analysis = await request.state["analyses"].analysis(scene.key)
            comparison = await compare(request, analysis, **asked)
        except InvalidInput as error:
            problem = error
    return await render(
        request, organiser, scene, "console/result/why.html", asked=asked, comparison=comparison, problem=problem
    )


async def compare(request: Request[State], analysis: Analysis, *, one: str, other: str, by: str) -> Comparison:
    """Compare two teams. Raises InvalidInput."""
    return await request.state["analyses"].compute(partial(compared, analysis, one, other, by))


async def scene_of(request: Request[State]) -> Scene:
    """Read what the page is about: the current round, or the one that the address names."""
    return await request.state["database"].read(
        read_scene, request.path_params["slug"], request.query_params.get("round")
    )


@dataclass(frozen=True)
class Recounts:
    """The verdict and what it rests on, or why there is none."""

    safety: Safety | None
    problem: ScoreboardError | None


async def recounts_of(request: Request[State], scene: Scene) -> Recounts | None:
    """Wait for the recounts, where there is something to recount; of a page that is shown already, for its own."""
    analyses = request.state["analyses"]
    key = scene.key
    at = request.query_params.get("at", "")
    if at.isdecimal() and len(at) <= LONGEST_NUMBER and analyses.keeps(shown := key.at(int(at))):
        key = shown
    try:
        if not (await analyses.analysis(key)).recountable:
            return None
        return Recounts(await analyses.safety(key), None)
    except ScoreboardError as problem:
        return Recounts(None, problem)
    except np.linalg.LinAlgError:
        return Recounts(None, InvalidInput(UNCOMPUTED))


async def render(
    request: Request[State], organiser: Organiser, scene: Scene, template: str, **context: Any
) -> Response:
    """Render a page about the analysis of a round, or say why there is none."""
    pages = request.state["pages"]
    language = pages.language_of(request, scene.event)
    analysis, failed = None, None
    try:
        analysis = await request.state["analyses"].analysis(scene.key)
    except ScoreboardError as problem:
        failed = language.error(problem)
    except np.linalg.LinAlgError:
        failed = language.text(UNCOMPUTED)
    return pages.render(
        request,
        template if analysis else "console/result/failed.html",
        event=scene.event,
        status=200 if analysis else 422,
        organiser=organiser,
        scene=scene,
        round=scene.round,
        phase=phase(scene.round),
        frozen=frozen(scene.round),
        analysis=analysis,
        failed=failed,
        names=scene.names(language),
        Linkage=Linkage,
        plots=plots,
        questions=questions,
        points=points,
        decimal=decimal,
        percent=percent,
        decimals_of=decimals_of,
        now=datetime.now(UTC),
        **context,
    )
