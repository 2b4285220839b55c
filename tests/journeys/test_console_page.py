"""The console in a real browser: live, usable without scripts, printed, and free of what axe finds."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from axe_playwright_python.async_playwright import Axe
from builder import build_event, issue_link, score
from lateness import send_late
from playwright.async_api import BrowserContext, async_playwright, expect
from serving import Served
from visitors import PASSWORD, judge, store_organiser

from scoreboard.judging import access, late, rounds
from scoreboard.judging.announcements import announce
from scoreboard.judging.staff import organisers

LAPTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PAGES = (
    "",
    "/judges",
    "/judges/J1",
    "/judges/J1/link",
    "/teams",
    "/teams/T1",
    "/rounds/final/close",
    "/rounds/final/finalise",
    "/rounds/final/late",
    "/rounds/final/assignments?judge=J1&team=T2",
    "/ledger",
    "/people",
    "/screens",
    "/server",
)
OUTSIDE = (
    "/console",
    "/console/sign-in",
    "/console/enter",
    "/console/confirm",
    "/console/account",
    "/console/account/password",
    "/console/account/factor",
)


@asynccontextmanager
async def organisers_browser(
    served: Served, chromium: str, language: str = "en", viewport: dict[str, int] = LAPTOP, *, scripts: bool = True
) -> AsyncIterator[BrowserContext]:
    """A browser that is signed in to the console."""
    token = await served.database.write(store_organiser, "olga")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = await browser.new_context(
            viewport={"width": viewport["width"], "height": viewport["height"]}, java_script_enabled=scripts
        )
        await context.add_cookies(
            [
                {"name": "console", "value": token, "url": served.url},
                {"name": "language", "value": language, "url": served.url},
            ]
        )
        yield context
        await browser.close()


async def test_a_ballot_changes_the_page_without_a_reload(served: Served, chromium: str) -> None:
    cast = await build_event(served.database, judges=2, teams=2)
    async with organisers_browser(served, chromium) as context:
        page = await context.new_page()
        await page.goto(f"{served.url}/console/e/hack")
        await page.evaluate("window.kept = true")
        await expect(page.locator(".tally")).to_contain_text("0/4")
        await score(served.database, cast, "J1", "T1", 9, 9)
        await expect(page.locator(".tally")).to_contain_text("1/4")
        await expect(page.locator(".standings tbody tr").first).to_contain_text("90.0")
        assert await page.evaluate("window.kept") is True


async def test_whoever_is_signed_out_elsewhere_is_led_to_the_sign_in(served: Served, chromium: str) -> None:
    cast = await build_event(served.database, judges=1, teams=1)
    async with organisers_browser(served, chromium) as context:
        page = await context.new_page()
        await page.goto(f"{served.url}/console/e/hack?round=final")
        (cookie,) = [cookie for cookie in await context.cookies() if cookie.get("name") == "console"]
        await served.database.write(access.sign_out, cookie.get("value", ""))
        await score(served.database, cast, "J1", "T1", 9, 9)
        await page.wait_for_url("**/console/sign-in?back=%2Fconsole%2Fe%2Fhack%3Fround%3Dfinal")


async def test_a_round_is_closed_and_finalised_without_scripts(served: Served, chromium: str) -> None:
    cast = await build_event(served.database, judges=1, teams=2)
    await score(served.database, cast, "J1", "T1", 9, 9)
    async with organisers_browser(served, chromium, scripts=False) as context:
        page = await context.new_page()
        await page.goto(f"{served.url}/console/e/hack")
        await page.get_by_role("link", name="Close judging").click()
        await page.get_by_role("button", name="Close judging").click()
        await page.get_by_role("link", name="Finalise").click()
        await page.get_by_label("Comment for the record").fill("agreed")
        await page.get_by_role("button", name="Finalise the result").click()
        await expect(page.get_by_role("alert")).to_contain_text("something is missing")
        await page.locator(".blockers a").first.click()
        await page.get_by_label("Reason, for the record").fill("left early")
        await page.get_by_role("button", name="Excuse the judge").click()
        await page.goto(f"{served.url}/console/e/hack/teams/T2")
        await page.get_by_label("Reason, for the record").first.fill("gave up")
        await page.get_by_role("button", name="Withdraw the team").click()
        await page.goto(f"{served.url}/console/e/hack/rounds/final/finalise")
        await page.get_by_label("Comment for the record").fill("agreed by all")
        await page.get_by_role("button", name="Finalise the result").click()
        await expect(page.locator(".decisions")).to_contain_text("The result is final.")
        await expect(page.locator(".decisions")).to_contain_text("agreed by all")


async def test_the_secret_of_a_one_time_link_leaves_the_address_bar(served: Served, chromium: str) -> None:
    organiser = await served.database.write(organisers.add_organiser, "guest", "")
    secret = await served.database.write(organisers.issue_one_time_link, organiser.id or 0)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = await browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url + str(request.headers)))
        await page.goto(f"{served.url}/console/enter?lang=en#{secret}")
        await expect(page.locator("#secret")).to_have_value(secret)
        assert secret not in page.url
        await page.get_by_role("button", name="Enter").click()
        await page.wait_for_url("**/console")
        assert [line for line in asked if secret in line] == []
        await browser.close()


async def test_a_password_typed_into_the_form_opens_the_page_that_was_asked_for(served: Served, chromium: str) -> None:
    await build_event(served.database)
    await served.database.write(store_organiser, "olga")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = await browser.new_page(locale="en-GB")
        await page.goto(f"{served.url}/console/e/hack/teams")
        await page.get_by_label("Name").fill("olga")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/console/e/hack/teams")
        await browser.close()


@pytest.mark.parametrize("judges", [1, 8, 9])
async def test_eight_badges_fit_on_a_printed_page(served: Served, chromium: str, judges: int) -> None:
    await build_event(served.database, judges=judges)
    async with organisers_browser(served, chromium) as context:
        page = await context.new_page()
        await page.goto(f"{served.url}/console/e/hack/judges")
        await page.get_by_role("button", name="Issue the missing links").click()
        await expect(page.locator(".badge")).to_have_count(judges)
        printed = await page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == (judges + 7) // 8


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_the_pages_have_no_fault_that_axe_finds_and_fit_a_laptop_and_a_phone(
    served: Served, chromium: str, language: str
) -> None:
    cast = await build_event(served.database, judges=8, teams=12, minimum_ballots=2, conflicts=(("J2", "T2"),))
    await issue_link(served.database, cast.judges["J1"])
    await score(served.database, cast, "J1", "T1", 9, 9)
    await served.database.write(rounds.freeze, cast.round_id, "x")
    found = []
    async with organisers_browser(served, chromium, language) as context:
        page = await context.new_page()
        paths = [*OUTSIDE, *(f"/console/e/hack{path}" for path in PAGES)]
        for viewport in (LAPTOP, PHONE):
            await page.set_viewport_size({"width": viewport["width"], "height": viewport["height"]})
            for path in paths:
                await page.goto(served.url + path)
                faults = (await Axe().run(page)).response["violations"]
                found += [(path, viewport["width"], fault["id"]) for fault in faults]
                if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                    found.append((path, viewport["width"], "wider than the screen"))
    assert found == []


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_late_ballots_a_pause_and_messages_have_no_fault_that_axe_finds(
    served: Served, chromium: str, language: str
) -> None:
    database, found = served.database, []
    cast = await build_event(database, judges=3, teams=3)
    await score(database, cast, "J1", "T1", 9, 9)
    async with judge(served, cast) as phone:
        await phone.get("/judge/bundle?unsent=2&oldest=185&drafts=1")
    await database.write(announce, cast.event_id, "", "Lunch", "الغداء", "organiser:olga")
    await database.write(rounds.pause, cast.round_id, "Prayer", "organiser:olga")
    async with organisers_browser(served, chromium, language) as context:
        page = await context.new_page()
        for step, path in (("paused", ""), ("told", "/judges"), ("late", "/rounds/final/late"), ("late", "")):
            if step == "late" and path:
                await database.write(rounds.close, cast.round_id, "organiser:olga")
                await send_late(database, cast, "J1", "T1", 5, 5, base=1)
                refused = await send_late(database, cast, "J2", "T1", 5, 5)
                await database.write(late.refuse, cast.round_id, refused.uuid, "Not heard", "organiser:olga")
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                for width in (320, 390, 1280):
                    await page.set_viewport_size({"width": width, "height": 844})
                    await page.goto(f"{served.url}/console/e/hack{path}")
                    faults = (await Axe().run(page)).response["violations"]
                    found += [(step, path, scheme, width, fault["id"]) for fault in faults]
                    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
                    if await page.evaluate(wide):
                        found.append((step, path, scheme, width, "wider than the screen"))
    assert found == []
