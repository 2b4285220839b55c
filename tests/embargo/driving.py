"""The application without a server around it: every byte that it hands out, as it hands it out."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

HOST = "localhost"
PATIENCE_SECONDS = 60
EXPIRES = re.compile(rb" expires=[A-Z][a-z]{2}, [^;]{15,25} GMT;")
REQUEST_ID = re.compile(rb"[0-9a-f]{16}")


@asynccontextmanager
async def started(app: ASGIApp) -> AsyncIterator[dict[str, Any]]:
    """Let the application live for as long as the block lasts; what its handlers share."""
    state: dict[str, Any] = {}
    said: asyncio.Queue[Message] = asyncio.Queue()
    heard: asyncio.Queue[Message] = asyncio.Queue()
    life = asyncio.ensure_future(app({"type": "lifespan", "asgi": {}, "state": state}, said.get, heard.put))
    await said.put({"type": "lifespan.startup"})
    message = await heard.get()
    assert message["type"] == "lifespan.startup.complete", message
    try:
        yield state
    finally:
        await said.put({"type": "lifespan.shutdown"})
        await life


@dataclass(frozen=True)
class Asked:
    """A request: what of it may matter."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass
class Answer:
    """All that came back. Names of requests are random, so that they are only looked at, and left out."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str:
        """One header, or nothing."""
        return next((value.decode() for key, value in self.headers if key == name.encode()), "")


def scope_of(kind: str, target: str, headers: Sequence[tuple[str, str]], state: dict[str, Any]) -> dict[str, Any]:
    """What a server tells the application of a connection."""
    path, _, query = target.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws" if kind == "websocket" else "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", HOST.encode()), *((name.encode(), value.encode()) for name, value in headers)],
        "client": ("10.0.0.9", 5000),
        "server": (HOST, 80),
        "state": dict(state),
        "subprotocols": [],
        "extensions": {},
    }


async def ask(app: ASGIApp, state: dict[str, Any], asked: Asked) -> Answer:
    """Send a request; a stream is left once it has said what is so now."""
    scope = scope_of("http", asked.target, asked.headers, state) | {"method": asked.method}
    answer, gone, done = Answer(), asyncio.Event(), asyncio.Event()
    body = [{"type": "http.request", "body": asked.body, "more_body": False}]

    async def receive() -> Message:
        if body:
            return body.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = named(message["headers"])
            return
        answer.body += message.get("body", b"")
        if not message.get("more_body") or b'"type":"heartbeat"' in answer.body:
            done.set()

    async with asyncio.timeout(PATIENCE_SECONDS):
        call = asyncio.ensure_future(app(scope, receive, send))
        waiting = asyncio.create_task(done.wait())
        await asyncio.wait([call, waiting], return_when=asyncio.FIRST_COMPLETED)
        gone.set()
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        await call
    return answer


def named(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Headers without the request's random name, which must be no more than that, and without the wall clock."""
    names = [value for name, value in headers if name == b"x-request-id"]
    assert all(REQUEST_ID.fullmatch(name) for name in names)
    return [(name, EXPIRES.sub(b"", value)) for name, value in headers if name != b"x-request-id"]


class Socket:
    """A reader's socket, and everything that it was told."""

    def __init__(self, app: ASGIApp, state: dict[str, Any], target: str, origin: str = f"http://{HOST}") -> None:
        self.told: list[Any] = []
        self.words: asyncio.Queue[Message] = asyncio.Queue()
        self.words.put_nowait({"type": "websocket.connect"})
        self.news = asyncio.Event()
        scope = scope_of("websocket", target, [("origin", origin)], state)
        self.call = asyncio.ensure_future(app(scope, self.words.get, self.send))

    async def send(self, message: Message) -> None:
        """Keep what the application says."""
        kind = message["type"]
        self.told.append(
            message["text"]
            if kind == "websocket.send"
            else (kind, message.get("code"), message.get("reason"), named(message.get("headers") or []))
        )
        self.news.set()

    async def until(self, kind: str, times: int = 1) -> None:
        """Wait until so many messages of a kind were told, or the socket was closed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.call and not self.call.done():
                texts = [text for text in self.told if isinstance(text, str)]
                if sum(json.loads(text)["type"] == kind for text in texts) >= times:
                    return
                if any(isinstance(text, tuple) and text[0] == "websocket.close" for text in self.told):
                    return
                self.news.clear()
                await self.news.wait()

    def say(self, text: str) -> None:
        """Say something to the application."""
        self.words.put_nowait({"type": "websocket.receive", "text": text})

    async def leave(self) -> None:
        """Close the socket from this side."""
        self.words.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await self.call
