"""Topics, their newest state, and the subscribers who are told of it. Nothing queues.

A topic's state consists of named parts, each a frame ready to be sent. Every subscriber has one slot for each part, in
which the newest frame replaces the one before: a subscriber who reads slowly is late, but ends on the newest state,
costs one state of memory, and holds nobody else up. A frame that was taken is not handed out again, so a part that
seldom changes (names) travels seldom. Everything here belongs to one event loop; only taking waits.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Self, TypeAlias

Frame: TypeAlias = str  # a message as it goes over the wire


class Topic:
    """The newest state of a topic, and who subscribes to it."""

    def __init__(self) -> None:
        self.frames: dict[str, Frame] = {}
        self.mailboxes: set[Mailbox] = set()


class Mailbox:
    """A subscriber's slots. It is given the whole state at joining."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.waiting: dict[str, Frame] = {}
        self.filled = asyncio.Event()
        self.renew()

    def put(self, frames: Mapping[str, Frame]) -> None:
        """Let newer frames take the place of those that wait."""
        replace(self.waiting, frames)
        if self.waiting:
            self.filled.set()

    def renew(self) -> None:
        """Hand out the whole state once more, to a subscriber who has lost track."""
        self.put(self.topic.frames)

    async def take(self) -> tuple[Frame, ...]:
        """Wait until something is new, and take all of it, in the order in which it was published."""
        await self.filled.wait()
        self.filled.clear()
        frames = tuple(self.waiting.values())
        self.waiting.clear()
        return frames

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[Frame, ...]:
        return await self.take()


class Hub:
    """Every topic of a running process."""

    def __init__(self) -> None:
        self.topics: dict[str, Topic] = {}

    def publish(self, topic: str, frames: Mapping[str, Frame]) -> None:
        """Set parts of a topic's state and tell every subscriber. Parts that are not named stay as they are.

        Frames are handed out in the order of publication, and within one publication in the order of `frames`.
        """
        published = self.topics.setdefault(topic, Topic())
        replace(published.frames, frames)
        for mailbox in published.mailboxes:
            mailbox.put(frames)

    @contextmanager
    def subscribe(self, topic: str) -> Iterator[Mailbox]:
        """Join a topic for as long as the block lasts; the mailbox starts with the topic's state, if it has one."""
        joined = self.topics.setdefault(topic, Topic())
        mailbox = Mailbox(joined)
        joined.mailboxes.add(mailbox)
        try:
            yield mailbox
        finally:
            joined.mailboxes.discard(mailbox)

    def subscribers(self, topic: str) -> int:
        """How many subscribe to a topic now."""
        return len(self.topics[topic].mailboxes) if topic in self.topics else 0


def replace(frames: dict[str, Frame], newer: Mapping[str, Frame]) -> None:
    """Let newer frames take the place of older ones of the same part, behind all that stays."""
    for part, frame in newer.items():
        frames.pop(part, None)
        frames[part] = frame
