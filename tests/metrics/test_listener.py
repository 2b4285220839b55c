import asyncio

import httpx2
from prometheus_client import CollectorRegistry, Gauge
from serving import Served

from scoreboard.cli.serve import listening_socket
from scoreboard.metrics.listener import exposed


async def test_metrics_are_told_on_their_own_socket_and_nothing_else_is() -> None:
    registry = CollectorRegistry()
    Gauge("one", "A number.", registry=registry).set(7)
    with listening_socket("127.0.0.1", 0) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        async with exposed(registry, bound), httpx2.AsyncClient(base_url=url) as client:
            told = await client.get("/metrics")
            elsewhere = [(await client.get(path)).status_code for path in ("/", "/console", "/healthz")]
    assert (told.status_code, "one 7.0\n" in told.text, told.headers["cache-control"]) == (200, True, "no-store")
    assert elsewhere == [404, 404, 404]
    assert len(asyncio.all_tasks()) == 1


async def test_without_a_socket_nothing_listens() -> None:
    async with exposed(CollectorRegistry(), None):
        assert len(asyncio.all_tasks()) == 1


async def test_the_public_port_has_no_metrics(served: Served) -> None:
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as client:
        assert (await client.get("/metrics")).status_code == 404
