import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from builder import Cast, build_event
from serving import Served, serving
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from scoreboard.cli.serve import listening_socket
from scoreboard.live.hub import Hub
from scoreboard.settings import Settings
from scoreboard.web.sockets import follow
from scoreboard.web.state import State


@pytest.fixture
async def served(database_path: str) -> AsyncIterator[Served]:
    async with serving(Settings(database=database_path, language="en")) as served:
        yield served


@pytest.fixture
async def cast(served: Served) -> Cast:
    return await build_event(served.database)


def address(served: Served, slug: str) -> str:
    return f"{served.url.replace('http', 'ws')}/e/{slug}/socket"


async def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    async with asyncio.timeout(20):
        async for frame in socket:
            message: dict[str, Any] = json.loads(frame)
            if message["type"] == kind:
                return message
    raise AssertionError(f"closed without a {kind}")


async def closing_code(socket: ClientConnection) -> int | None:
    """Read to the end, and give the code that the server ended with."""
    async with asyncio.timeout(20):
        with suppress(ConnectionClosed):
            async for _ in socket:
                pass
    return socket.close_code


async def test_a_reader_is_told_the_whole_state_and_that_it_is_current(served: Served, cast: Cast) -> None:
    async with connect(address(served, cast.slug)) as socket:
        async with asyncio.timeout(5):  # at once, and not with the next heartbeat of everybody
            kinds = [json.loads(await socket.recv())["type"] for _ in range(3)]
    assert kinds == ["roster", "standings", "heartbeat"]


async def test_one_who_has_lost_track_is_told_again(served: Served, cast: Cast) -> None:
    async with connect(address(served, cast.slug)) as socket:
        first = await hear(socket, "standings")
        await hear(socket, "heartbeat")
        await socket.send(json.dumps({"type": "resume", "epoch": "other", "version": 99}))
        names, numbers = json.loads(await socket.recv()), json.loads(await socket.recv())
    assert (names["type"], numbers) == ("roster", first)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("hello", 1008),
        (b"\x00\x01", 1008),
        ('{"type":"standings"}', 1008),
        ('{"type":"resume","epoch":"' + "e" * 600 + '","version":1}', 1009),
    ],
)
async def test_whoever_says_anything_else_is_shown_out(
    served: Served, cast: Cast, sent: str | bytes, code: int
) -> None:
    async with connect(address(served, cast.slug)) as socket:
        await socket.send(sent)
        assert await closing_code(socket) == code


async def test_readers_who_leave_or_vanish_are_forgotten() -> None:
    hub = Hub()

    async def read(websocket: WebSocket[State]) -> None:
        await websocket.accept()
        with hub.subscribe("t") as mailbox:
            await follow(websocket, mailbox)

    with listening_socket("127.0.0.1", 0) as bound:
        running = uvicorn.Server(uvicorn.Config(Starlette(routes=[WebSocketRoute("/", read)]), log_level="warning"))
        task = asyncio.create_task(running.serve([bound]))
        async with asyncio.timeout(20):
            here = f"ws://127.0.0.1:{bound.getsockname()[1]}/"
            leaves, vanishes, stays = await connect(here), await connect(here), await connect(here)
            for reader in (leaves, vanishes, stays):
                hub.publish("t", {"standings": "one"})
                assert await reader.recv() == "one"
            assert hub.subscribers("t") == 3
            await leaves.close()
            vanishes.transport.abort()
            while hub.subscribers("t") > 1:
                hub.publish("t", {"standings": "two"})  # also into a connection that is gone
                await asyncio.sleep(0)
            assert await stays.recv() in {"one", "two"}
            await stays.close()
            running.should_exit = True
            await task
    assert hub.subscribers("t") == 0


async def test_the_server_ends_while_it_is_read(database_path: str) -> None:
    async with serving(Settings(database=database_path, language="en")) as served:
        cast = await build_event(served.database)
        socket = await connect(address(served, cast.slug))
        await hear(socket, "heartbeat")
    assert await closing_code(socket) == 1012
