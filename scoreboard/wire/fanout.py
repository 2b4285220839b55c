"""The seam to uvicorn's websockets: ready frames go straight to the transport, and no client can hurt the server.

The contract, offered to the application as an ASGI extension of our own in each websocket's scope:

    scope["extensions"]["scoreboard.fanout"] == {"sink": sink}

- `sink.packed` says whether deflated frames may be written: the client negotiated permessage-deflate, always without
  context takeover in either direction and with the full window, so that every message stands by itself.
- `write = sink.attach(listener)`, after the socket was accepted: `write` takes whole frames, which go out unchanged
  and in order, between those of `websocket.send`. From then on `listener.hold()` is called as soon as anything that
  was written could not be sent at once, from within `write` or later, and `listener.release()` when all of it is sent.
- `sink.detach()` ends that. The protocol detaches by itself before it sends or answers a close frame and when the
  connection is lost; what is written after it goes nowhere.

It stands on these parts of uvicorn and websockets, which are not documented: `conn`, a protocol of websockets' own,
with `extensions`, `events`, `fail` and `data_to_send`, whose `reject` makes every refusal; `scheme`, `scope`, `queue`,
`transport`, `request`, `response`, `close_sent`; and that uvicorn writes whole frames, from the event loop's thread
only. Therefore uvicorn is pinned to one version, and the tests of this module hold each of these things. Where the
extension is absent the application sends by plain ASGI.
The request's headers are gone from the scope once the socket is accepted: read them before.

What is walled off, with the reasons measured in tests/attacks:

- A reader who stops reading is aborted after `STALLED_SECONDS`. (`transport.close` waits for a buffer that never
  empties, and a lost keepalive does no more than that.)
- While anything is unsent nothing is read, so pings cannot pile up pongs.
- Frames of every kind are counted: `FRAMES_PER_SECOND` on the long run, and input is parsed in small pieces, so that a
  packet full of tiny frames is not an hour's work.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.server import ServerProtocol
from websockets.typing import StatusLike

from scoreboard.wire.headers import of_refusal
from scoreboard.wire.peers import SharedState

EXTENSION = "scoreboard.fanout"
STALLED_SECONDS = 10.0
FAREWELL_SECONDS = 2.0  # to read that the server ends
FRAMES_PER_SECOND = 20  # twice what the pages may say, and pongs
FRAMES_AT_ONCE = 60
PIECE_BYTES = 4096  # of input parsed at a time
FULL_WINDOW = 15  # bits

# Close codes.
NO_TEXT = 1007
POLICY = 1008  # for what no page of ours does


class Listener(Protocol):
    """Who is told how a sink's transport fares."""

    def hold(self) -> None:
        """Some bytes are unsent."""

    def release(self) -> None:
        """All bytes are sent."""


class Handshake(ServerProtocol):
    """The protocol of websockets; a refusal to open one carries the headers of every answer."""

    secure = False

    def reject(self, status: StatusLike, text: str) -> Response:
        """Make the answer to a client that is not let in."""
        response = super().reject(status, text)
        response.headers.update(of_refusal(secure=self.secure))
        return response


