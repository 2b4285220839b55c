"""One way to serve a reader over a websocket: it is told what is new, and very little may come in.

The reader's words are `resume` and `here`. Whoever sends anything else, or more than a word's worth, or more often than
a page has reason to, is not one of our pages and is shown out. Where the server offers its transport as a sink, ready
frames are written to it; elsewhere a mailbox is read and sent on. Whichever side ends first, both ends are tidied up.
"""

import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from secrets import randbelow
from typing import Any
from urllib.parse import parse_qs

import anyio
from pydantic import ValidationError
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from scoreboard.errors import Crowded, ScoreboardError
from scoreboard.judging.staff.sessions import organiser_of
from scoreboard.live import messages
from scoreboard.live.frames import Frame
from scoreboard.live.hub import Hub
from scoreboard.live.messages import SAID, Bye, Here
from scoreboard.live.topics import Sink, Subscriber, Version
from scoreboard.web.auth import address_of
from scoreboard.web.security import due
from scoreboard.web.state import State
from scoreboard.web.watch import refused
from scoreboard.wire.fanout import EXTENSION

LONGEST = 512  # characters that a page has reason to send at once
WORDS_PER_SECOND = 10.0
WORDS_AT_ONCE = 20
MOST_SCREENS = 50  # of an event; whoever says after them to be one is told with the audience

NUMBER = re.compile("[0-9]{1,15}")

# Close codes: the protocol's, and ours, which are what HTTP says and 4000.
ODD = 1008
TOO_LONG = 1009
OURS = 4000
REFUSED = {ODD: "odd_word", TOO_LONG: "long_word"}  # how they are counted

# How long readers stay away when the server ends, so that they do not all come back at once.
VIEWERS_AWAY_MS = 30_000
STAFF_AWAY_MS = 2_000


@dataclass(frozen=True)
class Surface:
    """What is followed: the topic of an event; and by whom: everybody, or organisers, who come before others."""

    topic: Callable[[int], str]
    organisers_only: bool


PUBLIC = Surface(messages.public, organisers_only=False)
CONSOLE = Surface(messages.console, organisers_only=True)


async def serve(websocket: WebSocket[State], surface: Surface, session: str = "") -> None:
    """Let a reader in, if there is room, and tell it what is new of the event in the address, until it goes.

    What is refused after that is told by the close code: browsers do not let pages see why a handshake failed.
    """
    doors = websocket.state["doors"]
    door = doors.staff if surface.organisers_only else doors.viewers
    address = address_of(websocket)
    try:
        door.enter(address, session)
    except Crowded as refusal:
        await turn_away(websocket, refusal)
        return
    try:
        await websocket.accept()
        publisher = websocket.state["publisher"]
        try:
            if surface.organisers_only:
                await websocket.state["database"].read(organiser_of, session)
            event_id = await publisher.attend_to(websocket.path_params["slug"], organisers=surface.organisers_only)
        except ScoreboardError as refusal:
            refused(websocket.scope, refusal.code)
            await websocket.close(OURS + refusal.status)
            return
        topic = surface.topic(event_id)
        pulse = partial(publisher.heartbeat, event_id, topic)
        await follow(websocket, websocket.state["hub"], topic, pulse, staff=surface.organisers_only)
    except WebSocketDisconnect:  # before it was told anything
        return
    finally:
        door.leave(address, session)


async def turn_away(websocket: WebSocket[State], refusal: Crowded) -> None:
    """Refuse a socket before it is accepted, and say when to come back."""
    refused(websocket.scope, refusal.code)
    if "websocket.http.response" in websocket.scope.get("extensions", {}):
        headers = {**due("application/json"), "cache-control": "no-store", "retry-after": str(refusal.extra["seconds"])}
        answer = JSONResponse({"code": refusal.code, **refusal.extra}, refusal.status, headers)
        await websocket.send_denial_response(answer)
    else:
        await websocket.close()


