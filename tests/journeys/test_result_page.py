"""The pages of a result in a real browser: recounts that come by themselves, and what axe and a ruler find."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from axe_playwright_python.async_playwright import Axe
from builder import Cast, build_event, score
from phones import browsing
from playwright.async_api import BrowserContext, Page, ViewportSize, expect
from serving import Served
from visitors import store_organiser

LAPTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
ROOT = "/console/e/hack/result"
PAGES = ("?wait", "/judges", "/questions", "/why?one=T1&other=T2", "/why?one=T1&other=T2&by=adaptive")


@asynccontextmanager
async def organisers_page(served: Served, chromium: str, language: str = "en") -> AsyncIterator[Page]:
    """A page of an organiser who is signed in."""
    token = await served.database.write(store_organiser, "olga")
    async with browsing(chromium) as browser:
        context: BrowserContext = await browser.new_context(viewport=LAPTOP)
        for name, value in (("console", token), ("language", language)):
            await context.add_cookies([{"name": name, "value": value, "url": served.url}])
        yield await context.new_page()


async def scored(served: Served) -> Cast:
    """Eight judges and six teams; one judge is strict, one says the same of everybody."""
    cast = await build_event(served.database, judges=8, teams=6, rule="raw", beside="adaptive")
    random = np.random.default_rng(3)
    for judge in cast.judges:
        for place, team in enumerate(cast.teams):
            total = 4 + 0.7 * place - (2 if judge == "J1" else 0) + random.normal(0, 1)
            both = np.clip(np.rint([total, total + 0.5]), 0, 10).tolist()
            await score(served.database, cast, judge, team, *([5, 5] if judge == "J8" else both))
    return cast


async def test_recounts_come_by_themselves_and_a_new_ballot_is_announced(served: Served, chromium: str) -> None:
    cast = await scored(served)
    async with organisers_page(served, chromium) as page:
        await page.goto(served.url + ROOT)
        await expect(page.locator("#safety .verdict")).to_contain_text("recounts")
        await expect(page.locator("#newer")).to_be_hidden()
        await page.evaluate("window.kept = true")
        await score(served.database, cast, "J1", "T1", 9, 9, base=1)
        await expect(page.locator("#newer")).to_be_visible()
        assert await page.evaluate("window.kept") is True
        await page.get_by_role("link", name="Show the current state").click()
        await expect(page.locator("#safety .verdict")).to_contain_text("recounts")
        await expect(page.locator("#newer")).to_be_hidden()


async def test_recounts_that_cannot_be_fetched_are_asked_for_again(served: Served, chromium: str) -> None:
    await scored(served)
    async with organisers_page(served, chromium) as page:
        await page.route(re.compile(r"/result/safety"), lambda route: route.abort())
        await page.goto(served.url + ROOT)
        await expect(page.locator("#unfinished")).to_be_visible()
        await expect(page.locator(".computing")).to_be_hidden()
        await page.unroute(re.compile(r"/result/safety"))
        await page.get_by_role("button", name="Try again").click()
        await expect(page.locator("#safety .verdict")).to_contain_text("recounts")


async def test_from_a_pair_of_neighbours_to_why_and_on_to_another_pair(served: Served, chromium: str) -> None:
    await scored(served)
    async with organisers_page(served, chromium) as page:
        await page.goto(served.url + ROOT)
        await page.locator(".ranking .next a").first.click()
        await expect(page.locator("#answer-heading")).to_contain_text("stands above")
        await page.get_by_label("Second team").select_option("T1")
        await page.get_by_role("button", name="Compare").click()
        await expect(page.locator("#answer-heading")).to_contain_text("Oasis")
        await page.get_by_role("link", name="adaptive normalisation").click()
        await expect(page.locator(".given").first).to_contain_text("Severity")


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_the_pages_have_no_fault_that_axe_finds_and_fit_a_laptop_and_a_phone(
    served: Served, chromium: str, language: str
) -> None:
    await scored(served)
    found = []
    async with organisers_page(served, chromium, language) as page:
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        for viewport in (LAPTOP, PHONE):
            await page.set_viewport_size(viewport)
            for path in PAGES:
                await page.goto(served.url + ROOT + path)
                violations = (await Axe().run(page)).response["violations"]
                found += [(path, viewport["width"], fault["id"]) for fault in violations]
                if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                    found.append((path, viewport["width"], "wider than the screen"))
    assert (found, faults) == ([], [])


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_result_is_printed_without_what_only_a_screen_needs(
    served: Served, chromium: str, language: str
) -> None:
    await scored(served)
    async with organisers_page(served, chromium, language) as page:
        await page.goto(f"{served.url}{ROOT}?wait")
        printed = await page.pdf(prefer_css_page_size=True)
        await page.emulate_media(media="print")
        for part in (".top", ".tabs", "#print"):
            await expect(page.locator(part)).to_be_hidden()
        await expect(page.locator(".on-paper")).to_be_visible()
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 3
