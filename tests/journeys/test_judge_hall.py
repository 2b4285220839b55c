"""Life in the hall, on the phone: teams that are busy, skipped or not there, and recusals."""

import re
from collections.abc import AsyncIterator

import pytest
from builder import Cast, build_event
from phones import browsing, choose, open_card, phone_of, visited
from playwright.async_api import Browser, Locator, Page, expect
from serving import Served
from sqlmodel import select

from scoreboard.judging.reports import absences
from scoreboard.models import Conflict, Round

REPORTED = "Reported as absent. The organisers look for the team."
UNREACHED = "There is no connection just now. Please try again in a moment."


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


def row(page: Page, team: str) -> Locator:
    return page.locator(f'[data-team="{team}"]')


async def test_a_busy_team_is_next_again_after_five_minutes(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, teams=3)
    context = await phone_of(served, browser, cast)
    await context.clock.install()
    page = await context.new_page()
    async with page.expect_response("**/judge/bundle?*"):
        await page.goto(f"{served.url}/judge/final/T1")
    # From here on the phone's clock runs as the test says, and the server's does not.
    await context.route("**/judge/bundle?*", lambda route: route.abort())
    await page.get_by_role("button", name="Busy just now").click()
    await expect(page.locator("#next")).to_contain_text("Marsa")
    await expect(row(page, "T1").locator(".later")).to_contain_text("Come back at")
    await expect(row(page, "T1").locator(".state")).to_be_hidden()
    await expect(page.locator("#progress-words")).to_contain_text("0 of 3 teams scored")
    await page.reload()
    await expect(row(page, "T1").locator(".later")).to_contain_text("Come back at")
    await page.clock.fast_forward("04:00")
    await expect(page.locator("#next")).to_contain_text("Marsa")
    await page.clock.fast_forward("02:00")
    await expect(page.locator("#next")).to_contain_text("Oasis")
    await page.goto(f"{served.url}/judge/final/T2")
    await expect(page.locator("#next")).to_have_attribute("href", "/judge/final/T1")


async def test_a_skipped_team_comes_last_until_that_is_taken_back(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, teams=3)
    context = await phone_of(served, browser, cast)
    for team, following in (("T1", "Marsa"), ("T2", "Pearl")):
        page = await open_card(context, served, team)
        await page.get_by_role("button", name="Later: skip for now").click()
        await expect(page.locator("#next")).to_contain_text(following)
    await expect(page.locator(".later:visible .words")).to_have_text(["Skipped for now"] * 2)
    await expect(page.locator(".later:visible .icon").first).to_have_class(
        re.compile("directional")
    )  # mirrored in Arabic
    page = await open_card(context, served, "T3")
    await expect(page.locator("#next")).to_have_attribute("href", "/judge/final/T1")
    await page.goto(f"{served.url}/judge")
    await row(page, "T2").get_by_role("button", name="Undo Marsa").click()
    await expect(row(page, "T2").locator(".later")).to_be_hidden()
    await expect(row(page, "T2").locator("a")).to_be_focused()
    await expect(page.locator("#next")).to_contain_text("Marsa")
    await page.goto(f"{served.url}/judge/final/T1")
    await page.locator("#away [data-undo]").click()
    await expect(page.locator("#away [data-busy]")).to_be_focused()
    await page.goto(f"{served.url}/judge")
    await expect(page.locator("#next")).to_contain_text("Oasis")


async def test_what_was_put_off_is_over_when_the_team_is_scored(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, teams=2)
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await context.set_offline(True)
    await page.goto(f"{served.url}/judge/final/T1")
    await page.get_by_role("button", name="Later: skip for now").click()
    await expect(row(page, "T1").locator(".later")).to_be_visible()
    await row(page, "T1").locator("a").click()
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#away [data-owed]")).to_be_hidden()
    await page.goto(f"{served.url}/judge")
    await expect(row(page, "T1").locator(".state")).to_have_attribute("data-state", "waiting")
    await expect(row(page, "T1").locator(".later")).to_be_hidden()
    await context.set_offline(False)
    await expect(row(page, "T1").locator(".state")).to_have_attribute("data-state", "received", timeout=20_000)
    await expect(row(page, "T1").locator(".later")).to_be_hidden()


