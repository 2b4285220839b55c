import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from builder import Cast, build_event, score
from plumbing import Pipe
from serving import Served, serving, socket_to
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from visitors import organiser
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from scoreboard.cli.serve import listening_socket
from scoreboard.live.hub import Hub
from scoreboard.live.messages import public
from scoreboard.live.topics import Line, Version
from scoreboard.settings import Settings
from scoreboard.web.limits import MOST_PER_ADDRESS, MOST_PER_SESSION
from scoreboard.web.sockets import (
    MOST_SCREENS,
    STAFF_AWAY_MS,
    VIEWERS_AWAY_MS,
    WORDS_AT_ONCE,
    farewell,
    follow,
    version_of,
)
from scoreboard.wire.fanout import FanoutProtocol


@pytest.fixture(params=["sink", "plain"])
async def served(database_path: str, request: pytest.FixtureRequest) -> AsyncIterator[Served]:
    """The real server, and the same application on a server that offers no sink."""
    async with serving(Settings(database=database_path, language="en"), sink=request.param == "sink") as served:
        yield served


@pytest.fixture
async def cast(served: Served) -> Cast:
    return await build_event(served.database)


def path(cast: Cast, query: str = "") -> str:
    return f"/e/{cast.slug}/socket{query}"


async def heard(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(20):
        message: dict[str, Any] = json.loads(await socket.recv())
    return message


async def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    while True:
        message = await heard(socket)
        if message["type"] == kind:
            return message


async def closing_code(socket: ClientConnection) -> int | None:
    """Read to the end, and give the code that the server ended with."""
    async with asyncio.timeout(20):
        with suppress(ConnectionClosed):
            async for _ in socket:
                pass
    return socket.close_code


async def test_a_reader_is_told_the_whole_state_and_that_it_is_current(served: Served, cast: Cast) -> None:
    async with socket_to(served, path(cast)) as socket:
        kinds = [(await heard(socket))["type"] for _ in range(3)]
    assert kinds == ["roster", "standings", "heartbeat"]


@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_a_large_state_arrives_whole_however_it_travels(served: Served, compression: str | None) -> None:
    cast = await build_event(served.database, teams=6)
    async with socket_to(served, path(cast), compression=compression) as socket:
        roster, standings = await heard(socket), await heard(socket)
        await score(served.database, cast, "J1", "T1", 5, 5)
        again = await hear(socket, "standings")
    assert [team["key"] for team in roster["roster"]["teams"]] == ["T1", "T2", "T3", "T4", "T5", "T6"]
    assert len(standings["standings"]["lines"]) == len(again["standings"]["lines"]) == 6
    assert again["version"] == standings["version"] + 1


async def test_one_who_has_lost_track_is_told_again(served: Served, cast: Cast) -> None:
    async with socket_to(served, path(cast)) as socket:
        first = await hear(socket, "standings")
        await hear(socket, "heartbeat")
        await socket.send(json.dumps({"type": "resume", "epoch": "other", "version": 99}))
        names, numbers = await heard(socket), await heard(socket)
    assert (names["type"], numbers) == ("roster", first)


async def test_one_who_has_the_newest_state_is_told_only_that_it_is_current(served: Served, cast: Cast) -> None:
    async with socket_to(served, path(cast)) as socket:
        first = await hear(socket, "standings")
        held = {"epoch": first["epoch"], "version": first["version"]}
        await hear(socket, "heartbeat")
        await socket.send(json.dumps({"type": "resume", **held}))
        assert {**await heard(socket), "as_of": ""} == {"type": "heartbeat", **held, "as_of": ""}
    async with socket_to(served, path(cast, f"?epoch={held['epoch']}&version={held['version']}")) as socket:
        assert (await heard(socket))["type"] == "heartbeat"
        await score(served.database, cast, "J1", "T1", 5, 5)
        assert (await heard(socket))["version"] == held["version"] + 1


@pytest.mark.parametrize("query", ["?epoch=other&version=1", "?epoch=&version=", "?version=x&epoch=e", "?epoch=e"])
async def test_one_who_has_something_else_is_told_the_whole_state(served: Served, cast: Cast, query: str) -> None:
    async with socket_to(served, path(cast, query)) as socket:
        assert [(await heard(socket))["type"] for _ in range(3)] == ["roster", "standings", "heartbeat"]


async def test_what_a_reader_shows_is_heard_and_not_answered(served: Served, cast: Cast) -> None:
    async with socket_to(served, path(cast, "?screen=hall")) as socket:
        first = await hear(socket, "heartbeat")
        await socket.send(json.dumps({"type": "here", "epoch": first["epoch"], "version": first["version"]}))
        await score(served.database, cast, "J1", "T1", 5, 5)
        told = await heard(socket)
        assert told["type"] == "standings"
        await socket.send(json.dumps({"type": "here", "epoch": told["epoch"], "version": told["version"]}))
        await socket.send(json.dumps({"type": "resume", "epoch": told["epoch"], "version": told["version"]}))
        assert (await heard(socket))["type"] == "heartbeat"
        hub: Hub = served.server.lifespan.state["hub"]
        assert hub.figures.shown.all().count == 1


async def test_what_the_audience_says_is_no_measure_and_not_everybody_is_a_screen(served: Served, cast: Cast) -> None:
    hub: Hub = served.server.lifespan.state["hub"]
    async with socket_to(served, path(cast)) as socket:
        first = await hear(socket, "heartbeat")
        await socket.send(json.dumps({"type": "here", "epoch": first["epoch"], "version": first["version"]}))
        await score(served.database, cast, "J1", "T1", 5, 5)
        told = await hear(socket, "standings")
        await socket.send(json.dumps({"type": "here", "epoch": told["epoch"], "version": told["version"]}))
        await socket.send(json.dumps({"type": "resume", "epoch": told["epoch"], "version": told["version"]}))
        await hear(socket, "heartbeat")
        assert (hub.figures.shown.all().count, hub.first(public(cast.event_id))) == (0, 0)
        screens = [Line(hub.topics[public(cast.event_id)], Pipe(), None) for _ in range(MOST_SCREENS)]
        for screen in screens[1:]:
            hub.join(screen, first=True)
        async with socket_to(served, path(cast, "?screen=1")) as real:
            await hear(real, "heartbeat")
            assert hub.first(public(cast.event_id)) == MOST_SCREENS
            async with socket_to(served, path(cast, "?screen=1")) as feigned:
                await hear(feigned, "heartbeat")
                assert hub.first(public(cast.event_id)) == MOST_SCREENS
        for screen in screens:
            hub.leave(screen)


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
    async with socket_to(served, path(cast)) as socket:
        await socket.send(sent)
        assert await closing_code(socket) == code


async def test_whoever_says_too_much_is_shown_out(served: Served, cast: Cast) -> None:
    async with socket_to(served, path(cast)) as socket:
        with suppress(ConnectionClosed):
            for _ in range(WORDS_AT_ONCE * 3):
                await socket.send('{"type":"here","epoch":"e","version":1}')
        assert await closing_code(socket) == 1008


async def test_an_address_holds_so_many_sockets_and_is_told_when_to_try_again(served: Served, cast: Cast) -> None:
    sockets = [await socket_to(served, path(cast)) for _ in range(MOST_PER_ADDRESS)]
    with pytest.raises(InvalidStatus) as refused:
        await socket_to(served, path(cast))
    assert refused.value.response.status_code == 503
    assert 1 <= int(refused.value.response.headers["retry-after"]) <= 10
    assert json.loads(refused.value.response.body or b"")["code"] == "crowded"
    await sockets[0].close()
    async with asyncio.timeout(20):
        while True:
            with suppress(InvalidStatus):
                await socket_to(served, path(cast))
                break
    for socket in sockets:
        socket.transport.abort()


async def test_a_session_holds_so_many_sockets(served: Served, cast: Cast) -> None:
    async with organiser(served) as browser:
        cookie = f"console={browser.cookies['console']}"
        address = f"/console/e/{cast.slug}/socket"
        sockets = [await socket_to(served, address, cookie=cookie) for _ in range(MOST_PER_SESSION)]
        with pytest.raises(InvalidStatus) as refused:
            await socket_to(served, address, cookie=cookie)
        assert refused.value.response.status_code == 503
        for socket in sockets:
            await socket.close()


async def test_the_server_says_goodbye_and_when_to_come_back(database_path: str) -> None:
    async with serving(Settings(database=database_path, language="en")) as served:
        cast = await build_event(served.database)
        viewers = [await socket_to(served, path(cast)) for _ in range(8)]
        async with organiser(served) as browser:
            cookie = f"console={browser.cookies['console']}"
            desk = await socket_to(served, f"/console/e/{cast.slug}/socket", cookie=cookie)
        for socket in (*viewers, desk):
            await hear(socket, "heartbeat")
    waits = [(await heard(socket))["retry_in_ms"] for socket in viewers]
    assert 0 <= (await heard(desk))["retry_in_ms"] < STAFF_AWAY_MS
    assert len(set(waits)) > 1
    assert all(0 <= wait < VIEWERS_AWAY_MS for wait in waits)
    assert [await closing_code(socket) for socket in (*viewers, desk)] == [1012] * 9


async def test_the_server_ends_while_it_is_read_by_other_means(database_path: str) -> None:
    async with serving(Settings(database=database_path, language="en"), sink=False) as served:
        cast = await build_event(served.database)
        socket = await socket_to(served, path(cast))
        await hear(socket, "heartbeat")
    assert await closing_code(socket) == 1012


@pytest.mark.parametrize("protocol", [FanoutProtocol, "websockets-sansio"])
async def test_readers_who_leave_or_vanish_are_forgotten(protocol: Any) -> None:
    hub = Hub()

    async def read(websocket: WebSocket[Any]) -> None:
        await websocket.accept()
        await follow(websocket, hub, "t", lambda: "current")

    with listening_socket("127.0.0.1", 0) as bound:
        app = Starlette(routes=[WebSocketRoute("/", read)])
        running = uvicorn.Server(uvicorn.Config(app, ws=protocol, log_config=None, log_level="warning"))
        task = asyncio.create_task(running.serve([bound]))
        async with asyncio.timeout(20):
            here = f"ws://127.0.0.1:{bound.getsockname()[1]}/"
            leaves, vanishes, stays = await connect(here), await connect(here), await connect(here)
            hub.publish("t", {"standings": "one"}, Version("e", 1))
            for reader in (leaves, vanishes, stays):
                assert {await reader.recv(), await reader.recv()} == {"current", "one"}
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


@pytest.mark.parametrize(
    ("epoch", "number", "version"),
    [("e", "7", Version("e", 7)), ("", "7", None), ("e", "-1", None), ("e", "٧", None), ("e", "9" * 16, None)],
)
def test_a_version_is_what_is_written_as_one(epoch: str, number: str, version: Version | None) -> None:
    assert version_of(epoch, number) == version


def test_the_last_word_spreads_those_who_come_back() -> None:
    waits = [json.loads(farewell(False))["retry_in_ms"] for _ in range(200)]
    assert 0 <= min(waits) < VIEWERS_AWAY_MS / 5 < VIEWERS_AWAY_MS * 4 / 5 < max(waits) < VIEWERS_AWAY_MS
    assert all(json.loads(farewell(True))["retry_in_ms"] < STAFF_AWAY_MS for _ in range(100))
