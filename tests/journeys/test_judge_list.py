"""The judge's list in a real browser: finding a team, the code on its table, the own ranking, and the end of it all."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from builder import Cast, build_event, score
from hostile import MARKUP
from phones import browsing, choose, open_card, phone_of, visited
from playwright.async_api import Browser, BrowserContext, Error, Page, Route, expect
from serving import Served
from sqlalchemy import update
from sqlmodel import Session, col

from scoreboard.judging import rounds
from scoreboard.models import Team

PUT = "**/judge/ballots/*"


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def list_of(context: BrowserContext, served: Served) -> Page:
    """The list, as soon as the page knows what the server knows."""
    page = await context.new_page()
    async with page.expect_response("**/judge/bundle?*"):
        await page.goto(f"{served.url}/judge")
    return page


def plain(text: str | None) -> str:
    """What is said, without marks of direction."""
    return (text or "").replace("\u2068", "").replace("\u2069", "")


async def expect_said(page: Page, place: str, text: str) -> None:
    await page.wait_for_function(
        """([place, text]) =>
          document.querySelector(place)?.textContent.replace(/[\\u2068\\u2069]/g, '').trim() === text""",
        arg=[place, text],
    )


async def shown(page: Page) -> list[str]:
    """The keys of the teams that can be seen, in their order."""
    keys: list[str] = await page.locator("#teams .team:visible").evaluate_all(
        "all => all.map(each => each.dataset.team)"
    )
    return keys


async def places(page: Page) -> list[str]:
    """The places, names and totals that can be seen."""
    lines: list[str] = await page.locator("#teams .team:visible").evaluate_all(
        """all => all.map(each => ["[data-place]", ".stretched", "[data-total]"]
          .map(part => each.querySelector(part)?.textContent ?? "").join(" ").trim())"""
    )
    return lines


# Finding.


async def test_a_team_is_found_by_its_table_or_its_name_in_either_script(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=12)
    page = await list_of(await phone_of(served, browser, cast), served)
    field = page.get_by_role("searchbox", name="Find by table or name")
    await field.press_sequentially("لولوه")
    await expect_said(page, "#found", "1 team matches")
    assert await shown(page) == ["T3"]
    await field.fill("1")  # not 10, 11, 12
    await expect_said(page, "#found", "1 team matches")
    assert await shown(page) == ["T1"]
    await field.fill("١٢")
    await expect(page.locator('[data-team="T12"]')).to_be_visible()
    assert await shown(page) == ["T12"]
    await field.fill("table 2")
    assert await shown(page) == ["T2"]
    await field.fill("PROJECT")
    await expect_said(page, "#found", "12 teams match")
    assert await page.locator("#found").get_attribute("role") == "status"
    await field.fill("<b>nobody</b>")
    await expect_said(page, "#found", "No team matches “<b>nobody</b>”.")
    assert await shown(page) == []
    await field.press("Enter")
    await field.press("Escape")
    await expect(field).to_have_value("")
    await expect(field).to_be_focused()
    assert (await shown(page), await page.locator("#found").text_content()) == ([f"T{n}" for n in range(1, 13)], "")
    await field.fill("a")
    await page.get_by_role("button", name="Clear the search").click()
    await expect(field).to_be_focused()
    assert len(await shown(page)) == 12
    await expect(page.locator("#find-clear")).to_be_hidden()
    await field.fill("٧")
    await field.press("Enter")
    await page.wait_for_url("**/judge/final/T7")


async def test_few_teams_need_no_search_and_without_scripts_there_is_none(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=5)
    page = await list_of(await phone_of(served, browser, cast), served)
    await expect(page.locator("#views")).to_be_hidden()
    await expect(page.locator("#finder")).to_be_hidden()
    await score(served.database, cast, "J1", "T1", 7, 8)
    await score(served.database, cast, "J1", "T2", 7, 8)
    plain_page = await (await phone_of(served, browser, cast, java_script_enabled=False)).new_page()
    await plain_page.goto(f"{served.url}/judge")
    assert len(await shown(plain_page)) == 5
    for part in ("#finder", "#views", "#ranking"):
        await expect(plain_page.locator(part)).to_be_hidden()


# The code on the table.


async def test_the_code_on_a_table_opens_the_card_without_a_network(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=3)
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await context.set_offline(True)
    await page.goto(f"{served.url}/judge/find?team=T2")
    await page.wait_for_url("**/judge/final/T2")
    await expect(page.locator("h1")).to_have_text("Marsa")
    await page.goto(f"{served.url}/judge/find?team=T9")
    await expect_said(page, "#not-yours", "T9: This team is not assigned to you.")
    assert (page.url, await shown(page)) == (f"{served.url}/judge", ["T1", "T2", "T3"])
    for key in (MARKUP[6], MARKUP[10]):
        await page.goto(f"{served.url}/judge/find?team={quote(key)}")
        await expect_said(page, "#not-yours", f"{key}: This team is not assigned to you.")
    await page.goto(f"{served.url}/judge/find")
    await page.wait_for_url("**/judge")
    await expect(page.locator("#not-yours")).to_be_hidden()
    await page.goto(f"{served.url}/judge")
    assert len(await shown(page)) == 3


async def test_the_code_of_a_team_that_was_assigned_since_leads_to_its_card(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=3)
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await page.evaluate(WITHOUT_T3)
    await page.goto(f"{served.url}/judge/find?team=T3")
    await page.wait_for_url("**/judge/final/T3")
    await expect(page.locator("h1")).to_have_text("Pearl")


# The bundle that the phone keeps is one of before T3 was assigned.
WITHOUT_T3 = """async () => {
  const database = await new Promise((opened) => {
    const asked = indexedDB.open("scoreboard-judge");
    asked.onsuccess = () => opened(asked.result);
  });
  const bundles = database.transaction("bundles", "readwrite").objectStore("bundles");
  const held = await new Promise((read) => {
    const asked = bundles.getAll();
    asked.onsuccess = () => read(asked.result[0]);
  });
  held.told.assignments = held.told.assignments.filter(({ team }) => team !== "T3");
  held.tag = "older";
  await new Promise((done) => { bundles.put(held).onsuccess = done; });
  database.close();
}"""


# The own ranking.


async def ranked(served: Served, browser: Browser) -> tuple[Cast, BrowserContext, Page]:
    """Four of six teams scored, two of them alike, and the list in the judge's own order."""
    cast = await build_event(served.database, judges=1, teams=6)
    for team, *scores in (("T1", 5, 5), ("T2", 7, 7), ("T3", 9, 9), ("T4", 6, 8)):
        await score(served.database, cast, "J1", team, *scores)
    context = await phone_of(served, browser, cast)
    page = await list_of(context, served)
    await page.get_by_role("button", name="My ranking").click()
    return cast, context, page


