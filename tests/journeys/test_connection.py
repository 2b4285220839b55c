"""The board's connection in a real browser, behind networks that are not what they seem. By the real clock."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from builder import build_event, score
from chaos import network_to
from playwright.async_api import Page, async_playwright, expect
from serving import Served, serving

from scoreboard.settings import Settings

NOTICED_SECONDS = 13
RECOVERED_SECONDS = 3
LATE_SECONDS = 2  # that a busy machine may take longer
# When the connection is no longer fine and when it is again, in seconds: who asks now and then misses short breaks.
NEXT_CHANGES = """(moment) => new Promise((resolve) => {
  const start = performance.now(), times = [];
  const watch = new MutationObserver(() => {
    if ((moment.dataset.connection === "fine") === (times.length === 1)) times.push((performance.now() - start) / 1000);
    if (times.length === 2) resolve(times);
  });
  watch.observe(moment, { attributeFilter: ["data-connection"] });
})"""


@asynccontextmanager
async def board(chromium: str, address: str) -> AsyncIterator[Page]:
    """A page in a browser of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        page = await browser.new_page()
        await page.goto(address)
        yield page
        await browser.close()


async def test_a_half_open_connection_is_noticed_and_replaced(chromium: str, served: Served) -> None:
    cast = await build_event(served.database)
    async with network_to(served.url) as (network, address), board(chromium, f"{address}/e/{cast.slug}") as page:
        moment, totals = page.locator("#moment"), page.locator('.team-row[data-rank="1"] .total')
        await expect(moment).to_have_attribute("data-connection", "fine")
        changes = asyncio.ensure_future(moment.evaluate(NEXT_CHANGES))
        await page.evaluate("0")  # by now it watches
        network.freeze()
        await score(served.database, cast, "J1", "T1", 10, 10)
        frozen_at = time.monotonic()
        await expect(totals).to_have_text("100.0", timeout=30_000)
        shown = time.monotonic() - frozen_at
        noticed, recovered = await changes
    assert noticed < NOTICED_SECONDS + LATE_SECONDS
    assert recovered - noticed < RECOVERED_SECONDS + LATE_SECONDS
    assert shown - noticed < RECOVERED_SECONDS + LATE_SECONDS


@pytest.mark.parametrize(("blocked", "road"), [(b"upgrade: websocket", "stream"), (b"", "socket")])
async def test_where_no_websocket_gets_through_another_road_is_taken(
    chromium: str, served: Served, blocked: bytes, road: str
) -> None:
    cast = await build_event(served.database)
    async with network_to(served.url) as (network, address):
        network.blocked = blocked
        async with board(chromium, f"{address}/e/{cast.slug}") as page:
            moment = page.locator("#moment")
            await expect(moment).to_have_attribute("data-road", road, timeout=30_000)
            await score(served.database, cast, "J1", "T1", 10, 10)
            totals = page.locator('.team-row[data-rank="1"] .total')
            await expect(totals).to_have_text("100.0", timeout=20_000)
            await score(served.database, cast, "J1", "T1", 5, 5, base=1)
            await expect(totals).to_have_text("50.0", timeout=20_000)
            await expect(moment).to_have_attribute("data-road", road)
            await expect(moment).to_have_attribute("data-connection", "fine")


async def test_where_only_plain_answers_get_through_the_page_asks_and_says_so(
    chromium: str, database_path: str
) -> None:
    async with serving(Settings(database=database_path, language="en")) as served:
        cast = await build_event(served.database)
        async with network_to(served.url) as (network, address), board(chromium, f"{address}/e/{cast.slug}") as page:
            network.blocked = b"upgrade: websocket"
            await page.route("**/stream*", lambda route: route.abort())
            network.freeze()
            moment = page.locator("#moment")
            await expect(moment).to_have_attribute("data-road", "asking", timeout=60_000)
            await score(served.database, cast, "J1", "T1", 10, 10)
            await expect(page.locator('.team-row[data-rank="1"] .total')).to_have_text("100.0", timeout=30_000)
            assert (await page.locator("#as-of").inner_text()).endswith("; checked every few seconds")
            network.blocked = b""
            await expect(moment).to_have_attribute("data-road", "socket", timeout=90_000)
            assert "checked" not in await page.locator("#as-of").inner_text()


async def test_a_network_that_carries_nothing_for_a_while_is_found_again(chromium: str, served: Served) -> None:
    cast = await build_event(served.database)
    async with network_to(served.url) as (network, address), board(chromium, f"{address}/e/{cast.slug}") as page:
        moment = page.locator("#moment")
        await expect(moment).to_have_attribute("data-connection", "fine")
        network.blocked = b"silent"
        network.freeze()
        await expect(moment).not_to_have_attribute("data-connection", "fine", timeout=30_000)
        await page.wait_for_timeout(3000)
        network.blocked = b""
        healed_at = time.monotonic()
        await expect(moment).to_have_attribute("data-connection", "fine", timeout=30_000)
        assert time.monotonic() - healed_at < RECOVERED_SECONDS + LATE_SECONDS
