"""The outbox of a judge's phone in a real browser: tabs, clocks, full disks, pauses, and networks without TLS."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from builder import Cast, build_event, issue_link
from phones import FLAGS, PHONE, browsing, choose, expect_chosen, open_card, phone_of
from playwright.async_api import Browser, async_playwright, expect
from serving import Served, serving

from scoreboard.judging import ballots
from scoreboard.judging.ballots import CurrentBallot
from scoreboard.settings import Settings

PUT = "**/judge/ballots/*"
WAITING = "Saved on this phone. It is sent as soon as there is a connection."
PAUSED = "Saved on this phone. It is sent when judging goes on."
RECEIVED = "Received at"
WRONG_CLOCK = """(() => {
  const real = Date.now;
  Date.now = () => real() - 5 * 3600_000;
  window.Date = class extends Date {
    constructor(...parts) {
      super(...(parts.length ? parts : [Date.now()]));
    }
  };
})()"""


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def current(served: Served, cast: Cast) -> list[tuple[int, dict[str, Decimal]]]:
    def read(each: CurrentBallot) -> tuple[int, dict[str, Decimal]]:
        return each.revision, dict(each.scores)

    return [read(each) for each in await served.database.read(ballots.current_ballots, cast.round_id)]


async def test_two_tabs_see_each_others_changes_and_send_each_ballot_once(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    sent: list[str] = []
    context.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    listed = await context.new_page()
    await listed.goto(f"{served.url}/judge")
    row = listed.locator('[data-team="T1"] .state .words')
    page = await open_card(context, served)
    await expect(page.locator("#undo")).to_be_visible()
    await context.set_offline(True)
    await choose(page, impact=7)
    await expect(row).to_have_text("Saved on this phone")
    await choose(page, quality=8)
    await page.locator("#submit").click()
    await expect(row).to_have_text(WAITING)
    await context.set_offline(False)
    await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
    await expect(row).to_have_text("Received")
    assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]
    assert len(set(sent)) == 1


async def test_when_something_was_entered_is_told_in_the_servers_time(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    await context.add_init_script(WRONG_CLOCK)
    page = await context.new_page()
    async with page.expect_response("**/judge/bundle?*"):
        await page.goto(f"{served.url}/judge/final/T1")
    await expect(page.locator("#undo")).to_be_visible()
    async with page.expect_request(PUT) as asked:
        await choose(page, impact=7, quality=8)
        await page.locator("#submit").click()
    entered = datetime.fromisoformat(json.loads((await asked.value).post_data or "")["entered_at"])
    assert abs((datetime.now(UTC) - entered).total_seconds()) < 60


async def test_the_server_is_told_how_much_a_phone_still_holds(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    await page.route(PUT, lambda route: route.abort())
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#status .words")).to_have_text(WAITING)
    await page.goto(f"{served.url}/judge/final/T2")
    await choose(page, impact=5)
    async with page.expect_request("**/judge/bundle?*") as asked:
        await page.goto(f"{served.url}/judge")
    told = parse_qs(urlsplit((await asked.value).url).query)
    assert (told["unsent"], told["drafts"], 0 <= int(told["oldest"][0]) < 60) == (["1"], ["1"], True)


async def test_what_is_submitted_during_a_pause_is_sent_after_it(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    refusal = {"code": "round_paused", "message": "Judging is paused."}
    await page.route(PUT, lambda route: route.fulfill(status=409, json=refusal))
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#status .words")).to_have_text(PAUSED)
    await expect(page.locator("#refused")).to_be_hidden()
    await page.unroute(PUT)
    await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
    assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]


async def test_a_network_that_leads_somewhere_else_is_no_answer(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    lead = {"location": f"{served.url}/j"}
    await page.route(PUT, lambda route: route.fulfill(status=302, headers=lead))
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#portal")).to_be_visible()
    await page.unroute(PUT)
    await expect(page.locator("#status .words")).to_contain_text(RECEIVED)


async def test_a_full_disk_is_said_and_a_reload_brings_back_what_was_entered(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    tools = await context.new_cdp_session(page)
    await tools.send("Storage.overrideQuotaForOrigin", {"origin": served.url, "quotaSize": 1})
    await page.reload()
    await choose(page, impact=7)
    await expect(page.locator("#unkept")).to_be_visible()
    await expect(page.locator("#status .words")).to_have_text("Not submitted yet. Keep this page open.")
    await page.reload()
    await expect_chosen(page, "7")
    await choose(page, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
    assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]


async def test_on_plain_http_the_outbox_is_the_same_and_the_page_says_what_is_not(
    database_path: str, chromium: str
) -> None:
    settings = Settings(database=database_path, backups="off", language="en", hosts="judges.example", insecure_lan=True)
    async with serving(settings) as served, async_playwright() as playwright:
        port = urlsplit(served.url).port
        flags = [*FLAGS, "--host-resolver-rules=MAP judges.example 127.0.0.1"]
        browser = await playwright.chromium.launch(executable_path=chromium, args=flags)
        cast = await build_event(served.database)
        link = await issue_link(served.database, cast.judges["J1"])
        context = await browser.new_context(viewport=PHONE)
        page = await context.new_page()
        await page.goto(f"http://judges.example:{port}/j#{link.secret}")
        await page.get_by_role("button", name="Yes, that is me").click()
        await page.locator("#next").click()
        found = await page.evaluate("[isSecureContext, navigator.serviceWorker, navigator.locks, crypto.randomUUID]")
        assert found == [False, None, None, None]
        await expect(page.locator("#no-worker")).to_be_visible()
        await context.set_offline(True)
        await choose(page, impact=7, quality=8)
        await page.locator("#submit").click()
        await expect(page.locator("#status .words")).to_have_text(WAITING)
        await context.set_offline(False)
        await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
        await browser.close()
        assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]


async def test_taps_are_taken_back_one_by_one(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    undo = page.locator("#undo")
    await expect(undo).to_have_attribute("aria-disabled", "true")
    await choose(page, impact=7)
    await choose(page, impact=3, quality=8)
    await page.locator("#note").press_sequentially("late")
    for left in (("3", "8"), ("3",), ("7",), ()):
        await undo.click()
        await expect_chosen(page, *left)
        await expect(page.locator("#note")).to_have_value("")
    await expect(undo).to_have_attribute("aria-disabled", "true")
    await expect(page.locator("#status .words")).to_have_text("Not scored yet")
