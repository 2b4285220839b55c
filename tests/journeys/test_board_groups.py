"""The board in a real browser where not all teams can be compared."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from builder import Cast, build_event, score
from playwright.async_api import Browser, Page, async_playwright, expect
from serving import Served
from sqlmodel import Session
from visitors import store_organiser

from scoreboard.judging import decisions
from scoreboard.judging.results import contest
from scoreboard.models import Round

STAGE = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(browser: Browser, address: str, viewport: dict[str, int] | None = None) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport=viewport or STAGE)  # type: ignore[arg-type]  # a plain dict will do
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(address)
    await page.wait_for_selector("body.scripted")
    yield page
    assert complaints == []
    await context.close()


async def rooms(served: Served, *, rooms: int = 3, teams: int = 12, rule: str = "severity") -> Cast:
    """An event whose judges and teams are in rooms, two judges in each, and all ballots but the last judge's last."""
    cast = await build_event(served.database, judges=2 * rooms, teams=teams, rule=rule)
    judges, names = list(cast.judges), list(cast.teams)

    def excuse(session: Session) -> None:
        for j, judge in enumerate(judges):
            for t, team in enumerate(names):
                if j // 2 != t * rooms // teams:
                    decisions.skip(session, cast.round_id, judge, team, "another room", "x")

    await served.database.write(excuse)
    for j, judge in enumerate(judges):
        for t, team in enumerate(names):
            if j // 2 == t * rooms // teams and (judge, team) != (judges[-1], names[-1]):
                await score(served.database, cast, judge, team, 9 - t % 5, 7 - j % 2)
    return cast


async def accept(served: Served, cast: Cast) -> None:
    def take(session: Session) -> None:
        seen = contest(session, session.get_one(Round, cast.round_id)).groups().fingerprint
        decisions.accept_groups(session, cast.round_id, seen, "drawn by lot", "organiser:olga")

    await served.database.write(take)


@pytest.mark.parametrize(
    ("lang", "heading", "note"),
    [
        ("en", "Group 2 of 3: teams judged by the same judges", "no overall winner"),
        ("ar", "المجموعة 2 من 3: فرق يجمعها محكّمون مشتركون", "ولا يوجد فائز عام"),
    ],
)
async def test_groups_that_cannot_be_compared_stand_side_by_side(
    browser: Browser, served: Served, lang: str, heading: str, note: str
) -> None:
    cast = await rooms(served)
    async with opened(browser, f"{served.url}/e/{cast.slug}?lang={lang}") as page:
        headings = await page.locator(".group-heading").all_inner_texts()
        assert [text.replace("\u2068", "").replace("\u2069", "") for text in headings][1] == heading
        assert note in await page.locator("#linkage").inner_text()
        assert await page.locator(".team-row").count() == 12
        ranks = [text.replace("=", "") for text in await page.locator(".team-row .rank").all_inner_texts()]
        assert ranks.count("1") >= 3
        # No heading or row covers another, and none sticks out of the window.
        boxes = [await each.bounding_box() for each in await page.locator(".rows > li").all()]
        assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 1920 for box in boxes)
        assert all(box is not None and box["y"] + box["height"] <= 1080 - 60 for box in boxes)
        corners = {(round(box["x"]), round(box["y"])) for box in boxes if box}
        assert (len(corners), len({x for x, _y in corners})) == (15, 2)


async def test_the_table_for_readers_has_a_part_for_each_group(browser: Browser, served: Served) -> None:
    cast = await rooms(served)
    async with opened(browser, f"{served.url}/e/{cast.slug}", PHONE) as page:
        drawn = await page.locator("#table-lines tr.group-row th").all_inner_texts()
        assert len(drawn) == 3
        context = await browser.new_context(java_script_enabled=False)
        plain = await context.new_page()
        await plain.goto(f"{served.url}/e/{cast.slug}")
        written = await plain.locator("#table-lines tr.group-row th").all_inner_texts()
        assert [clean(text) for text in written] == [clean(text) for text in drawn]
        assert await plain.locator("#linkage").is_visible()
        await context.close()


