"""The judge's pages as machines can see them: accessible, wide enough, with targets for a thumb."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from builder import build_event, score
from phones import browsing, choose, open_card, phone_of, visited
from playwright.async_api import Browser, Page, expect
from serving import Served

from scoreboard.judging import rounds
from scoreboard.judging.reports import absences

SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}}
DRAWN = "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
# Where a whole card leads somewhere, the card is the target.
SMALL = """[...document.querySelectorAll(
    'a, button, .choice, summary, textarea, [type=text], [type=search], [type=password]')]
  .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.closest('.skip-link'))
  .map(each => [each.outerHTML.slice(0, 80), (each.matches('.stretched') ? each.closest('.card') : each)])
  .map(([html, target]) => [html, target.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44).map(([html]) => html)"""


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def looked_at(page: Page) -> list[object]:
    """Faults that a machine sees: of accessibility, of size, of width."""
    faults: list[object] = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour on its way to another
        await page.evaluate(DRAWN)
        found = await Axe().run(page, options=RULES)
        faults += [(scheme, each["id"], each["nodes"][0]["target"]) for each in found.response["violations"]]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append("too wide")
    return [*faults, *await page.evaluate(SMALL)]


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("language", ["ar", "en"])
async def test_every_page_is_for_everybody(served: Served, browser: Browser, language: str, width: int) -> None:
    cast = await build_event(served.database, teams=3, criteria=2, conflicts=(("J1", "T3"),), language=language)
    context = await phone_of(served, browser, cast)
    page = await context.new_page()
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto(f"{served.url}/j")
    assert await looked_at(page) == []
    await page.locator("#code").fill("0000-0000")
    await page.locator("#with-code button").click()
    assert await looked_at(page) == []
    for path in ("/judge", "/judge/final/T1", "/judge/final/T3"):
        await page.goto(served.url + path)
        assert await looked_at(page) == []
    await page.goto(f"{served.url}/judge/final/T1")
    await choose(page, impact=7)
    await page.locator("#submit").click()
    assert await looked_at(page) == []
    await score(served.database, cast, "J1", "T1", 3, 8)
    await choose(page, quality=9)
    await page.locator("#submit").click()
    await expect(page.locator("#compare")).to_be_visible()
    assert await looked_at(page) == []
    await served.database.write(rounds.close, cast.round_id, "test")
    await page.reload()
    assert await looked_at(page) == []


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", ["ar", "en"])
async def test_what_a_card_says_in_the_hall_is_for_everybody(
    served: Served, browser: Browser, language: str, width: int
) -> None:
    cast = await build_event(served.database, teams=3, language=language, visit_minutes=8)
    await served.database.write(absences.report, cast.judges["J1"], "final", "T2")
    context = await phone_of(served, browser, cast)
    page = await open_card(context, served, "T2")
    await page.set_viewport_size({"width": width, "height": 800})
    assert await looked_at(page) == []
    await page.goto(f"{served.url}/judge/final/T1")
    await page.locator("#timer [data-start]").first.click()
    await page.locator("[data-skip]").click()
    await expect(page.locator(".later:visible")).to_have_count(1)
    assert await looked_at(page) == []
    await page.goto(f"{served.url}/judge/final/T1")
    await expect(page.locator("[data-running]")).to_be_visible()
    assert await looked_at(page) == []
    await page.goto(f"{served.url}/judge/final/T1/recusal")
    assert await looked_at(page) == []


# What the notices are that no test has at once.
SHOW_ALL = "for (const id of ['portal', 'update', 'unreached']) document.getElementById(id).hidden = false"


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", ["ar", "en"])
async def test_every_page_without_a_network_is_for_everybody(
    served: Served, browser: Browser, language: str, width: int
) -> None:
    cast = await build_event(served.database, teams=2, criteria=2, language=language)
    await score(served.database, cast, "J1", "T2", 3, 8)
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await page.set_viewport_size({"width": width, "height": 800})
    await context.set_offline(True)
    await page.reload()
    await expect(page.locator("#teams .team")).to_have_count(2)
    assert await looked_at(page) == []
    await page.goto(f"{served.url}/judge/final/T1")
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await page.evaluate(SHOW_ALL)
    assert await looked_at(page) == []
    await context.set_offline(False)
    await served.database.write(rounds.close, cast.round_id, "test")
    async with page.expect_response("**/judge/bundle?*"):
        await page.goto(f"{served.url}/judge")
    await expect(page.locator("#phase")).to_contain_text({"ar": "أُغلق", "en": "closed"}[language])
    await page.goto(f"{served.url}/judge/final/T2")
    await expect(page.locator("#answers")).to_be_visible()
    assert await looked_at(page) == []


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", ["ar", "en"])
async def test_the_list_in_each_of_its_states_is_for_everybody(
    served: Served, browser: Browser, language: str, width: int
) -> None:
    cast = await build_event(served.database, judges=1, teams=6, language=language)
    for n, team in enumerate(cast.teams):
        await score(served.database, cast, "J1", team, 5, n)
    page = await (await phone_of(served, browser, cast)).new_page()
    await page.goto(f"{served.url}/judge")
    await page.set_viewport_size({"width": width, "height": 800})
    await expect(page.locator(".done")).to_be_visible()
    await page.locator("[data-view=own]").click()  # there when the page knows what the server knows
    await page.locator('[data-team="T1"] [data-step="-1"]').click()
    await expect(page.locator(".doubt")).to_be_visible()
    await page.wait_for_function("() => document.getAnimations().length === 0")
    await page.evaluate("document.getElementById('not-yours').hidden = false")
    assert await looked_at(page) == []
    await page.locator("#find").fill("3")
    assert await looked_at(page) == []