async def follow(
    websocket: WebSocket[Any], hub: Hub, topic: str, pulse: Callable[[], str], *, staff: bool = False
) -> None:
    """Tell an accepted socket what is new of a topic, until either side ends it.

    `pulse` gives the message that tells a reader which state is current.
    """
    query_string = websocket.scope["query_string"]
    screen = b"screen=" in query_string and hub.first(topic) < MOST_SCREENS
    since, first = since_of(query_string), staff or screen
    sink: Sink | None = websocket.scope.get("extensions", {}).get(EXTENSION, {}).get("sink")
    if sink is None:
        code = await follow_by_mailbox(websocket, hub, topic, pulse, since=since, first=first, screen=screen)
    else:
        line = hub.connect(topic, sink, since=since, first=first)
        try:
            line.say(Frame(pulse()))
            code = await listen(websocket, hub, line, pulse, screen=screen)
        finally:
            hub.leave(line)
    if code is not None:
        refused(websocket.scope, REFUSED[code])
        await websocket.close(code)


async def follow_by_mailbox(
    websocket: WebSocket[Any],
    hub: Hub,
    topic: str,
    pulse: Callable[[], str],
    *,
    since: Version | None,
    first: bool,
    screen: bool,
) -> int | None:
    """The same where there is no sink. Gives the code to close with, if the reader is to be shown out."""
    codes: list[int | None] = []
    with hub.subscribe(topic, since=since, first=first) as mailbox:
        mailbox.say(Frame(pulse()))

        async def speak() -> None:
            async for frames in mailbox:
                for frame in frames:
                    await websocket.send_text(frame.text)

        async def hear() -> None:
            codes.append(await listen(websocket, hub, mailbox, pulse, screen=screen))

        async with anyio.create_task_group() as tasks:

            async def until_it_ends(side: Callable[[], Awaitable[None]]) -> None:
                with suppress(WebSocketDisconnect):  # found out while sending, which is how most boards end
                    await side()
                tasks.cancel_scope.cancel()

            tasks.start_soon(until_it_ends, speak)
            tasks.start_soon(until_it_ends, hear)
    return codes[0] if codes else None


async def listen(
    websocket: WebSocket[Any], hub: Hub, subscriber: Subscriber, pulse: Callable[[], str], *, screen: bool
) -> int | None:
    """Do what a reader asks until it goes; give the code to close with if it asks for what there is not.

    A screen of the hall says at once what it shows, so its words measure how long that takes.
    """
    allowance, allowed_at = float(WORDS_AT_ONCE), time.monotonic()
    while True:
        received = await websocket.receive()
        if received["type"] == "websocket.disconnect":
            return None
        now = time.monotonic()
        allowance = min(WORDS_AT_ONCE, allowance + (now - allowed_at) * WORDS_PER_SECOND) - 1
        allowed_at = now
        text = received.get("text") or ""
        if len(text) > LONGEST:
            return TOO_LONG
        try:
            word = SAID.validate_json(text)
        except ValidationError:
            return ODD
        if allowance < 0:
            return ODD
        version = Version(word.epoch, word.version)
        if isinstance(word, Here):
            hub.figures.words["current" if version == subscriber.topic.version else "behind"] += 1
            if screen:
                hub.acknowledge(subscriber, version)
        elif not subscriber.renew(version):
            subscriber.say(Frame(pulse()))


def since_of(query_string: bytes) -> Version | None:
    """The state that a reader says in its address to have: ``?epoch=...&version=...``."""
    query = parse_qs(query_string.decode("latin-1"))
    return version_of(query.get("epoch", [""])[0], query.get("version", [""])[0])


def version_of(epoch: str, number: str) -> Version | None:
    """A version as it is written in addresses and headers; None for what is not one."""
    return Version(epoch, int(number)) if epoch and NUMBER.fullmatch(number) else None


def farewell(first: bool) -> str:  # noqa: FBT001  (handed to the hub, which says it by its place)
    """The last message of a server that ends: when this reader is to come back."""
    return Bye(retry_in_ms=randbelow(STAFF_AWAY_MS if first else VIEWERS_AWAY_MS)).frame()
