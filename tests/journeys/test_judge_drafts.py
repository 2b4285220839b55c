"""What a judge has begun on one phone is on the other one, too."""

from collections.abc import AsyncIterator, Callable

import pytest
from builder import Cast, build_event
from phones import PHONE, browsing, choose, expect_chosen, open_card, phone_of
from playwright.async_api import Browser, Page, Response, expect
from serving import Served
from sqlmodel import Session, select

from scoreboard.judging.pairing.devices import paired
from scoreboard.models import Judge, JudgeLink


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def card_on(served: Served, browser: Browser, cast: Cast, team: str = "T1") -> Page:
    return await open_card(await phone_of(served, browser, cast), served, team)


def hears(comment: str = "", **scores: str) -> Callable[[Response], bool]:
    """Whether it is an answer to just this draft: how much is told at once is up to the phone."""

    def matches(answer: Response) -> bool:
        sent = (answer.request.post_data_json if answer.url.endswith("/judge/drafts") else None) or {}
        return (sent.get("scores"), sent.get("comment")) == (scores, comment)

    return matches


async def test_who_loses_a_phone_goes_on_with_another(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=2)
    lost = await card_on(served, browser, cast)
    async with lost.expect_response(hears(impact="7", comment="Well begun.")):
        await choose(lost, impact=7)
        await lost.fill("#comment", "Well begun.")
    await lost.context.close()
    other = await card_on(served, browser, cast)
    await expect_chosen(other, "7")
    await expect(other.locator("#comment")).to_have_value("Well begun.")
    await choose(other, quality=5)
    await other.click("#submit")
    await expect(other.locator("#status")).to_contain_text("Received at")


def another_device(session: Session, judge_id: int) -> str:
    """Sign a judge in on one more device; give its session's token."""
    judge = session.get_one(Judge, judge_id)
    link = session.exec(select(JudgeLink).where(JudgeLink.judge_id == judge_id)).one()
    return paired(session, judge, link, "another", {})


async def test_what_is_submitted_on_one_device_asks_nothing_of_the_other(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=2)
    one = await card_on(served, browser, cast)
    second = await browser.new_context(viewport=PHONE)
    token = await served.database.write(another_device, cast.judges["J1"])
    await second.add_cookies([{"name": "judge", "value": token, "url": served.url}])
    async with one.expect_response(hears(impact="7")):
        await choose(one, impact=7)
    other = await open_card(second, served, "T1")
    await expect_chosen(other, "7")
    await choose(one, quality=5)
    await one.click("#submit")
    await expect(one.locator("#status")).to_contain_text("Received at")
    await other.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(other.locator("#status")).to_contain_text("Received at")
    await expect_chosen(other, "7", "5")
    await expect(other.locator("#compare")).to_have_count(0)


async def test_what_is_cleared_does_not_come_back(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=2)
    page = await card_on(served, browser, cast)
    async with page.expect_response(hears(impact="7")):
        await choose(page, impact=7)
    async with page.expect_response(hears()):
        await page.locator("#q-impact .clear").click()
    other = await card_on(served, browser, cast)
    await expect(other.locator("#status")).to_have_text("Not scored yet")
    await expect_chosen(other)
