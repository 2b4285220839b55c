"""Who is asking: sessions in cookies, one for judges and one for organisers."""

from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from scoreboard.judging import access
from scoreboard.models import Judge, Organiser
from scoreboard.web.state import State

JUDGE = "judge"
CONSOLE = "console"


def cookie_name(connection: HTTPConnection[Any], surface: str) -> str:
    """The session cookie's name; over TLS the prefix makes browsers hold it to this host and to TLS."""
    return f"__Host-{surface}" if connection.url.scheme in {"https", "wss"} else surface


def token_of(connection: HTTPConnection[Any], surface: str) -> str:
    """The session's token, or an empty text."""
    return connection.cookies.get(cookie_name(connection, surface), "")


def remember(request: HTTPConnection[Any], response: Response, surface: str, token: str, seconds: int) -> None:
    """Put the session's token into the browser."""
    response.set_cookie(
        cookie_name(request, surface),
        token,
        max_age=seconds,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def forget(request: HTTPConnection[Any], response: Response, surface: str) -> None:
    """Take the session's token out of the browser."""
    response.delete_cookie(cookie_name(request, surface), path="/")


async def signed_in_judge(request: Request[State]) -> Judge:
    """The judge whose request this is. Raises NotSignedIn."""
    return await request.state["database"].read(access.judge_of, token_of(request, JUDGE))


async def signed_in_organiser(request: Request[State]) -> Organiser:
    """The organiser whose request this is. Raises NotSignedIn."""
    return await request.state["database"].read(access.organiser_of, token_of(request, CONSOLE))


def device_of(request: HTTPConnection[Any]) -> str:
    """What the browser says it is."""
    return request.headers.get("user-agent", "")


def address_of(request: HTTPConnection[Any]) -> str:
    """The network address that asks, for limits on wrong tries."""
    return request.client.host if request.client else ""
