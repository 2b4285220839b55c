"""A whole round by the keyboard alone, and nothing that has the focus is lost, unseen or covered."""

from collections.abc import AsyncIterator

import pytest
from builder import build_event, issue_link, score
from looking import SETTLED, WIDE
from phones import PHONE, browsing, phone_of
from playwright.async_api import Browser, Page, ViewportSize, expect
from serving import Served

ENLARGED: ViewportSize = {"width": 320, "height": 256}  # of 1280 x 1024, at 400 %
STOPS = 80  # more than there are on any page

# What is wrong with the focus: it is nowhere, has no ring, or is covered by something else.
LOST = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "the focus is nowhere";
  const ringed = at.closest(".choice, .kind, .team:has(.stretched:focus)") ?? at;
  const { outlineStyle, outlineWidth } = getComputedStyle(ringed);
  const name = at.outerHTML.slice(0, 100);
  if (at.id !== "main" && (outlineStyle === "none" || parseFloat(outlineWidth) < 2)) return `no ring: ${name}`;
  const { left, right, top, bottom } = at.getBoundingClientRect();
  const [from, to] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
  if (to - from < 1 || right < 1 || left > innerWidth - 1) return `out of sight: ${name}`;
  const seen = [0.1, 0.5, 0.9].some((part) => {
    const there = document.elementFromPoint((left + right) / 2, from + part * (to - from));
    return there && (ringed.contains(there) || there.contains(at));
  });
  return seen ? "" : `covered: ${name}`;
}"""


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def focus_is_seen(page: Page) -> None:
    await page.evaluate(SETTLED)
    assert await page.evaluate(LOST) == ""


async def go_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press Tab until that has the focus; at every stop it must be seen."""
    for _ in range(STOPS):
        await page.keyboard.press(key)
        await focus_is_seen(page)
        if await page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no way to {selector}")


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_judge_judges_a_round_by_the_keyboard_alone(served: Served, browser: Browser, language: str) -> None:
    cast = await build_event(served.database, judges=1, teams=7, language=language)
    for key, value in (("T4", 4), ("T5", 5), ("T6", 6), ("T7", 7)):
        await score(served.database, cast, "J1", key, value, value)
    link = await issue_link(served.database, cast.judges["J1"])
    context = await browser.new_context(viewport=PHONE, service_workers="block", reduced_motion="reduce")
    await context.add_cookies([{"name": "language", "value": language, "url": served.url}])
    page = await context.new_page()
    await page.goto(f"{served.url}/j")
    await enter(page, link.code)
    await find_team_3(page)
    # In the direction in which the numbers are drawn, an arrow leads to the next one.
    await fill_card(page, *(("ArrowLeft", "ArrowRight") if language == "ar" else ("ArrowRight", "ArrowLeft")))
    await report_absence(page)
    for team in ("T1", "T2"):
        await score(served.database, cast, "J1", team, 5, 3)
    await page.reload()
    await rank(page)
    await sign(page)


async def enter(page: Page, code: str) -> None:
    await go_to(page, "#code")
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/j/who")
    await go_to(page, "form.stack button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/judge")


async def find_team_3(page: Page) -> None:
    await go_to(page, "#find")
    await page.keyboard.type("3")
    await expect(page.locator("#teams .team:visible")).to_have_count(1)
    await go_to(page, "[data-team=T3] .stretched")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/judge/final/T3")
    await expect(page.locator("#undo")).to_be_visible()


async def fill_card(page: Page, higher: str, lower: str) -> None:
    await go_to(page, '[name="score.impact"]')
    await press(page, "Space", *[higher] * 7, lower)
    await focus_is_seen(page)
    await expect(page.locator('[name="score.impact"]:checked')).to_have_value("6")
    await press(page, "ArrowDown")
    await expect(page.locator('[name="score.impact"]:checked')).to_have_value("7")
    await go_to(page, '[name="score.quality"]')
    await press(page, "Space", higher)
    await go_to(page, "#q-quality button.clear")
    await press(page, "Enter")
    await focus_is_seen(page)
    await press(page, "Space", higher, higher)
    await expect(page.locator('[name="score.quality"]:checked')).to_have_value("2")
    await go_to(page, "#comment")
    await page.keyboard.type("Well built.")
    await go_to(page, "#submit")
    await press(page, "Enter")
    await expect(page.locator("#status")).to_have_attribute("data-state", "received")
    await expect(page.locator("#next")).to_be_focused()
    await focus_is_seen(page)


async def report_absence(page: Page) -> None:
    await press(page, "Enter")
    await page.wait_for_url("**/judge/final/T1")
    await expect(page.locator("#undo")).to_be_visible()
    await go_to(page, "[data-absence] button")
    await press(page, "Enter")
    await page.wait_for_url("**/judge")
    await expect(page.locator("[data-team=T1] [data-state=absent]")).to_be_visible()


async def rank(page: Page) -> None:
    """The last one goes up, and the focus with it, also where it does not go on."""
    await expect(page.locator(".done")).to_be_visible()
    await go_to(page, "[data-view=own]")
    await press(page, "Space")
    await focus_is_seen(page)
    rows = page.locator("#teams .team")
    last = await rows.last.get_attribute("data-team") or ""
    await go_to(page, f'[data-team={last}] [data-step="-1"]')
    for _ in range(7):
        await press(page, "Enter")
        await focus_is_seen(page)
    await expect(rows.first).to_have_attribute("data-team", last)
    await go_to(page, "#by-totals", "Shift+Tab")
    await press(page, "Enter")
    await focus_is_seen(page)


async def sign(page: Page) -> None:
    """With PINs that differ first, which is said beside the field that then has the focus."""
    await go_to(page, "#review", "Shift+Tab")
    await press(page, "Enter")
    await page.wait_for_url("**/judge/review")
    await go_to(page, "#pin")
    await page.keyboard.type("4321")
    await press(page, "Tab")
    await page.keyboard.type("1234")
    await press(page, "Enter")
    await expect(page.locator("#signature #problem")).to_be_visible()
    await expect(page.locator("#pin")).to_be_focused()
    await focus_is_seen(page)
    await page.keyboard.type("4321")
    await press(page, "Tab")
    await page.keyboard.type("4321")
    await press(page, "Tab", "Enter")
    await expect(page.locator("#signed")).to_be_visible()


@pytest.mark.parametrize("size", [ENLARGED, {"width": 320, "height": 480}, PHONE], ids=["400 %", "small", "phone"])
async def test_bars_that_stand_still_cover_nothing_that_has_the_focus(
    served: Served, browser: Browser, size: ViewportSize
) -> None:
    cast = await build_event(served.database, judges=1, teams=6, criteria=4, visit_minutes=8)
    for team in ("T2", "T3", "T4", "T5"):
        await score(served.database, cast, "J1", team, 4, 5, 6, 7)
    page = await (await phone_of(served, browser, cast)).new_page()
    await page.set_viewport_size(size)
    for path, first, last in (
        ("/judge/final/T1", ".back", "footer *, .language-switch button"),
        ("/judge", ".skip-link", "#sign-out button"),
        ("/judge/review", ".back", "#signature button, main a:last-of-type"),
    ):
        await page.goto(served.url + path)
        await expect(page.locator("main")).to_be_visible()
        await page.locator("body").press("Tab")
        await go_to(page, last)
        await go_to(page, first, "Shift+Tab")
        assert await page.evaluate(WIDE) == []
