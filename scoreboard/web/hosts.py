"""Under which names the server may be asked: any other Host is refused, so that nobody can put a name into our links.

The name of the public address, those that are set, the machine's own, and whatever address the connection came to.
Refused is, too, what says in two ways where it ends: a proxy in front may have believed the other one, and taken what
follows for a request of somebody else.
"""

import socket
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from scoreboard.settings import Settings
from scoreboard.web.addresses import LOOPBACK
from scoreboard.web.security import deny
from scoreboard.web.watch import refused

WORDS: Final = (
    "This server is not asked by this name. Whoever runs it can allow the name with SCOREBOARD_PUBLIC_ADDRESS or "
    "SCOREBOARD_HOSTS.\n"
)
TWO_ENDS: Final = "This request says in two ways where it ends.\n"


def own_names(settings: Settings) -> frozenset[str]:
    """The names that are ours whatever address a connection comes to."""
    public = urlsplit(settings.public_address).hostname
    further = (name.strip().lower() for name in settings.hosts.split(","))
    machine = socket.gethostname().lower()
    return frozenset(filter(None, (*LOOPBACK, public, *further, machine, f"{machine}.local", settings.host.lower())))


def name_in(host: str) -> str:
    """The name in a Host header, without its port; empty for what is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


class Hosts:
    """Lets through what asks for one of our names, and answers 400 to all else."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.names = own_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the Host, and at what says where the request ends."""
        if scope["type"] == "http" and {b"content-length", b"transfer-encoding"} <= {
            name for name, _ in scope["headers"]
        }:
            refused(scope, "two_ends")
            await PlainTextResponse(TWO_ENDS, 400, {"connection": "close"})(scope, receive, send)
            return
        if scope["type"] not in {"http", "websocket"} or self.ours(scope):
            await self.app(scope, receive, send)
            return
        refused(scope, "foreign_host")
        if scope["type"] == "websocket":
            await deny(scope, receive, send)
            return
        await PlainTextResponse(WORDS, 400)(scope, receive, send)

    def ours(self, scope: Scope) -> bool:
        """Whether a request names us, and once."""
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) != 1 or "@" in hosts[0]:
            return False
        name = name_in(hosts[0])
        return name in self.names or (scope.get("server") is not None and name == scope["server"][0])