async def test_the_own_ranking_is_by_the_totals_until_teams_are_moved(served: Served, browser: Browser) -> None:
    _, context, page = await ranked(served, browser)
    sent: list[str] = []
    context.on("request", lambda request: sent.append(f"{request.method} {request.post_data or ''}"))
    totals = ["1 Pearl 90.0", "2 Marsa 70.0", "2 Sail 70.0", "4 Oasis 50.0", "Palms", "Falcon"]
    assert await places(page) == totals
    await expect(page.locator("#ranking")).to_contain_text("changes no score and is not sent")
    await expect(page.locator("#by-totals")).to_be_disabled()
    up = page.locator('[data-team="T1"] [data-step="-1"]')
    assert plain(await up.get_attribute("aria-label")) == "Move Oasis up"
    for team, step in (("T3", "-1"), ("T1", "1")):
        await expect(page.locator(f'[data-team="{team}"] [data-step="{step}"]')).to_be_disabled()
    await expect(page.locator(".moves button[aria-disabled=true]")).to_have_count(2)
    await up.press("Enter")
    await expect(up).to_be_focused()
    doubt = "You place Oasis above Sail, which has more points (50.0 and 70.0). Do you want to look at them again?"
    await expect_said(page, "#moved", f"Oasis is now number 3 of 4 in your order. {doubt}")
    await expect_said(page, ".doubt p:first-child", doubt)
    lines = await page.locator("#teams > li:visible").evaluate_all("all => all.map(each => each.dataset.team ?? '?')")
    assert lines == ["T3", "T2", "T1", "?", "T4", "T5", "T6"]
    assert await places(page) == ["1 Pearl 90.0", "2 Marsa 70.0", "3 Oasis 50.0", "4 Sail 70.0", "Palms", "Falcon"]
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(up).to_be_focused()  # also at the end, where it does no more
    assert (await shown(page))[:4] == ["T1", "T3", "T2", "T4"]
    await up.press("Enter")
    assert (await shown(page))[:4] == ["T1", "T3", "T2", "T4"]
    await page.reload()
    await expect(page.locator(".doubt")).to_have_count(1)
    assert (await shown(page))[:4] == ["T1", "T3", "T2", "T4"]
    links = await page.locator(".doubt a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert links == ["/judge/final/T1", "/judge/final/T3"]
    await page.get_by_role("button", name="Order of visits").click()
    assert await shown(page) == ["T1", "T2", "T3", "T4", "T5", "T6"]
    await expect(page.locator(".ranks, .doubt")).to_have_count(0)
    await page.get_by_role("button", name="My ranking").click()
    await page.locator("#by-totals").click()
    assert await places(page) == totals
    await expect(page.get_by_role("button", name="My ranking")).to_be_focused()
    assert {line for line in sent if not line.startswith("GET")} == set()


async def test_what_is_scored_later_enters_where_its_total_says_and_what_was_placed_stays(
    served: Served, browser: Browser
) -> None:
    cast, context, page = await ranked(served, browser)
    await page.locator('[data-team="T4"] [data-step="-1"]').click()
    assert (await shown(page))[:4] == ["T3", "T4", "T2", "T1"]
    await page.route(PUT, lambda route: route.abort())
    await page.locator('[data-team="T4"] .stretched').focus()
    card = await open_card(context, served, "T5")
    await card.route(PUT, lambda route: route.abort())
    await choose(card, impact=8, quality=8)
    await card.locator("#submit").click()
    await expect(card.locator("#status")).to_have_attribute("data-state", "waiting")
    await expect(page.locator('[data-team="T5"]')).to_contain_text("80.0")  # in the other tab, and not received yet
    await expect(page.locator('[data-team="T4"] .stretched')).to_be_focused()
    assert (await shown(page))[:5] == ["T3", "T5", "T4", "T2", "T1"]
    await score(served.database, cast, "J1", "T2", 10, 10, base=1)
    await page.reload()
    await expect(page.locator('[data-team="T2"] [data-place]')).to_have_text("4")
    await expect(page.locator('[data-team="T2"] [data-total]')).to_have_text("100.0")
    assert (await shown(page))[:5] == ["T3", "T5", "T4", "T2", "T1"]
    await expect(page.locator(".doubt")).to_have_count(1)
    await served.database.write(rounds.close, cast.round_id, "test")
    await page.reload()
    await expect(page.locator("#phase")).to_contain_text("closed")
    await expect(page.locator('[data-team="T2"] [data-place]')).to_have_text("4")
    await expect(page.locator(".doubt")).to_have_count(0)  # nothing can be corrected any more


async def test_while_a_team_is_looked_for_nothing_is_moved(served: Served, browser: Browser) -> None:
    _, _, page = await ranked(served, browser)
    await page.locator('[data-team="T1"] [data-step="-1"]').click()
    await page.locator("#find").fill("s")
    await expect(page.locator(".moves:visible, .doubt")).to_have_count(0)
    assert (await places(page))[:3] == ["1 Pearl 90.0", "2 Marsa 70.0", "3 Oasis 50.0"]
    await page.locator("#find").fill("4")
    assert await places(page) == ["4 Sail 70.0"]
    await page.locator("#find").press("Escape")
    await expect(page.locator(".doubt")).to_have_count(1)


async def test_the_own_ranking_opens_without_a_network_as_it_was_left(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=3)
    for team, value in (("T1", 9), ("T2", 8), ("T3", 7)):
        await score(served.database, cast, "J1", team, value, value)
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await context.set_offline(True)
    await page.reload()
    await page.get_by_role("button", name="My ranking").click()
    await page.locator('[data-team="T3"] [data-step="-1"]').click()
    await page.goto(f"{served.url}/judge/final/T3")
    await page.locator(".back").click()
    await expect(page.locator(".doubt")).to_have_count(1)
    assert await places(page) == ["1 Oasis 90.0", "2 Pearl 70.0", "3 Marsa 80.0"]
    await expect(page.locator(".done")).to_be_visible()
    await expect(page.locator("#review")).to_be_visible()


MOVE = """async (team) => {
  document.querySelector(`[data-team=${team}] [data-step="-1"]`).click();
  return document.getAnimations().length;
}"""


async def test_rows_glide_unless_the_person_wants_no_motion(served: Served, browser: Browser) -> None:
    _, _, page = await ranked(served, browser)
    assert await page.evaluate(MOVE, "T1") == 4  # two rows, and those below, which make room for the question
    await page.emulate_media(reduced_motion="reduce")
    await page.wait_for_function("() => document.getAnimations().length === 0")
    assert await page.evaluate(MOVE, "T1") == 0


async def test_a_browser_that_keeps_nothing_keeps_the_order_in_its_other_place(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database, judges=1, teams=3)
    for team, value in (("T1", 9), ("T2", 8), ("T3", 7)):
        await score(served.database, cast, "J1", team, value, value)
    context = await phone_of(served, browser, cast)
    await context.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'UnknownError'); }")
    page = await list_of(context, served)
    await page.get_by_role("button", name="My ranking").click()
    await page.locator('[data-team="T3"] [data-step="-1"]').click()
    assert await shown(page) == ["T1", "T3", "T2"]
    await page.reload()
    await expect(page.locator(".doubt")).to_have_count(1)
    assert await shown(page) == ["T1", "T3", "T2"]


