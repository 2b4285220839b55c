"""The ways in to the console: a password or a one-time link, and then the second factor; and the way out."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import NotSignedIn, ScoreboardError
from scoreboard.judging import access
from scoreboard.judging.staff import factors, organisers, passwords, sessions
from scoreboard.models import Organiser
from scoreboard.web import auth, watch
from scoreboard.web.addresses import own_path
from scoreboard.web.refusals import HOME, SIGN_IN
from scoreboard.web.state import State

CODE: Final = "/console/sign-in/code"
SECONDS: Final = int(sessions.LONGEST.total_seconds())
TRIES_OF_ACCOUNT: Final = 10  # wrong ones, in the quarter of an hour that `sign_ins` looks back
TRIES_OF_ADDRESS: Final = 50  # organisers of a venue may share one

Handler: TypeAlias = Callable[[Request[State]], Awaitable[Response]]
OrganisersHandler: TypeAlias = Callable[[Request[State], Organiser], Awaitable[Response]]


def organisers_only(handler: OrganisersHandler) -> Handler:
    """Call a handler with the person of the console whom the route's policy let in."""

    @wraps(handler)
    async def handed(request: Request[State]) -> Response:
        return await handler(request, auth.caller_of(request).organiser)

    return handed


def actor(organiser: Organiser) -> str:
    """How the ledger names an organiser."""
    return f"organiser:{organiser.name}"


async def sign_in(request: Request[State]) -> Response:
    """``GET /console/sign-in``: the form. ``POST``: open a session by name and password."""
    if request.method != "POST":
        back = own_path(request.query_params.get("back", ""), HOME)
        return request.state["pages"].render(
            request, "console/sign_in.html", name="", back=back, problem=None, provider=auth.provider(request)
        )
    form = await request.form(max_files=0)
    name, password = str(form.get("name", "")), str(form.get("password", ""))
    back = own_path(str(form.get("back", "")), HOME)
    try:
        token, halfway = await token_by_password(request, name, password)
    except ScoreboardError as problem:
        return refused(request, "console/sign_in.html", problem, name=name, back=back, provider=auth.provider(request))
    return welcome(request, token, f"{CODE}?{urlencode({'back': back})}" if halfway else back)


async def token_by_password(request: Request[State], name: str, password: str) -> tuple[str, bool]:
    """Open a session by a password, and say whether a second factor is to come. Raises NotSignedIn, TooManyTries."""
    database = request.state["database"]
    with counted(request, f"account:{name.strip().casefold()[:100]}"):
        if len(password) > passwords.LONGEST:
            raise NotSignedIn("The name or the password is not right.")
        organiser = await database.read(organisers.organiser_by_password, name, password)
    await database.write(access.sign_out, auth.token_of(request, auth.CONSOLE))
    halfway = bool(organiser.totp_secret)
    token = await database.write(
        sessions.sign_in_organiser, organiser.id or 0, auth.device_of(request), halfway=halfway
    )
    return token, halfway


@contextmanager
def counted(request: Request[State], key: str) -> Iterator[None]:
    """Count a try of a key and of the address it comes from, before it is made; one that was right is forgiven.

    Many tries at once are many tries. Raises TooManyTries.
    """
    throttle = request.state["sign_ins"]
    keys = ((key, TRIES_OF_ACCOUNT), (f"address:{auth.subscriber_of(request)}", TRIES_OF_ADDRESS))
    for each, tries in keys:
        throttle.check(each, tries)
    for each, _tries in keys:
        throttle.fail(each)
    yield
    for each, _tries in keys:
        throttle.forgive(each)


async def enter(request: Request[State]) -> Response:
    """``GET /console/enter``: a button, since the secret is in the fragment. ``POST``: redeem the one-time link."""
    if request.method != "POST":
        return request.state["pages"].render(request, "console/enter.html", problem=None)
    form = await request.form(max_files=0)
    # Without JavaScript a person pastes the whole link.
    secret = str(form.get("secret", "")).strip().rpartition("#")[2]
    database = request.state["database"]
    try:
        with counted(request, f"link:{auth.subscriber_of(request)}"):
            token = await database.write(organisers.redeem_one_time_link, secret, auth.device_of(request))
    except ScoreboardError as problem:
        return refused(request, "console/enter.html", problem)
    await database.write(access.sign_out, auth.token_of(request, auth.CONSOLE))
    return welcome(request, token, await next_step(request, token, HOME))


async def next_step(request: Request[State], token: str, back: str) -> str:
    """Where somebody goes who has come in: on, or to the second factor."""
    try:
        await request.state["database"].read(sessions.signed_in, token, halfway=True)
    except NotSignedIn:
        return back
    return f"{CODE}?{urlencode({'back': back})}"


async def enter_code(request: Request[State]) -> Response:
    """``GET /console/sign-in/code``: asks for the second factor. ``POST``: takes it, under a new token."""
    database, token = request.state["database"], auth.token_of(request, auth.CONSOLE)
    try:
        organiser = (await database.read(sessions.signed_in, token, halfway=True)).organiser
    except NotSignedIn:
        return RedirectResponse(SIGN_IN, 303)
    if request.method != "POST":
        back = own_path(request.query_params.get("back", ""), HOME)
        return request.state["pages"].render(request, "console/code.html", back=back, problem=None)
    form = await request.form(max_files=0)
    back = own_path(str(form.get("back", "")), HOME)
    try:
        with counted(request, f"code:{organiser.id}"):
            code, signing = str(form.get("code", "")), request.state["notary"].signing
            await database.write(factors.use_code, organiser.id or 0, signing, code)
    except ScoreboardError as problem:
        return refused(request, "console/code.html", problem, back=back)
    return welcome(request, await database.write(sessions.renewed, token, halfway=True), back)


async def sign_out(request: Request[State]) -> Response:
    """``POST /console/sign-out``: end the session on this device."""
    await request.state["database"].write(access.sign_out, auth.token_of(request, auth.CONSOLE))
    response = RedirectResponse(SIGN_IN, 303)
    auth.forget(request, response, auth.CONSOLE)
    return response


def welcome(request: Request[State], token: str, back: str) -> Response:
    """Send a person on, signed in."""
    response = RedirectResponse(back, 303)
    auth.remember(request, response, auth.CONSOLE, token, SECONDS)
    return response


def refused(request: Request[State], template: str, problem: ScoreboardError, **context: Any) -> Response:
    """Show the form again with what was typed, except what is secret, and why it opened nothing."""
    watch.refused(request.scope, problem.code)
    pages = request.state["pages"]
    words = pages.language_of(request).error(problem)
    headers = {"retry-after": str(problem.extra["seconds"])} if "seconds" in problem.extra else None
    return pages.render(request, template, status=problem.status, headers=headers, problem=words, **context)
