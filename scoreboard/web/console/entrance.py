"""The organisers' ways in: a name with a password, or a one-time link; and the guard in front of all other pages."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeAlias
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import NotSignedIn, ScoreboardError
from scoreboard.judging import access
from scoreboard.models import Organiser
from scoreboard.web import auth
from scoreboard.web.addresses import own_path, path_of
from scoreboard.web.state import State

HOME = "/console"
SIGN_IN = "/console/sign-in"
LONGEST_PASSWORD = 1000  # what nobody types need not be hashed
SECONDS = int(access.ORGANISER_SESSION.total_seconds())

Handler: TypeAlias = Callable[[Request[State]], Awaitable[Response]]
OrganisersHandler: TypeAlias = Callable[[Request[State], Organiser], Awaitable[Response]]


def organisers_only(handler: OrganisersHandler) -> Handler:
    """Call a handler with the organiser who asks; whoever is not signed in is led to the sign-in and back."""

    @wraps(handler)
    async def guarded(request: Request[State]) -> Response:
        try:
            organiser = await auth.signed_in_organiser(request)
        except NotSignedIn:
            return to_sign_in(request)
        return await handler(request, organiser)

    return guarded


def actor(organiser: Organiser) -> str:
    """How the ledger names an organiser."""
    return f"organiser:{organiser.name}"


def by_htmx(request: Request[State]) -> bool:
    """Whether a script on the page asks for a part of it."""
    return request.headers.get("hx-request") == "true"


def to_sign_in(request: Request[State]) -> Response:
    """Lead to the sign-in, and from there back to the page where the person is."""
    if by_htmx(request):
        page = request.headers.get("hx-current-url", "")
    else:
        # What was sent by a form is not sent again, and there is no page at its address.
        page = str(request.url) if request.method in {"GET", "HEAD"} else HOME
    address = f"{SIGN_IN}?{urlencode({'back': own_path(path_of(page), HOME)})}"
    if by_htmx(request):
        return Response(status_code=401, headers={"hx-redirect": address})
    return RedirectResponse(address, 303)


async def sign_in(request: Request[State]) -> Response:
    """``GET /console/sign-in``: the form. ``POST``: open a session by name and password."""
    if request.method != "POST":
        back = own_path(request.query_params.get("back", ""), HOME)
        return request.state["pages"].render(request, "console/sign_in.html", name="", back=back, problem=None)
    form = await request.form(max_files=0)
    name, password = str(form.get("name", "")), str(form.get("password", ""))
    back = own_path(str(form.get("back", "")), HOME)
    try:
        token = await token_by_password(request, name, password)
    except ScoreboardError as problem:
        return refused(request, "console/sign_in.html", problem, name=name, back=back)
    return welcome(request, token, back)


async def token_by_password(request: Request[State], name: str, password: str) -> str:
    """Open a session by a password. Raises NotSignedIn, TooManyTries."""
    database, throttle = request.state["database"], request.state["throttle"]
    key = throttle_key(request, name)
    throttle.check(key)
    throttle.fail(key)  # before the password is looked at: many tries at once are many tries
    if len(password) > LONGEST_PASSWORD:
        raise NotSignedIn("The name or the password is not right.")
    organiser = await database.read(access.organiser_by_password, name, password)
    throttle.forgive(key)
    await database.write(access.sign_out, auth.token_of(request, auth.CONSOLE))
    return await database.write(access.sign_in_organiser, organiser.id or 0, auth.device_of(request))


async def enter(request: Request[State]) -> Response:
    """``GET /console/enter``: a button, since the secret is in the fragment. ``POST``: redeem the one-time link."""
    if request.method != "POST":
        return request.state["pages"].render(request, "console/enter.html", problem=None)
    form = await request.form(max_files=0)
    # Without JavaScript a person pastes the whole link.
    secret = str(form.get("secret", "")).strip().rpartition("#")[2]
    database, throttle = request.state["database"], request.state["throttle"]
    key = throttle_key(request)
    try:
        throttle.check(key)
        throttle.fail(key)
        token = await database.write(access.redeem_one_time_link, secret, auth.device_of(request))
    except ScoreboardError as problem:
        return refused(request, "console/enter.html", problem)
    throttle.forgive(key)
    return welcome(request, token, HOME)


async def sign_out(request: Request[State]) -> Response:
    """``POST /console/sign-out``: end the session on this device."""
    await request.state["database"].write(access.sign_out, auth.token_of(request, auth.CONSOLE))
    response = RedirectResponse(SIGN_IN, 303)
    auth.forget(request, response, auth.CONSOLE)
    return response


def throttle_key(request: Request[State], name: str = "") -> str:
    """By whom wrong tries are counted: organisers of a venue may share one address and keep their own count."""
    return f"console:{auth.address_of(request)}:{name.strip().casefold()[:100]}"


def welcome(request: Request[State], token: str, back: str) -> Response:
    """Send a person on, signed in."""
    response = RedirectResponse(back, 303)
    auth.remember(request, response, auth.CONSOLE, token, SECONDS)
    return response


def refused(
    request: Request[State], template: str, problem: ScoreboardError, *, name: str = "", back: str = ""
) -> Response:
    """Show the form again with what was typed, except the password, and why it opened nothing."""
    pages = request.state["pages"]
    words = pages.language_of(request).error(problem)
    headers = {"retry-after": str(problem.extra["seconds"])} if "seconds" in problem.extra else None
    return pages.render(request, template, status=problem.status, headers=headers, problem=words, name=name, back=back)
