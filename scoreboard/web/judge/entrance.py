"""The judge's way in: a personal link (``/j#secret``) or a typed code, then "Yes, that is me"; and the way out.

The secret stands in the link's fragment, which browsers do not send: a module moves it into the form. Nothing is
opened by a GET, since programs that look at links before people do follow them, too.
"""

from typing import Any

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import NotSignedIn, TooManyTries
from scoreboard.i18n import LANGUAGES
from scoreboard.judging import access
from scoreboard.models import Event, Judge, JudgeLink
from scoreboard.web.auth import JUDGE, address_of, device_of, forget, remember, token_of
from scoreboard.web.entrance import YEAR
from scoreboard.web.state import State
from scoreboard.web.templating import LANGUAGE_COOKIE

# From one network address, which all judges of a venue may share. At this pace all codes take 60,000 years.
CODES_A_MINUTE = 30


async def show(request: Request[State]) -> Response:
    """``GET /j``: the field for the code; with scripts, the link's secret is taken from the address bar."""
    return request.state["pages"].render(request, "judge/sign_in.html", problem=None, typed="")


async def who(request: Request[State]) -> Response:
    """``POST /j/who``: whose link or code this is, and a button to go in. Opens nothing."""
    form = await request.form(max_files=0)
    try:
        judge, _link, event = await judge_behind(request, form)
    except (NotSignedIn, TooManyTries) as problem:
        return ask_again(request, form, problem)
    return request.state["pages"].render(
        request, "judge/who.html", event=event, judge=judge, secret=text_of(form, "secret"), code=text_of(form, "code")
    )


async def sign_in(request: Request[State]) -> Response:
    """``POST /j``: open a session on this phone."""
    form = await request.form(max_files=0)
    try:
        judge, link, _event = await judge_behind(request, form)
        token = await request.state["database"].write(
            access.sign_in_judge, judge.id or 0, link.id or 0, device_of(request)
        )
    except (NotSignedIn, TooManyTries) as problem:
        return ask_again(request, form, problem)
    response = RedirectResponse("/judge", 303)
    remember(request, response, JUDGE, token, int(access.JUDGE_SESSION.total_seconds()))
    if request.query_params.get("lang") in LANGUAGES:
        # Chosen on a page that cannot be left and come back to: its secret would be gone.
        response.set_cookie(
            LANGUAGE_COOKIE, request.query_params["lang"], max_age=YEAR, path="/", samesite="lax", httponly=True
        )
    return response


async def sign_out(request: Request[State]) -> Response:
    """``POST /judge/sign-out``: end the session on this phone."""
    await request.state["database"].write(access.sign_out, token_of(request, JUDGE))
    response = RedirectResponse("/j", 303)
    forget(request, response, JUDGE)
    return response


async def judge_behind(request: Request[State], form: FormData) -> tuple[Judge, JudgeLink, Event]:
    """Find whose secret or code was sent. Codes are short, so wrong ones are counted: NotSignedIn, TooManyTries."""
    database = request.state["database"]
    secret, code = text_of(form, "secret"), text_of(form, "code")
    if secret:
        return await database.read(judge_and_event, secret=secret)
    throttle, address = request.state["throttle"], f"judge {address_of(request)}"
    throttle.check(address, CODES_A_MINUTE)
    # Counted before it is looked up and forgiven after, so that many tries at once are not all let through.
    throttle.fail(address)
    found = await database.read(judge_and_event, code=code)
    throttle.forgive(address)
    return found


def judge_and_event(session: Session, /, **what: str) -> tuple[Judge, JudgeLink, Event]:
    """Find a judge by a secret or a code, with the event; hashing a code takes some 50 ms."""
    judge, link = access.judge_behind(session, **what)
    return judge, link, session.get_one(Event, judge.event_id)


def ask_again(request: Request[State], form: FormData, problem: NotSignedIn | TooManyTries) -> Response:
    """Show the field again with what went wrong, and what was typed."""
    headers: dict[str, Any] = {"retry-after": str(problem.extra["seconds"])} if problem.extra else {}
    language = request.state["pages"].language_of(request)
    return request.state["pages"].render(
        request,
        "judge/sign_in.html",
        status=problem.status,
        headers=headers,
        problem=language.error(problem),
        typed=text_of(form, "code"),
        page_address="/j",
    )


def text_of(form: FormData, name: str) -> str:
    """Give a field's text; empty when it is not there or is a file."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
