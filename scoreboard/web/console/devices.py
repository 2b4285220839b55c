"""One judge's link and devices: who is signed in where, since when; a PIN for a further device; and the way out."""

from datetime import datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import NotFound, ScoreboardError
from scoreboard.judging.duty.people import JudgeLine
from scoreboard.judging.pairing import devices, pins
from scoreboard.judging.signature.pins import TRIES
from scoreboard.models import Event, Judge, Organiser
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.console.judges import judges_of
from scoreboard.web.state import State


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../judges/{key}``: the judge's link and devices."""
    event, line = await line_of(request)
    return page(request, organiser, event, line)


@organisers_only
async def issue_pin(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../judges/{key}/pin``: show a PIN for a further device, once; an earlier one ends."""
    event, line = await line_of(request)
    pin = pins.new_pin()
    until = await request.state["database"].write(
        pins.issue_pin,
        line.judge.id or 0,
        pin,
        request.state["notary"].signing,
        actor(organiser),
        of_console=True,
    )
    request.state["publisher"].changed(event.id or 0)
    return page(request, organiser, event, line, pin=pin, until=until)


@organisers_only
async def revoke(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../judges/{key}/devices/{device}/revoke``: sign one device out for good."""
    event, line = await line_of(request)
    await request.state["database"].write(
        devices.revoke_device, line.judge.id or 0, request.path_params["device"], actor(organiser)
    )
    return back(request, event, line.judge)


@organisers_only
async def revoke_all(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../judges/{key}/devices/revoke``: sign all of them out for good."""
    event, line = await line_of(request)
    await request.state["database"].write(devices.revoke_devices, line.judge.id or 0, actor(organiser))
    return back(request, event, line.judge)


async def line_of(request: Request[State]) -> tuple[Event, JudgeLine]:
    """Find the event and the judge of the address. Raises NotFound."""
    event, lines = await request.state["database"].read(judges_of, request.path_params["slug"])
    line = next((line for line in lines if line.judge.key == request.path_params["key"]), None)
    if line is None:
        raise NotFound("There is no such judge.")
    return event, line


def back(request: Request[State], event: Event, judge: Judge) -> Response:
    """Show the page anew, and the new entry to whoever looks at the overview."""
    request.state["publisher"].changed(event.id or 0)
    return RedirectResponse(f"/console/e/{event.slug}/judges/{quote(judge.key, safe='')}", 303)


def page(
    request: Request[State],
    organiser: Organiser,
    event: Event,
    line: JudgeLine,
    *,
    pin: str = "",
    until: datetime | None = None,
    problem: ScoreboardError | None = None,
) -> Response:
    """Render the page; with a PIN once, and nothing keeps it."""
    pages = request.state["pages"]
    return pages.render(
        request,
        "console/judge.html",
        event=event,
        status=problem.status if problem else 200,
        headers={"cache-control": "no-store"},
        organiser=organiser,
        line=line,
        pin=pin,
        until=until,
        problem=pages.language_of(request, event).error(problem) if problem else None,
        spent=line.pin is not None and line.pin.tries >= TRIES,
        alarmed=request.state["guesses"].alarmed(event.id or 0),
    )
