"""The board in a real browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from axe_playwright_python.async_playwright import Axe
from builder import Cast, ballot, build_event, issue_link, score
from httpx2 import AsyncClient
from playwright.async_api import Browser, Page, WebSocketRoute, async_playwright, expect
from serving import Served, serving

from scoreboard.judging import rounds
from scoreboard.settings import Settings

STAGE = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        await browser.close()


@pytest.fixture
async def served(database_path: str) -> AsyncIterator[Served]:
    async with serving(Settings(database=database_path, language="en")) as served:
        yield served


@pytest.fixture
async def module_page(browser: Browser, served: Served) -> AsyncIterator[Page]:
    """A page on which the board's modules can be imported."""
    cast = await build_event(served.database)
    async with opened_page(browser, f"{served.url}/e/{cast.slug}", STAGE) as page:
        yield page


@asynccontextmanager
async def opened_page(browser: Browser, address: str, viewport: dict[str, int]) -> AsyncIterator[Page]:
    """A board that is drawn and connected; whatever it complains of fails the test."""
    context = await browser.new_context(viewport=viewport)  # type: ignore[arg-type]  # a plain dict will do
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
    )
    await page.clock.install()
    await page.goto(address)
    await page.wait_for_selector("body.scripted")
    yield page
    assert complaints == []
    await context.close()


async def contested(served: Served, **wishes: object) -> Cast:
    cast = await build_event(served.database, judges=3, **{"teams": 5, "minimum_ballots": 2, **wishes})
    for judge in ("J1", "J2"):
        for team, given in (("T1", 8), ("T2", 8), ("T3", 5)):
            await score(served.database, cast, judge, team, given, given)
    await score(served.database, cast, "J1", "T4", 9, 9)
    return cast


def name(place: int) -> str:
    """The selector of the name of the row that stands in a place, from 0."""
    return f'.team-row[style*="--place: {place};"] .name'


@pytest.mark.parametrize(("lang", "first"), [("en", "Sail"), ("ar", "شراع")])
async def test_a_ballot_from_a_phone_moves_a_row(browser: Browser, served: Served, lang: str, first: str) -> None:
    cast = await contested(served)
    link = await issue_link(served.database, cast.judges["J2"])
    async with (
        opened_page(browser, f"{served.url}/e/{cast.slug}?lang={lang}", STAGE) as page,
        AsyncClient(timeout=60, base_url=served.url) as judge,
    ):
        await expect(page.locator(".team-row.awaiting")).to_have_count(2)
        await judge.post("/j", data={"secret": link.secret})
        form = ballot("T4", 10, 9).model_dump(mode="json")
        uuid = form.pop("uuid")
        answer = await judge.put(f"/judge/ballots/{uuid}", json=form)
        assert answer.status_code == 200
        await expect(page.locator(name(0))).to_have_text(first)
        await expect(page.locator('.team-row[data-rank="1"] .total')).to_have_text("92.5")
        await expect(page.locator('.team-row[data-rank="2"] .mark').first).to_have_text("▼1")
        await expect(page.locator("#table-lines tr").first.locator("th")).to_have_text(first)
        await expect(page.locator("#spoken")).not_to_be_empty()


@pytest.mark.parametrize("viewport", [STAGE, PHONE])
async def test_a_rank_that_is_not_sure_has_its_span_beside_it(
    browser: Browser, served: Served, viewport: dict[str, int]
) -> None:
    cast = await contested(served, teams=4, beside="severity")
    for team, given in (("T1", 7), ("T2", 9), ("T3", 1)):
        await score(served.database, cast, "J3", team, given, given)
    async with opened_page(browser, f"{served.url}/e/{cast.slug}?lang=ar", viewport) as page:
        spans = page.locator(".team-row .interval")
        await expect(spans).to_have_text(["1–2", "1–2", "", ""])
        assert [await spans.nth(place).is_visible() for place in range(4)] == [True, True, False, False]
        assert await spans.first.get_attribute("dir") == "ltr"
        said = page.locator("#table-lines tr td:first-child")
        await expect(said.first).to_have_text("1 (بين المركزين \u20681\u2069 و\u20682\u2069)")
        await expect(said.nth(2)).to_have_text("3")


async def test_teams_that_are_equal_share_a_rank_and_those_who_wait_have_none(browser: Browser, served: Served) -> None:
    cast = await contested(served)
    async with opened_page(browser, f"{served.url}/e/{cast.slug}", STAGE) as page:
        assert await page.locator(".rank").all_text_contents() == ["=1", "=1", "3", "—", "—"]
        assert await page.locator(".behind").all_text_contents() == [
            "\u20682\u2069 ballots",
            "\u20682\u2069 ballots",
            "\u20682\u2069 ballots",
            "awaiting \u20682\u2069 more ballots",
            "awaiting \u20681\u2069 more ballot",
        ]
        assert await page.locator(".awaiting .dots i").count() == 4
        assert await page.locator(".awaiting .dots .full").count() == 1


