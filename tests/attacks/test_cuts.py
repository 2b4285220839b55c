"""Readers whose connections are cut at random miss nothing, hear nothing twice, and nothing in the wrong order."""

import asyncio
import json
import random
from contextlib import suppress

import pytest
from builder import build_event
from serving import Served, serving, socket_to
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from scoreboard.live.hub import Hub
from scoreboard.live.messages import public
from scoreboard.live.topics import Version
from scoreboard.settings import Settings

SLOWEST_SECONDS = 0.02


class Reader:
    """A page: it keeps the newest state, says on coming back what it has, and complains of what should not be."""

    def __init__(self, served: Served, event_id: int, seed: int) -> None:
        self.served = served
        self.event_id = event_id
        self.random = random.Random(seed)
        self.version = 0
        self.names = 0
        self.delivered = 0
        self.complaints: list[str] = []

    async def read(self, last: asyncio.Future[int]) -> None:
        """Follow, through any number of cuts, until the last version is there."""
        while not self.done(last):
            query = f"?epoch=e&version={self.version}" if self.version else ""
            with suppress(ConnectionClosed, InvalidHandshake, OSError):
                async with socket_to(self.served, f"/e/hack/socket{query}", compression=None) as socket:
                    life = self.random.randrange(1, 200)
                    while life and not self.done(last):
                        self.take(json.loads(await socket.recv()))
                        life -= 1
                        if self.random.random() < 0.01:
                            await asyncio.sleep(self.random.random() * SLOWEST_SECONDS)
                    if not self.done(last):
                        socket.transport.abort()

    def done(self, last: asyncio.Future[int]) -> bool:
        """Whether there is nothing more to come."""
        return last.done() and self.version == last.result()

    def take(self, message: dict[str, int | str]) -> None:
        """Take a message in; whatever is wrong with it is kept."""
        version = int(message["version"])
        if message["type"] == "heartbeat":
            return
        self.delivered += 1
        if message["type"] == "roster":
            if version < self.names:
                self.complaints.append(f"names {version} after {self.names}")
            self.names = version
        elif version <= self.version:
            self.complaints.append(f"numbers {version} after {self.version}")
        elif message["roster_version"] != self.names:
            self.complaints.append(f"numbers {version} for names {message['roster_version']}, holding {self.names}")
        else:
            self.version = version


@pytest.mark.parametrize("sink", [True, False])
async def test_nothing_is_missed_repeated_or_out_of_order(database_path: str, full: bool, sink: bool) -> None:
    readers, deliveries = (250, 1_000_000) if full else (25, 3000)
    settings = Settings(database=database_path, language="en", venues="127.0.0.1", arrivals=100_000)
    async with serving(settings, sink=sink) as served:
        cast = await build_event(served.database)
        hub: Hub = served.server.lifespan.state["hub"]
        publisher = served.server.lifespan.state["publisher"]
        await publisher.current(cast.event_id)
        for task in publisher.tasks:
            task.cancel()  # from here on the test publishes
        topic, names = public(cast.event_id), 1
        hub.publish(topic, {"roster": roster(1), "standings": standings(1, 1)}, Version("e", 1))
        audience = [Reader(served, cast.event_id, seed) for seed in range(readers)]
        last, number = asyncio.get_running_loop().create_future(), 1
        async with asyncio.timeout(3600), asyncio.TaskGroup() as tasks:
            for reader in audience:
                tasks.create_task(reader.read(last))
            while not last.done():
                number += 1
                if sum(reader.delivered for reader in audience) >= deliveries:
                    last.set_result(number)
                parts = {"standings": standings(number, names)}
                if number % 50 == 0:
                    names = number
                    parts = {"roster": roster(number), "standings": standings(number, number)}
                hub.publish(topic, parts, Version("e", number))
                await asyncio.sleep(0.002)
        assert [reader.complaints for reader in audience] == [[]] * readers
        assert {(reader.version, reader.names) for reader in audience} == {(number, names)}


def roster(number: int) -> str:
    """Names, as the page is told them."""
    return json.dumps({"type": "roster", "epoch": "e", "version": number, "teams": "x" * 500})


def standings(number: int, names: int) -> str:
    """Numbers, as the page is told them."""
    return json.dumps(
        {"type": "standings", "epoch": "e", "version": number, "roster_version": names, "lines": "y" * 800}
    )