class FanoutProtocol(WebSocketsSansIOProtocol):
    """uvicorn's websocket protocol, which is also a sink."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        deflating = ServerPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)
        self.conn: Handshake = Handshake(
            extensions=[deflating] if config.ws_per_message_deflate else [],
            max_size=config.ws_max_size,
            logger=self.logger,
        )
        self.peers = server_state.peers if isinstance(server_state, SharedState) else None
        self.cut = server_state.cut if isinstance(server_state, SharedState) else Counter()
        self.packed = False
        self.listener: Listener | None = None
        self.stalled: asyncio.TimerHandle | None = None
        self.allowance = float(FRAMES_AT_ONCE)
        self.allowed_at = self.loop.time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with a client."""
        super().connection_made(transport)
        self.conn.secure = self.scheme == "wss"

    # The sink.

    def attach(self, listener: Listener) -> Callable[[bytes], object]:
        """Begin to tell a listener how the transport fares; give what writes ready frames to it."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return ignored
        self.listener = listener
        if self.stalled is not None:
            listener.hold()
        return self.transport.write

    def detach(self) -> None:
        """Tell nobody any more. Whoever held what writes must not use it again."""
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.hold()

    # What is different from uvicorn's.

    async def run_asgi(self) -> None:
        """Offer the sink to the application."""
        self.packed = any(full_window(extension) for extension in self.conn.extensions)
        self.scope["extensions"][EXTENSION] = {"sink": self}
        await super().run_asgi()

    async def send(self, message: ASGISendEvent) -> None:
        """Let the application speak; frames of others do not follow its last word.

        Where the goodbye has been said already, as the client wanted or deserved, it is told that the client is gone.
        """
        if message["type"] == "websocket.close":
            self.detach()
        if self.close_sent:
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True  # which uvicorn forgets, and calls every socket that is refused an error
        if message["type"] == "websocket.accept" and self.handshake_complete:
            self.transport.set_write_buffer_limits(high=0)  # from now on unsent bytes are told of at once
            self.forget_handshake()
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True  # else uvicorn logs each refusal as a failure of ours

    def forget_handshake(self) -> None:
        """Let go of what nobody needs after the handshake: half of what an idle viewer would cost."""
        del self.request, self.response
        self.scope["headers"] = []

    def data_received(self, data: bytes) -> None:
        """Parse what came in, in pieces, as long as there is an end to it."""
        for start in range(0, len(data), PIECE_BYTES):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + PIECE_BYTES])

    def handle_events(self) -> None:
        """Handle frames, unless there are too many."""
        now = self.loop.time()
        self.allowance = min(FRAMES_AT_ONCE, self.allowance + (now - self.allowed_at) * FRAMES_PER_SECOND)
        self.allowed_at = now
        self.allowance -= len(self.conn.events)
        if self.allowance < 0:
            self.cut["too many frames"] += 1
            self.conn.events_received()
            self.conn.fail(POLICY, "too many frames")
            self.handle_parser_exception()
        else:
            super().handle_events()

    def send_receive_event_to_app(self) -> None:
        """Hand a whole message on. One that is no text is the client's fault, and nothing to be logged at length."""
        if self.curr_msg_data_type == "text" and not is_text(b"".join(self.frames)):
            self.frames = []
            self.conn.fail(NO_TEXT)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def handle_close(self, event: Frame) -> None:
        """Answer the client's goodbye."""
        self.detach()
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        """Show a client out that does not keep to the protocol; without a word before the handshake is complete."""
        self.detach()
        if self.conn.close_sent is None:
            self.transport.abort()
        else:
            super().handle_parser_exception()

    def keepalive_timeout(self) -> None:
        """Give up a client that does not answer: at once, since nobody would read a farewell."""
        self.give_up("silent")

    def give_up(self, reason: str) -> None:
        """End the connection at once, and count why."""
        self.cut[reason] += 1
        self.transport.abort()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read."""
        super().pause_writing()
        self.transport.pause_reading()
        if self.stalled is None:
            self.stalled = self.loop.call_later(STALLED_SECONDS, self.give_up, "stalled")
        if self.listener is not None:
            self.listener.hold()

    def resume_writing(self) -> None:
        """Go on with a client that has read everything."""
        self.stop_waiting()
        super().resume_writing()
        if not self.read_paused:
            self.transport.resume_reading()
        if self.listener is not None:
            self.listener.release()

    def stop_waiting(self) -> None:
        """Do not abort the client."""
        if self.stalled is not None:
            self.stalled.cancel()
            self.stalled = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self.stop_waiting()
        self.detach()
        if self.peers is not None and self.client is not None:
            self.peers.leave(self.client[0])  # counted when it was opened, for HTTP
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close as the server ends; who does not read cannot be told, and may not keep the server waiting."""
        self.detach()
        if self.stalled is not None:
            self.transport.abort()
            return
        self.stalled = self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)
        super().shutdown()


def full_window(extension: object) -> bool:
    """Whether an extension is one that our deflated frames are made for."""
    return (
        isinstance(extension, PerMessageDeflate)
        and extension.local_no_context_takeover
        and extension.local_max_window_bits == FULL_WINDOW
    )


def is_text(payload: bytes) -> bool:
    """Whether bytes are UTF-8."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


def ignored(_frame: bytes) -> None:
    """Write to a connection that is gone."""
