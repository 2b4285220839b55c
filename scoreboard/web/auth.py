"""Who is asking: sessions in cookies, one for judges and one for organisers."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from scoreboard.judging.staff.roles import Role
from scoreboard.models import Judge, Organiser
from scoreboard.web.cookies import cookie_name
from scoreboard.web.state import State
from scoreboard.wire.peers import owner

JUDGE = "judge"
DEVICE = "judge-device"  # the token of a judge's newest session: it outlives it, and opens nothing by itself
CONSOLE = "console"


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


@dataclass(frozen=True)
class Caller:
    """Who asks for something of the console: with their role at the event of the address, if it names one."""

    organiser: Organiser
    role: Role | None
    fresh: bool
    owes_factor: bool

    @property
    def reads(self) -> bool:
        """Whether they may see what is hidden from the public."""
        return self.role is not Role.PRESENTER

    @property
    def decides(self) -> bool:
        """Whether they may excuse judges from teams."""
        return self.role in {Role.OWNER, Role.ORGANISER, Role.CHIEF_JUDGE}

    @property
    def runs(self) -> bool:
        """Whether they may run the event."""
        return self.role in {Role.OWNER, Role.ORGANISER}

    @property
    def exports(self) -> bool:
        """Whether they may take the record away."""
        return self.role in {Role.OWNER, Role.ORGANISER, Role.AUDITOR}

    @property
    def owns(self) -> bool:
        """Whether they may decide who may do what."""
        return self.role is Role.OWNER


def caller_of(connection: HTTPConnection[Any]) -> Caller:
    """The person of the console whom the route's policy let in."""
    caller: Caller = connection.scope[CONSOLE]
    return caller


async def signed_in_judge(request: Request[State]) -> Judge:
    """The judge whom the route's policy let in."""
    judge: Judge = request.scope[JUDGE]
    return judge


def by_htmx(connection: HTTPConnection[Any]) -> bool:
    """Whether a script on the page asks for a part of it."""
    return connection.headers.get("hx-request") == "true"


def provider(request: HTTPConnection[Any]) -> str:
    """What the organisation's own sign-in is called; empty where there is none."""
    settings = request.state["settings"]
    return settings.oidc_name or settings.oidc_issuer.partition("://")[2] if settings.oidc_issuer else ""


def device_of(request: HTTPConnection[Any]) -> str:
    """What the browser says it is."""
    return request.headers.get("user-agent", "")


def address_of(request: HTTPConnection[Any]) -> str:
    """The network address that asks."""
    return request.client.host if request.client else ""


def subscriber_of(request: HTTPConnection[Any]) -> str:
    """Whose address asks, for limits on wrong tries: an IPv6 subscriber has more addresses than can be counted."""
    return owner(address_of(request))
