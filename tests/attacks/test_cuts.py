"""Readers whose connections are cut at random miss nothing, hear nothing twice, and nothing in the wrong order."""

import asyncio
import json

import pytest
from builder import build_event
from readers import Audience
from serving import serving, socket_to

from scoreboard.live.hub import Hub
from scoreboard.live.messages import public
from scoreboard.live.topics import Version
from scoreboard.settings import Settings


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
        audience = Audience(lambda query: socket_to(served, f"/e/hack/socket{query}", compression=None))
        audience.seated(readers)
        last, number = asyncio.get_running_loop().create_future(), 1
        async with asyncio.timeout(3600), asyncio.TaskGroup() as tasks:
            for reader in audience.readers:
                tasks.create_task(reader.read(last))
            while not last.done():
                number += 1
                if audience.delivered >= deliveries:
                    last.set_result(("e", number))
                parts = {"standings": standings(number, names)}
                if number % 50 == 0:
                    names = number
                    parts = {"roster": roster(number), "standings": standings(number, number)}
                hub.publish(topic, parts, Version("e", number))
                await asyncio.sleep(0.002)
        assert audience.complaints() == []
        assert {(reader.version, reader.names) for reader in audience.readers} == {(number, names)}


def roster(number: int) -> str:
    """Names, as the page is told them."""
    return json.dumps({"type": "roster", "epoch": "e", "version": number, "teams": "x" * 500})


def standings(number: int, names: int) -> str:
    """Numbers, as the page is told them."""
    return json.dumps(
        {"type": "standings", "epoch": "e", "version": number, "roster_version": names, "lines": "y" * 800}
    )
