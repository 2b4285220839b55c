"""The contract with uvicorn and websockets, on either event loop: what the seam stands on, and that it holds."""

import asyncio
import re
import socket
import time
import tomllib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest
import uvicorn
from attacks.attacker import CLOSE, frame, handshake
from serving import free_server
from starlette.types import Receive, Scope, Send
from uvicorn.loops.auto import auto_loop_factory
from uvicorn.protocols.utils import ClientDisconnected
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate

from scoreboard.live.frames import Frame
from scoreboard.wire import fanout
from scoreboard.wire.fanout import EXTENSION, FRAMES_AT_ONCE, FanoutProtocol
from scoreboard.wire.peers import Peers
from scoreboard.wire.serving import STOP_SECONDS, configuration

Story = Callable[["Stage"], Awaitable[None]]
LOOPS = {"plain": asyncio.new_event_loop, "served": auto_loop_factory()}
LARGE = Frame('{"lines":"' + "the same and the same and " * 100 + '"}')
SMALL = Frame('{"beat":1}')


class Listener:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.news = asyncio.Event()

    def hold(self) -> None:
        self.told.append("hold")
        self.news.set()

    def release(self) -> None:
        self.told.append("release")
        self.news.set()

    async def hears(self, word: str) -> None:
        async with asyncio.timeout(20):
            while word not in self.told:
                self.news.clear()
                await self.news.wait()


class Watching(Listener):
    """Remembers, too, whether the connection was ending when it was told to hold."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self.transport = transport
        self.closing: list[bool] = []

    def hold(self) -> None:
        self.closing.append(self.transport.is_closing())
        super().hold()


class Stage:
    """A server with an application that accepts a socket and lets the test play its part."""

    def __init__(self) -> None:
        self.sockets: asyncio.Queue[tuple[Scope, Receive, Send]] = asyncio.Queue()
        self.done = asyncio.Event()
        self.hesitates = False
        self.port = 0
        self.peers = Peers(1000, 1000)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        await receive()
        if self.hesitates:
            await self.sockets.put((scope, receive, send))
            await self.done.wait()
            return
        await send({"type": "websocket.accept"})
        await self.sockets.put((scope, receive, send))
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self.done.set()

    async def accepted(self, **wishes: Any) -> tuple[ClientConnection, Any, Send, Scope]:
        """A client, and the server's side of it: the sink, what sends, the scope."""
        client = await connect(f"ws://127.0.0.1:{self.port}/", **wishes)
        async with asyncio.timeout(20):
            scope, _receive, send = await self.sockets.get()
        return client, scope["extensions"][EXTENSION]["sink"], send, scope


def played(story: Story, loop: str, protocol: type[FanoutProtocol] = FanoutProtocol) -> None:
    """Run a story against a server of its own."""

    async def run() -> None:
        stage = Stage()
        config = configuration(stage.app)
        config.ws = protocol
        async with free_server(config, stage.peers) as port:
            stage.port = port
            await story(stage)
        assert stage.peers.held.total() == 0

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(run())


on_both_loops = pytest.mark.parametrize("loop", LOOPS)


def test_uvicorn_is_the_one_that_this_was_written_for() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    pinned = [found[1] for need in project["project"]["dependencies"] if (found := re.match(r"uvicorn==(\S+)", need))]
    assert pinned == [uvicorn.__version__]


@on_both_loops
@pytest.mark.parametrize("compression", [None, "deflate"])
def test_ready_frames_arrive_as_they_are_between_those_of_plain_asgi(loop: str, compression: str | None) -> None:
    async def story(stage: Stage) -> None:
        client, sink, send, _scope = await stage.accepted(compression=compression)
        assert sink.packed is (compression == "deflate")
        write = sink.attach(Listener())
        for number in range(20):
            write(LARGE.packed if sink.packed and number % 2 else LARGE.plain)
            await send({"type": "websocket.send", "text": f"plain {number}" * 50})
            write(SMALL.plain)
        async with asyncio.timeout(20):
            for number in range(20):
                told = [await client.recv() for _ in range(3)]
                assert told == [LARGE.text, f"plain {number}" * 50, SMALL.text]
        await client.close()

    played(story, loop)