async def test_hostile_names_are_names_in_the_ranking_and_in_the_search(served: Served, browser: Browser) -> None:
    cast = await build_event(served.database, judges=1, teams=6)
    keys = list(cast.teams)
    for key, name in zip(
        keys, (MARKUP[6], MARKUP[0], "\u202eevil %(lower)s $&", "a\u2069b", "'\"]", "\\"), strict=True
    ):
        await served.database.write(rename, cast.teams[key], name)
        await score(served.database, cast, "J1", key, 5, keys.index(key))
    context = await phone_of(served, browser, cast)
    ran: list[str] = []
    context.on("dialog", lambda dialog: ran.append(dialog.message))
    page = await list_of(context, served)
    await page.get_by_role("button", name="My ranking").click()
    await page.locator('[data-team="T1"] [data-step="-1"]').click()
    await expect(page.locator(".doubt p:first-child")).to_contain_text(MARKUP[6])
    await expect(page.locator(".doubt p:first-child")).to_contain_text(MARKUP[0])
    await page.locator("#find").fill("onerror")
    assert await shown(page) == ["T1"]
    await page.locator("#find").fill(MARKUP[10])
    await expect(page.locator("#found")).to_contain_text(MARKUP[10])
    assert (ran, await page.locator("main img, main script").count()) == ([], 0)


