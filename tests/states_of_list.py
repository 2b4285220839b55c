"""The states of a judge's list, reached on a running server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from builder import Cast, issue_link, score
from lateness import send_late
from phones import choose, sign_in, visited
from playwright.async_api import Page, Route, expect
from sqlalchemy import delete
from sqlmodel import Session, col
from stage import (
    BUNDLE,
    PUT,
    Stage,
    State,
    cut_off,
    lost,
    name_at_length,
    name_in_one,
    opened,
    with_change,
    without_scripts,
)

from scoreboard.judging import announcements, decisions, late, rounds
from scoreboard.judging.pairing import devices
from scoreboard.judging.reports import absences
from scoreboard.judging.signature.signatures import Wish, sign
from scoreboard.models import Criterion, Round

KEEPS_NOTHING = "IDBFactory.prototype.open = () => { throw new DOMException('no', 'UnknownError'); }"
WAKE = "window.dispatchEvent(new Event('online'))"
MOVE_ON = "#views [data-view=own]"


def state_of(page: Page, team: str, state: str) -> Any:
    return expect(page.locator(f'[data-team="{team}"] [data-state="{state}"]')).to_be_visible()


async def beginning(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=6, opened=False, conflicts=(("J1", "T6"),))
    for team, field, name in (("T2", "name_ar", "منصة الطوارئ (٢)"), ("T3", "name_en", "Smart Permits (v2)")):
        await stage.write(name_in_one, cast, team, field, name)
    await stage.write(name_at_length, cast, "T4")
    page = await stage.list_on(await stage.phone(cast))
    yield "A list before the opening", page
    await opened(stage, cast)
    await stage.go(page)
    yield "A list on which nothing is scored", page
    await score(stage.served.database, cast, "J1", "T1", 8, 7, 9)
    await stage.go(page)
    yield "A list on which one team is scored", page
    await stage.write(rounds.pause, cast.round_id, "Lunch", "test")
    await stage.go(page)
    yield "A list during a pause", page


def without_round(session: Session, cast: Cast) -> None:
    session.execute(delete(Criterion).where(col(Criterion.round_id) == cast.round_id))
    session.execute(delete(Round).where(col(Round.id) == cast.round_id))


async def emptiness(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=2, conflicts=(("J1", "T1"), ("J1", "T2")))
    yield "A list without teams", await stage.list_on(await stage.phone(cast))
    cast = await stage.event(teams=0, opened=False)
    await stage.write(without_round, cast)
    yield "A list of an event without a round", await stage.list_on(await stage.phone(cast))


async def on_the_way(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=8)
    for team, scores in (("T5", (8, 7, 9)), ("T6", (4, 5, 6))):
        await score(stage.served.database, cast, "J1", team, *scores)
    await stage.write(absences.report, cast.judges["J1"], "final", "T7")
    await stage.write(decisions.skip, cast.round_id, "J1", "T8", "Travel", "test")
    phone = await stage.phone(cast)
    card = await stage.card_on(phone, "T1")
    await choose(card, impact=7)
    await expect(card.locator("#status")).to_have_attribute("data-state", "draft")
    for team, button in (("T3", "[data-busy]"), ("T4", "[data-skip]")):
        await stage.go(card, f"/judge/final/{team}")
        await card.locator(button).click()
        await card.wait_for_url("**/judge")
    await cut_off(phone)
    await stage.go(card, "/judge/final/T2", known=False)
    await choose(card, impact=7, quality=8, novelty=6)
    await card.locator("#submit").click()
    await expect(card.locator("#status")).to_have_attribute("data-state", "waiting")
    await card.close()
    page = await phone.new_page()
    await stage.go(page, known=False)
    await state_of(page, "T2", "waiting")
    await state_of(page, "T1", "draft")
    yield "A list with drafts, a ballot that waits, and teams that are busy, skipped, absent or excused", page


async def attention(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=3)
    phone = await stage.phone(cast)
    card = await stage.card_on(phone)
    await phone.route(PUT, lost)
    await choose(card, impact=7, quality=8, novelty=6)
    await card.locator("#submit").click()
    await expect(card.locator("#submit")).to_be_hidden()
    await score(stage.served.database, cast, "J1", "T1", 3, 8, 6)
    await phone.unroute_all()
    await card.evaluate(WAKE)
    await expect(card.locator("#compare")).to_be_visible()
    await card.close()
    page = await stage.list_on(phone)
    await state_of(page, "T1", "attention")
    yield "A list with a ballot that needs its judge", page


async def end_of_round(stage: Stage) -> AsyncIterator[State]:
    database = stage.served.database
    cast = await stage.event(teams=3)
    for team, scores in (("T1", (8, 7, 9)), ("T2", (4, 5, 6))):
        await score(database, cast, "J1", team, *scores)
    page = await stage.list_on(await stage.phone(cast))
    await score(database, cast, "J1", "T3", 6, 6, 7)
    await stage.go(page)
    await expect(page.locator(".done")).to_be_visible()
    yield "A list on which all is done", page
    await sign(database, cast.judges["J1"], Wish("final", "T1:1 T2:1 T3:1", "4321", "4321"))
    await stage.go(page)
    yield "A list that is signed", page
    await stage.write(rounds.close, cast.round_id, "test")
    await stage.write(rounds.finalise, cast.round_id, "test", "Agreed")
    await stage.go(page)
    yield "A list of a final round", page


async def lateness(stage: Stage) -> AsyncIterator[State]:
    database = stage.served.database
    cast = await stage.event(teams=5)
    await score(database, cast, "J1", "T1", 8, 7, 9)
    await stage.write(rounds.close, cast.round_id, "test")
    page = await stage.list_on(await stage.phone(cast))
    yield "A list of a closed round", page
    sent = [await send_late(database, cast, "J1", team, 7, 8, 6) for team in ("T2", "T3", "T4")]
    await stage.write(late.admit, cast.round_id, sent[1].uuid, "The network was down", "test")
    await stage.write(late.refuse, cast.round_id, sent[2].uuid, "انقطعت الشبكة (hall 2)", "test")
    await stage.go(page)
    await state_of(page, "T4", "attention")
    yield "A list with late ballots that wait, are admitted, are refused", page


async def own_ranking(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=7)
    for team, scores in (("T1", (5, 5, 5)), ("T2", (7, 7, 7)), ("T3", (9, 9, 9)), ("T4", (6, 8, 7))):
        await score(stage.served.database, cast, "J1", team, *scores)
    await stage.write(name_at_length, cast, "T4")
    page = await stage.list_on(await stage.phone(cast))
    await page.locator(MOVE_ON).click()
    yield "The own ranking by the totals", page
    await page.locator('[data-team="T1"] [data-step="-1"]').click()
    await expect(page.locator(".doubt")).to_be_visible()
    await page.wait_for_function("() => document.getAnimations().length === 0")
    yield "The own ranking with a doubt", page
    await page.locator("#find").fill("3")
    await expect(page.locator("#found")).not_to_be_empty()
    yield "A search that finds", page
    await page.locator("#find").fill("Zubarah")
    await expect(page.locator("#teams .team:visible")).to_have_count(0)
    yield "A search that finds nothing", page


async def told(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=3)
    words = ("Lunch is served in hall 2 until 13:30.", "الغداء جاهز في القاعة (2) حتى 13:30.")
    await stage.write(announcements.announce, cast.event_id, "", *words, "test")
    page = await visited(stage.served, await stage.phone(cast, service_workers="allow"))
    await expect(page.locator(".announcement")).to_be_visible()
    yield "A list with an announcement", page
    await stage.go(page, "/judge/find?team=T9", known=False)
    await expect(page.locator("#not-yours")).to_be_visible()
    yield "A list to which the code of another judge's table led", page


async def untrustworthy(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=3)
    phone = await stage.phone(cast)
    card = await stage.card_on(phone)
    await choose(card, impact=7, quality=8, novelty=6)
    await card.locator("#submit").click()
    await expect(card.locator("#status")).to_have_attribute("data-state", "received")
    await card.close()
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await phone.route(PUT, hold)
    await phone.route(BUNDLE, with_change(lambda told: told.update(received=[])))
    page = await stage.list_on(phone)
    await expect(page.locator("#restored")).to_be_visible()
    yield "A list that sends again what a restored server lacks", page
    held.set()
    await expect(page.locator("#restored.good")).to_be_visible()
    yield "A list that has sent again what a restored server lacked", page
    await phone.unroute_all()
    await phone.route(BUNDLE, with_change(lambda told: told["witness"].update(consistency=None)))
    await stage.go(page, known=False)
    await expect(page.locator("#distrusted")).to_be_visible()
    yield "A list whose server is not to be trusted", page


async def shut_out(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=3, judges=2)
    other = await issue_link(stage.served.database, cast.judges["J2"])
    phone = await stage.phone(cast)
    await phone.route(
        BUNDLE, lambda route: route.fulfill(status=200, content_type="text/html", body="<p>Please pay</p>")
    )
    page = await phone.new_page()
    await stage.go(page, known=False)
    await expect(page.locator("#portal")).to_be_visible()
    yield "A list behind the sign-in of a network", page
    await phone.unroute_all()
    await page.evaluate(WAKE)
    await expect(page.locator("#portal")).to_be_hidden()
    await stage.write(devices.revoke_devices, cast.judges["J1"], "test")
    await page.evaluate(WAKE)
    await expect(page.locator("#revoked")).to_be_visible()
    yield "A list on a device that was signed out", page
    shared = await stage.phone(cast)
    page = await stage.list_on(shared)
    await sign_in(shared, stage.served, other.secret)
    await page.evaluate(WAKE)
    await expect(page.locator("#signed-out")).to_be_visible()
    yield "A list of one judge after another has signed in", page


async def poor_browsers(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=3)
    phone = await stage.phone(cast)
    await phone.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page = await stage.list_on(phone)
    await expect(page.locator("#no-worker")).to_be_visible()
    await phone.route("**/judge/sign-out", lost)
    await page.locator("#sign-out button").click()
    await expect(page.locator("#unreached")).to_be_visible()
    yield "A list that needs a network, and has none to sign out", page
    await phone.add_init_script(KEEPS_NOTHING)
    await stage.go(page)
    await expect(page.locator("#unkept")).to_be_visible()
    yield "A list in a browser that keeps nothing", page
    plain = await (await without_scripts(await stage.phone(cast))).new_page()
    await stage.go(plain, known=False)
    yield "A list whose scripts did not come", plain


async def without_network(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=6)
    for team in ("T1", "T2"):
        await score(stage.served.database, cast, "J1", team, 8, 7, 9)
    phone = await stage.phone(cast, service_workers="allow")
    page = await visited(stage.served, phone)
    await phone.set_offline(True)
    await page.reload()
    await expect(page.locator("#teams .team")).to_have_count(6)
    yield "A list that is opened without a network", page
    await page.goto(f"{stage.served.url}/judge/final/T3")
    await choose(page, impact=7)
    await expect(page.locator("#status")).to_have_attribute("data-state", "draft")
    yield "A card that is opened without a network", page
    await phone.set_offline(False)
    await page.evaluate(NEWER)
    await expect(page.locator("#update")).to_be_visible()
    yield "A card while a new version is ready", page


# A worker of another type is another worker, and waits as a newer one does.
NEWER = "navigator.serviceWorker.register('/judge/worker.js', { scope: '/judge', type: 'module' }).then(() => null)"

LIST = (
    beginning,
    emptiness,
    on_the_way,
    attention,
    own_ranking,
    end_of_round,
    lateness,
    told,
    untrustworthy,
    shut_out,
    poor_browsers,
    without_network,
)
