"""Hostile texts as every name, comment and reason, on every page there is, in a real browser: nothing runs, and all of
it is shown as it was given, without turning the direction of what stands around it."""

import gzip
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from builder import issue_link
from hostile import MARKUP
from hostile_events import (
    GUEST,
    NAMES,
    RECUSED,
    Siege,
    accept,
    described,
    finalise,
    lay_siege,
    propose,
    refused,
    store_names,
    through_files,
)
from hostile_events import shown as shown_as
from phones import browsing, sign_in
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, expect
from serving import Served
from starlette.routing import Route as Address
from visitors import store_organiser

from scoreboard.app import routes
from scoreboard.exchange.folder.files import SHORT
from scoreboard.judging.setup import roster
from scoreboard.judging.staff.organisers import LONGEST_NAME
from scoreboard.web.templating import Static

SIEGES = 4
LANGUAGES = ("en", "ar")
AGENT = "<script>alert(1)</script> (iPhone) Safari/"  # what a device says that it is
CONSOLE = "/console/e/{slug}"
ALL = frozenset(range(SIEGES))
NONE: frozenset[int] = frozenset()
APART = frozenset({2})
# Where each address that answers with a page is looked at: with which query, and at which of the events every text of
# the event is on it.
STRANGERS = {
    "/e/{slug}": [("", ALL), ("?screen=1", ALL)],
    "/j": [("", NONE)],
    "/console/sign-in": [("?back=/console", NONE)],
    "/console/sign-in/code": [("", NONE)],
    "/console/enter": [("", NONE)],
    "/console/outside": [("", NONE)],
    "/console/outside/back": [("?code=x&state=y", NONE)],
}
JUDGES = {
    "/judge": [("", ALL - APART)],
    "/judge/devices": [("", NONE)],
    "/judge/{round}/{team}": [("", ALL)],
    "/judge/{round}/{team}/recusal": [("", NONE)],
    "/judge/review": [("", NONE)],
}
STAFF = {
    "/console/confirm": [("", NONE)],
    "/console/confirm/outside": [("", NONE)],
    "/console/account": [("", NONE)],
    "/console/account/connect": [("", NONE)],
    "/console/account/password": [("", NONE)],
    "/console/account/factor": [("", NONE)],
    CONSOLE: [("", ALL)],
    f"{CONSOLE}/live": [("", ALL)],
    f"{CONSOLE}/rounds/{{key}}/close": [("", NONE)],
    f"{CONSOLE}/rounds/{{key}}/finalise": [("", NONE)],
    f"{CONSOLE}/rounds/{{key}}/groups": [("", APART)],
    f"{CONSOLE}/rounds/{{key}}/assignments": [("?judge=J4&team=T4", NONE)],
    f"{CONSOLE}/rounds/{{key}}/reports": [("", NONE)],
    f"{CONSOLE}/rounds/{{key}}/sheets": [("?judge=J1", NONE)],
    f"{CONSOLE}/rounds/{{key}}/desk": [("?find=T", NONE)],
    f"{CONSOLE}/rounds/{{key}}/desk/{{judge}}/{{team}}": [("", NONE)],
    f"{CONSOLE}/result": [("?wait", ALL)],
    f"{CONSOLE}/result/safety": [("", NONE)],
    f"{CONSOLE}/result/judges": [("", NONE)],
    f"{CONSOLE}/result/questions": [("", NONE)],
    f"{CONSOLE}/result/why": [("?one=T3&other=T4", NONE)],
    f"{CONSOLE}/judges": [("", ALL)],
    f"{CONSOLE}/judges/{{key}}": [("", NONE)],
    f"{CONSOLE}/judges/{{key}}/link": [("", NONE)],
    f"{CONSOLE}/rounds/{{key}}/late": [("", NONE)],
    f"{CONSOLE}/server": [("", NONE)],
    f"{CONSOLE}/server/live": [("", NONE)],
    f"{CONSOLE}/teams": [("", ALL)],
    f"{CONSOLE}/teams/{{key}}": [("", NONE)],
    f"{CONSOLE}/signs": [("", NONE)],
    f"{CONSOLE}/ledger": [("", ALL - APART), ("?before=100", NONE)],
    f"{CONSOLE}/screens": [("", NONE)],
    f"{CONSOLE}/people": [("", NONE)],
}
ELSEWHERE = {
    "/",
    "/console",
    "/verify",
    f"{CONSOLE}/rounds/{{key}}/papers/{{uuid:uuid}}",
}  # which have tests of their own below
NO_PAGES = {
    "/healthz",
    "/readyz",
    "/judge/bundle",
    "/judge/empty",
    "/judge/worker.js",
    "/judge/manifest.webmanifest",
    "/judge/find",
    "/e/{slug}/standings.json",
    "/e/{slug}/state.json",
    "/e/{slug}/stream",
    f"{CONSOLE}/record",
}