def clean(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


async def test_an_acceptance_makes_one_ranking_at_once_and_says_what_it_rests_on(
    browser: Browser, served: Served
) -> None:
    cast = await rooms(served)
    async with opened(browser, f"{served.url}/e/{cast.slug}") as page:
        await expect(page.locator(".group-heading")).to_have_count(3)
        await accept(served, cast)
        await expect(page.locator(".group-heading")).to_have_count(0)
        await expect(page.locator("#linkage-words")).to_contain_text("accepted on record")
        await expect(page.locator('.team-row[data-rank="1"]')).to_have_count(1)
        # From a table of its own into the common one is no move up or down.
        assert set(await page.locator(".mark").all_inner_texts()) == {""}


async def test_ballots_that_join_the_teams_end_the_note(browser: Browser, served: Served) -> None:
    cast = await build_event(served.database, judges=2, teams=2, rule="severity")
    await score(served.database, cast, "J1", "T1", 5, 5)
    await score(served.database, cast, "J2", "T2", 6, 6)
    async with opened(browser, f"{served.url}/e/{cast.slug}") as page:
        await expect(page.locator("#linkage-words")).to_contain_text("plain mean for now")
        await score(served.database, cast, "J1", "T2", 3, 5)
        await score(served.database, cast, "J2", "T1", 6, 3)
        await expect(page.locator("#linkage")).to_be_hidden()


@pytest.mark.parametrize("viewport", [STAGE, PHONE], ids=["stage", "phone"])
@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_axe_finds_nothing(browser: Browser, served: Served, lang: str, viewport: dict[str, int]) -> None:
    cast = await rooms(served)
    async with opened(browser, f"{served.url}/e/{cast.slug}?lang={lang}", viewport) as page:
        found = await Axe().run(page, options=AXE)
        assert [violation["id"] for violation in found.response["violations"]] == []


def lines(*sizes: int, alone: int = 0) -> list[dict[str, Any]]:
    """Lines of groups of these sizes, and of so many teams in no group."""
    groups = [*(number for number, size in enumerate(sizes, 1) for _ in range(size)), *([None] * alone)]
    return [{"group": group, "name": str(at)} for at, group in enumerate(groups)]


LAYOUT = """async ([lines, stage]) => {
    const script = document.querySelector('script[type="module"]').src;
    const { layOut } = await import(new URL("layout.js", script));
    return layOut(lines, stage);
}"""


async def columns(page: Page, lines_: list[dict[str, Any]], *, stage: bool = True) -> list[list[list[str]]]:
    """What stands in each column of each page, from the top: `G` and a number for a heading, a number for a line."""
    told = []
    for found in await page.evaluate(LAYOUT, [lines_, stage]):
        drawn: dict[int, dict[int, str]] = {}
        for entry in found["entries"]:
            text = entry["line"]["name"] if "line" in entry else f"G{entry['group'] or ''}"
            assert entry["place"] not in drawn.setdefault(entry["column"], {})
            drawn[entry["column"]][entry["place"]] = text
        assert all(sorted(column) == list(range(len(column))) for column in drawn.values())
        assert max(map(len, drawn.values())) <= found["places"]
        told.append([[column[place] for place in sorted(column)] for _number, column in sorted(drawn.items())])
    return told


async def test_the_layout_keeps_tables_whole_and_loses_nobody(browser: Browser, served: Served) -> None:
    cast = await build_event(served.database)
    async with opened(browser, f"{served.url}/e/{cast.slug}") as page:
        assert await columns(page, lines(2, 2)) == [[["G1", "0", "1"], ["G2", "2", "3"]]]
        assert await columns(page, lines(2, 1, alone=2)) == [[["G1", "0", "1", "G2", "2"], ["G", "3", "4"]]]
        assert await columns(page, lines(2, 2), stage=False) == [[["G1", "0", "1", "G2", "2", "3"]]]
        one = [[line["name"] for line in lines(alone=12)]]
        assert await columns(page, lines(alone=12)) == [one]
        long = await columns(page, lines(20, 3))
        assert [[len(column) for column in found] for found in long] == [[11, 11], [4]]
        assert [column[0] for found in long for column in found] == ["G1", "G1", "G2"]
        for sizes in ([11, 11], [12, 12], [4, 4, 4], [30, 1], [1] * 30, [5, 7, 9, 11, 13]):
            for stage in (True, False):
                seen = await columns(page, lines(*sizes), stage=stage)
                names = [text for found in seen for column in found for text in column if not text.startswith("G")]
                assert names == [str(at) for at in range(sum(sizes))]
                assert all(len(found) <= (2 if stage else 1) for found in seen)
                assert not stage or all(len(column) <= 12 for found in seen for column in found)
                headed = {text for found in seen for column in found for text in column if text.startswith("G")}
                assert headed == {f"G{number}" for number in range(1, len(sizes) + 1)}
                assert all(column[0].startswith("G") and not column[-1].startswith("G") for f in seen for column in f)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_console_leads_to_the_groups_and_their_acceptance(
    browser: Browser, served: Served, language: str
) -> None:
    cast = await rooms(served)
    token = await served.database.write(store_organiser, "olga")
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    for name, value in (("console", token), ("language", language)):
        await context.add_cookies([{"name": name, "value": value, "url": served.url}])
    page = await context.new_page()
    address = f"/console/e/{cast.slug}/rounds/final/groups"
    await page.goto(f"{served.url}/console/e/{cast.slug}")
    await page.locator(f'a.button[href="{address}"]').click()
    await page.locator("#reason").fill("Drawn by lot")
    assert (await Axe().run(page, options=AXE)).response["violations"] == []
    await page.locator("form.stack button").click()
    await expect(page.locator("q")).to_have_text("Drawn by lot")
    assert (await Axe().run(page, options=AXE)).response["violations"] == []
    await page.locator("form.stack button").click()
    await expect(page.locator("#reason")).to_be_visible()
    await context.close()
