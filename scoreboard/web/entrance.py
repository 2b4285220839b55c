"""The doors that belong to no surface: the front page, the choice of language, the health of the server."""

from sqlalchemy import literal
from sqlmodel import Session, col, select
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from scoreboard.errors import InvalidForm
from scoreboard.i18n import LANGUAGES
from scoreboard.models import Event
from scoreboard.web import auth
from scoreboard.web.addresses import own_path
from scoreboard.web.state import State
from scoreboard.web.templating import LANGUAGE_COOKIE
from scoreboard.web.watch import refused

YEAR = 365 * 24 * 3600


def all_events(session: Session) -> list[Event]:
    """Every event, the newest first."""
    return list(session.exec(select(Event).order_by(col(Event.starts_on).desc(), col(Event.slug))).all())


async def front(request: Request[State]) -> Response:
    """``GET /``: the events, and the ways in for judges and organisers."""
    events = await request.state["window"].read(all_events)
    return request.state["pages"].render(request, "front.html", events=events)


async def choose_language(request: Request[State]) -> Response:
    """``POST /language``: remember the person's language and go back to where they were."""
    form = await request.form(max_files=0)
    wish = form.get("language")
    if wish not in LANGUAGES:
        raise InvalidForm("There is no such language here.")
    back = URL(own_path(str(form.get("back", "/")))).remove_query_params("lang")  # it would outrank the choice
    response = RedirectResponse(str(back), 303)
    auth.remember(request, response, LANGUAGE_COOKIE, str(wish), YEAR)
    return response


async def health(request: Request[State]) -> Response:
    """``GET /healthz``: whether the process answers and the database can be read."""
    await request.state["database"].read(lambda session: session.exec(select(literal(1))).one())
    return PlainTextResponse("ok\n")


async def readiness(request: Request[State]) -> Response:
    """``GET /readyz``: whether ballots can be taken; else 503, and in a word what is in the way."""
    obstacle = await request.state["readiness"].obstacle()
    if obstacle:
        refused(request.scope, obstacle)
    return PlainTextResponse(f"{obstacle or 'ok'}\n", 503 if obstacle else 200)