# What is on a page: the known texts that some element shows and nothing else, those that stand loose among other words
# or could turn what is around them, and words of our own that are not drawn from their first letter to the last.
LOOK = """texts => {
  const known = new Set(texts);
  const long = texts.filter(text => text.length > 5).sort((one, other) => other.length - one.length);
  const shown = new Set(), loose = new Set(), turned = new Set();
  const isolated = element => {
    const style = getComputedStyle(element);
    if (style.unicodeBidi !== "normal" && style.unicodeBidi !== "embed") return true;
    if (!style.display.startsWith("inline") || style.display === "inline-block") return true;
    return element.childNodes.length === 1 && element.parentElement.childNodes.length === 1
      && isolated(element.parentElement);
  };
  const place = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getClientRects()[0];
  };
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (parent.matches("script, style, title, code bdi")) continue;  // the last holds a name as a shell wants it
    if (known.has(node.data)) {
      shown.add(node.data);
      if (parent.childNodes.length !== 1 || !isolated(parent)) loose.add(node.data);
      continue;
    }
    if (long.some(text => node.data.includes(text))) {
      const rest = long.reduce((rest, text) => rest.replaceAll(`\\u2068${text}\\u2069`, ""), node.data);
      for (const text of long) if (rest.includes(text)) loose.add(`${text} in ${node.data}`);
    }
    const word = /[A-Za-z\\u0621-\\u064a]{3,}/.exec(node.data);
    if (!word) continue;
    const first = place(node, word.index), last = place(node, word.index + word[0].length - 1);
    if (!first || !last || first.top !== last.top || !first.width || !last.width) continue;
    const backwards = first.left > last.left;
    if (backwards !== /[\\u0621-\\u064a]/.test(word[0])) turned.add(`${word[0]} in ${node.data}`);
  }
  for (const field of document.querySelectorAll("input, textarea")) if (known.has(field.value)) shown.add(field.value);
  return { shown: [...shown], loose: [...loose], turned: [...turned] };
}"""


@dataclass
class Guard:
    """What a browser does that it should not: run something, ask somebody else, report what it held back."""

    home: str
    caught: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Look at every page of a browser."""
        context.on("dialog", self.asked)
        context.on("console", self.complained)
        context.on("weberror", lambda error: self.caught.append(f"failed: {error.error}"))
        context.on("request", self.went)

    async def asked(self, dialog: Dialog) -> None:
        self.caught.append(f"ran: {dialog.message} at {dialog.page and dialog.page.url}")
        await dialog.dismiss()

    def complained(self, message: ConsoleMessage) -> None:
        # Some pages are refused, which browsers write down, too.
        if message.type == "error" and not re.match("Failed to load resource: .* status of 4", message.text):
            self.caught.append(f"complained: {message.text}")

    def went(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")) or "/reports/" in request.url:
            self.caught.append(f"asked for: {request.url}")


@dataclass
class Visitor:
    """A browser, and what was found on the pages that it looked at."""

    page: Page
    guard: Guard
    home: str
    found: list[str] = field(default_factory=list)

    async def look(self, texts: Sequence[str], where: str) -> set[str]:
        """What of the texts is shown on the page as it is now."""
        seen = await self.page.evaluate(LOOK, list(texts))
        for kind in ("loose", "turned"):
            self.found += [f"{kind} at {where}: {text!r}" for text in seen[kind]]
        return set(seen["shown"])

    async def visit(self, address: str, siege: Siege, *, every: bool) -> set[str]:
        """Open a page and look at it."""
        await self.page.goto(self.home + address)
        return await self.see(address, siege, every=every)

    async def see(self, where: str, siege: Siege, *, every: bool) -> set[str]:
        """Look at the page as it is now."""
        seen = await self.look([*siege.all(), siege.remarks, siege.comment, siege.note, siege.told], where)
        # The first two teams no longer compete, so that a ranking does not name them.
        due = siege.all() - ({siege.at(0), siege.at(1)} if "/result" in where else set())
        if every:
            self.found += [f"missing at {where}: {text!r}" for text in sorted(due - seen)]
        return seen

    def end(self) -> None:
        """Hold what was found against nothing."""
        assert (self.found, self.guard.caught) == ([], [])


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


@asynccontextmanager
async def visiting(
    served: Served, browser: Browser, language: str = "en", *, console: str = "", secret: str = ""
) -> AsyncIterator[Visitor]:
    """A browser that is watched: an organiser's, by the token, or a judge's, by the link's secret, or anybody's."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, user_agent=AGENT)
    for name, value in (("language", language), ("console", console)):
        await context.add_cookies([{"name": name, "value": value, "url": served.url}])
    if secret:
        await sign_in(context, served, secret)
    guard = Guard(served.url)
    guard.watch(context)
    visitor = Visitor(await context.new_page(), guard, served.url)
    yield visitor
    await context.close()
    visitor.end()