def rename(session: Session, team: int, name: str) -> None:
    session.execute(update(Team).where(col(Team.id) == team).values(name_en=name))


async def test_what_is_asked_of_the_list_before_it_knows_the_teams_waits_for_them(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database, judges=1, teams=6)
    for n, team in enumerate(cast.teams):
        await score(served.database, cast, "J1", team, 5, n)
    page = await (await phone_of(served, browser, cast)).new_page()
    faults: list[Error] = []
    known = asyncio.Event()

    def note(fault: Error) -> None:
        faults.append(fault)

    async def held_up(route: Route) -> None:
        await known.wait()
        await route.continue_()

    page.on("pageerror", note)
    await page.route("**/judge/bundle?*", held_up)
    async with page.expect_request("**/judge/bundle?*"):
        await page.goto(f"{served.url}/judge")
    await page.locator("#find").fill("3")
    await expect(page.locator("[data-view=own]")).to_be_disabled()
    assert len(await shown(page)) == 6
    known.set()
    await expect(page.locator("[data-view=own]")).to_be_enabled()
    assert (await shown(page), faults) == (["T3"], [])


# The end.


async def test_when_all_is_received_the_list_says_so_and_leads_to_the_signature(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database, judges=1, teams=2, language="ar")
    await score(served.database, cast, "J1", "T1", 7, 8)
    context = await phone_of(served, browser, cast, service_workers="allow")
    page = await visited(served, context)
    await page.goto(f"{served.url}/judge/final/T2")
    await context.set_offline(True)
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await page.goto(f"{served.url}/judge")
    await expect(page.locator("#unsent")).to_be_visible()
    await expect(page.locator("#doing > *")).to_have_count(0)  # all is scored, and not all of it received
    await expect(page.locator("#review.quiet")).to_be_visible()
    await context.set_offline(False)
    await expect_said(page, ".done h2", "قيّمت الفريقين المُسنَدين إليك")
    await expect_ready_to_sign(page)
    await page.locator("#review").click()
    await page.wait_for_url("**/judge/review")
    drawn = await (await phone_of(served, browser, cast, java_script_enabled=False)).new_page()
    await drawn.goto(f"{served.url}/judge")
    await expect_ready_to_sign(drawn)


async def expect_ready_to_sign(page: Page) -> None:
    assert plain(await page.locator(".done h2").text_content()) == "قيّمت الفريقين المُسنَدين إليك"
    await expect(page.locator(".done")).to_contain_text("ما لم يغلق المنظِّمون الجولة")
    await expect(page.locator("#review:not(.quiet)")).to_be_visible()


async def test_a_page_of_the_servers_does_not_say_done_while_a_correction_waits(
    served: Served, browser: Browser
) -> None:
    cast = await build_event(served.database, judges=1, teams=1)
    await score(served.database, cast, "J1", "T1", 7, 8)
    context = await phone_of(served, browser, cast)
    page = await list_of(context, served)
    await expect_said(page, ".done h2", "You have scored 1 of 1 team")
    await context.route(PUT, lambda route: route.abort())
    card = await open_card(context, served)
    await choose(card, impact=6)
    await card.locator("#submit").click()
    await expect(card.locator("#status")).to_have_attribute("data-state", "waiting")
    await expect(page.locator(".done")).to_have_count(0)
    await context.route("**/judge/bundle?*", lambda route: route.abort())
    await page.reload()
    await expect(page.locator("#unsent")).to_be_visible()
    await expect(page.locator(".done")).to_have_count(0)
    await context.unroute_all()
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(page.locator(".done")).to_be_visible()
