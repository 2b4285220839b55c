"""Phones for tests of the judge's pages: a browser, a judge who is signed in on it, a card, a choice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from builder import Cast, issue_link
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright, expect
from serving import Served

PHONE: ViewportSize = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The worker works, and has the empty page.
READY = """async () => {
  await navigator.serviceWorker.ready;
  for (;;) {
    if (await caches.match("/judge/empty")) return;
    await new Promise((again) => setTimeout(again, 20));
  }
}"""


@asynccontextmanager
async def browsing(chromium: str) -> AsyncIterator[Browser]:
    """Run Debian's chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


async def phone_of(served: Served, browser: Browser, cast: Cast, judge: str = "J1", **wishes: object) -> BrowserContext:
    """A phone on which a judge is signed in; with a service worker where `service_workers` is "allow"."""
    link = await issue_link(served.database, cast.judges[judge])
    wishes = {"service_workers": "block", **wishes}
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, **wishes)  # type: ignore[arg-type]  # passed on
    await sign_in(context, served, link.secret)
    return context


async def sign_in(context: BrowserContext, served: Served, secret: str) -> None:
    answer = await context.request.post(f"{served.url}/j", form={"secret": secret})
    assert answer.url == f"{served.url}/judge"


async def visited(served: Served, context: BrowserContext) -> Page:
    """The list, visited once, with a worker that is ready."""
    page = await context.new_page()
    await page.goto(f"{served.url}/judge")
    await page.evaluate(READY)
    await expect(page.locator("#unsent")).to_be_attached()
    return page


async def open_card(context: BrowserContext, served: Served, team: str = "T1") -> Page:
    page = await context.new_page()
    await page.goto(f"{served.url}/judge/final/{team}")
    return page


async def choose(page: Page, **scores: int) -> None:
    for key, value in scores.items():
        await page.locator(f'.choice:has([name="score.{key}"][value="{value}"])').click()


async def expect_chosen(page: Page, *values: str) -> None:
    """Wait until just these are chosen: what a phone keeps comes back a moment after the page."""
    fields = page.locator(".choice :checked")
    await expect(fields).to_have_count(len(values))
    for index, value in enumerate(values):
        await expect(fields.nth(index)).to_have_value(value)