def addresses(
    pages: dict[str, list[tuple[str, frozenset[int]]]], siege: Siege, number: int
) -> Iterator[tuple[str, bool]]:
    """Where to look, and whether every text is there."""
    for path, queries in pages.items():
        key = "r0" if "/rounds/" in path else "T1" if "/teams/" in path else "J4"
        team = f"T{len(siege.texts)}" if number in APART else "T3"
        for query, every in queries:
            yield path.format(slug=siege.slug, key=key, round="r0", team=team, judge="J4") + query, number in every


async def laid(served: Served, folder: Path, number: int) -> Siege:
    """One of the events: open; proposed to be final; with groups that were accepted; final."""
    texts, language = NAMES[number::SIEGES], LANGUAGES[number % 2]
    siege = await lay_siege(served.database, folder, f"siege-{number}", texts, language, apart=number in APART)
    if number in APART:
        await accept(served.database, siege)
    if number == 1:
        await propose(served.database, siege)
    if number == 3:
        await finalise(served.database, siege)
    return siege


def test_every_page_is_visited() -> None:
    table = {route.path for route in routes(Static()) if isinstance(route, Address) and "GET" in (route.methods or ())}
    assert table == {*STRANGERS, *JUDGES, *STAFF, *ELSEWHERE, *NO_PAGES}


@pytest.mark.parametrize("number", sorted(ALL), ids=["open", "proposed", "accepted", "final"])
async def test_hostile_texts_are_texts_on_every_page(
    served: Served, browser: Browser, tmp_path: Path, number: int
) -> None:
    siege, language = await laid(served, tmp_path, number), LANGUAGES[number % 2]
    async with visiting(served, browser, language) as visitor:
        for address, every in addresses(STRANGERS, siege, number):
            await visitor.visit(address, siege, every=every)
    judge = "J1" if number in APART else GUEST
    link = await issue_link(served.database, siege.judges[judge])
    async with visiting(served, browser, language, secret=link.secret) as visitor:
        for address, every in addresses(JUDGES, siege, number):
            shown = await visitor.visit(address, siege, every=every)
            assert re.search("devices|recusal|review", address) or siege.at(0) in shown
            assert "r0" not in address or "recusal" in address or {siege.comment, siege.note} <= shown
    async with visiting(served, browser, language, console=siege.console) as visitor:
        for address, every in addresses(STAFF, siege, number):
            shown = await visitor.visit(address, siege, every=every)
            whole = address.startswith("/console/e/") and not re.search("/live|/safety", address)
            assert siege.organiser in shown or not whole
        shown = await visitor.visit(f"/console/e/{siege.slug}/teams/T2", siege, every=False)
        assert siege.remarks in shown
        shown = await visitor.visit(f"/console/e/{siege.slug}/people", siege, every=False)
        assert {text for text in siege.all() if not refused(text, LONGEST_NAME)} <= shown
        await visitor.visit(f"/console/e/{siege.slug}/judges/{judge}", siege, every=False)
        assert "alert" not in await visitor.page.locator("main table").inner_text()


