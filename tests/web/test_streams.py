import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from builder import Cast, build_event, score
from serving import Served, serving
from visitors import stranger

from scoreboard.live.messages import public
from scoreboard.settings import Settings
from scoreboard.web.limits import MOST_PER_ADDRESS


@pytest.fixture
async def cast(served: Served) -> Cast:
    return await build_event(served.database)


class Reader:
    """An event stream, message by message."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.lines = answer.aiter_lines()
        self.mark = ""

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            async for line in self.lines:
                if line.startswith("id: "):
                    self.mark = line.removeprefix("id: ")
                if line.startswith("data: "):
                    message: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    return message
        return {"type": "end"}


@asynccontextmanager
async def streaming(served: Served, path: str = "/e/hack/stream", **headers: str) -> AsyncIterator[Reader]:
    async with (
        httpx2.AsyncClient(base_url=served.url, timeout=20) as client,
        client.stream("GET", path, headers=headers) as answer,
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        yield Reader(answer)


async def test_a_stream_brings_what_a_socket_brings(served: Served, cast: Cast) -> None:
    async with streaming(served) as reader:
        told = [await reader.next() for _ in range(3)]
        await score(served.database, cast, "J1", "T1", 10, 10)
        told.append(await reader.next())
    assert [message["type"] for message in told] == ["roster", "standings", "heartbeat", "standings"]
    assert told[3]["version"] == told[1]["version"] + 1
    assert reader.mark == f"{told[3]['epoch']} {told[3]['version']}"


@pytest.mark.usefixtures("cast")
async def test_who_comes_back_is_told_only_what_is_newer(served: Served) -> None:
    async with streaming(served) as reader:
        first = [await reader.next() for _ in range(3)][1]
        async with streaming(served, **{"last-event-id": reader.mark}) as again:
            assert (await again.next())["type"] == "heartbeat"
        query = f"?epoch={first['epoch']}&version={first['version']}"
        async with streaming(served, f"/e/hack/stream{query}") as again:
            assert (await again.next())["type"] == "heartbeat"
        async with streaming(served, **{"last-event-id": "other 7"}) as again:
            assert (await again.next())["type"] == "roster"


async def test_a_stream_is_counted_and_limited_as_a_socket_is(served: Served, cast: Cast) -> None:
    doors, hub = served.server.lifespan.state["doors"], served.server.lifespan.state["hub"]
    async with httpx2.AsyncClient(
        base_url=served.url, timeout=20, limits=httpx2.Limits(max_connections=MOST_PER_ADDRESS + 2)
    ) as client:
        readers = [client.stream("GET", "/e/hack/stream") for _ in range(MOST_PER_ADDRESS)]
        for reader in readers:
            assert (await reader.__aenter__()).status_code == 200
        refused = await client.get("/e/hack/stream", headers={"accept": "application/json"})
        assert (refused.status_code, refused.json()["code"]) == (503, "crowded")
        assert 1 <= int(refused.headers["retry-after"]) <= 10
        for reader in readers:
            await reader.__aexit__(None, None, None)
        async with asyncio.timeout(20):
            while doors.viewers.inside or hub.subscribers(public(cast.event_id)):
                await client.get("/healthz")


async def test_a_stream_ends_with_the_server_and_says_when_to_come_back(database_path: str) -> None:
    async with serving(Settings(database=database_path, language="en")) as served:
        await build_event(served.database)
        context = streaming(served)
        reader = await context.__aenter__()
        for _ in range(3):
            await reader.next()
    bye = await reader.next()
    assert (bye["type"], (await reader.next())["type"]) == ("bye", "end")
    await context.__aexit__(None, None, None)


async def test_a_stream_of_an_event_that_is_not_there_is_an_answer_that_says_so(served: Served) -> None:
    async with stranger(served) as browser:
        assert (await browser.get("/e/nowhere/stream")).status_code == 404


@pytest.mark.parametrize("path", ["/e/hack/standings.json", "/e/hack/state.json"])
async def test_an_answer_that_has_not_changed_is_not_sent_again(served: Served, cast: Cast, path: str) -> None:
    async with stranger(served) as browser:
        first = await browser.get(path)
        tag = first.headers["etag"]
        assert first.headers["cache-control"] == "public, max-age=1"
        same = await browser.get(path, headers={"if-none-match": f'"other", W/{tag}'})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert same.headers["cache-control"] == "public, max-age=1"
        await score(served.database, cast, "J1", "T1", 10, 10)
        changed = await browser.get(path, headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert changed.content != first.content


@pytest.mark.usefixtures("cast")
async def test_the_state_is_what_a_socket_brings_on_joining(served: Served) -> None:
    async with stranger(served) as browser, streaming(served) as reader:
        told = [await reader.next() for _ in range(3)]
        answer = (await browser.get("/e/hack/state.json")).json()
    assert answer[:2] == told[:2]
    assert {**answer[2], "as_of": ""} == {**told[2], "as_of": ""}
