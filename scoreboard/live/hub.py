"""Who is told what, in which order: every topic of a running process, and the walks along their subscribers.

Telling a topic's subscribers goes in slices of a few writes, between which the event loop is free for others: a ballot
is not answered later because ten thousand watch. Subscribers who come first (those who work here, screens of the hall)
are told first. The rules that keep it right, each with a test:

1. Nothing is written to a line once it has left, and it leaves before its transport is closed.
2. Joining is one step: the state as it is now is written, and the stamp set.
3. A transport may say within a write that it is full; then the line is held, and told the newest when it is empty.
4. A publication while another is being told is told by the same walk: each subscriber's stamp says what it is owed.
5. Who joins during a walk is not owed what the walk brings, since the stamp it joined with says so.

Everything here belongs to one event loop.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

from scoreboard.figures.figures import Figures
from scoreboard.live.frames import Frame
from scoreboard.live.topics import Line, Mailbox, Pushed, Sink, Subscriber, Topic, Version

SLICE = 64  # subscribers told before the event loop has its turn: under a millisecond


class Walk:
    """Tells a group of a topic's subscribers, a slice at a time, until none of them is owed anything."""

    def __init__(self, topic: Topic, group: dict[Subscriber, None], size: int) -> None:
        self.topic = topic
        self.group = group
        self.size = size  # of a slice
        self.rest: Iterator[Subscriber] = iter(())
        self.until = 0  # the stamp at which the group was last walked from its beginning
        self.told = 0  # the stamp up to which the whole group was told

    def step(self) -> bool:
        """Tell a slice; give whether some remain."""
        told = list(islice(self.rest, self.size))
        if not told and self.until < self.topic.stamp:
            self.until = self.topic.stamp
            self.rest = iter(tuple(self.group))  # of a copy: they come and go
            told = list(islice(self.rest, self.size))
        for subscriber in told:
            subscriber.tell()
        if len(told) < self.size:
            self.told = self.until
        return len(told) == self.size or self.until < self.topic.stamp