async def test_hostile_texts_are_texts_after_a_form_was_sent(served: Served, browser: Browser, tmp_path: Path) -> None:
    siege = await laid(served, tmp_path, 0)
    root = f"{served.url}/console/e/{siege.slug}"
    link = await issue_link(served.database, siege.judges[GUEST])
    async with visiting(served, browser) as visitor:
        page = visitor.page
        await page.goto(f"{served.url}/j")
        await page.locator("#code").fill(link.code)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/j/who")
        assert siege.at(0) in await visitor.see("/j/who", siege, every=False)
    async with visiting(served, browser, console=siege.console) as visitor:
        page = visitor.page
        await page.goto(f"{root}/judges")
        await page.locator("form[action$='/links'] button").click()
        await expect(page.locator(".badge").first).to_be_visible()
        await visitor.see("the badges", siege, every=True)
        await page.goto(f"{root}/people")
        await page.locator("#name").fill(siege.at(1))
        await page.locator("form.add-person button").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        assert siege.at(1) in await visitor.see("the people", siege, every=False)
        await page.goto(f"{root}/teams/T3")
        reason = page.locator("form[action$='/withdraw'] [name=reason]")
        await reason.evaluate("(field, text) => { field.value = text; }", siege.at(2) + "\u0007")
        await page.locator("form[action$='/withdraw'] button").click()
        await expect(page.get_by_role("alert")).to_contain_text("U+0007")


async def test_hostile_texts_that_come_over_the_socket_are_texts(
    served: Served, browser: Browser, tmp_path: Path
) -> None:
    siege = await laid(served, tmp_path / "first", 0)
    form = described(siege.slug, siege.texts, "en", apart=False)
    names = [f"{text}!" if len(text) < SHORT else text for text in map(shown_as, siege.texts)]
    out = {"T1": "withdrawn", "T2": "disqualified"}
    renamed = replace(
        form,
        teams=tuple(
            replace(team, name_en=names[place - 7], name_ar="", status=out.get(team.key, ""), out_reason=siege.remarks)
            for place, team in enumerate(form.teams)
        ),
        assignments=tuple(each for each in form.assignments or () if (each.judge, each.team) != RECUSED),
    )
    later = replace(siege, texts=names[:-7] + names[-5:])  # without those of the teams that are out
    async with visiting(served, browser) as visitor:
        await visitor.visit(f"/e/{siege.slug}", siege, every=True)
        await visitor.page.evaluate("window.kept = true")
        await served.database.write(roster.store, through_files(renamed, tmp_path / "second"), "test")
        served.server.lifespan.state["publisher"].changed(siege.event_id)
        fresh = visitor.page.locator("#table-lines th bdi").filter(has_text=re.compile("!$"))
        await expect(fresh.first).to_be_attached()
        shown = await visitor.look([*later.all(), *siege.all()], "the board, later")
        assert later.all() <= shown
        assert await visitor.page.evaluate("window.kept") is True


async def test_hostile_names_of_events_are_texts_where_events_are_listed(served: Served, browser: Browser) -> None:
    await served.database.write(store_names, NAMES)
    token = await served.database.write(store_organiser, "olga")
    texts = [shown_as(name) for name in NAMES]
    async with visiting(served, browser, console=token) as visitor:
        for address in ("/", "/console"):
            for language in ("en", "ar"):
                await visitor.page.goto(f"{served.url}{address}?lang={language}")
                shown = await visitor.look(texts, address)
                visitor.found += [f"missing at {address}: {text!r}" for text in texts if text not in shown]


async def test_a_hostile_record_is_shown_as_texts(served: Served, browser: Browser, tmp_path: Path) -> None:
    siege = await laid(served, tmp_path, 3)
    async with visiting(served, browser, console=siege.console) as visitor:
        answer = await visitor.page.request.get(f"{served.url}/console/e/{siege.slug}/record")
        record = await answer.body()
    forged = gzip.decompress(record).decode().replace('"T3"', json.dumps(f"T3{MARKUP[6]}{MARKUP[0]}"))
    for language, content, state in (
        ("en", record, "good"),
        ("ar", record, "good"),
        ("en", gzip.compress(forged.encode()), "bad"),
    ):
        async with visiting(served, browser) as visitor:
            page, name = visitor.page, f"{MARKUP[6]}.gz"
            await page.goto(f"{served.url}/verify?lang={language}")
            await page.set_input_files("#file", {"name": name, "mimeType": "application/gzip", "buffer": content})
            await expect(page.locator("#verdict")).to_be_visible(timeout=60_000)
            assert await page.locator("#verdict").get_attribute("data-state") == state
            shown = await visitor.see("/verify", siege, every=False)
            if state == "good":
                assert siege.all() - shown <= {siege.at(0), siege.at(1)}  # which no longer compete
