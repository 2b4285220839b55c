"""One way to serve a reader over a websocket: what a mailbox brings goes out, and very little may come in.

The reader's only word is `resume`. Whoever sends anything else, or more than a word's worth, is not one of our pages
and is shown out. Whichever side ends first, both ends are tidied up.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
from pydantic import ValidationError
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from scoreboard.live.hub import Mailbox
from scoreboard.live.messages import Resume
from scoreboard.web.state import State

LONGEST = 512  # characters that a page has reason to send at once

# Close codes: the protocol's, and ours, which are what HTTP says and 4000.
ODD = 1008
TOO_LONG = 1009
UNKNOWN = 4404


async def follow(websocket: WebSocket[State], mailbox: Mailbox) -> None:
    """Send an accepted socket what the mailbox brings, until either side ends it."""
    refusals: list[int] = []

    async def speak() -> None:
        async for frames in mailbox:
            for frame in frames:
                await websocket.send_text(frame)

    async def listen() -> None:
        while not refusals:
            received = await websocket.receive()
            if received["type"] == "websocket.disconnect":
                return
            refusals.extend(answer(mailbox, received))

    async with anyio.create_task_group() as tasks:

        async def until_it_ends(side: Callable[[], Awaitable[None]]) -> None:
            with suppress(WebSocketDisconnect):  # found out while sending, which is how most boards end
                await side()
            tasks.cancel_scope.cancel()

        tasks.start_soon(until_it_ends, speak)
        tasks.start_soon(until_it_ends, listen)
    for code in refusals:
        await websocket.close(code)


def answer(mailbox: Mailbox, received: Message) -> list[int]:
    """Do what a reader asks; give the code to close with where it asks for what there is not."""
    text = received.get("text") or ""
    if len(text) > LONGEST:
        return [TOO_LONG]
    try:
        Resume.model_validate_json(text)
    except ValidationError:
        return [ODD]
    mailbox.renew()
    return []
