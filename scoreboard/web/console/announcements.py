"""A short text that organisers send to one judge or to all, from the judges' page."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import InvalidForm, NotFound, TooManyTries
from scoreboard.judging import announcements
from scoreboard.judging.duty.progress import event_named
from scoreboard.models import Organiser
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.console.judges import FIELDS, render
from scoreboard.web.state import State


@organisers_only
async def announce(request: Request[State], organiser: Organiser) -> Response:
    """``POST /console/e/{slug}/announcements``: tell a judge something, or all of them."""
    form = await request.form(max_files=0)
    entered = {name: str(form.get(name, "")) for name in FIELDS}
    database = request.state["database"]
    event = await database.read(event_named, request.path_params["slug"])
    try:
        await database.write(
            announcements.announce,
            event.id or 0,
            entered["judge"],
            entered["text_en"],
            entered["text_ar"],
            actor(organiser),
        )
    except (InvalidForm, NotFound, TooManyTries) as problem:
        return await render(request, organiser, problem, entered)
    request.state["publisher"].changed(event.id or 0)
    return RedirectResponse(f"/console/e/{event.slug}/judges", 303)
