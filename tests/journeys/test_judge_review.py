"""The look through one's ballots before the signature, on a phone that holds something of its own."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from builder import build_event, score
from phones import browsing, choose, open_card, phone_of
from playwright.async_api import Browser, Route, expect
from serving import Served

BALLOTS = "**/judge/ballots/*"


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_nothing_is_signed_while_the_phone_holds_a_ballot_and_then_all_of_it(
    served: Served, browser: Browser, language: str
) -> None:
    cast = await build_event(served.database, judges=1, teams=2, language=language)
    await score(served.database, cast, "J1", "T1", 5, 5)
    await score(served.database, cast, "J1", "T2", 5, 5)
    context = await phone_of(served, browser, cast)
    stands = asyncio.Event()

    async def held_up(route: Route) -> None:
        await stands.wait()
        await route.continue_()

    await context.route(BALLOTS, held_up)
    page = await open_card(context, served)
    await choose(page, impact=7)
    await page.locator("#submit").click()
    await expect(page.locator("#submit")).to_be_hidden()
    await page.goto(f"{served.url}/judge/review")
    await expect(page.locator("#unsent-block")).to_contain_text(
        "Sign when they are." if language == "en" else "بعد استلامها"
    )
    link = page.locator("#unsent-block a")
    await expect(link).to_have_text("Oasis" if language == "en" else "واحة")
    await expect(link).to_have_attribute("href", "/judge/final/T1")
    await expect(page.locator("#signature button")).to_be_disabled()
    await expect(page.locator("#unsubmitted")).to_be_hidden()
    stands.set()
    # It is sent from here, and the page shows it.
    await expect(page.locator('[data-team="T1"][data-revision="2"]')).to_contain_text("60.0")
    await expect(page.locator("#unsent-block")).to_be_hidden()
    for name in ("pin", "again"):
        await page.locator(f"#{name}").fill("4321")
    await page.locator("#signature button").click()
    await expect(page.locator("#signed")).to_be_visible()


async def test_what_was_begun_and_not_submitted_is_named_and_stands_in_nobodys_way(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database, judges=1, teams=1)
    await score(served.database, cast, "J1", "T1", 5, 5)
    page = await open_card(await phone_of(served, browser, cast), served)
    await choose(page, impact=7)
    await expect(page.locator("#status .words")).to_have_text("Saved on this phone. Not submitted yet.")
    await page.goto(f"{served.url}/judge/review")
    await expect(page.locator("#unsubmitted")).to_contain_text("Oasis")
    await expect(page.locator("#unsent-block")).to_be_hidden()
    await expect(page.locator("#signature button")).to_be_enabled()