async def test_a_restart_is_told_as_of_when_and_then_the_newest_state_is_there(
    browser: Browser, database_path: str
) -> None:
    settings = Settings(database=database_path, language="en")
    async with serving(settings) as served:
        cast = await contested(served)
        port = int(served.url.rsplit(":", 1)[1])
        context = opened_page(browser, f"{served.url}/e/{cast.slug}", STAGE)
        page = await context.__aenter__()
        moment = page.locator("#moment")
        await expect(moment).to_have_attribute("data-connection", "fine")
    await expect(moment).to_have_attribute("data-connection", "reconnecting")
    as_of = (await page.locator("#as-of").inner_text()).removeprefix("As of ")
    await page.clock.run_for(11_000)
    await expect(moment).to_have_attribute("data-connection", "stale")
    await expect(page.locator("#as-of")).to_have_text(f"Connection lost: as of {as_of}")
    await page.clock.run_for(20_000)
    await expect(moment).to_have_attribute("data-connection", "lost")
    await expect(page.locator(".team-row")).to_have_count(5)
    async with serving(settings, port) as served:
        await score(served.database, cast, "J2", "T4", 10, 10)
        await expect(moment).to_have_attribute("data-connection", "fine", timeout=20_000)
        await expect(page.locator(name(0))).to_have_text("Sail")
        await context.__aexit__(None, None, None)


async def test_a_connection_that_died_in_silence_is_noticed(browser: Browser, served: Served) -> None:
    cast = await contested(served)
    async with opened_page(browser, f"{served.url}/e/{cast.slug}", PHONE) as page:
        await expect(page.locator("#moment")).to_have_attribute("data-connection", "fine")
        await page.context.set_offline(True)  # freezes the socket and tells nobody
        await page.clock.run_for(14_000)
        await expect(page.locator("#moment")).to_have_attribute("data-connection", "stale")
        await page.context.set_offline(False)
        await expect(page.locator("#moment")).to_have_attribute("data-connection", "fine", timeout=20_000)


async def test_a_server_that_says_nothing_is_left_for_a_new_connection(browser: Browser, served: Served) -> None:
    cast = await contested(served)
    connections: list[WebSocketRoute] = []

    def answer(socket: WebSocketRoute) -> None:
        connections.append(socket)
        if len(connections) > 1:  # the first one is accepted, and that is all
            socket.connect_to_server()

    context = await browser.new_context(viewport=STAGE)  # type: ignore[arg-type]  # a plain dict will do
    page = await context.new_page()
    await page.route_web_socket("**/socket?*", answer)
    await page.clock.install()
    await page.goto(f"{served.url}/e/{cast.slug}")
    await page.wait_for_selector("body.scripted")
    await page.clock.run_for(3500)
    await expect(page.locator("#moment")).to_have_attribute("data-connection", "fine")
    assert len(connections) == 2
    await context.close()


NAMES = {"type": "roster", "epoch": "a", "version": 3, "roster": "names 3"}
NUMBERS = {"type": "standings", "epoch": "a", "version": 5, "roster_version": 3, "as_of": "12:05", "standings": "5"}
PULSE = {"type": "heartbeat", "epoch": "a", "version": 5, "as_of": "12:06"}


# What is told after these three, the answer (changed, lost), and what is held then.
THEN: list[tuple[dict[str, object], tuple[bool, bool], tuple[str, str, str]]] = [
    ({**NUMBERS, "version": 6, "as_of": "12:07", "standings": "6"}, (True, False), ("names 3", "6", "12:07")),
    ({**NUMBERS, "version": 4, "standings": "4"}, (False, False), ("names 3", "5", "12:06")),
    ({**NUMBERS, "as_of": "12:00"}, (True, False), ("names 3", "5", "12:06")),
    ({**NUMBERS, "version": 7, "roster_version": 7}, (False, True), ("names 3", "5", "12:06")),
    ({**NUMBERS, "epoch": "b", "version": 1}, (False, True), ("names 3", "5", "12:06")),
    ({**NAMES, "version": 2, "roster": "names 2"}, (False, False), ("names 3", "5", "12:06")),
    ({**PULSE, "as_of": "12:16"}, (False, False), ("names 3", "5", "12:16")),
    ({**PULSE, "version": 4, "as_of": "12:01"}, (False, False), ("names 3", "5", "12:06")),
    ({**PULSE, "version": 6, "as_of": "12:16"}, (False, True), ("names 3", "5", "12:06")),
    ({**PULSE, "epoch": "b", "as_of": "12:16"}, (False, True), ("names 3", "5", "12:06")),
    ({"type": "console", "epoch": "a", "version": 9}, (False, False), ("names 3", "5", "12:06")),
]


async def test_what_is_older_is_ignored_and_a_gap_is_asked_about(module_page: Page) -> None:
    told = await module_page.evaluate(
        """async ([stories]) => {
            const script = document.querySelector('script[type="module"]').src;
            const { Snapshot } = await import(new URL("snapshot.js", script));
            return stories.map((messages) => {
                const snapshot = new Snapshot();
                const { changed, lost } = messages.map((message) => snapshot.take(message)).at(-1);
                return [[changed, lost], [snapshot.roster, snapshot.standings, snapshot.asOf]];
            });
        }""",
        [[[NAMES, NUMBERS, PULSE, then] for then, _answer, _held in THEN]],
    )
    assert told == [[list(answer), list(held)] for _then, answer, held in THEN]


