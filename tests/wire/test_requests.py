"""What uvicorn's HTTP protocol is made to do beside its own; tests/attacks hold it against a whole server."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
import uvicorn
from serving import free_server, under_way
from starlette.types import Receive, Scope, Send

from scoreboard.cli.serve import listening_socket
from scoreboard.wire import requests
from scoreboard.wire.peers import Peers, SharedState
from scoreboard.wire.requests import ARRIVAL, RequestProtocol
from scoreboard.wire.serving import configuration

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
WHOLE = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body, and answers with a body that is as long as is asked for."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.disconnect":
        return
    length = int(scope["query_string"] or b"2")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % length)]})
    await send({"type": "http.response.body", "body": b"x" * length})


async def talked(talk: Talk, peers: Peers | None = None) -> None:
    async with free_server(configuration(app), peers) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await talk(reader, writer)
        writer.close()


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEADERS_SECONDS", "BODY_SECONDS", "STALLED_SECONDS"):
        monkeypatch.setattr(requests, name, 0.3)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf",
    ],
)
async def test_a_request_that_is_not_finished_in_time_ends_the_connection(sent: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        assert await read_or_reset(reader) == b""

    await talked(talk)


@pytest.mark.parametrize(
    ("framing", "statuses"),
    [
        (
            b"Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            [200],
        ),  # by chunks, and nothing after it
        (b"Content-Length: 5\r\nContent-Length: 40\r\n\r\n0\r\n\r\n", [400]),
        (b"Content-Length: 5, 40\r\n\r\n0\r\n\r\n", [400]),
        (b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", [400]),
        (b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", [400]),
        (b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", [400]),
    ],
)
async def test_where_a_request_ends_is_said_in_one_way(framing: bytes, statuses: list[int]) -> None:
    answers = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n" + framing + b"GET /?2 HTTP/1.1\r\nHost: x\r\n")
        writer.write(b"Connection: close\r\n\r\n")
        answers.append(await reader.read())

    await talked(talk)
    assert [int(line[9:12]) for line in answers[0].splitlines() if line.startswith(b"HTTP/1.1 ")] == statuses


async def test_drops_do_not_prolong_the_time() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            writer.write(b"X-A: 1\r\n")
            await asyncio.wait([ended], timeout=0.02)
        assert isinstance(ended.exception(), OSError) or ended.result() == b""

    await talked(talk)


async def test_requests_that_follow_each_other_have_a_time_each() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(4):
            writer.write(WHOLE[:30])
            await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=0.15)
            writer.write(WHOLE[30:])
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(2) == b"xx"

    await talked(talk)


async def test_an_answer_that_nobody_reads_is_given_up() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]  # there is no public way not to read
        writer.write(b"GET /?30000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=1)
        reader._transport.resume_reading()  # type: ignore[attr-defined]
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await reader.readexactly(30_000_000)

    await talked(talk)


async def test_connections_are_counted_by_address_until_they_are_lost() -> None:
    peers = Peers(1, 1)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(WHOLE)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        host, port = writer.get_extra_info("peername")
        crowd, away = await asyncio.open_connection(host, port)
        assert await read_or_reset(crowd) == b""
        away.close()
        assert peers.held.total() == 1

    await talked(talk, peers)
    assert peers.held.total() == 0


async def test_a_request_arrives_with_its_last_byte() -> None:
    scopes: list[Scope] = []
    begun = asyncio.Event()

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            begun.set()
        await app(scope, receive, send)
        if scope["type"] == "http":
            scopes.append(scope)

    async with free_server(configuration(noting)) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(WHOLE[:-2])
        await begun.wait()
        began_at = time.monotonic()
        writer.write(WHOLE[-2:] + WHOLE)
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\nxx")
        writer.close()
    assert [began_at <= scope[ARRIVAL] <= time.monotonic() for scope in scopes if ARRIVAL in scope] == [True]
    assert len(scopes) == 2  # the second was read with the first, and arrives when it has its turn


async def test_connections_that_are_ended_are_counted_by_the_reason() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HT")
        await read_or_reset(reader)

    running = uvicorn.Server(configuration(app))
    running.server_state = state = SharedState(Peers(1, 1))
    with listening_socket("127.0.0.1", 0) as bound:
        async with under_way(running, bound), asyncio.timeout(20):
            host, port = bound.getsockname()
            here, away = await asyncio.open_connection(host, port), await asyncio.open_connection(host, port)
            assert await read_or_reset(away[0]) == b""
            await talk(*here)
            for _, writer in (here, away):
                writer.close()
    assert state.cut == {"address full": 1, "late request": 1}


async def test_a_body_that_is_none_after_the_answer_ends_the_connection_without_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def hasty(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        else:
            await app(scope, receive, send)

    async with free_server(configuration(hasty)) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 403")
        writer.write(b"no chunk\r\n")
        assert await read_or_reset(reader) == b""
        writer.close()
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


async def read_or_reset(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except OSError:
        return b""


def test_the_parts_of_uvicorn_that_are_overridden_are_there() -> None:
    ours = {name for name, value in vars(RequestProtocol).items() if callable(value) and not name.startswith("__")}
    assert ours - set(dir(RequestProtocol.__mro__[1])) == {"expect", "give_up", "stop_expecting", "stop_waiting"}
