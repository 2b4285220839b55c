"""A judge's signature and the PIN for it, from the organisers' side: both can be taken back."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import Clash, InvalidForm
from scoreboard.judging.duty.progress import round_of
from scoreboard.judging.signature import pins, signatures
from scoreboard.models import Organiser
from scoreboard.web.console.devices import line_of, page
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.state import State


@organisers_only
async def lift(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../judges/{key}/signature/lift`` (reason): ballots of this judge in the current round are taken again."""
    event, line = await line_of(request)
    form = await request.form(max_files=0)
    database, reason = request.state["database"], str(form.get("reason", ""))
    round_ = await database.read(round_of, event)
    try:
        await database.write(signatures.lift, round_.id or 0, line.judge.key, reason, actor(organiser))
    except (Clash, InvalidForm) as problem:
        return page(request, organiser, event, line, problem=problem)
    return back(request, line.judge.key, event.id or 0)


@organisers_only
async def reset_pin(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../judges/{key}/signature/pin``: the judge chooses another PIN to sign with."""
    event, line = await line_of(request)
    await request.state["database"].write(pins.reset, line.judge.id or 0, actor(organiser))
    return back(request, line.judge.key, event.id or 0)


def back(request: Request[State], key: str, event_id: int) -> Response:
    """Show the judge's page anew, and the new entry to whoever looks at the overview."""
    request.state["publisher"].changed(event_id)
    return RedirectResponse(f"/console/e/{request.path_params['slug']}/judges/{quote(key, safe='')}", 303)
