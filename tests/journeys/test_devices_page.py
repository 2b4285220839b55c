"""A judge's devices in real browsers: by the QR code, by a PIN on a second phone, and out by the console."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builder import build_event, issue_link
from pairs import ANDROID, IPHONE
from phones import PHONE, browsing, choose
from playwright.async_api import Browser, BrowserContext, Page, expect
from serving import Served
from visitors import store_organiser

from scoreboard.judging import ballots

JUDGES = "/console/e/hack/judges"
WORDS = {
    "en": {
        "yes": "Yes, that is me",
        "add": "Add a device",
        "first": "iPhone, Safari",
        "out": "Sign out for good",
        "revoked": "The organisers have signed this device out.",
        "wrong": "This PIN is not the one",
    },
    "ar": {
        "yes": "نعم، أنا",
        "add": "إضافة جهاز",
        "first": "iPhone, Safari",
        "out": "إخراج نهائي",
        "revoked": "سجّل المنظمون خروج هذا الجهاز.",
        "wrong": "هذا الرقم السري غير صحيح",
    },
}


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def phone(browser: Browser, agent: str, **wishes: bool) -> Page:
    context = await browser.new_context(
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
        user_agent=agent,
        java_script_enabled=wishes.get("scripts", True),
    )
    return await context.new_page()


async def console(browser: Browser, served: Served, language: str) -> BrowserContext:
    token = await served.database.write(store_organiser, "olga")
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    await context.add_cookies(
        [
            {"name": name, "value": value, "url": served.url}
            for name, value in (("console", token), ("language", language))
        ]
    )
    return context


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_second_phone_by_pin_and_the_first_one_out(served: Served, browser: Browser, language: str) -> None:
    cast = await build_event(served.database, language=language)
    link = await issue_link(served.database, cast.judges["J1"])
    words = WORDS[language]
    link_address = f"{served.url}/j?lang={language}#{link.secret}"

    first = await phone(browser, IPHONE)
    await first.goto(link_address)
    await first.get_by_role("button", name=words["yes"]).click()
    await first.wait_for_url("**/judge")

    second = await phone(browser, ANDROID)
    await second.goto(link_address)
    await expect(second.locator("#pin")).to_be_visible()
    await first.get_by_role("link", name=words["add"]).click()
    await first.get_by_role("button", name=words["add"]).click()
    pin = (await first.locator(".pin").inner_text()).replace("\u2009", "").replace(" ", "")
    assert (len(pin), await first.locator("html").get_attribute("dir")) == (6, "rtl" if language == "ar" else "ltr")
    await second.locator("#pin").fill("000000" if pin != "000000" else "111111")
    await second.get_by_role("button", name=words["yes"]).click()
    await expect(second.locator("#problem")).to_contain_text(words["wrong"])
    await second.locator("#pin").fill(f"{pin[:3]} {pin[3:]}")
    await second.get_by_role("button", name=words["yes"]).click()
    await second.wait_for_url("**/judge")

    # What is entered and cannot be sent stays where it is.
    await first.goto(f"{served.url}/judge/final/T1")
    await first.context.set_offline(True)
    await choose(first, impact=7, quality=8)
    await first.locator("#submit").click()
    await expect(first.locator("#status")).to_have_attribute("data-state", "waiting")

    context = await console(browser, served, language)
    desk = await context.new_page()
    await desk.goto(f"{served.url}{JUDGES}/J1")
    row = desk.locator("tr", has_text=words["first"])
    await row.get_by_role("button", name=words["out"]).click()
    await expect(desk.locator("tr", has_text=words["first"])).to_have_count(0)
    await expect(desk.locator("tbody tr")).to_have_count(1)

    await first.context.set_offline(False)
    await first.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(first.locator("#revoked")).to_contain_text(words["revoked"])
    assert await served.database.read(ballots.current_ballots, cast.round_id) == []
    await first.locator("#revoked a").click()
    await expect(first.locator("#revoked")).to_contain_text(words["revoked"])
    await second.reload()
    await expect(second).to_have_url(f"{served.url}/judge")

    fresh = await issue_link(served.database, cast.judges["J1"])
    await first.goto("about:blank")
    await first.goto(f"{served.url}/j#{fresh.secret}")
    await first.get_by_role("button", name=words["yes"]).click()
    await first.wait_for_url("**/judge")
    await expect(first.locator('[data-team="T1"] .state')).to_have_attribute("data-state", "received")
    (kept,) = await served.database.read(ballots.current_ballots, cast.round_id)
    assert (kept.judge_id, {key: int(value) for key, value in kept.scores.items()}) == (
        cast.judges["J1"],
        {"impact": 7, "quality": 8},
    )


async def test_without_scripts_a_code_and_a_pin_are_typed(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    link = await issue_link(served.database, cast.judges["J1"])
    first, second = await phone(browser, IPHONE, scripts=False), await phone(browser, ANDROID, scripts=False)
    for page in (first, second):
        await page.goto(f"{served.url}/j")
        await page.locator("#code").fill(link.code.lower())
        await page.get_by_role("button", name="Continue").click()
        if page is second:
            await first.get_by_role("link", name="Add a device").click()
            await first.get_by_role("button", name="Add a device").click()
            await page.locator("#pin").fill(await first.locator(".pin").inner_text())
        await page.get_by_role("button", name="Yes, that is me").click()
        await expect(page).to_have_url(f"{served.url}/judge")


async def test_a_badge_has_a_code_to_scan_in_both_languages_and_prints_on_a_page(
    served: Served, browser: Browser, tmp_path: Path
) -> None:
    await build_event(served.database, judges=8)
    context = await console(browser, served, "ar")
    page = await context.new_page()
    await page.goto(f"{served.url}{JUDGES}")
    await page.locator("form[action$='/links'] button").click()
    await expect(page.locator(".badge")).to_have_count(8)
    printed = await page.pdf(path=tmp_path / "badges.pdf", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1