class Hub:
    """Every topic of a running process. `size` is how many subscribers are told before others have their turn."""

    def __init__(self, size: int = SLICE, figures: Figures | None = None) -> None:
        self.size = size
        self.figures = figures or Figures()
        self.topics: dict[str, Topic] = {}
        self.walks: tuple[dict[Topic, Walk], dict[Topic, Walk]] = ({}, {})
        self.walking: asyncio.Task[None] | None = None
        self.farewell: Callable[[bool], str] | None = None  # once the hub has ended

    def publish(
        self,
        topic: str,
        frames: Mapping[str, str],
        version: Version | None = None,
        told: Callable[[], None] | None = None,
    ) -> None:
        """Set parts of a topic's state and tell every subscriber. Parts that are not named stay as they are.

        Frames are handed out in the order of publication, and within one publication in the order of `frames`. The
        first slice is told before this returns. `told` is called when every subscriber of now was told this state or a
        newer one, as far as its transport takes anything; never, if there is none.
        """
        published = self.topics.setdefault(topic, Topic())
        published.set({part: Frame(text) for part, text in frames.items()}, version)
        if told is not None and any(published.groups):
            published.awaiting.append((published.stamp, told))
        self.walk(published)

    def pulse(self, topic: str, text: str) -> None:
        """Give a sign of life to everybody who is there and is not late. It belongs to no state."""
        if topic in self.topics:
            self.topics[topic].advance(Frame(text))
            self.walk(self.topics[topic])

    def walk(self, topic: Topic) -> None:
        """Begin to tell a topic's subscribers; a walk that is under way finds what is new by itself."""
        for group, walks in zip(topic.groups, self.walks, strict=True):
            if group and topic not in walks:
                walk = Walk(topic, group, self.size)
                if walk.step():
                    walks[topic] = walk
        self.settle(topic)
        if any(self.walks) and (self.walking is None or self.walking.done()):
            self.walking = asyncio.get_running_loop().create_task(self.walk_on())

    async def walk_on(self) -> None:
        """Tell the rest, slice by slice, those who come first before the others, the topics in turn."""
        while any(self.walks):
            await asyncio.sleep(0)
            walks = self.walks[0] or self.walks[1]
            for topic, walk in tuple(walks.items())[:1]:
                del walks[topic]  # and to the end of the row
                if walk.step():
                    walks[topic] = walk
                self.settle(topic)

    def settle(self, topic: Topic) -> None:
        """Let those know who wait until everybody was told."""
        if topic.awaiting:
            topic.settle(min(walks[topic].told if topic in walks else topic.stamp for walks in self.walks))

    @contextmanager
    def subscribe(self, topic: str, *, since: Version | None = None, first: bool = False) -> Iterator[Mailbox]:
        """Join a topic for as long as the block lasts; the mailbox starts with the topic's state, if it has one.

        `since` is the state that the subscriber has already, `first` says whether it comes before others.
        """
        mailbox = Mailbox(self.topics.setdefault(topic, Topic()), since)
        self.join(mailbox, first=first)
        try:
            yield mailbox
        finally:
            self.leave(mailbox)

    def connect(self, topic: str, sink: Sink, *, since: Version | None = None, first: bool = False) -> Line:
        """Join a topic until `leave`, for a transport that takes ready bytes; the state is written at once."""
        line = Line(self.topics.setdefault(topic, Topic()), sink, since)
        line.tell()
        self.join(line, first=first)
        return line

    def join(self, subscriber: Subscriber, *, first: bool) -> None:
        """Put a subscriber where it is told; once the hub has ended, only its end."""
        if self.farewell is None:
            subscriber.topic.groups[0 if first else 1][subscriber] = None
        else:
            subscriber.end(Frame(self.farewell(first)))

    def leave(self, subscriber: Subscriber) -> None:
        """Tell a subscriber nothing any more; one who has left already may leave again."""
        for group in subscriber.topic.groups:
            group.pop(subscriber, None)
        subscriber.leave()

    def subscribers(self, topic: str) -> int:
        """How many subscribe to a topic now."""
        return sum(map(len, self.topics[topic].groups)) if topic in self.topics else 0

    def first(self, topic: str) -> int:
        """How many of them come first."""
        return len(self.topics[topic].groups[0]) if topic in self.topics else 0

    def pushed(self) -> dict[str, Pushed]:
        """How much was written to the subscribers of each topic."""
        return {name: topic.pushed() for name, topic in self.topics.items()}

    def held(self, topic: str) -> int:
        """How many of a topic's subscribers have a transport that takes nothing just now."""
        groups = self.topics[topic].groups if topic in self.topics else ()
        return sum(isinstance(each, Line) and each.held for group in groups for each in group)

    def acknowledge(self, subscriber: Subscriber, version: Version) -> None:
        """Note what a screen says that it shows, and how long that took to get there since it was published.

        The first word of a screen says nothing of that: it may have come long after the publication.
        """
        before, subscriber.acknowledged = subscriber.acknowledged, version
        published_at = subscriber.topic.published_at.get(version)
        if published_at is not None and newer(version, before):
            self.figures.shown.add(time.monotonic() - published_at)

    async def end(self, farewell: Callable[[bool], str]) -> None:
        """Say a last word to everybody, which may differ, given whether they come first; then tell nobody anything."""
        self.farewell = farewell
        for first in (True, False):
            for topic in tuple(self.topics.values()):
                group = topic.groups[0 if first else 1]
                while group:
                    for subscriber in tuple(islice(group, self.size)):
                        del group[subscriber]
                        subscriber.end(Frame(farewell(first)))
                    await asyncio.sleep(0)


def newer(version: Version, than: Version | None) -> bool:
    """Whether a version follows another one of the same epoch."""
    return than is not None and version.epoch == than.epoch and version.number > than.number
