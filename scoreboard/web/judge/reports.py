"""What a judge tells the organisers of a team: "I must not score it", "it is not at its table".

Both are sent by a form, or by the phone as JSON as often as it takes: a repeat is answered as the first time.
"""

from typing import Any

from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from scoreboard.errors import InvalidForm, ScoreboardError
from scoreboard.judging.bundle import bundle_for
from scoreboard.judging.reports import absences, recusals
from scoreboard.models import Judge
from scoreboard.web.auth import signed_in_judge
from scoreboard.web.errors import wants_json
from scoreboard.web.judge.home import JUDGE_HEADER, hold_to_judge
from scoreboard.web.state import State

LARGEST = 16_384  # bytes


async def recuse(request: Request[State]) -> Response:
    """``GET /judge/{round}/{team}/recusal``: what it means, and the form. ``POST`` (kind, words): say so."""
    judge = await signed_in_judge(request)
    if request.method != "POST":
        return await ask(request, judge)
    sent = await fields(request, judge)
    database, places = request.state["database"], request.path_params
    kind, words = str(sent.get("kind", "")), str(sent.get("words", ""))
    try:
        await database.write(recusals.recuse, judge.id or 0, places["round"], places["team"], kind, words)
    except InvalidForm as problem:
        if wants_json(request):
            raise
        return await ask(request, judge, kind, words, problem)
    return answered(request, judge, {"team": places["team"], "recused": True})


async def absent(request: Request[State]) -> Response:
    """``POST /judge/{round}/{team}/absence``: the team is not at its table."""
    judge = await signed_in_judge(request)
    await fields(request, judge)
    database, places = request.state["database"], request.path_params
    absence = await database.write(absences.report, judge.id or 0, places["round"], places["team"])
    return answered(request, judge, {"team": places["team"], "reported_at": absence.reported_at.isoformat()})


async def fields(request: Request[State], judge: Judge) -> dict[str, Any]:
    """What was sent, as a form or as JSON, if it is from this judge. Raises InvalidForm, NotSignedIn."""
    hold_to_judge(judge, request.headers.get(JUDGE_HEADER, ""))
    if not request.headers.get("content-type", "").startswith("application/json"):
        sent = dict(await request.form(max_files=0, max_part_size=LARGEST))
        hold_to_judge(judge, str(sent.get("judge", "")))
        return sent
    body = await request.body()
    try:
        content = from_json(body) if body else {}
    except ValueError as failure:
        raise InvalidForm("This is sent as a JSON object.") from failure
    if not isinstance(content, dict) or len(body) > LARGEST:
        raise InvalidForm("This is sent as a JSON object.")
    return content


def answered(request: Request[State], judge: Judge, told: dict[str, Any]) -> Response:
    """Tell the console that something changed, and the judge that it is stored."""
    request.state["publisher"].changed(judge.event_id)
    return JSONResponse(told) if wants_json(request) else RedirectResponse("/judge", 303)


async def ask(
    request: Request[State], judge: Judge, kind: str = "", words: str = "", problem: ScoreboardError | None = None
) -> Response:
    """Render the form; after a problem with what was typed."""
    database, pages, places = request.state["database"], request.state["pages"], request.path_params
    bundle = await database.read(bundle_for, judge, places["round"], places["team"])
    language = pages.language_of(request, bundle.event)
    return pages.render(
        request,
        "judge/recusal.html",
        event=bundle.event,
        status=problem.status if problem else 200,
        bundle=bundle,
        assigned=bundle.of(places["team"]),
        kinds=recusals.KINDS,
        kind=kind,
        typed=words,
        problem=language.error(problem) if problem else None,
    )