# Absent, recused.


async def away(served: Served, cast: Cast) -> list[tuple[str, str]]:
    found = await served.database.read(lambda session: absences.away(session, session.get_one(Round, cast.round_id)))
    return [(each.judge.key, each.team.key) for each in found]


@pytest.mark.parametrize("workers", ["allow", "block"])
async def test_an_absent_team_is_reported_shown_and_scored_when_it_turns_up(
    served: Served, browser: Browser, workers: str
) -> None:
    cast = await build_event(served.database, teams=2)
    context = await phone_of(served, browser, cast, service_workers=workers)
    page = await (visited(served, context) if workers == "allow" else context.new_page())
    await page.goto(f"{served.url}/judge/final/T1")
    await expect(page.locator("#away [data-busy]")).to_be_visible()
    await context.set_offline(True)
    await page.get_by_role("button", name="The team is not at its table").click()
    await expect(page.locator("#away [data-unreached]")).to_have_text(UNREACHED)
    assert await away(served, cast) == []
    await context.set_offline(False)
    await page.get_by_role("button", name="The team is not at its table").click()
    await page.wait_for_url("**/judge")
    assert await away(served, cast) == [("J1", "T1")]
    await expect(row(page, "T1").locator(".state .words")).to_have_text(REPORTED)
    await expect(row(page, "T1").locator("use").first).to_have_attribute("href", re.compile("#user-x$"))
    await expect(page.locator("#next")).to_contain_text("Marsa")
    await context.set_offline(True)
    if workers == "allow":
        await page.reload()
    await expect(row(page, "T1").locator(".state .words")).to_have_text(REPORTED)
    await context.set_offline(False)
    await page.goto(f"{served.url}/judge/final/T1")
    await expect(page.locator("#away")).to_contain_text(REPORTED)
    await expect(page.get_by_role("button", name="The team is not at its table")).to_be_hidden()
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#status .words")).to_contain_text("Received at")
    await expect(page.locator("#away [data-owed]")).to_be_hidden()
    assert await away(served, cast) == []


async def test_without_scripts_an_absent_team_is_reported_by_a_form(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, teams=2, language="ar")
    context = await phone_of(served, browser, cast, java_script_enabled=False)
    page = await open_card(context, served)
    await page.get_by_role("button", name="الفريق غير موجود عند طاولته").click()
    await page.wait_for_url("**/judge")
    await expect(row(page, "T1")).to_contain_text("أُبلغ عن غياب الفريق")
    assert await away(served, cast) == [("J1", "T1")]


async def test_a_judge_recuses_on_a_phone_that_keeps_its_pages(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, teams=2, language="ar")
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await page.goto(f"{served.url}/judge/final/T2")
    await context.set_offline(True)
    await page.locator("#away [data-recusal]").click()
    await expect(page.locator("#unreached")).to_be_visible()
    assert page.url == f"{served.url}/judge/final/T2"
    await expect(page.locator("h1")).to_have_text("مرسى")
    await context.set_offline(False)
    await page.locator("#away [data-recusal]").click()
    await page.get_by_label("قرابة أو صداقة").check()
    await context.set_offline(True)
    await page.locator("form.stack button").click()
    await expect(page.locator("#unreached")).to_be_visible()
    await context.set_offline(False)
    await page.goto(f"{served.url}/judge/final/T2/recusal")
    await page.get_by_label("قرابة أو صداقة").check()
    await page.locator("form.stack button").click()
    await page.wait_for_url("**/judge")
    await expect(page.locator("#teams .team")).to_have_count(1)
    found = await served.database.read(lambda s: s.exec(select(Conflict.judge_id, Conflict.team_id)).all())
    assert [tuple(pair) for pair in found] == [(cast.judges["J1"], cast.teams["T2"])]
