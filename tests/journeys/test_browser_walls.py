"""What holds in a browser when somebody has got markup into a page of ours: nothing of it runs, and it is reported."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from builder import Cast, build_event, issue_link
from phones import browsing, sign_in
from playwright.async_api import Browser, BrowserContext, Dialog, Page, Route
from serving import Served
from visitors import store_organiser

BAD = (
    "<p data-probe><script>alert(1)</script></p>",
    "<script data-probe>alert(1)</script>",
    '<p data-probe onclick="alert(1)">x</p>',
    '<img data-probe src="x" onerror="alert(1)">',
    '<a data-probe href="javascript:alert(1)">x</a>',
    '<a data-probe href=" &#1;JaVaScRiPt:alert(1)">x</a>',
    '<a data-probe href="java&#10;script:alert(1)">x</a>',
    '<a data-probe href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a data-probe href="http://[">x</a>',
    '<form data-probe action="javascript:alert(1)"></form>',
    '<form data-probe><button formaction="javascript:alert(1)">x</button></form>',
    '<iframe data-probe srcdoc="<script>alert(1)</script>"></iframe>',
    '<p data-probe srcdoc="x">x</p>',
    '<object data-probe data="/static/x.svg"></object>',
    '<embed data-probe src="/static/x.svg">',
    '<base data-probe href="//evil.example/">',
    '<meta data-probe http-equiv="refresh" content="0;url=//evil.example/">',
    "<template data-probe><p onclick=alert(1)>x</p></template>",
    "<template data-probe><template><img src=x onerror=alert(1)></template></template>",
    "<div data-probe><template shadowrootmode=open><p onclick=alert(1)>x</p></template></div>",
    "<svg data-probe onload=alert(1)></svg>",
    "<svg data-probe><script>alert(1)</script></svg>",
    '<svg data-probe><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    '<svg data-probe><a href="#"><animate attributeName="href" to="javascript:alert(1)" dur="1s"/></a></svg>',
    '<svg data-probe><set attributeName="href" to="javascript:alert(1)"/></svg>',
    '<math data-probe href="javascript:alert(1)">x</math>',
    '<p data-probe hx-on:click="alert(1)">x</p>',
    '<p data-probe data-hx-on-click="alert(1)">x</p>',
    # Fields whose names stand in front of what a form is by itself.
    '<form data-probe action="javascript:alert(1)"><input name="attributes"><input name="attributes"></form>',
    '<form data-probe onsubmit="alert(1)"><select name="attributes"></select></form>',
    '<form data-probe onsubmit="alert(1)"><input name="getAttributeNames"><input name="matches"></form>',
    '<img name="querySelectorAll"><p data-probe onclick="alert(1)">x</p>',
)
GOOD = (
    "<p data-probe>x</p>",
    '<a data-probe href="/console">x</a>',
    '<a data-probe href="?round=final#top">x</a>',
    '<form data-probe method="post" action="/x"><button formaction="/y">x</button></form>',
    '<svg data-probe><use href="/static/vendor/icons.svg#check"></use></svg>',
    '<script data-probe type="application/json">{"a": 1}</script>',
    "<template data-probe><p>x</p></template>",
)
# Fetch the part of the page that changes again, and say whether it was taken.
REFRESH = """async () => {
  const live = document.querySelector("#live");
  document.querySelectorAll("[data-probe]").forEach((probe) => probe.remove());
  const over = new Promise((end) => {
    for (const kind of ["htmx:afterRequest", "htmx:onLoadError", "htmx:swapError"]) {
      live.addEventListener(kind, () => end(), { once: true });
    }
  });
  live.dispatchEvent(new Event("changed"));
  await over;
  await new Promise((settled) => setTimeout(settled, 40));
  return document.querySelector("[data-probe]") !== null;
}"""
PARSED = 'new DOMParser().parseFromString("<p>x</p>", "text/html")'
WALLED = re.compile("; require-trusted-types-for [^;]*|; trusted-types [^;]*")


class Reports(logging.Handler):
    """The directives that were reported."""

    def __init__(self) -> None:
        super().__init__()
        self.directives: list[str] = []
        self.told = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.directives.append(vars(record)["fields"]["directive"])
        self.told.set()

    async def until(self, count: int) -> list[str]:
        """Wait for so many."""
        async with asyncio.timeout(30):
            while len(self.directives) < count:
                self.told.clear()
                await self.told.wait()
        return sorted(self.directives)


@pytest.fixture
def reports() -> Iterator[Reports]:
    reports, logger = Reports(), logging.getLogger("scoreboard.web.reports")
    logger.addHandler(reports)
    yield reports
    logger.removeHandler(reports)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


@pytest.fixture
async def cast(served: Served) -> Cast:
    return await build_event(served.database)


@asynccontextmanager
async def harmless(context: BrowserContext) -> AsyncIterator[Page]:
    """A page on which nothing runs that asks for attention."""
    ran: list[str] = []
    page = await context.new_page()

    async def dismiss(dialog: Dialog) -> None:
        ran.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", dismiss)
    yield page
    await context.close()
    assert ran == []


async def organisers(served: Served, browser: Browser) -> BrowserContext:
    token = await served.database.write(store_organiser, "olga")
    context = await browser.new_context()
    await context.add_cookies([{"name": "console", "value": token, "url": served.url}])
    return context


async def test_markup_in_a_page_does_not_run_and_is_reported(
    served: Served, cast: Cast, browser: Browser, reports: Reports
) -> None:
    injected = (
        "<script>alert(1)</script><img src=x onerror=alert(1)><p style='position:fixed'>x</p>"
        "<style>body{display:none}</style><script src='//evil.example/x.js'></script><base href='//evil.example/'>"
        "<iframe src='javascript:alert(1)'></iframe><object data='/static/x.svg'></object>"
    )

    async def inject(route: Route) -> None:
        answer = await route.fetch()
        text = (await answer.text()).replace("<main", f"{injected}<main", 1)
        await route.fulfill(response=answer, body=text)

    async with harmless(await browser.new_context()) as page:
        await page.route(f"**/e/{cast.slug}", inject)
        await page.goto(f"{served.url}/e/{cast.slug}")
        await page.locator("#table").wait_for(state="attached")
        assert await page.locator("p[style]").count() == 1
        assert await page.evaluate("document.baseURI") == page.url
        found = await reports.until(8)
    due = {"script-src-elem", "script-src-attr", "style-src-attr", "style-src-elem", "base-uri", "object-src"}
    assert due <= set(found)


@pytest.mark.parametrize(
    "sink",
    [
        'document.body.innerHTML = "<b>x</b>"',
        'document.body.outerHTML = "<b>x</b>"',
        'document.body.insertAdjacentHTML("beforeend", "<b>x</b>")',
        'document.write("<b>x</b>")',
        'document.createRange().createContextualFragment("<b>x</b>")',
        'document.createElement("iframe").srcdoc = "<b>x</b>"',
        'document.createElement("script").src = "/static/x.js"',
        'document.createElement("script").text = "alert(1)"',
        'new DOMParser().parseFromString("<p onclick=alert(1)>x</p>", "text/html")',
        'new Worker("/static/x.js")',
    ],
)
async def test_no_text_becomes_markup_or_script_by_any_way_but_one(
    served: Served, cast: Cast, browser: Browser, sink: str
) -> None:
    async with harmless(await organisers(served, browser)) as page:
        await page.goto(f"{served.url}/console/e/{cast.slug}")
        thrown = await page.evaluate(f"() => {{ try {{ {sink}; return '' }} catch (error) {{ return error.name }} }}")
    assert thrown == "TypeError"


async def test_a_part_of_the_console_that_would_run_is_refused_and_any_other_taken(
    served: Served, cast: Cast, browser: Browser
) -> None:
    piece = ""

    async def add(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=await answer.text() + piece)

    async with harmless(await organisers(served, browser)) as page:
        await page.route("**/live?*", add)
        await page.goto(f"{served.url}/console/e/{cast.slug}")
        taken = {}
        for piece in (*BAD, *GOOD):
            taken[piece] = await page.evaluate(REFRESH)
    assert taken == {**dict.fromkeys(BAD, False), **dict.fromkeys(GOOD, True)}


async def test_a_judges_page_starts_its_own_worker_and_no_other_script(
    served: Served, cast: Cast, browser: Browser
) -> None:
    context = await browser.new_context()
    await sign_in(context, served, (await issue_link(served.database, cast.judges["J1"])).secret)
    async with harmless(context) as page:
        await page.goto(f"{served.url}/judge")
        await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        thrown = {}
        for sink in ('navigator.serviceWorker.register("/judge/x.js")', 'new Worker("/judge/worker.js?x")', PARSED):
            thrown[sink] = await page.evaluate(
                f"async () => {{ try {{ await {sink} }} catch (error) {{ return error.name }} }}"
            )
    assert thrown == dict.fromkeys(thrown, "TypeError")


async def test_a_browser_without_trusted_types_works_too(served: Served, cast: Cast, browser: Browser) -> None:
    async def plain(route: Route) -> None:
        answer = await route.fetch()
        policy = WALLED.sub("", answer.headers["content-security-policy"])
        await route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})

    context = await organisers(served, browser)
    await context.add_init_script("delete window.trustedTypes")
    async with harmless(context) as page:
        await page.route(f"**/console/e/{cast.slug}", plain)
        await page.route("**/live?*", lambda route: route.fulfill(body=GOOD[0], content_type="text/html"))
        await page.goto(f"{served.url}/console/e/{cast.slug}")
        assert await page.evaluate("typeof trustedTypes") == "undefined"
        assert await page.evaluate(REFRESH) is True