@pytest.mark.parametrize(
    ("offer", "packed"),
    [
        (ClientPerMessageDeflateFactory(), True),
        (ClientPerMessageDeflateFactory(client_max_window_bits=True), True),
        (ClientPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True), True),
        (ClientPerMessageDeflateFactory(server_max_window_bits=10), False),
    ],
)
def test_compression_is_agreed_upon_message_by_message_or_frames_stay_plain(
    offer: ClientPerMessageDeflateFactory, packed: bool
) -> None:
    async def story(stage: Stage) -> None:
        client, sink, send, _scope = await stage.accepted(compression=None, extensions=[offer])
        (agreed,) = client.protocol.extensions
        assert isinstance(agreed, PerMessageDeflate)
        assert (agreed.remote_no_context_takeover, agreed.local_no_context_takeover) == (True, True)
        assert sink.packed is packed
        await send({"type": "websocket.send", "text": LARGE.text})
        sink.attach(Listener())(LARGE.packed if packed else LARGE.plain)
        assert [await client.recv(), await client.recv()] == [LARGE.text] * 2
        await client.close()

    played(story, "served")


@on_both_loops
def test_unsent_bytes_are_told_of_at_once_and_that_they_are_sent(loop: str) -> None:
    async def story(stage: Stage) -> None:
        wire = socket.socket()
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.setblocking(False)
        await asyncio.get_running_loop().sock_connect(wire, ("127.0.0.1", stage.port))
        client, sink, _send, _scope = await stage.accepted(sock=wire, max_queue=1, compression=None)
        listener = Listener()
        write = sink.attach(listener)
        written = 0
        while "hold" not in listener.told:
            write(LARGE.plain)
            written += 1
            assert written < 10_000
        assert (listener.told, sink.transport.is_reading()) == (["hold"], False)
        assert 0 < sink.transport.get_write_buffer_size() <= len(LARGE.plain)
        second = Listener()
        sink.attach(second)
        assert second.told == ["hold"]  # it still is full
        sink.attach(listener)
        async with asyncio.timeout(20):
            assert [await client.recv() for _ in range(written)] == [LARGE.text] * written
        await listener.hears("release")
        assert sink.transport.is_reading()
        await client.close()

    played(story, loop)


@on_both_loops
def test_who_does_not_read_is_aborted(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "STALLED_SECONDS", 0.2)

    async def story(stage: Stage) -> None:
        with socket.socket() as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.connect(("127.0.0.1", stage.port))
            wire.sendall(handshake(stage.port, "/"))
            async with asyncio.timeout(5):
                scope, _receive, _send = await stage.sockets.get()
                listener = Listener()
                write = scope["extensions"][EXTENSION]["sink"].attach(listener)
                while "hold" not in listener.told:
                    write(LARGE.plain)
                await stage.done.wait()

    played(story, loop)


def test_who_does_not_read_does_not_keep_the_server_from_ending() -> None:
    wire = socket.socket()
    ended: list[float] = []

    async def story(stage: Stage) -> None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect(("127.0.0.1", stage.port))
        wire.sendall(handshake(stage.port, "/"))
        async with asyncio.timeout(5):
            scope, _receive, _send = await stage.sockets.get()
            listener = Listener()
            write = scope["extensions"][EXTENSION]["sink"].attach(listener)
            while "hold" not in listener.told:
                write(LARGE.plain)
        ended.append(time.monotonic())

    with wire:
        played(story, "served")
        assert time.monotonic() - ended[0] < STOP_SECONDS - 1


@pytest.mark.parametrize("nonsense", [b"\x00" * 100, b"\x89\x80\x00\x00\x00\x00" * 1000])
def test_nonsense_before_the_socket_is_accepted_ends_it_in_silence(
    nonsense: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(stage: Stage) -> None:
        stage.hesitates = True
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.port)
        writer.write(handshake(stage.port, "/"))
        async with asyncio.timeout(20):
            await stage.sockets.get()
            writer.write(nonsense)
            with suppress(OSError):
                assert await reader.read() == b""
        stage.done.set()
        writer.close()

    played(story, "plain")
    assert [record.message for record in caplog.records if record.name == "asyncio"] == []


