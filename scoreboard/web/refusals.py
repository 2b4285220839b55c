"""How somebody who may not is led on: to the sign-in and back, to a confirmation and back, or shown out of a socket."""

import json
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from scoreboard.errors import Crowded, NotConfirmed, NotSignedIn, ScoreboardError
from scoreboard.i18n import _
from scoreboard.web import auth, sockets
from scoreboard.web.addresses import own_path, path_of
from scoreboard.web.state import State
from scoreboard.web.watch import refused

HOME: Final = "/console"
SIGN_IN: Final = "/console/sign-in"
CONFIRM: Final = "/console/confirm"
ACCOUNT: Final = "/console/account"
OWES_FACTOR: Final = _("Please set up a second factor first.")
SECRETS: Final = frozenset({"password", "again", "secret", "code"})  # fields that hold one
LONGEST_KEPT: Final = 16_384  # characters of a form that is sent again after a confirmation


async def led_on(request: Request[State], refusal: ScoreboardError, sign_in: str) -> Response | None:
    """Lead a person to where they become somebody who may, and from there back; None where that leads nowhere."""
    if isinstance(refusal, NotSignedIn) and sign_in:
        refused(request.scope, refusal.code)
        return to_sign_in(request) if sign_in == SIGN_IN else to_door(request, sign_in)
    if isinstance(refusal, NotConfirmed):
        refused(request.scope, refusal.code)
        if refusal.message == OWES_FACTOR:
            return to(request, ACCOUNT)
        return await to_confirm(request)
    return None


def to(request: Request[State], address: str) -> Response:
    """Lead to an address; a script on a page is told so that it leads the page there."""
    if auth.by_htmx(request):
        return Response(status_code=401, headers={"hx-redirect": address})
    return RedirectResponse(address, 303)


def to_sign_in(request: Request[State]) -> Response:
    """Lead to the sign-in of the console, and from there back to the page where the person is."""
    return to(request, f"{SIGN_IN}?{urlencode({'back': page_of(request)})}")


def to_door(request: Request[State], door: str) -> Response | None:
    """Lead from a page to another way in; what is no page is refused in words."""
    return RedirectResponse(door, 303) if request.method in {"GET", "HEAD"} else None


def page_of(request: Request[State]) -> str:
    """The page where a person is: what was sent by a form is not sent again, and there is no page at its address."""
    if auth.by_htmx(request):
        page = request.headers.get("hx-current-url", "")
    else:
        page = str(request.url) if request.method in {"GET", "HEAD"} else HOME
    return own_path(path_of(page), HOME)


async def to_confirm(request: Request[State]) -> Response:
    """Lead to the confirmation. A form that was sent is kept on the page, to be sent again by a button after it.

    One with a secret in it is filled in anew instead: no page holds what somebody typed as a password. So is one that
    is too long to be kept.
    """
    if request.method in {"GET", "HEAD"} or auth.by_htmx(request):
        return to(request, f"{CONFIRM}?{urlencode({'back': page_of(request)})}")
    form = await request.form(max_files=0)
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    kept = json.dumps(fields)
    if SECRETS & form.keys() or len(kept) > LONGEST_KEPT:
        kept = ""
    return request.state["pages"].render(
        request,
        "console/confirm.html",
        status=403,
        headers={"cache-control": "no-store"},
        organiser=auth.caller_of(request).organiser,
        provider=auth.provider(request),
        back=own_path(request.url.path, HOME),
        kept=kept,
        page_address=CONFIRM,
        problem=None,
    )


async def close_socket(websocket: WebSocket[State], refusal: ScoreboardError) -> None:
    """Show somebody out of a socket by its close code: browsers do not let pages see why a handshake failed."""
    door, address = websocket.state["doors"].viewers, auth.address_of(websocket)
    try:
        door.enter(address)
    except Crowded as crowded:
        await sockets.turn_away(websocket, crowded)
        return
    try:
        refused(websocket.scope, refusal.code)
        await websocket.accept()
        await websocket.close(sockets.OURS + refusal.status)
    except WebSocketDisconnect:  # gone before it was told anything
        return
    finally:
        door.leave(address)
