"""Signing in at the organisation's own provider, confirming there that it is you, and connecting an account to it."""

import time
from typing import Final

import httpx2
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import NotFound, NotSignedIn, ScoreboardError
from scoreboard.judging.staff import outside, sessions
from scoreboard.judging.staff.outside import failed
from scoreboard.models import Organiser, OutsideSignIn
from scoreboard.web import auth
from scoreboard.web.addresses import own_path, reachable_address
from scoreboard.web.console.entrance import organisers_only, refused, welcome
from scoreboard.web.oidc import FRESH, LEEWAY, Known, Provider
from scoreboard.web.refusals import ACCOUNT, HOME
from scoreboard.web.state import State

BACK: Final = "/console/outside/back"
BEGUN_BY_ADDRESS: Final = 100  # in a quarter of an hour: all organisers of a venue may share one
BROWSER: Final = "outside"  # the cookie's name
SECONDS: Final = int(outside.LASTS.total_seconds())


def provider_of(request: Request[State], client: httpx2.AsyncClient) -> Provider:
    """The provider that is set. Raises NotFound."""
    settings = request.state["settings"]
    if not settings.oidc_issuer:
        raise NotFound("There is no such page.")
    return Provider(settings, reachable_address(request, settings) + BACK, client)


def begin_try(request: Request[State]) -> None:
    """Count a sign-in that begins: each is a row here, and a question to the provider. Raises TooManyTries."""
    throttle, key = request.state["sign_ins"], f"outside:{auth.subscriber_of(request)}"
    throttle.check(key, BEGUN_BY_ADDRESS)
    throttle.fail(key)


async def sent_there(request: Request[State], back: str, organiser: Organiser | None) -> Response:
    """Send the browser to the provider; somebody who is signed in is to show it again who they are."""
    async with httpx2.AsyncClient() as client:
        provider = provider_of(request, client)
        begin_try(request)
        begun = await request.state["database"].write(outside.begin, back, organiser.id if organiser else None)
        address = await provider.address(begun, fresh=organiser is not None)
    response = RedirectResponse(address, 303)
    auth.remember(request, response, BROWSER, begun.browser, SECONDS)
    return response


async def sign_in(request: Request[State]) -> Response:
    """``GET /console/outside``: to the provider, and from there back."""
    return await sent_there(request, own_path(request.query_params.get("back", ""), HOME), None)


@organisers_only
async def confirm(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/confirm/outside``: the same to confirm that it is you."""
    return await sent_there(request, own_path(request.query_params.get("back", ""), HOME), organiser)


@organisers_only
async def connect(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/account/connect``: the same to connect the account."""
    return await sent_there(request, ACCOUNT, organiser)


async def come_back(request: Request[State]) -> Response:
    """``GET /console/outside/back``: what the provider says. Opens a session, or a fresh one, for whom it knows."""
    database, query = request.state["database"], request.query_params
    try:
        async with httpx2.AsyncClient() as client:
            provider = provider_of(request, client)
            begun = await database.write(outside.take, auth.token_of(request, BROWSER), query.get("state", ""))
            provider.check_sender(query.get("iss"))
            known = await provider.known(query.get("code", ""), begun.nonce, begun.verifier)
        token = await database.write(
            session_for, begun, known, auth.token_of(request, auth.CONSOLE), auth.device_of(request)
        )
    except NotSignedIn as problem:
        response = told(request, problem)
    else:
        response = welcome(request, token, begun.back)
    auth.forget(request, response, BROWSER)
    return response


def session_for(session: Session, begun: OutsideSignIn, known: Known, token: str, device: str) -> str:
    """Open the session that a sign-in leads to; its token. Raises NotSignedIn."""
    fresh = -LEEWAY < time.time() - known.at < FRESH
    if begun.organiser_id is not None:
        here = sessions.signed_in(session, token).organiser
        if here.id != begun.organiser_id or not fresh:
            raise failed()
        if here.subject is None and begun.back == ACCOUNT:
            outside.connect(session, begun.organiser_id, known.issuer, known.subject)
        elif (here.issuer, here.subject) != (known.issuer, known.subject):
            raise failed()
        return sessions.renewed(session, token)
    organiser = outside.organiser_outside(session, known.issuer, known.subject)
    if organiser is None:
        raise NotSignedIn("No account here is connected to you. Sign in as usual, and connect your account.")
    return sessions.sign_in_organiser(session, organiser.id or 0, device, fresh=fresh)


def told(request: Request[State], problem: ScoreboardError) -> Response:
    """Show the sign-in with what went wrong."""
    return refused(
        request, "console/sign_in.html", problem, name="", back=HOME, provider=auth.provider(request), page_address=HOME
    )
