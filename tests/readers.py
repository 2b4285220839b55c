"""Readers of a feed: pages that come back however often they are cut off, and complain of what should not be."""

import asyncio
import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

SLOWEST_SECONDS = 0.02
LONGEST_LIFE = 200  # messages
BREATH_SECONDS = 0.05  # before a server that is not there is asked again


@dataclass
class Audience:
    """Those who read the same feed, and what each state of it was when one of them first had it."""

    opened: Callable[[str], connect]  # with what a page says that it has, as a query
    readers: "list[Reader]" = field(default_factory=list)
    states: dict[tuple[str, str, int], bytes] = field(default_factory=dict)  # by type, epoch and version

    def seated(self, number: int) -> None:
        """Let so many come, each with a chance of its own."""
        self.readers = [Reader(self, random.Random(seed)) for seed in range(number)]

    @property
    def delivered(self) -> int:
        """How many states were delivered so far."""
        return sum(reader.delivered for reader in self.readers)

    def complaints(self) -> list[str]:
        """What anybody has to complain of."""
        return [complaint for reader in self.readers for complaint in reader.complaints]


@dataclass
class Reader:
    """A page: it keeps the newest state, says on coming back what it has, and complains of what should not be."""

    audience: Audience
    chance: random.Random
    epochs: list[str] = field(default_factory=list)  # the last is the one that counts now
    version: int = 0
    names: int = 0
    received: int = 0  # ballots, as far as the numbers say
    delivered: int = 0
    complaints: list[str] = field(default_factory=list)

    async def read(self, last: "asyncio.Future[tuple[str, int]]") -> None:
        """Follow, through any number of cuts, until the last state is there."""
        while not self.done(last):
            query = f"?epoch={self.epochs[-1]}&version={self.version}" if self.version else ""
            with suppress(ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                async with self.audience.opened(query) as socket:
                    life = self.chance.randrange(1, LONGEST_LIFE)
                    while life and not self.done(last):
                        self.take(await socket.recv())
                        life -= 1
                        if self.chance.random() < 0.01:
                            await asyncio.sleep(self.chance.random() * SLOWEST_SECONDS)
                    if not self.done(last):
                        socket.transport.abort()
                        continue
            await asyncio.sleep(self.chance.random() * BREATH_SECONDS)

    def done(self, last: "asyncio.Future[tuple[str, int]]") -> bool:
        """Whether there is nothing more to come."""
        return last.done() and self.version > 0 and (self.epochs[-1], self.version) == last.result()

    def take(self, text: str | bytes) -> None:
        """Take a message in; whatever is wrong with it is kept."""
        message = json.loads(text)
        kind, epoch, version = message["type"], message["epoch"], message["version"]
        if kind == "heartbeat":
            return
        self.delivered += 1
        if not self.epochs or epoch != self.epochs[-1]:
            self.begin(epoch)
        digest = sha256(text.encode() if isinstance(text, str) else text).digest()
        if self.audience.states.setdefault((kind, epoch, version), digest) != digest:
            self.complaints.append(f"another told something else as {kind} {version} of {epoch}")
        if kind == "roster":
            if version < self.names:
                self.complaints.append(f"names {version} after {self.names}")
            self.names = version
        else:
            self.take_numbers(message, version)

    def begin(self, epoch: str) -> None:
        """Begin to count anew, with a server that was not heard of before."""
        if epoch in self.epochs:
            self.complaints.append(f"{epoch} is back after {self.epochs[-1]}")
        self.epochs.append(epoch)
        self.version = self.names = 0

    def take_numbers(self, message: dict[str, Any], version: int) -> None:
        """Take in where the round stands."""
        received = message.get("standings", {}).get("progress", {}).get("received", 0)
        if version <= self.version:
            self.complaints.append(f"numbers {version} after {self.version}")
        elif message["roster_version"] != self.names:
            self.complaints.append(f"numbers {version} for names {message['roster_version']}, holding {self.names}")
        elif received < self.received:
            self.complaints.append(f"{received} ballots after {self.received}")
        self.version, self.received = version, received
