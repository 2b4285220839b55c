"""The judge's phone without a network: after one visit it opens and scores, and sends when it can; for one judge."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
import uvicorn
from builder import Cast, build_event, issue_link, score
from phones import FLAGS, PHONE, READY, browsing, choose, expect_chosen, phone_of, sign_in, visited
from playwright.async_api import Browser, Error, Page, async_playwright, expect
from serving import Served, serving, under_way
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from scoreboard.assets import asset_dir
from scoreboard.cli.serve import listening_socket
from scoreboard.judging import ballots
from scoreboard.judging.ballots import CurrentBallot
from scoreboard.judging.pairing import devices
from scoreboard.settings import Settings
from scoreboard.web import templating

WAITING = "Saved on this phone. It is sent as soon as there is a connection."
PORTAL = "Saved on this phone. The network here asks you to sign in to it first."
RECEIVED = "Received at"


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def current(served: Served, cast: Cast) -> list[tuple[int, dict[str, Decimal]]]:
    def read(each: CurrentBallot) -> tuple[int, dict[str, Decimal]]:
        return each.revision, dict(each.scores)

    return [read(each) for each in await served.database.read(ballots.current_ballots, cast.round_id)]


@asynccontextmanager
async def listening(app: ASGIApp, port: int) -> AsyncIterator[None]:
    """Run any application in the server's place."""
    with listening_socket("127.0.0.1", port) as bound:
        async with under_way(uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off")), bound):
            yield


async def test_after_one_visit_every_card_opens_and_scores_without_a_network(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, teams=3)
    await score(served.database, cast, "J1", "T2", 6, 4)
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await context.set_offline(True)
    await page.reload()
    await expect(page.locator("#teams a")).to_have_text(["Oasis", "Marsa", "Pearl"])
    await expect(page.locator("#teams [data-total]")).to_have_text(["", "50.0", ""])
    await page.locator("#next").click()
    await expect(page.locator("h1")).to_have_text("Oasis")
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#status .words")).to_have_text(WAITING)
    await expect(page.locator("#next")).to_have_attribute("href", "/judge/final/T3")
    await page.locator(".back").click()
    await expect(page.locator("#next")).to_have_attribute("href", "/judge/final/T3")
    await page.goto(f"{served.url}/judge/final/T2")
    await expect_chosen(page, "6", "4")
    await page.reload()
    await expect_chosen(page, "6", "4")
    await context.set_offline(False)
    await page.goto(f"{served.url}/judge")
    await expect(page.locator('[data-team="T1"] .state .words')).to_have_text("Received")
    assert await current(served, cast) == [
        (1, {"impact": Decimal(6), "quality": Decimal(4)}),
        (1, {"impact": Decimal(7), "quality": Decimal(8)}),
    ]


async def test_a_browser_that_was_closed_opens_again_without_a_network_and_sends_when_there_is_one(
    served: Served, chromium: str, tmp_path: Path
) -> None:
    cast = await build_event(served.database, language="ar")
    link = await issue_link(served.database, cast.judges["J1"])
    async with async_playwright() as playwright:
        wishes = {"executable_path": chromium, "args": FLAGS, "viewport": PHONE}
        context = await playwright.chromium.launch_persistent_context(str(tmp_path), **wishes)  # type: ignore[arg-type]  # passed on
        await sign_in(context, served, link.secret)
        await visited(served, context)
        await context.close()
        context = await playwright.chromium.launch_persistent_context(str(tmp_path), **wishes)  # type: ignore[arg-type]  # passed on
        await context.set_offline(True)
        page = await context.new_page()
        await page.goto(f"{served.url}/judge/final/T1")
        await expect(page.locator("h1")).to_have_text("واحة")
        await choose(page, impact=7, quality=8)
        await page.locator("#submit").click()
        await expect(page.locator("#status")).to_have_attribute("data-state", "waiting")
        await context.close()
        context = await playwright.chromium.launch_persistent_context(str(tmp_path), **wishes)  # type: ignore[arg-type]  # passed on
        page = await context.new_page()
        await page.goto(f"{served.url}/judge")
        await expect(page.locator('[data-team="T1"] .state')).to_have_attribute("data-state", "received")
        await context.close()
    assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]


