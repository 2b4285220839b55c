"""uvicorn's HTTP protocol with a time by which things must be done, and no more connections for one than for many.

Headers and bodies that are sent by drops, answers that are not read, and connections that are opened for their own sake
cost a client nothing and the server a place. uvicorn limits only the time between requests.

The scope of each request that was read whole holds under `ARRIVAL` when its last byte was, on the monotonic clock: the
application may have its turn a while later, and whoever waits for an answer waits from there.

It stands on these undocumented parts of uvicorn: `conn` (an h11 connection), `transport`, `client`, `loop`, `flow`,
`scheme`, `scope` and `cycle` of the newest request, that `send_400_response` answers what h11 refuses, and that
`handle_websocket_upgrade` hands the transport on. The tests of this module hold them.
"""

import asyncio
import time
from collections import Counter
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from scoreboard.wire.headers import of_refusal
from scoreboard.wire.peers import SharedState

HEADERS_SECONDS = 10.0  # from the connection, or from the first byte of a further request
BODY_SECONDS = 10.0  # from the end of the headers
STALLED_SECONDS = 10.0  # in which a client reads nothing of what was sent

ARRIVAL = "scoreboard.arrival"  # where the application finds it in the scope
TEXT = "text/plain; charset=utf-8"

RECEIVING_HEADERS = h11.IDLE
RECEIVING_BODY = h11.SEND_BODY
ANSWERABLE = {h11.IDLE, h11.SEND_RESPONSE}  # where no answer has begun


class RequestProtocol(H11Protocol):
    """One connection of a client, for as long as it speaks HTTP."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.peers = server_state.peers if isinstance(server_state, SharedState) else None
        self.cut = server_state.cut if isinstance(server_state, SharedState) else Counter()
        self.counted = ""  # the address that is counted for this connection
        self.awaited: object = None  # the part of a request that has a deadline now
        self.deadline: asyncio.TimerHandle | None = None
        self.stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin with a client, unless it has had enough."""
        super().connection_made(transport)
        if self.peers is not None and self.client is not None:
            if not self.peers.enter(self.client[0]):
                self.give_up("address full")
                return
            self.counted = self.client[0]
        self.expect(RECEIVING_HEADERS)

    def data_received(self, data: bytes) -> None:
        """Take in what a client sent, and see what it owes now."""
        read_at = time.monotonic()
        super().data_received(data)
        if self.cycle is not None and not self.cycle.more_body:
            scope: Any = self.cycle.scope
            scope.setdefault(ARRIVAL, read_at)
        if not self.transport.is_closing() and self.transport.get_protocol() is self:
            self.expect(self.conn.their_state)

    def expect(self, state: object) -> None:
        """Set the time by which the client must be done with what it is sending, once for each part of a request."""
        if state is self.awaited:
            return
        self.stop_expecting()
        if state in (RECEIVING_HEADERS, RECEIVING_BODY):
            self.awaited = state
            seconds = HEADERS_SECONDS if state is RECEIVING_HEADERS else BODY_SECONDS
            self.deadline = self.loop.call_later(seconds, self.give_up, "late request")

    def stop_expecting(self) -> None:
        """The client owes nothing."""
        self.awaited = None
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request. As uvicorn does, with headers of our own; once it is answered there is no more."""
        if self.conn.our_state not in ANSWERABLE:
            self.transport.close()
            return
        headers = {**of_refusal(secure=self.scheme == "https"), "content-type": TEXT, "connection": "close"}
        refusal = h11.Response(status_code=400, headers=list(headers.items()), reason="Bad Request")
        for event in (refusal, h11.Data(data=msg.encode("ascii")), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def on_response_complete(self) -> None:
        """Wait for a further request, which uvicorn limits until its first byte is there."""
        super().on_response_complete()
        self.stop_expecting()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection on; it stays counted until it is lost."""
        self.stop_expecting()
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read its answer."""
        super().pause_writing()
        if self.stalled is None:
            self.stalled = self.loop.call_later(STALLED_SECONDS, self.give_up, "stalled")

    def resume_writing(self) -> None:
        """Go on with a client that reads."""
        self.stop_waiting()
        super().resume_writing()

    def give_up(self, reason: str) -> None:
        """End the connection at once, and count why."""
        self.cut[reason] += 1
        self.transport.abort()

    def stop_waiting(self) -> None:
        """Do not abort the client."""
        if self.stalled is not None:
            self.stalled.cancel()
            self.stalled = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self.stop_expecting()
        self.stop_waiting()
        if self.peers is not None and self.counted:
            self.peers.leave(self.counted)
        super().connection_lost(exc)
