"""The second verifier in a real browser, as judges and teams open it: from a disk, and from the server."""

import gzip
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from forgeries import forgeries
from playwright.async_api import Browser, Page, async_playwright, expect
from recorded import Lived, live, small_event
from serving import Served
from tampering import Book

from scoreboard.assets import asset_dir
from scoreboard.exchange.record import RecordFile
from scoreboard.judging.verification.outside import Outside, note_from
from scoreboard.judging.verification.verify import Verification

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
FILE = asset_dir("static") / "verify.html"


@dataclass(frozen=True)
class Answer:
    """What the page says of a record: its state, and the first bad entry."""

    state: str
    first: str


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


@asynccontextmanager
async def opened(browser: Browser, address: str, viewport: dict[str, int] = DESK) -> AsyncIterator[Page]:
    """The page; whatever it complains of, and whatever it asks the network for, fails the test."""
    context = await browser.new_context(viewport=viewport)  # type: ignore[arg-type]  # a plain dict will do
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    await page.goto(address)
    page.on("request", lambda request: complaints.append(f"asked for {request.url}"))
    yield page
    await context.close()
    assert complaints == []


async def answer(page: Page, content: str | bytes, outside: str = "", pinned: str = "") -> Answer:
    """Give the page a record and wait for what it says."""
    content = content.encode() if isinstance(content, str) else content
    await page.locator("#note").evaluate("(field, text) => { field.value = text; }", outside)
    await page.locator("#pinned").evaluate("(field, text) => { field.value = text; }", pinned)
    await page.set_input_files("#file", {"name": "r.ndjson", "mimeType": "text/plain", "buffer": content})
    verdict = page.locator("#verdict")
    await expect(verdict).to_be_visible(timeout=30_000)
    state, first = await verdict.evaluate("card => [card.dataset.state, card.dataset.first]")
    return Answer(state, first)


def by_command(path: Path, outside: str = "") -> Answer:
    """What the command says of the same."""
    with RecordFile(path) as record:
        kept = Outside(record.heading.key, [note_from(outside)] if outside else [])
        verdict = Verification(record.heading, outside=kept).of(record.items())
    first = verdict.first
    return Answer("good" if verdict.intact else "bad", str(first.sequence or "") if first else "")


async def test_both_verifiers_agree_on_every_forgery(
    browser: Browser, genuine: Lived, another: Lived, tmp_path: Path
) -> None:
    path = tmp_path / "forged.ndjson"
    async with opened(browser, FILE.as_uri()) as page:
        assert await answer(page, genuine.record()) == Answer("good", "")
        differing = {}
        for forgery in forgeries(genuine.record(), another.record(), genuine.key):
            for outside in {"", forgery.outside}:
                path.write_text(forgery.text, encoding="utf-8", newline="")
                said, expected = await answer(page, forgery.text, outside), by_command(path, outside)
                if said != expected or (said.state == "bad") != (forgery.told or bool(outside)):
                    differing[forgery.name, outside] = (said, expected)
    assert differing == {}


async def test_both_verifiers_agree_on_damage_anywhere(browser: Browser, genuine: Lived, tmp_path: Path) -> None:
    content, luck = genuine.record().encode(), random.Random(11)
    start = content.index(b"\n") + 1
    path = tmp_path / "damaged.ndjson"
    differing = []
    async with opened(browser, FILE.as_uri()) as page:
        for _ in range(60):
            damaged = bytearray(content)
            damaged[luck.randrange(start, len(content))] ^= 1 << luck.randrange(8)
            path.write_bytes(damaged)
            said, expected = await answer(page, bytes(damaged)), by_command(path)
            differing += [(said, expected)] if said != expected or said.state != "bad" else []
    assert differing == []


async def test_a_packed_record_is_read_and_its_result_shown(browser: Browser, genuine: Lived) -> None:
    text = genuine.record()
    async with opened(browser, f"{FILE.as_uri()}?lang=en", PHONE) as page:
        packed = gzip.compress(text.encode())
        assert await answer(page, packed) == Answer("good", "")
        places = await page.locator("#details tbody tr td:first-child").all_inner_texts()
        assert places == [str(line["rank"]) for line in Book(text).runs()[1]["standings"]["standings"]]
        await expect(page.get_by_text("Computed again from the ballots: the same.")).to_be_visible()
        await expect(page.get_by_text("No checkpoint from outside was given.")).to_be_visible()
        assert (await answer(page, packed[:-300])).state == "bad"
        assert (await answer(page, b"hello")).state == "unusable"


async def test_a_result_by_a_model_rule_is_said_to_be_computed_elsewhere(browser: Browser, tmp_path: Path) -> None:
    lived = await live(tmp_path / "event", form=small_event("severity"))
    async with opened(browser, f"{FILE.as_uri()}?lang=en") as page:
        assert await answer(page, lived.record()) == Answer("good", "")
        methods = {run["standings"]["method"] for run in Book(lived.record()).runs()}
        if methods == {"severity"}:
            await expect(page.get_by_text("scoreboard verify")).to_be_visible()


async def test_a_checkpoint_and_a_key_from_outside_are_asked_for(browser: Browser, genuine: Lived) -> None:
    text = genuine.record()
    notes = [note["checkpoint"] for note in Book(text).notes()]
    async with opened(browser, f"{FILE.as_uri()}?lang=en") as page:
        mailed = "> Kept for you:\r\n\r\n" + "\r\n".join(f"  {line}" for line in "\n".join(notes).split("\n"))
        assert await answer(page, text, mailed, genuine.key.public.upper()) == Answer("good", "")
        await expect(page.get_by_text("4 checkpoints from outside agree")).to_be_visible()
        assert (await answer(page, text, "", "ab" * 32)).state == "bad"
        assert (await answer(page, text, "", "abc")).state == "unusable"
        assert (await answer(page, text, "something else")).state == "unusable"


async def test_signatures_are_checked_by_hand_where_the_browser_cannot(browser: Browser, genuine: Lived) -> None:
    book = Book(genuine.record())
    forged = book.copy()
    note = forged.notes()[0]
    note["checkpoint"] = (
        note["checkpoint"][:-30] + ("A" if note["checkpoint"][-30] != "A" else "B") + note["checkpoint"][-29:]
    )
    context = await browser.new_context()
    page = await context.new_page()
    await page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });")
    await page.goto(FILE.as_uri())
    assert await page.evaluate("crypto.subtle === undefined")
    assert await answer(page, book.text()) == Answer("good", "")
    assert await answer(page, forged.text()) == Answer("bad", "")
    await context.close()


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
async def test_the_page_is_for_everybody(
    language: str, viewport: dict[str, int], browser: Browser, genuine: Lived
) -> None:
    forged = Book(genuine.record())
    del forged.items[9]
    async with opened(browser, f"{FILE.as_uri()}?lang={language}", viewport) as page:
        await page.locator("summary").click()
        for content in ("", genuine.record(), forged.text()):
            if content:
                await answer(page, content)
            found = await Axe().run(page, options=AXE)
            assert found.violations_count == 0, found.generate_report()
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
        await page.locator("#language").click()
        assert await page.evaluate("document.documentElement.lang") == ("en" if language == "ar" else "ar")


async def test_the_served_page_works_under_its_policy(browser: Browser, served: Served, genuine: Lived) -> None:
    async with opened(browser, f"{served.url}/verify") as page:
        assert await answer(page, genuine.record()) == Answer("good", "")