@pytest.mark.parametrize("ending", ["server", "client", "abort", "nonsense"])
def test_a_sink_lets_go_before_the_connection_ends(ending: str) -> None:
    async def story(stage: Stage) -> None:
        client, sink, send, _scope = await stage.accepted()
        listener = Watching(sink.transport)
        sink.attach(listener)
        if ending == "server":
            await send({"type": "websocket.close", "code": 4000})
            assert listener.told == ["hold"]  # already: nothing may follow a close frame
        elif ending == "client":
            await client.close()
        elif ending == "abort":
            client.transport.abort()
        else:
            client.transport.write(b"\xff\xff\xff\xff")
        await listener.hears("hold")
        assert (sink.listener, listener.closing) == (None, [ending == "abort"])
        async with asyncio.timeout(20):
            with suppress(ConnectionClosed):
                await client.recv()
            await stage.done.wait()
        late = Listener()
        sink.attach(late)(b"nothing")
        assert (late.told, sink.listener) == ([], None)

    played(story, "served")


@pytest.mark.parametrize("said", [frame(CLOSE, b""), frame(3, b"")], ids=["a goodbye", "nonsense"])
def test_an_application_that_speaks_after_the_goodbye_is_told_that_nobody_hears_at_most(said: bytes) -> None:
    """By no other failure: whoever goes in that moment, again and again, would fill the log."""

    async def story(stage: Stage) -> None:
        for message in ({"type": "websocket.close", "code": 4404}, {"type": "websocket.send", "text": "x"}):
            _client, sink, send, _scope = await stage.accepted()
            sink.data_received(said)
            with suppress(ClientDisconnected):
                await send(message)

    played(story, "plain")


def test_a_refusal_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """Strangers are refused as often as they like: that may not fill the log."""

    async def story(stage: Stage) -> None:
        stage.hesitates = True
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.port)
        writer.write(handshake(stage.port, "/"))
        async with asyncio.timeout(20):
            _scope, _receive, send = await stage.sockets.get()
            await send({"type": "websocket.http.response.start", "status": 403, "headers": []})
            stage.done.set()  # the application returns as soon as it has spoken
            await send({"type": "websocket.http.response.body", "body": b"no"})
            assert (await reader.read()).startswith(b"HTTP/1.1 403")
        writer.close()

    played(story, "plain")
    assert [record.message for record in caplog.records if record.name == "uvicorn.error"] == []


def test_frames_of_every_kind_are_counted() -> None:
    async def story(stage: Stage) -> None:
        client, sink, _send, _scope = await stage.accepted()
        client.transport.write(b"\x89\x80\x00\x00\x00\x00" * (FRAMES_AT_ONCE * 2))
        async with asyncio.timeout(20):
            with suppress(ConnectionClosed):
                await client.recv()
        assert (client.close_code, sink.listener) == (1008, None)

    played(story, "served")


class Counting(FanoutProtocol):
    """Remembers how many frames were parsed at a time."""

    parsed: ClassVar[list[int]] = []

    def handle_events(self) -> None:
        self.parsed.append(len(self.conn.events))
        super().handle_events()


def test_a_packet_full_of_frames_is_not_read_to_its_end() -> None:
    async def story(stage: Stage) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.port)
        writer.write(handshake(stage.port, "/"))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x89\x80\x00\x00\x00\x00" * 40_000)
        with suppress(OSError):
            while await reader.read(65_536):
                pass
        writer.close()
        assert FRAMES_AT_ONCE < max(Counting.parsed) < 1000

    played(story, "served", Counting)


def test_the_handshake_is_forgotten() -> None:
    async def story(stage: Stage) -> None:
        client, sink, _send, scope = await stage.accepted(additional_headers={"cookie": "x" * 1000})
        assert (scope["headers"], hasattr(sink, "request"), hasattr(sink, "response")) == ([], False, False)
        await client.close()

    played(story, "served")


def test_the_parts_of_uvicorn_that_are_overridden_are_there() -> None:
    ours = {name for name, value in vars(FanoutProtocol).items() if callable(value) and not name.startswith("__")}
    added = {"attach", "detach", "forget_handshake", "give_up", "stop_waiting"}
    theirs = set(dir(FanoutProtocol.__mro__[1]))
    assert ours - theirs == added
