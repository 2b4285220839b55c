"""The states of a team's card, reached on a running server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from builder import score
from lateness import send_late
from phones import choose, open_card
from playwright.async_api import Page, Route, expect
from stage import BUNDLE, PUT, Stage, State, cut_off, lost, name_at_length, name_in_one, opened, scale, without_scripts
from states_of_list import KEEPS_NOTHING, WAKE

from scoreboard.judging import announcements, decisions, late, rounds
from scoreboard.judging.pairing import devices
from scoreboard.judging.reports import absences

COMMENT = (
    "Clear, useful and well built.\nWe would like to see it with real users.\n\nنرجو تجربته مع المستفيدين (قريبًا)."
)


async def status(page: Page, state: str) -> None:
    await expect(page.locator("#status")).to_have_attribute("data-state", state)


async def submit(page: Page, state: str = "received", **scores: int) -> None:
    await choose(page, **scores)
    await page.locator("#submit").click()
    await status(page, state)


async def one_card(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=2, opened=False)
    await stage.write(name_in_one, cast, "T2", "name_ar", "منصة الطوارئ (٢)")
    phone = await stage.phone(cast)
    yield "A card before the opening", await stage.card_on(phone)
    await opened(stage, cast)
    page = await stage.card_on(phone)
    yield "A card with nothing on it", page
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await choose(page, impact=8, quality=5)
    await page.locator("#q-impact details.levels").first.locator("summary").click()
    await status(page, "draft")
    yield "A card with a draft, whose scores are said in words", page
    await page.locator("#submit").click()
    await expect(page.locator("#q-novelty .problem")).to_be_visible()
    yield "A card on which a score is missing", page
    await page.locator("#comment").fill(COMMENT)
    await page.locator("#note").fill("Ask again about the budget.")
    await phone.route(PUT, hold)
    await submit(page, "sending", novelty=6)
    yield "A card that is being sent, with a comment and a note", page
    held.set()
    await status(page, "received")
    yield "A card that was received", page
    await choose(page, impact=9)
    await status(page, "draft")
    yield "A card with a correction that is not submitted", page
    await score(stage.served.database, cast, "J1", "T1", 3, 5, 6, base=1)
    await page.locator("#submit").click()
    await expect(page.locator("#compare")).to_be_visible()
    yield "A card that another device changed", page
    await stage.go(page, "/judge/final/T2")
    yield "A card whose team has a name in one language", page


async def scales(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=2, criteria=4, opened=False)
    for key, maximum, step in (("impact", "5", "1"), ("quality", "5", "0.5"), ("novelty", "100", "0.1")):
        await stage.write(scale, cast, key, maximum, step)
    await stage.write(name_at_length, cast, "T1")
    await opened(stage, cast)
    page = await stage.card_on(await stage.phone(cast))
    await choose(page, impact=4)
    await page.locator('.choice:has([name="score.quality"][value="3.5"])').click()
    await page.locator('[data-steps="1"]').click()
    await page.locator('[data-steps="5"]').click()
    await status(page, "draft")
    yield "A card of several scales, and of a team with a long name", page
    await page.locator('[name="score.novelty"]').fill("١٢٠")
    await page.locator("#submit").click()
    await expect(page.locator("#q-novelty .problem")).to_be_visible()
    yield "A card with a number that is no score", page


async def judging_well(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=6)
    for team, quality in (("T1", 5), ("T2", 6), ("T3", 7), ("T4", 4)):
        await score(stage.served.database, cast, "J1", team, 8, quality, 6)
    await stage.write(name_at_length, cast, "T2")
    page = await stage.card_on(await stage.phone(cast), "T5")
    await page.locator("#q-impact [data-earlier] summary").click()
    await page.locator("#beside summary").click()
    await page.locator("#beside-team").select_option("T2")
    await choose(page, impact=8, quality=8, novelty=8)
    await expect(page.locator("#asked")).to_be_visible()
    yield "A card with earlier scores, another team beside it, and a question", page
    await choose(page, impact=0, quality=0, novelty=1)
    await expect(page.locator("#asked")).to_contain_text("3.3")
    yield "A card whose total is far from the others", page


async def cut(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=3)
    phone = await stage.phone(cast)
    page = await stage.card_on(phone)
    await cut_off(phone)
    await submit(page, "waiting", impact=7, quality=8, novelty=6)
    yield "A card that waits for a network", page
    await phone.unroute_all()
    await phone.route(PUT, lambda route: route.fulfill(status=200, content_type="text/html", body="<p>Please pay</p>"))
    await page.evaluate(WAKE)
    await expect(page.locator("#portal")).to_be_visible()
    yield "A card behind the sign-in of a network", page
    await phone.unroute_all()
    await stage.write(devices.revoke_devices, cast.judges["J1"], "test")
    await page.evaluate(WAKE)
    await expect(page.locator("#revoked")).to_be_visible()
    yield "A card with a ballot on a device that was signed out", page
    poor = await stage.phone(cast)
    await poor.add_init_script(KEEPS_NOTHING)
    page = await stage.card_on(poor, "T2")
    await choose(page, impact=7)
    await expect(page.locator("#unkept")).to_be_visible()
    yield "A card in a browser that keeps nothing", page
    plain = await open_card(await without_scripts(await stage.phone(cast)), stage.served, "T3")
    yield "A card whose scripts did not come", plain
    await choose(plain, impact=7)
    await plain.locator("#submit").click()
    await expect(plain.locator("#summary")).to_be_visible()
    yield "A card whose scripts did not come, on which scores are missing", plain


async def pause_and_close(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=4)
    words = ("Please stay for ten more minutes.", "نرجو البقاء عشر دقائق أخرى.")
    phone = await stage.phone(cast)
    await stage.write(rounds.pause, cast.round_id, "Lunch", "test")
    page = await stage.card_on(phone)
    await submit(page, "waiting", impact=7, quality=8, novelty=6)
    await expect(page.locator("#status .words")).not_to_be_empty()
    yield "A card that is submitted during a pause", page
    await phone.route(PUT, lost)
    await stage.write(rounds.resume, cast.round_id, "", "test")
    await stage.write(announcements.announce, cast.event_id, "", *words, "test")
    other = await stage.card_on(phone, "T2")
    await choose(other, impact=7, quality=8)
    await status(other, "draft")
    await expect(other.locator(".announcement")).to_be_visible()
    yield "A card with an announcement", other
    await stage.write(rounds.close, cast.round_id, "test")
    await phone.unroute_all()
    await page.evaluate(WAKE)
    await status(page, "late")
    yield "A card that came late", page
    await other.evaluate(WAKE)
    await expect(other.locator("#phase [data-kind=closed]")).to_be_visible()
    yield "A card with a draft when the round is closed", other
    await other.reload()
    await expect(other.locator("#refused")).to_be_visible()
    yield "A closed card with what was never submitted", other
    sent = await send_late(stage.served.database, cast, "J1", "T3", 7, 8, 6)
    await stage.write(late.refuse, cast.round_id, sent.uuid, "انقطعت الشبكة (hall 2)", "test")
    await stage.go(page, "/judge/final/T3")
    await expect(page.locator("#late")).to_be_visible()
    yield "A closed card with a late ballot that was refused", page
    await stage.go(page, "/judge/final/T4")
    yield "A closed card that was never scored", page


async def refusal(stage: Stage) -> AsyncIterator[State]:
    database = stage.served.database
    cast = await stage.event(teams=2)
    phone = await stage.phone(cast)
    page = await stage.card_on(phone)
    await choose(page, impact=8, quality=8, novelty=6)
    await page.locator("#comment").fill(COMMENT)
    await stage.write(rounds.close, cast.round_id, "test")
    await page.locator("#submit").click()
    await expect(page.locator("#refused")).to_be_visible()
    yield "A card that was refused", page
    await stage.write(rounds.open_round, cast.round_id, "test")
    await stage.go(page)
    await stage.go(page, "/judge/final/T1")
    await page.locator("[data-again]").click()
    await status(page, "received")
    await score(database, cast, "J1", "T2", 4, 5, 6)
    await stage.write(rounds.close, cast.round_id, "test")
    await stage.go(page, "/judge/final/T1")
    yield "A closed card", page
    await stage.write(rounds.finalise, cast.round_id, "test", "Agreed")
    await stage.go(page, "/judge/final/T1")
    yield "A final card", page


async def in_the_hall(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=5, visit_minutes=8, conflicts=(("J1", "T5"),))
    await stage.write(name_at_length, cast, "T1")
    await stage.write(absences.report, cast.judges["J1"], "final", "T2")
    await stage.write(decisions.skip, cast.round_id, "J1", "T3", "Travel", "test")
    await stage.write(decisions.withdraw, cast.event_id, "T4", "Gave up", "test")
    phone = await stage.phone(cast)
    page = await stage.card_on(phone, "T2")
    yield "A card of a team that was reported as absent", page
    await stage.go(page, "/judge/final/T3")
    yield "A card from which the judge is excused", page
    await stage.go(page, "/judge/final/T4")
    yield "A card of a team that has withdrawn", page
    await stage.go(page, "/judge/final/T5", known=False)
    yield "A card that must not be seen", page
    await stage.go(page, "/judge/final/T1")
    await page.locator("[data-busy]").click()
    await page.wait_for_url("**/judge")
    await stage.go(page, "/judge/final/T1")
    await phone.route("**/absence", lost)
    await page.locator("[data-absence] button").click()
    await expect(page.locator("#away [data-unreached]")).to_be_visible()
    yield "A card of a team that is busy, and a report that was not sent", page


async def timed(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=2, visit_minutes=8)
    phone = await stage.phone(cast)
    page = await stage.card_on(phone)
    yield "A card with a timer", page
    await phone.route(BUNDLE, lost)  # from here on the phone's clock shows what it is told, and the server's does not
    began = datetime.now(UTC)
    await page.clock.set_fixed_time(began)
    await page.locator("#timer [data-start]").first.click()
    await expect(page.locator("[data-running]")).to_be_visible()
    for seconds, shown, name in (
        (28, "7:32", "A timer that runs"),
        (440, "0:40", "A timer in its last minute"),
        (494, "+0:14", "A timer that is over"),
    ):
        await page.clock.set_fixed_time(began + timedelta(seconds=seconds))
        await expect(page.locator("[data-left]")).to_have_text(shown)
        yield name, page


CARD = (one_card, scales, judging_well, cut, pause_and_close, refusal, in_the_hall, timed)
