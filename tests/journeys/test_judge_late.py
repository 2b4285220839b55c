"""Pauses, late ballots and announcements as a judge's phone meets them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from builder import build_event
from phones import browsing, choose, open_card, phone_of
from playwright.async_api import Browser, Route, expect
from serving import Served

from scoreboard.judging import announcements, rounds

PAUSED = "Saved on this phone. It is sent when judging goes on."
LATE = "Kept as late. The organisers decide whether it counts."


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def test_what_was_submitted_in_a_pause_and_came_after_the_close_is_kept_as_late(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    await served.database.write(rounds.pause, cast.round_id, "lunch", "test")
    page = await open_card(context, served)
    await expect(page.locator("#phase")).to_contain_text("Judging is paused.")
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#status .words")).to_have_text(PAUSED)
    await context.set_offline(True)
    await served.database.write(rounds.resume, cast.round_id, "", "test")
    await served.database.write(rounds.close, cast.round_id, "test")
    await context.set_offline(False)
    await expect(page.locator("#status .words")).to_have_text(LATE)
    await expect(page.locator("#submit")).to_be_hidden()
    await page.goto(f"{served.url}/judge")
    await expect(page.locator('[data-team="T1"] .state .words')).to_have_text(LATE)
    await page.goto(f"{served.url}/judge/final/T1")
    await expect(page.locator("#late .words")).to_have_text(LATE)


async def test_what_was_entered_just_before_the_close_is_not_taken_for_later_on_a_slow_network(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)

    async def slowly(route: Route) -> None:
        await asyncio.sleep(3)
        await route.continue_()

    # All of the time goes by on the way there, so that the server looks at its clock when the phone hears of it.
    await context.route("**/judge/bundle?*", slowly)
    page = await context.new_page()
    async with page.expect_response("**/judge/bundle?*") as told:
        await page.goto(f"{served.url}/judge/final/T1")
    await (await told.value).finished()
    await context.set_offline(True)
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#submit")).to_be_hidden()
    await served.database.write(rounds.close, cast.round_id, "test")
    await context.unroute_all()
    await context.set_offline(False)
    await expect(page.locator("#status .words")).to_have_text(LATE)


async def test_what_organisers_say_is_shown_until_it_was_read(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    await served.database.write(announcements.announce, cast.event_id, "", "Lunch is served", "الغداء جاهز", "test")
    page = await open_card(context, served)
    await expect(page.locator(".announcement")).to_contain_text("Lunch is served")
    await page.locator(".announcement button").click()
    await expect(page.locator(".announcement")).to_have_count(0)
    async with page.expect_response("**/judge/bundle?*") as told:
        await page.reload()
    assert [each["seen"] for each in (await (await told.value).json())["announcements"]] == [True]
    await expect(page.locator(".announcement")).to_have_count(0)
