"""The timer of a visit, on the phone: it counts by the server's clock, is kept, and closes nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
from builder import build_event
from phones import browsing, choose, open_card, phone_of, visited
from playwright.async_api import Browser, BrowserContext, Page, expect
from serving import Served

from scoreboard.web.templating import Static

Opened: TypeAlias = Callable[..., Awaitable[tuple[BrowserContext, Page]]]
BEGAN = """async (address) => {
  const { openDB } = await import(address);
  const database = await openDB("scoreboard-judge");
  return (await database.getAll("visits"))[0].began;
}"""
BUZZED = "globalThis.buzzed = []; navigator.vibrate = (ms) => globalThis.buzzed.push(ms)"


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


@pytest.fixture
async def timed(served: Served, browser: Browser) -> Opened:
    """A card of a round whose visits take minutes, on a phone whose clock the test holds."""

    async def opened(minutes: int = 8, language: str = "en") -> tuple[BrowserContext, Page]:
        cast = await build_event(served.database, teams=2, visit_minutes=minutes, language=language)
        context = await phone_of(served, browser, cast)
        await context.clock.install()
        await context.add_init_script(BUZZED)
        page = await context.new_page()
        async with page.expect_response("**/judge/bundle?*"):
            await page.goto(f"{served.url}/judge/final/T1")
        # From here on the phone's clock runs as the test says, and the server's does not.
        await context.route("**/judge/bundle?*", lambda route: route.abort())
        return context, page

    return opened


async def start(page: Page) -> None:
    """Start the timer, the phone's clock standing still from then on."""
    await page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    await page.locator("#timer [data-start]").first.click()
    await expect(page.locator("[data-running]")).to_be_visible()


async def wait(page: Page, *, minutes: int = 0, seconds: int = 0) -> None:
    await page.clock.run_for((60 * minutes + seconds) * 1000)


async def test_a_visit_is_timed_and_its_end_is_told_once_and_closes_nothing(
    timed: Opened,
) -> None:
    _, page = await timed()
    shown, said = page.locator("[data-left]"), page.locator("[data-said]")
    await expect(page.get_by_role("button", name="Start the timer (8 minutes)")).to_be_visible()
    await start(page)
    await expect(shown).to_have_text("8:00")
    await wait(page, seconds=28)
    await expect(shown).to_have_text("7:32")
    await expect(page.get_by_role("timer")).to_have_text("Minutes left: \u20688\u2069")
    await expect(page.locator("[data-course]")).to_have_js_property("value", 452)
    await expect(said).to_have_text("")
    await wait(page, minutes=6, seconds=32)
    await expect(shown).to_have_text("1:00")
    await expect(said).to_have_text("The last minute")
    assert await page.evaluate("buzzed") == [200]
    await wait(page, minutes=1)
    await expect(shown).to_have_text("0:00")
    await expect(said).to_have_text("Time is up")
    await expect(page.locator("[data-words]:visible").first).to_have_text("Time is up")
    await wait(page, seconds=14)
    await expect(shown).to_have_text("+0:14")
    assert await page.evaluate("buzzed") == [200]
    await choose(page, impact=7)
    await expect(page.locator("#submit")).to_be_enabled()


async def test_a_timer_goes_on_over_a_reload_and_the_way_to_the_list_and_is_not_told_again(
    served: Served, timed: Opened
) -> None:
    _, page = await timed(minutes=2)
    await start(page)
    await wait(page, minutes=1, seconds=10)
    await expect(page.locator("[data-said]")).to_have_text("The last minute")
    await page.goto(f"{served.url}/judge")
    await page.goto(f"{served.url}/judge/final/T1")
    await expect(page.locator("[data-left]")).to_have_text("0:50")
    await page.reload()
    await expect(page.locator("[data-left]")).to_have_text("0:50")
    await expect(page.locator("[data-said]")).to_have_text("")
    await expect(page.locator("#timer .course")).to_contain_text("The last minute")
    await page.goto(f"{served.url}/judge/final/T2")
    await expect(page.locator("#timer [data-start]").first).to_be_visible()


