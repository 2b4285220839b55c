"""Topics, their newest state, and the subscribers who are told of it. Nothing queues.

A topic's state consists of named parts. Every publication has a number, the topic's `stamp`, and a subscriber is but
the stamp up to which it was told: it is owed every part that is newer. So a subscriber who reads slowly is late, ends
on the newest state, costs no memory for what it missed, and holds nobody else up; whoever joins late, falls behind or
comes back is the same case.

There are two kinds of subscribers. A `Line` writes ready bytes to a transport that offers itself as a `Sink`: one
frame serves all. A `Mailbox` is read by whoever sends on by other means, and only taking from it waits.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, Self

from scoreboard.live.frames import Frame

REMEMBERED = 64  # states of a topic, for how long ago each was published


class Version(NamedTuple):
    """Which state: the `number` counts the changes of a topic within an `epoch`."""

    epoch: str
    number: int


class Sink(Protocol):
    """A transport that takes ready websocket frames. After `detach` nothing may be written to it."""

    packed: bool  # whether deflated frames may be written

    def attach(self, listener: "Line") -> Callable[[bytes], object]:
        """Begin to tell the listener when bytes remain unsent (`hold`) and when all are sent (`release`).

        Gives what writes.
        """

    def detach(self) -> None:
        """Stop telling the listener anything."""


class Pushed(NamedTuple):
    """How much was written to subscribers."""

    frames: int
    size: int  # bytes, before what TLS or TCP add


class Packet:
    """Frames that are written together, and how often they were: counting once a write costs next to nothing."""

    __slots__ = ("copies", "frames", "ready")

    def __init__(self, ready: bytes, frames: int) -> None:
        self.ready = ready
        self.frames = frames
        self.copies = 0


class Packets(dict[int, Packet]):
    """What a topic owes, ready to be written: by the stamp up to which a subscriber was told."""

    def __init__(self, topic: "Topic", *, packed: bool) -> None:
        super().__init__()
        self.topic = topic
        self.packed = packed
        self.before = Pushed(0, 0)  # of packets that were cleared

    def __missing__(self, given: int) -> Packet:
        frames = self.topic.newer(given)
        ready = b"".join(frame.packed if self.packed else frame.plain for frame in frames)
        self[given] = packet = Packet(ready, len(frames))
        return packet

    def clear(self) -> None:
        """Make everything anew when it is next asked for."""
        self.before = self.pushed()
        super().clear()

    def pushed(self) -> Pushed:
        """How much was written of what these packets hold and held."""
        frames, size = self.before
        for packet in self.values():
            frames += packet.copies * packet.frames
            size += packet.copies * len(packet.ready)
        return Pushed(frames, size)


class Topic:
    """The newest state of a topic, and who subscribes to it: those who come first, and the others."""

    def __init__(self) -> None:
        self.stamp = 0
        self.parts: dict[str, tuple[int, Frame]] = {}
        self.pulse: Frame | None = None  # the last sign of life, while it is newer than the state
        self.version: Version | None = None
        self.published_at: dict[Version, float] = {}  # of the newest states, on a monotonic clock
        self.groups: tuple[dict[Subscriber, None], dict[Subscriber, None]] = ({}, {})
        self.packets = (Packets(self, packed=False), Packets(self, packed=True))
        self.aside = Pushed(0, 0)  # what was said to one subscriber, or fetched by it
        self.awaiting: deque[tuple[int, Callable[[], None]]] = deque()  # told when all were told up to a stamp

    def set(self, frames: Mapping[str, Frame], version: Version | None) -> None:
        """Replace parts of the state; they stand behind all that stays."""
        self.advance(None)
        for part, frame in frames.items():
            self.parts.pop(part, None)
            self.parts[part] = (self.stamp, frame)
        if version is not None and version != self.version:
            self.published_at[version] = time.monotonic()
            if len(self.published_at) > REMEMBERED:
                del self.published_at[next(iter(self.published_at))]
        self.version = version

    def advance(self, pulse: Frame | None) -> None:
        """Begin a publication: a pulse, or a state, after which the pulse before it says nothing any more."""
        self.stamp += 1
        self.pulse = pulse
        for packets in self.packets:
            packets.clear()

    def newer(self, given: int) -> tuple[Frame, ...]:
        """What is owed to who was told up to a stamp, in the order of publication; the whole state from 0."""
        owed = tuple(frame for stamp, frame in self.parts.values() if stamp > given)
        return (*owed, self.pulse) if self.pulse and given else owed

    def frames(self) -> tuple[Frame, ...]:
        """The whole state."""
        return self.newer(0)

    def pushed(self) -> Pushed:
        """How much was written to all who ever subscribed."""
        return add(self.aside, *(packets.pushed() for packets in self.packets))

    def count(self, frames: int, size: int) -> None:
        """Count what went to one subscriber alone."""
        self.aside = add(self.aside, Pushed(frames, size))

    def settle(self, stamp: int) -> None:
        """Everybody was told up to a stamp: tell those who waited for that."""
        while self.awaiting and self.awaiting[0][0] <= stamp:
            self.awaiting.popleft()[1]()


def add(*parts: Pushed) -> Pushed:
    """All of these together."""
    return Pushed(sum(part.frames for part in parts), sum(part.size for part in parts))


class Subscriber:
    """Who is told of a topic, up to the stamp that was `given`. With `since`, it has that state already."""

    __slots__ = ("acknowledged", "given", "topic")

    def __init__(self, topic: Topic, since: Version | None) -> None:
        self.topic = topic
        self.given = topic.stamp if since and since == topic.version else 0
        self.acknowledged: Version | None = None

    def tell(self) -> None:
        """Hand on what is owed, now or as soon as it can be."""
        raise NotImplementedError

    def say(self, frame: Frame) -> None:
        """Tell this one subscriber something that is no state, such as that its state is current."""
        raise NotImplementedError

    def renew(self, since: Version | None = None) -> bool:
        """Tell the whole state once more, to who lost track; not to who has it. Gives whether there was need."""
        if since is not None and since == self.topic.version:
            return False
        self.given = 0
        self.tell()
        return True

    def leave(self) -> None:
        """Be told nothing any more."""

    def end(self, farewell: Frame) -> None:
        """Say a last word, and leave."""
        raise NotImplementedError


class Line(Subscriber):
    """A subscriber whose transport takes ready bytes. While it is `held`, nothing is written."""

    __slots__ = ("held", "packets", "sink", "write")

    def __init__(self, topic: Topic, sink: Sink, since: Version | None) -> None:
        super().__init__(topic, since)
        self.sink = sink
        self.packets = topic.packets[sink.packed]
        self.held = False
        self.write = sink.attach(self)

    def tell(self) -> None:
        """Write what is owed, unless the transport is full."""
        given, stamp = self.given, self.topic.stamp
        if given < stamp and not self.held:
            self.given = stamp  # first: the transport may say within the write that it is full
            packet = self.packets[given]
            if packet.ready:
                packet.copies += 1
                write = self.write  # looked up once, and not ten thousand times
                write(packet.ready)

    def say(self, frame: Frame) -> None:
        """Write a frame to this one, unless the transport is full: then what matters follows when it is empty."""
        if not self.held:
            self.topic.count(1, len(frame.plain))
            self.write(frame.plain)

    def hold(self) -> None:
        """The transport has bytes that it could not send yet."""
        self.held = True

    def release(self) -> None:
        """The transport has sent everything."""
        self.held = False
        self.tell()

    def leave(self) -> None:
        """Write nothing any more."""
        self.held = True
        self.sink.detach()

    def end(self, farewell: Frame) -> None:
        """Write a last frame."""
        self.say(farewell)
        self.leave()


class Mailbox(Subscriber):
    """A subscriber who fetches what it is owed, by `take` or in a loop, which ends when the hub does."""

    __slots__ = ("asides", "ended", "filled")

    def __init__(self, topic: Topic, since: Version | None) -> None:
        super().__init__(topic, since)
        self.asides: dict[str, Frame] = {}  # one slot for what was said, one for the last word
        self.ended = False
        self.filled = asyncio.Event()
        self.tell()

    def tell(self) -> None:
        """Let whoever waits know that something is owed."""
        if self.topic.newer(self.given):
            self.filled.set()

    def say(self, frame: Frame) -> None:
        """Keep a frame for this one; the newest replaces the one before."""
        self.asides["said"] = frame
        self.filled.set()

    async def take(self) -> tuple[Frame, ...]:
        """Wait until something is new, and take all of it, in the order in which it was published."""
        await self.filled.wait()
        self.filled.clear()
        frames = (*self.topic.newer(self.given), *self.asides.values())
        self.given = self.topic.stamp
        self.asides.clear()
        self.topic.count(len(frames), sum(len(frame.payload) for frame in frames))
        return frames

    def end(self, farewell: Frame) -> None:
        """Keep a last frame, after which there is nothing to take."""
        self.asides["end"] = farewell
        self.ended = True
        self.filled.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[Frame, ...]:
        if self.ended and not self.filled.is_set():
            raise StopAsyncIteration
        return await self.take()