async def test_after_a_restart_the_new_count_is_followed(module_page: Page) -> None:
    again = [{**NAMES, "epoch": "b", "version": 1}, {**NUMBERS, "epoch": "b", "version": 1, "roster_version": 1}]
    told = await module_page.evaluate(
        """async ([messages]) => {
            const script = document.querySelector('script[type="module"]').src;
            const { Snapshot } = await import(new URL("snapshot.js", script));
            const snapshot = new Snapshot();
            return [messages.map((message) => snapshot.take(message).lost), snapshot.resume()];
        }""",
        [[NAMES, NUMBERS, *again]],
    )
    assert told == [[False] * 4, {"type": "resume", "epoch": "b", "version": 1}]


async def test_a_freeze_a_close_and_a_thaw_are_said_in_words(browser: Browser, served: Served) -> None:
    cast = await contested(served)
    said = {}
    async with opened_page(browser, f"{served.url}/e/{cast.slug}", STAGE) as page:
        for step, status in ((rounds.freeze, "frozen"), (rounds.close, "closed"), (rounds.thaw, "preliminary")):
            await served.database.write(step, cast.round_id, "test")
            await expect(page.locator("#status")).to_have_attribute("data-status", status, timeout=20_000)
            said[status] = await page.locator("#status-word").inner_text()
            assert await page.locator("#progress").is_visible() is (status == "preliminary")
    assert said == {"frozen": "Board frozen", "closed": "Judging is over", "preliminary": "Preliminary results"}


async def test_forty_teams_take_turns_below_the_first_three(browser: Browser, served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=40)
    for number, team in enumerate(cast.teams):
        await score(served.database, cast, "J1", team, number % 10, number // 4)
    async with opened_page(browser, f"{served.url}/e/{cast.slug}", STAGE) as page:
        rows = page.locator(".team-row")
        await expect(rows).to_have_count(12)
        seen = set(await page.locator(".team-row .name").all_text_contents())
        pinned = [await page.locator(name(place)).inner_text() for place in range(3)]
        for first, last in ((13, 21), (22, 30), (31, 39), (40, 40), (4, 12)):
            await page.clock.run_for(12_000)
            await expect(page.locator("#page-words")).to_have_text(
                f"Teams \u2068{first}\u2069–\u2068{last}\u2069 of \u206840\u2069"
            )
            seen |= set(await page.locator(".team-row .name").all_text_contents())
            assert [await page.locator(name(place)).inner_text() for place in range(3)] == pinned
        assert len(seen) == 40
    async with opened_page(browser, f"{served.url}/e/{cast.slug}", PHONE) as page:
        await expect(page.locator(".team-row")).to_have_count(40)


async def test_without_scripts_the_board_is_a_table(browser: Browser, served: Served) -> None:
    cast = await contested(served)
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{served.url}/e/{cast.slug}")
    await expect(page.get_by_role("row")).to_have_count(6)
    assert await page.get_by_role("table").is_visible()
    await context.close()


async def test_nothing_in_the_hall_is_too_small_and_nothing_sticks_out(browser: Browser, served: Served) -> None:
    cast = await contested(served, teams=12)
    for lang in ("ar", "en"):
        for viewport in (STAGE, PHONE, {"width": 320, "height": 640}, {"width": 1280, "height": 720}):
            async with opened_page(browser, f"{served.url}/e/{cast.slug}?lang={lang}", viewport) as page:
                await expect(page.locator(".team-row")).to_have_count(12)
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                smallest = await page.evaluate(
                    """Math.min(...[...document.querySelectorAll('body *')]
                        .filter((e) => e.checkVisibility()
                            && !e.closest('#table, .visually-hidden, .skip-link, .language-switch')
                            && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
                        .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""
                )
                assert smallest >= (28 if viewport == STAGE else 15)


@pytest.mark.parametrize("lang", ["ar", "en"])
async def test_axe_finds_nothing(browser: Browser, served: Served, lang: str) -> None:
    cast = await contested(served)
    await build_event(served.database, slug="soon", opened=False)
    found = []
    for viewport in (STAGE, PHONE):
        for slug in (cast.slug, "soon"):
            async with opened_page(browser, f"{served.url}/e/{slug}?lang={lang}", viewport) as page:
                # A row that is still fading in has less contrast than it will have.
                await page.evaluate("Promise.all(document.getAnimations().map((a) => a.finished)).then(() => null)")
                result = await Axe().run(page, options=AXE)
                found += [(slug, fault["id"], fault["nodes"][0]["html"]) for fault in result.response["violations"]]
                if slug == cast.slug:
                    await page.context.set_offline(True)
                    await page.clock.run_for(45_000)
                    result = await Axe().run(page, options=AXE)
                    found += [
                        ("lost", fault["id"], fault["nodes"][0]["html"]) for fault in result.response["violations"]
                    ]
    assert found == []
