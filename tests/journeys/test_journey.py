"""The main job in real browsers: a judge scores on a phone, and the big screen moves."""

import pytest
from builder import build_event, issue_link, score
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect
from serving import Served

from scoreboard.judging import rounds

PHONE = ViewportSize(width=390, height=844)
SCREEN = ViewportSize(width=1920, height=1080)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


async def board(browser: Browser, served: Served, slug: str, language: str) -> Page:
    context = await browser.new_context(viewport=SCREEN, locale="ar-QA" if language == "ar" else "en-GB")
    page = await context.new_page()
    await page.goto(f"{served.url}/e/{slug}?lang={language}")
    return page


@pytest.mark.parametrize(
    ("language", "yes", "submit", "received"),
    [("en", "Yes, that is me", "Submit", "Received"), ("ar", "نعم، أنا", "إرسال", "استُلمت")],
)
async def test_a_judge_scores_on_a_phone_and_the_board_changes(
    served: Served, chromium: str, language: str, yes: str, submit: str, received: str
) -> None:
    cast = await build_event(served.database, judges=2, teams=3, criteria=2, language=language)
    await score(served.database, cast, "J2", "T1", 5, 5)
    await score(served.database, cast, "J2", "T2", 7, 7)
    link = await issue_link(served.database, cast.judges["J1"])
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        screen = await board(browser, served, cast.slug, language)
        first = screen.locator(".team-row[data-rank='1']")
        await expect(first).to_contain_text("70.0")

        context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
        phone = await context.new_page()
        await phone.goto(f"{served.url}/j#{link.secret}")
        assert link.secret not in phone.url
        await phone.get_by_role("button", name=yes).click()
        await phone.wait_for_url("**/judge")
        await phone.locator("a[href$='/judge/final/T1']").first.click()
        assert await phone.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        for criterion in ("impact", "quality"):
            await phone.locator(f"label:has(input[type=radio][name*='{criterion}'][value='10'])").click()
        await phone.get_by_role("button", name=submit).click()
        await expect(phone.get_by_text(received).first).to_be_visible()

        await expect(first).to_contain_text("75.0")
        await expect(first).to_contain_text("Oasis" if language == "en" else "واحة")
        await browser.close()
    assert (await served.database.read(rounds.current_round, cast.event_id)) is not None
