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

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types default; report-uri /reports/csp",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

# Over TLS only: two years, as browsers that preload want it.
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"


def same_site(headers: Headers) -> bool:
    """Whether the request comes from our own pages, or from no browser at all."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    return same_origin(headers)


def same_origin(headers: Headers) -> bool:
    """Whether the Origin, where there is one, is the host that was asked."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def own_page(headers: Headers, scheme: str) -> bool:
    """Whether a socket is opened by a page of ours: by one of the host that was asked, over TLS if the socket is.

    A browser always sends an Origin with a socket, and a program can, so one that is absent is no excuse.
    """
    origin = urlsplit(headers.get("origin", ""))
    if not origin.netloc or origin.netloc != headers.get("host"):
        return False
    return scheme != "wss" or origin.scheme == "https"


def with_headers(scope: Scope, headers: MutableHeaders) -> None:
    """Add what every answer carries, unless the handler said otherwise."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("cache-control", "no-store")
    if scope["scheme"] in {"https", "wss"}:
        headers.setdefault("strict-transport-security", STRICT_TRANSPORT)


async def deny(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a socket that was not opened yet: with 403, and with headers where the server can send them."""
    await receive()
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = MutableHeaders({"content-length": "0"})
    with_headers(scope, headers)
    await send({"type": "websocket.http.response.start", "status": 403, "headers": headers.raw})
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
