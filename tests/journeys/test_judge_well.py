"""What helps a judge to judge well: the own earlier scores, another team beside this one, a question now and then."""

from collections.abc import AsyncIterator

import pytest
from builder import build_event, score
from phones import browsing, choose, open_card, phone_of
from playwright.async_api import Browser, expect
from serving import Served


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def test_own_earlier_scores_stand_beside_each_question(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=2, teams=5)
    for team, impact, quality in (("T1", 8, 5), ("T2", 6, 5), ("T3", 8, 4)):
        await score(served.database, cast, "J1", team, impact, quality)
    await score(served.database, cast, "J2", "T4", 1, 1)  # nobody sees what is another judge's
    phone = await phone_of(served, browser, cast)
    page = await open_card(phone, served, "T5")
    beside = page.locator("#q-impact [data-earlier]")
    await expect(beside.locator("[data-values]")).to_have_text("8 · 8 · 6")
    await beside.locator("summary").click()
    await expect(beside.locator("dl")).to_have_text("8Oasis · Pearl6Marsa")
    await expect(page.locator("#q-quality [data-values]")).to_have_text("5 · 5 · 4")


async def test_few_own_ballots_are_not_compared(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=3)
    for team in ("T1", "T2"):
        await score(served.database, cast, "J1", team, 8, 5)
    phone = await phone_of(served, browser, cast)
    page = await open_card(phone, served, "T3")
    await expect(page.locator("#beside")).to_be_visible()
    await expect(page.locator("[data-earlier]:visible")).to_have_count(0)


async def test_a_team_is_compared_with_another_of_ones_own_while_it_is_scored(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=3)
    await score(served.database, cast, "J1", "T2", 8, 5)
    phone = await phone_of(served, browser, cast)
    page = await open_card(phone, served, "T1")
    beside = page.locator("#beside")
    await beside.locator("summary").click()
    await expect(beside.locator("option")).to_have_text(["Choose a team", "Marsa"])
    await beside.locator("select").select_option("T2")
    await expect(beside.locator("tr")).to_have_text(["CriterionThis teamMarsa", "Impact—8", "Quality—5", "Total—65.0"])
    await choose(page, impact=7, quality=9)
    await expect(beside.locator("tbody tr")).to_have_text(["Impact78", "Quality95", "Total80.065.0"])


async def test_a_question_is_asked_before_a_ballot_is_submitted_and_holds_nobody_up(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database, judges=1, teams=5)
    for team, quality in (("T1", 5), ("T2", 6), ("T3", 7), ("T4", 4)):
        await score(served.database, cast, "J1", team, 8, quality)
    phone = await phone_of(served, browser, cast)
    page = await open_card(phone, served, "T5")
    await choose(page, impact=8)
    await expect(page.locator("#asked")).to_be_hidden()
    await choose(page, quality=5)
    await expect(page.locator("#asked li")).to_have_text(
        ["“\u2068Impact\u2069” has got \u20688\u2069 from you for every team so far. Are they all alike in it?"]
    )
    await page.click("#submit")
    await expect(page.locator("#status")).to_contain_text("Received at")
    await expect(page.locator("#asked")).to_be_hidden()
    await choose(page, impact=1, quality=0)
    await expect(page.locator("#asked li")).to_have_text(
        ["The total of \u20685.0\u2069 is far from your others, around \u206867.5\u2069. Is that what you mean?"]
    )
