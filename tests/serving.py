"""The real server, in the process of the tests."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import connect
from websockets.typing import Origin

from scoreboard.cli.serve import listening_socket, server
from scoreboard.database import Database, opened
from scoreboard.settings import Settings
from scoreboard.wire.peers import Peers, SharedState


@dataclass(frozen=True)
class Served:
    """A running server: where it is, and the database that it runs on, opened beside it."""

    url: str
    database: Database
    settings: Settings
    server: uvicorn.Server


@asynccontextmanager
async def free_server(config: uvicorn.Config, peers: Peers | None = None) -> AsyncIterator[int]:
    """Run any application on our server, without a hub; its port."""
    running = uvicorn.Server(config)
    running.server_state = SharedState(peers or Peers(1000, 1000))
    with listening_socket("127.0.0.1", 0) as bound:
        async with under_way(running, bound):
            yield bound.getsockname()[1]


def socket_to(served: Served, path: str, *, cookie: str = "", **wishes: Any) -> connect:
    """Open a socket as one of our own pages does."""
    headers = {"cookie": cookie} if cookie else {}
    address = served.url.replace("http", "ws") + path
    return connect(address, origin=Origin(served.url), additional_headers=headers, **wishes)


@asynccontextmanager
async def serving(settings: Settings, port: int = 0, *, sink: bool = True) -> AsyncIterator[Served]:
    """Run the real server in this process, on a port of its own; without `sink`, with uvicorn's own sockets."""
    with listening_socket("127.0.0.1", port) as bound:
        running = server(settings)
        if not sink:
            running.config.ws = WebSocketsSansIOProtocol
        async with under_way(running, bound), opened(settings.database) as database:
            yield Served(f"http://127.0.0.1:{bound.getsockname()[1]}", database, settings, running)


@asynccontextmanager
async def under_way(running: uvicorn.Server, bound: socket.socket) -> AsyncIterator[None]:
    """Let a server run for as long as the block lasts."""
    task = asyncio.create_task(running._serve([bound]))
    try:
        while not running.started:
            if task.done():
                await task
            await asyncio.sleep(0)
        yield
    finally:
        running.should_exit = True
        await task