async def test_a_timer_can_be_started_again_and_stopped(
    timed: Opened,
) -> None:
    _, page = await timed()
    await start(page)
    await wait(page, minutes=3)
    await page.get_by_role("button", name="Start the timer again").click()
    await expect(page.locator("[data-left]")).to_have_text("8:00")
    await page.get_by_role("button", name="Stop the timer").click()
    await expect(page.locator("[data-running]")).to_be_hidden()
    await expect(page.locator("#timer [data-start]").first).to_be_focused()
    await page.reload()
    await expect(page.locator("#timer [data-start]").first).to_be_visible()


async def test_a_phone_whose_clock_is_wrong_times_by_the_servers(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, teams=2, visit_minutes=8)
    context = await phone_of(served, browser, cast)
    await context.clock.install(time=datetime.now(UTC) + timedelta(hours=3))
    page = await context.new_page()
    async with page.expect_response("**/judge/bundle?*"):
        await page.goto(f"{served.url}/judge/final/T1")
    await page.locator("#timer [data-start]").first.click()
    await expect(page.locator("[data-running]")).to_be_visible()
    began = datetime.fromisoformat(await page.evaluate(BEGAN, Static().address("vendor/idb.js")))
    assert abs(began - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_round_without_minutes_has_no_timer(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    page = await open_card(await phone_of(served, browser, cast), served)
    await expect(page.locator("#submit")).to_be_visible()
    await expect(page.locator("#timer")).to_have_count(0)


async def test_a_timer_is_drawn_without_a_network_in_the_digits_of_the_event(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, teams=2, visit_minutes=8, language="ar")
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await context.set_offline(True)
    await page.goto(f"{served.url}/judge/final/T2")
    await page.get_by_role("button", name="ابدأ المؤقت (8 دقائق)").click()
    await expect(page.locator("[data-left]")).to_have_text("7:59", timeout=10_000)
    assert await page.locator("[data-left]").evaluate("(e) => [e.tagName, e.dir]") == ["BDI", "ltr"]
    await page.reload()
    await expect(page.locator("[data-running]")).to_be_visible()


# What the pure arithmetic of a timer says, at every half second of visits of any length.
PROPERTIES = """async (address) => {
  const { countdown } = await import(address);
  const faults = [];
  for (const minutes of [1, 2, 8, 59, 120]) {
    const whole = 60_000 * minutes;
    let before = null;
    for (let passed = -2500; passed < whole + 70_000; passed += 487) {
      const stands = countdown(1e12, minutes, 1e12 + passed);
      const { phase, left, over, minutes: begun, next } = stands;
      const later = countdown(1e12, minutes, 1e12 + passed + next);
      const just = countdown(1e12, minutes, 1e12 + passed + next - 1);
      const sound = [
        left * over === 0 && left >= 0 && over >= 0 && left <= 60 * minutes,
        passed < 0 || Math.abs((left - over) * 1000 - (whole - passed)) < 1000,
        phase === (passed >= whole ? "over" : left <= 60 ? "last" : "on"),
        begun === Math.ceil(left / 60),
        next > 0 && next <= 1000,
        passed < 0 || (just.left === left && just.over === over),
        passed < 0 || later.left + later.over !== left + over || left === 0 || left === 1,
        before === null || (left <= before.left && over >= before.over),
      ];
      if (!sound.every(Boolean)) faults.push([minutes, passed, JSON.stringify(stands), sound.indexOf(false)]);
      before = stands;
    }
    if (countdown(0, minutes, whole + 3_600_000) !== null) faults.push([minutes, "never forgotten"]);
    if (countdown(0, minutes, whole + 3_599_999) === null) faults.push([minutes, "forgotten too soon"]);
  }
  return faults.slice(0, 5);
}"""


async def test_what_a_timer_says_holds_at_every_moment(served: Served, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(f"{served.url}/nowhere")  # a page of ours, with no scripts of its own
    assert await page.evaluate(PROPERTIES, Static().address("js/judge/countdown.js")) == []
