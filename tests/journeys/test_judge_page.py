"""The judge's phone in a real browser: what is entered survives the network, the page and the other device."""

import asyncio
import re
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from builder import Cast, build_event, issue_link, score
from phones import PHONE, browsing, choose, expect_chosen, open_card, phone_of, sign_in
from playwright.async_api import Browser, Route, expect
from serving import Served

from scoreboard.judging import ballots, rounds
from scoreboard.judging.ballots import CurrentBallot

PUT = "**/judge/ballots/*"

DRAFT = "Saved on this phone. Not submitted yet."
WAITING = "Saved on this phone. It is sent as soon as there is a connection."
PORTAL = "Saved on this phone. The network here asks you to sign in to it first."
RECEIVED = "Received at"
# Numbers are isolated, so that they do not disturb the direction of the text around them.
UNSENT = "\u20681\u2069 ballot on this phone has not been received yet."


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def current(served: Served, cast: Cast) -> list[tuple[int, dict[str, Decimal]]]:
    def read(each: CurrentBallot) -> tuple[int, dict[str, Decimal]]:
        return each.revision, dict(each.scores)

    return [read(each) for each in await served.database.read(ballots.current_ballots, cast.round_id)]


async def test_a_ballot_entered_in_arabic_without_a_network_is_received_once(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, language="ar")
    link = await issue_link(served.database, cast.judges["J1"])
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="ar-QA")
    page = await context.new_page()
    await page.goto(f"{served.url}/j?lang=ar#{link.secret}")
    await page.get_by_role("button", name="نعم، أنا").click()
    await page.wait_for_url("**/judge")
    visited = await page.evaluate("[location.href, document.referrer, history.length]")
    assert link.secret not in str(visited)
    # By the page of the server's, or by the script that drew over it, which isolates the name in another way.
    await page.get_by_role("link", name=re.compile("^التالي: \u2068?واحة")).click()
    assert await page.locator("html").get_attribute("dir") == "rtl"
    await choose(page, impact=7)
    await expect(page.locator("#status .words")).to_have_text("محفوظ على هذا الهاتف، ولم يُرسل بعد.")
    await page.reload()
    await expect_chosen(page, "7")
    await context.set_offline(True)
    await choose(page, quality=8)
    await page.get_by_role("button", name="إرسال").click()
    await expect(page.locator("#status .words")).to_have_text("محفوظ على هذا الهاتف، ويُرسل فور توفر الاتصال.")
    assert await current(served, cast) == []
    await context.set_offline(False)
    await expect(page.locator("#status .words")).to_contain_text("استُلمت الساعة")
    assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]


async def test_an_answer_that_is_lost_on_the_way_does_not_double_the_ballot(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    tries = []

    async def lose(route: Route) -> None:
        tries.append(route.request.url)
        answer = await route.fetch()
        if len(tries) == 1:
            await route.abort()
        else:
            await route.fulfill(response=answer)

    await page.route(PUT, lose)
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
    assert (len(tries), len(set(tries))) == (2, 1)
    assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]


