"""uvicorn's server, set up for thousands of viewers: how it listens, how it begins, and how it ends.

When it is told to stop, it takes no more connections, lets the application say goodbye to every reader (the state of
its lifespan holds a `hub`, which can be ended), closes every connection, and does not wait for those who do not read.
The state also holds `figures`, which are told what is counted here: their `cut`, the connections that were ended.
"""

import gc
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from scoreboard.wire.fanout import FanoutProtocol
from scoreboard.wire.peers import Peers, SharedState
from scoreboard.wire.requests import RequestProtocol

if sys.platform != "win32":
    import resource

BACKLOG = 4096  # of a whole hall that comes back at once
UNSENT_BYTES = 16_384  # that the kernel keeps of what is not even under way; its default is megabytes a reader
UNANSWERED_MS = 15_000  # after which a peer that acknowledges nothing is gone
KERNEL_FINDS_THE_GONE = hasattr(socket, "TCP_USER_TIMEOUT")
LONGEST_HEADERS = 16_384  # bytes
LONGEST_MESSAGE = 16_384  # bytes; also of what a deflated one becomes
STOP_SECONDS = 5  # how long open requests and sockets may take to end when the server stops
PING_SECONDS = 20.0  # where the kernel cannot find out that a peer is gone
# Of TLS 1.2: with forward secrecy, and authenticated. All of 1.3 are that; nothing older is spoken.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
SPARE_DESCRIPTORS = 500  # of files, the database, and connections that are no viewers'

# After this many new objects, and then after so many times that. Every viewer is hundreds of objects that stay, and
# looking through all of them again and again doubles the price of connecting. Nobody is answered while it looks: at
# 20,000 that is some milliseconds, at 100,000 it was 60 and more.
COLLECT_AFTER = (20_000, 250, 100)

# After which a thread that waits for the interpreter is given it; Python's own is ten times that. The writer needs it
# several times for a ballot, and would wait so long each time while everybody is being told.
TURN_SECONDS = 0.0005


def tune(listening: socket.socket) -> None:
    """Set what every accepted connection inherits, as far as this system has it."""
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
    if KERNEL_FINDS_THE_GONE:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED_MS)


def room_for_viewers(wanted: int) -> int:
    """Take as many descriptors as this process may have; give how many viewers they suffice for, at most `wanted`."""
    if sys.platform == "win32":
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return wanted if hard == resource.RLIM_INFINITY else max(1, min(wanted, soft - SPARE_DESCRIPTORS))


class Server(uvicorn.Server):
    """The server of an application whose state holds a hub."""

    def __init__(
        self, config: uvicorn.Config, peers: Peers, farewell: Callable[[bool], str], *, alone: bool = False
    ) -> None:
        """`farewell` gives a reader's last message, given whether it comes first; `alone`: in a process of its own."""
        super().__init__(config)
        self.server_state = self.shared = SharedState(peers)
        self.farewell = farewell
        self.alone = alone

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin; what is there by then stays, so the collector need not look at it again."""
        await super().startup(sockets)
        if "figures" in self.lifespan.state:  # not when the application failed to start
            self.lifespan.state["figures"].cut = self.shared.cut
        if self.alone:
            sys.setswitchinterval(TURN_SECONDS)
            gc.collect()
            gc.freeze()
            gc.set_threshold(*COLLECT_AFTER)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: first nobody new, then a goodbye to everybody, then uvicorn's way."""
        for server in self.servers:
            server.close()
        await self.lifespan.state["hub"].end(self.farewell)
        await super().shutdown(sockets)


def configuration(
    app: Callable[..., Any], *, trusted_proxies: str = "", ping: bool = False, certificate: str = "", key: str = ""
) -> uvicorn.Config:
    """How uvicorn is to run the application; with a certificate and its key (PEM files), over TLS.

    What is not said here is refused or off.
    """
    return uvicorn.Config(
        app,
        interface="asgi3",
        http=RequestProtocol,
        ws=FanoutProtocol,
        lifespan="on",
        log_config=None,  # its lines go where ours go
        log_level="warning",  # at a lower one uvicorn logs addresses of sockets with their queries
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies or [],
        ssl_certfile=certificate or None,
        ssl_keyfile=key or None,
        ssl_ciphers=CIPHERS,
        backlog=BACKLOG,
        timeout_graceful_shutdown=STOP_SECONDS,
        ws_max_size=LONGEST_MESSAGE,
        ws_per_message_deflate=True,
        ws_ping_interval=PING_SECONDS if ping else None,
        h11_max_incomplete_event_size=LONGEST_HEADERS,
    )