async def kept_of_judge(page: Page) -> dict[str, list[str]]:
    """What pages are drawn of: the names of caches with empty pages, and of whom bundles are."""
    kept: dict[str, list[str]] = await page.evaluate(
        """async () => {
          const names = (await caches.keys()).filter((name) => name.startsWith("scoreboard-empty"));
          const database = await new Promise((opened) => {
            const asked = indexedDB.open("scoreboard-judge");
            asked.onsuccess = () => opened(asked.result);
          });
          const bundles = await new Promise((read) => {
            const asked = database.transaction("bundles").objectStore("bundles").getAllKeys();
            asked.onsuccess = () => read(asked.result);
          });
          database.close();
          return { names, bundles };
        }"""
    )
    return kept


NOTHING_KEPT: dict[str, list[str]] = {"names": [], "bundles": []}


async def test_who_signs_out_leaves_nothing_to_be_drawn(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    assert len((await kept_of_judge(page))["bundles"]) == 1
    await page.reload()
    await context.set_offline(True)
    await page.locator("#sign-out button").click()
    await expect(page.locator("#unreached")).to_be_visible()
    await context.set_offline(False)
    await page.locator("#sign-out button").click()
    await page.wait_for_url("**/j")
    assert await kept_of_judge(page) == NOTHING_KEPT
    await page.goto(f"{served.url}/judge")
    assert page.url == f"{served.url}/j"
    await context.set_offline(True)
    with pytest.raises(Error, match="ERR_FAILED"):
        await page.goto(f"{served.url}/judge")


async def test_another_judge_on_the_same_phone_sees_their_own_list(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    other = await issue_link(served.database, cast.judges["J2"])
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await page.goto(f"{served.url}/j#{other.secret}")
    await page.wait_for_url("**/j/who")
    await page.get_by_role("button", name="Yes, that is me").click()
    await expect(page.locator("h1")).to_have_text("Judge 2")
    await page.evaluate(READY)
    await context.set_offline(True)
    await page.reload()
    await expect(page.locator("h1")).to_have_text("Judge 2")


async def test_a_device_that_is_signed_out_draws_nothing_of_its_judge_any_more(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await served.database.write(devices.revoke_devices, cast.judges["J1"], "test")
    await page.reload()
    await expect(page.locator("#revoked")).to_be_visible()
    assert await kept_of_judge(page) == NOTHING_KEPT
    await page.reload()
    await expect(page.locator("#revoked")).to_contain_text("signed this device out")
    assert page.url == f"{served.url}/j"


async def test_the_language_of_what_is_kept_is_that_of_the_person(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database)
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await page.reload()
    await page.get_by_role("button", name="العربية").click()
    await expect(page.locator("html")).to_have_attribute("lang", "ar")
    await page.evaluate(READY)
    await expect(page.locator("#unsent")).to_be_attached()
    await context.set_offline(True)
    await page.goto(f"{served.url}/judge/final/T1")
    await expect(page.locator("h1")).to_have_text("واحة")
    assert await page.locator("html").get_attribute("dir") == "rtl"


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes the next server a newer one: with one more among its static files."""
    whole = asset_dir("static")

    def change() -> None:
        shutil.copytree(whole, tmp_path / "static", ignore=shutil.ignore_patterns("node_modules"))
        (tmp_path / "static" / "newer.txt").write_text("newer")
        monkeypatch.setattr(
            templating, "asset_dir", lambda name: tmp_path / name if name == "static" else asset_dir(name)
        )

    return change


LOOK_FOR_NEWER = "async () => (await navigator.serviceWorker.ready).update()"
SCRIPT = "document.querySelector('script[type=module]').src"


async def test_a_new_version_waits_for_the_end_of_the_card_in_hand(
    database_path: str, browser: Browser, changed: Callable[[], None]
) -> None:
    settings = Settings(database=database_path, backups="off", language="en")
    async with serving(settings) as served:
        cast = await build_event(served.database)
        context = await phone_of(served, browser, cast, service_workers="allow")
        page = await visited(served, context)
        await page.goto(f"{served.url}/judge/final/T1")
        await choose(page, impact=7)
        before = await page.evaluate(SCRIPT)
    changed()
    async with serving(settings, int(served.url.rpartition(":")[2])) as served:
        await page.evaluate(LOOK_FOR_NEWER)
        await expect(page.locator("#update")).to_be_visible()
        await choose(page, quality=8)  # the old page works with the new server
        await page.locator("#submit").click()
        await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
        other = await context.new_page()
        await other.goto(f"{served.url}/judge")
        await expect(other.locator("#update")).to_be_visible()
        assert await page.evaluate(SCRIPT) == before
        await page.goto(f"{served.url}/judge")
        await page.wait_for_function(f"!{SCRIPT}.includes('{before.split('/')[4]}')")
        await other.wait_for_function(f"!{SCRIPT}.includes('{before.split('/')[4]}')")
        assert len(await page.evaluate("caches.keys()")) == 2
        await context.set_offline(True)
        await page.goto(f"{served.url}/judge/final/T1")
        await expect_chosen(page, "7", "8")
        assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]


async def test_a_new_version_is_taken_during_a_card_when_the_judge_wants_it(
    database_path: str, browser: Browser, changed: Callable[[], None]
) -> None:
    settings = Settings(database=database_path, backups="off", language="en")
    async with serving(settings) as served:
        cast = await build_event(served.database)
        context = await phone_of(served, browser, cast, service_workers="allow")
        page = await visited(served, context)
        await page.goto(f"{served.url}/judge/final/T1")
        await choose(page, impact=7)
        before = await page.evaluate(SCRIPT)
    changed()
    async with serving(settings, int(served.url.rpartition(":")[2])) as served:
        await page.evaluate(LOOK_FOR_NEWER)
        await page.locator("#update button").click()
        await page.wait_for_function(f"!{SCRIPT}.includes('{before.split('/')[4]}')")
        await expect_chosen(page, "7")


# The worker is to keep the empty pages of another round.
KEEP_ANOTHER = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  active.postMessage({ type: "keep", form: "another" }, [port2]);
  return new Promise((told) => { port1.onmessage = ({ data }) => told(data); });
}"""


async def portal(scope: Scope, receive: Receive, send: Send) -> None:
    """A network that answers everything with a page of its own."""
    if scope["type"] == "http":
        await HTMLResponse("<title>Welcome</title><p>Please sign in to this network")(scope, receive, send)


async def test_a_network_that_answers_in_the_servers_place_is_named_and_nothing_of_it_is_kept(
    database_path: str, browser: Browser
) -> None:
    settings = Settings(database=database_path, backups="off", language="en")
    async with serving(settings) as served:
        cast = await build_event(served.database)
        context = await phone_of(served, browser, cast, service_workers="allow")
        page = await visited(served, context)
    port = int(served.url.rpartition(":")[2])
    async with listening(portal, port):
        await page.goto(f"{served.url}/judge/final/T1")
        await choose(page, impact=7, quality=8)
        await page.locator("#submit").click()
        await expect(page.locator("#status .words")).to_have_text(PORTAL)
        await expect(page.locator("#portal")).to_be_visible()
        await page.evaluate("navigator.serviceWorker.ready.then((one) => one.update()).catch(() => null)")
        assert await page.evaluate(KEEP_ANOTHER) is False
        await page.reload()
        await expect(page.locator("#status .words")).to_have_text(PORTAL)
    async with serving(settings, port) as served:
        await page.evaluate("window.dispatchEvent(new Event('online'))")
        await expect(page.locator("#status .words")).to_contain_text(RECEIVED)
        await expect(page.locator("#portal")).to_be_hidden()
        await page.goto(f"{served.url}/judge/final/T1")
        await expect_chosen(page, "7", "8")
        assert await current(served, cast) == [(1, {"impact": Decimal(7), "quality": Decimal(8)})]
