"""Walls in front of every handler, as pure ASGI.

Requests that change something are refused when a browser says that another site made them: by fetch metadata
(``Sec-Fetch-Site``), else by ``Origin``. A program that sends neither is no browser and holds no visitor's cookies.
Sockets must name our own page as their ``Origin``, since cookies travel with them and CORS does not apply.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scoreboard.web.watch import refused
from scoreboard.wire import headers

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OF_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types default; report-uri /reports/csp"
)
# Of all else, which loads and runs nothing: only a service worker asks us for something. Short, since it comes with
# every answer to a phone.
OF_OTHERS = "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def same_site(asked: Headers) -> bool:
    """Whether the request comes from our own pages, or from no browser at all."""
    site = asked.get("sec-fetch-site")
    if site not in {None, "none"}:  # which is what a person asks for: it has no page that it comes from, or our own
        return site == "same-origin"
    return "origin" not in asked or place_of(asked["origin"])[1] == asked.get("host")


def own_page(asked: Headers, scheme: str) -> bool:
    """Whether a socket is opened by a page of ours: by one of the host that was asked, over TLS if the socket is.

    A browser always sends an Origin with a socket, and a program can, so one that is absent is no excuse.
    """
    kind, host = place_of(asked.get("origin", ""))
    return bool(host) and host == asked.get("host") and (scheme != "wss" or kind == "https")


def place_of(origin: str) -> tuple[str, str]:
    """The scheme and the host of an Origin; nothing for what is none."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc


def due(content_type: str) -> dict[str, str]:
    """The security headers of an answer, by what it is."""
    policy = OF_PAGES if content_type.startswith("text/html") else OF_OTHERS
    return {**headers.HEADERS, "content-security-policy": policy}


def with_headers(scope: Scope, answered: MutableHeaders) -> None:
    """Add what every answer carries, unless the handler said otherwise."""
    for name, value in due(answered.get("content-type", "")).items():
        answered.setdefault(name, value)
    answered.setdefault("cache-control", "no-store")
    if scope["scheme"] in {"https", "wss"}:
        answered.setdefault("strict-transport-security", headers.STRICT_TRANSPORT)


async def deny(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a socket that was not opened yet: with 403, and with headers where the server can send them."""
    await receive()
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    answered = MutableHeaders({"content-length": "0"})
    with_headers(scope, answered)
    await send({"type": "websocket.http.response.start", "status": 403, "headers": answered.raw})
    await send({"type": "websocket.http.response.body", "body": b""})


class Walls:
    """Refuses what other sites send, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 403."""
        if scope["type"] == "websocket":
            if own_page(Headers(scope=scope), scope["scheme"]):
                await self.app(scope, receive, send)
            else:
                refused(scope, "foreign_origin")
                await deny(scope, receive, send)
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                with_headers(scope, MutableHeaders(scope=message))
            await send(message)

        if scope["method"] not in SAFE_METHODS and not same_site(Headers(scope=scope)):
            refused(scope, "foreign_site")
            refusal = JSONResponse({"code": "foreign_site", "message": "Another site sent this request."}, 403)
            await refusal(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)
