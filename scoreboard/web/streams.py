"""An event stream: what a socket would bring, for readers whose network lets no websocket through.

The same frames, from a mailbox: a reader who is slow is late, and ends on the newest state (see `live.hub`).
"""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from scoreboard.live.frames import Frame
from scoreboard.live.messages import public
from scoreboard.live.topics import Version
from scoreboard.web.auth import address_of
from scoreboard.web.sockets import since_of, version_of
from scoreboard.web.state import State

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}  # the second asks nginx to pass on at once


class Stream(StreamingResponse):
    """What is new of an event that has a state, for as long as the reader stays. Raises Crowded."""

    def __init__(self, request: Request[State], event_id: int) -> None:
        self.request = request
        self.event_id = event_id
        super().__init__(self.told(), media_type="text/event-stream", headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the reader in, if there is room, and answer until it goes."""
        door, address = self.request.state["doors"].viewers, address_of(self.request)
        door.enter(address)
        try:
            await super().__call__(scope, receive, send)
        finally:
            door.leave(address)

    async def told(self) -> AsyncIterator[bytes]:
        """What is sent, piece by piece."""
        hub, publisher, topic = self.request.state["hub"], self.request.state["publisher"], public(self.event_id)
        with hub.subscribe(topic, since=since(self.request)) as mailbox:
            mailbox.say(Frame(publisher.heartbeat(self.event_id, topic)))
            async for frames in mailbox:
                version = mailbox.topic.version
                mark = f"id: {version.epoch} {version.number}\n".encode() if version else b""
                yield mark + b"".join(frame.streamed for frame in frames)


def since(request: Request[State]) -> Version | None:
    """The state that a reader has: as its browser says on coming back, else as its address does."""
    epoch, _, number = request.headers.get("last-event-id", "").partition(" ")
    return version_of(epoch, number) or since_of(request.scope["query_string"])