async def test_a_page_of_the_halls_network_is_not_taken_for_the_server(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    await context.route(
        PUT, lambda route: route.fulfill(status=200, content_type="text/html", body="<p>Please pay</p>")
    )
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#status .words")).to_have_text(PORTAL)
    await expect(page.locator("#portal")).to_be_visible()
    await page.goto(f"{served.url}/judge")
    await expect(page.locator('[data-team="T1"] .state .words')).to_have_text(WAITING)
    await expect(page.locator("#unsent")).to_have_text(UNSENT)
    await context.unroute_all()
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(page.locator('[data-team="T1"] .state .words')).to_have_text("Received")
    await expect(page.locator("#unsent")).to_be_hidden()
    await expect(page.locator("#progress-words")).to_have_text("\u20681\u2069 of \u20685\u2069 teams scored")


async def test_what_is_entered_before_the_scripts_have_come_is_kept(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    await choose(page, impact=7)
    await expect(page.locator("#status .words")).to_have_text(DRAFT)
    may_come = asyncio.Event()

    async def hold(route: Route) -> None:
        await may_come.wait()
        await route.continue_()

    await page.route("**/judge/card.js", hold)
    await page.goto(f"{served.url}/judge/final/T1", wait_until="commit")
    await choose(page, quality=8)
    may_come.set()
    await expect(page.locator("#total")).to_have_text("75.0")
    await expect_chosen(page, "7", "8")


async def test_corrections_without_a_network_arrive_in_their_order(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    await context.set_offline(True)
    for value in (7, 6, 9):
        await choose(page, impact=value, quality=8)
        await page.locator("#submit").click()
        await expect(page.locator("#submit")).to_be_hidden()
    await context.set_offline(False)
    await expect(page.locator("#status .words")).to_contain_text("revision \u20683\u2069")
    assert await current(served, cast) == [(3, {"impact": Decimal(9), "quality": Decimal(8)})]


@pytest.mark.parametrize(("choice", "outcome"), [("mine", (2, 7)), ("received", (1, 3))])
async def test_of_two_devices_the_judge_chooses(
    served: Served, browser: Browser, choice: str, outcome: tuple[int, int]
) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    await choose(page, impact=7, quality=8)
    await score(served.database, cast, "J1", "T1", 3, 8)
    await page.locator("#submit").click()
    await expect(page.locator("#compare .differs td")).to_have_text(["7", "3"])
    await expect(page.locator("#status .words")).to_have_text("Needs your attention")
    await page.reload()
    await page.locator(f"[data-choose={choice}]").click()
    await expect(page.locator("#status .words")).to_contain_text(f"revision \u2068{outcome[0]}\u2069")
    await expect(page.locator("#compare")).to_have_count(0)
    await expect_chosen(page, str(outcome[1]), "8")
    assert await current(served, cast) == [(outcome[0], {"impact": Decimal(outcome[1]), "quality": Decimal(8)})]


async def test_a_draft_that_another_device_overtook_is_compared_before_it_is_sent(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    await choose(page, impact=7)
    await score(served.database, cast, "J1", "T1", 3, 8)
    await page.reload()
    await expect(page.locator("#compare .differs td")).to_have_text(["7", "3", "—", "8"])
    await page.locator("[data-choose=received]").click()
    await expect_chosen(page, "3", "8")


async def test_what_the_close_refused_stays_on_the_phone_and_can_be_sent_again(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    await choose(page, impact=7, quality=8)
    await served.database.write(rounds.close, cast.round_id, "test")
    await page.locator("#submit").click()
    await expect(page.locator("#refused")).to_contain_text("Judging has been closed.")
    await page.reload()
    await expect(page.locator("#refused")).to_contain_text("Judging has been closed.")
    await served.database.write(rounds.open_round, cast.round_id, "test")
    await page.reload()
    await expect_chosen(page, "7", "8")
    await page.locator("[data-again]").click()
    await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
    assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]


async def test_a_ballot_waits_for_its_own_judge(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    other, own = [await issue_link(served.database, cast.judges[key]) for key in ("J2", "J1")]
    await sign_in(context, served, other.secret)
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#signed-out")).to_be_visible()
    await page.goto(f"{served.url}/judge/final/T1")
    await expect(page.locator("#status .words")).to_have_text("Not scored yet")
    assert await current(served, cast) == []
    await sign_in(context, served, own.secret)
    await page.goto(f"{served.url}/judge/final/T1")
    await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
    judges = [each.judge_id for each in await served.database.read(ballots.current_ballots, cast.round_id)]
    assert judges == [cast.judges["J1"]]


async def test_a_browser_that_keeps_nothing_says_so_and_still_submits(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    await context.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'UnknownError'); }")
    page = await open_card(context, served)
    await expect(page.locator("#unkept")).to_contain_text("This browser keeps nothing.")
    await choose(page, impact=7, quality=8)
    await expect(page.locator("#status .words")).to_have_text("Not submitted yet. Keep this page open.")
    await page.locator("#submit").click()
    await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
    assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]


async def test_what_is_missing_is_said_beside_the_question_and_cleared_is_not_zero(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    await choose(page, impact=0, quality=8)
    await expect(page.locator("#total")).to_have_text("40.0")
    await expect(page.locator("#q-impact [data-level]")).to_contain_text("Not shown")
    await page.locator("#q-impact .clear").click()
    await expect(page.locator("#scored")).to_have_text("\u20681\u2069 of \u20682\u2069 scored")
    await expect(page.locator("#total")).to_have_text("—")
    await page.locator("#submit").click()
    await expect(page.locator("#q-impact .problem")).to_contain_text("This criterion has no score yet.")
    await expect(page.locator('[name="score.impact"][value="0"]')).to_be_focused()
    assert await current(served, cast) == []


async def test_a_fine_scale_is_typed_in_any_digits_or_stepped(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, criteria=2, maximum=100)
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served)
    await page.locator('[name="score.impact"]').fill("٧٢")
    await page.locator('#q-quality [data-steps="5"]').click()
    await page.locator('#q-quality [data-steps="-1"]').click()
    await expect(page.locator('[name="score.quality"]')).to_have_value("49")
    await page.locator("#submit").click()
    await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
    assert await current(served, cast) == [(1, {"impact": Decimal(72), "quality": Decimal(49)})]


async def test_without_scripts_a_card_is_a_form(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast, java_script_enabled=False)
    page = await open_card(context, served)
    await choose(page, impact=7)
    await page.locator("#submit").click()
    await expect(page.locator("#summary")).to_contain_text("Quality: This criterion has no score yet.")
    await choose(page, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#status")).to_contain_text(RECEIVED)
    await page.locator("#next").click()
    assert page.url == f"{served.url}/judge/final/T2"
    assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]
