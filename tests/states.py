"""All states of all pages of the judge's phone, for whoever looks at them: in tests, or as pictures.

A scene is a generator that brings a phone from state to state; each state has a sentence for a name.
"""

from collections.abc import AsyncIterator

from builder import score
from phones import PHONE, choose
from playwright.async_api import expect
from stage import PUT, Scene, Stage, State, lost
from states_of_card import CARD, submit
from states_of_list import LIST

from scoreboard.judging import rounds
from scoreboard.judging.pairing import devices
from scoreboard.judging.reports import recusals
from scoreboard.judging.signature import signatures
from scoreboard.judging.signature.signatures import Wish, sign


async def way_in(stage: Stage) -> AsyncIterator[State]:
    url = stage.served.url
    cast = await stage.event(teams=2)
    phone = await stage.speaking(await stage.browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True))
    page = await phone.new_page()
    await page.goto(f"{url}/j")
    yield "The way in", page
    await page.locator("#code").fill("0000-0000")
    await page.locator("#with-code button").click()
    await expect(page.locator("#problem")).to_be_visible()
    yield "A code that is wrong", page
    code = await stage.code(cast)
    await page.locator("#code").fill(code)
    await page.locator("#with-code button").click()
    await page.wait_for_url("**/j/who")
    yield "The question whose code it is", page
    await page.locator("form.stack button").click()
    await page.wait_for_url("**/judge")
    other = await stage.speaking(await stage.browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True))
    second = await other.new_page()
    await second.goto(f"{url}/j")
    await second.locator("#code").fill(code)
    await second.locator("#with-code button").click()
    await expect(second.locator("#pin")).to_be_visible()
    yield "The question for a PIN on a further device", second
    await second.locator("#pin").fill("000000")
    await second.locator("form.stack button").click()
    await expect(second.locator("#problem")).to_be_visible()
    yield "A PIN that is wrong", second
    await second.goto(f"{url}/j?#{'x' * 27}")
    await expect(second.locator("#problem")).to_be_visible()
    yield "A link that is no longer good", second
    await page.goto(f"{url}/judge/devices")
    yield "The devices of a judge", page
    await page.locator("main form button").click()
    await expect(page.locator(".pin")).to_be_visible()
    yield "A PIN for a further device", page
    await stage.write(devices.revoke_devices, cast.judges["J1"], "test")
    await page.goto(f"{url}/judge")
    await expect(page.locator("#revoked")).to_be_visible()
    yield "The way in on a device that was signed out", page


async def recusal(stage: Stage) -> AsyncIterator[State]:
    cast = await stage.event(teams=3)
    await score(stage.served.database, cast, "J1", "T1", 8, 7, 9)
    page = await (await stage.phone(cast)).new_page()
    await page.goto(f"{stage.served.url}/judge/final/T1/recusal")
    yield "The question why a judge must not score a team", page
    await page.locator(".kind").last.click()
    await page.locator("form.stack button").click()
    await expect(page.locator("#problem")).to_be_visible()
    yield "A recusal without words", page


async def review(stage: Stage) -> AsyncIterator[State]:
    database, address = stage.served.database, f"{stage.served.url}/judge/review"
    cast = await stage.event(teams=5)
    phone = await stage.phone(cast)
    page = await phone.new_page()
    await page.goto(address)
    yield "A review of nothing", page
    for team, scores in (("T1", (8, 7, 9)), ("T2", (4, 5, 6)), ("T3", (4, 5, 6)), ("T4", (1, 0, 2))):
        await score(database, cast, "J1", team, *scores)
    await stage.write(recusals.recuse, cast.judges["J1"], "final", "T4", "family", "")
    await page.reload()
    yield "A review while a team is not scored", page
    await score(database, cast, "J1", "T5", 7, 7, 7)
    card = await stage.card_on(phone, "T2")
    await choose(card, impact=9)
    await phone.route(PUT, lost)
    await stage.go(card, "/judge/final/T1")
    await submit(card, "waiting", impact=9)
    await page.reload()
    await expect(page.locator("#unsent-block")).to_be_visible()
    await expect(page.locator("#unsubmitted")).to_be_visible()
    yield "A review with a ballot that was not sent and a draft", page
    await phone.unroute_all()
    await card.close()
    await page.reload()
    await expect(page.locator('[data-team="T1"][data-revision="2"]')).to_be_visible()
    yield "A review to be signed", page
    for name, pin in (("pin", "1234"), ("again", "4321")):
        await page.locator(f"#{name}").fill(pin)
    await page.locator("#signature button").click()
    await expect(page.locator("#problem")).to_be_visible()
    yield "A review with PINs that differ", page
    for name in ("pin", "again"):
        await page.locator(f"#{name}").fill("4321")
    await page.locator("#signature button").click()
    await expect(page.locator("#signed")).to_be_visible()
    yield "A review that is signed", page
    await stage.write(signatures.lift, cast.round_id, "J1", "A slip", "organiser:olga")
    await page.goto(address)
    await page.locator("#pin").fill("0000")
    await page.locator("#signature button").click()
    await expect(page.locator("#problem")).to_be_visible()
    yield "A review with a wrong PIN", page
    for _ in range(4):
        await page.locator("#pin").fill("0000")
        await page.locator("#signature button").click()
        await page.wait_for_load_state()
    await page.goto(address)
    await expect(page.locator("#pin")).to_have_count(0)
    yield "A review whose PIN is used up", page


async def review_after_all(stage: Stage) -> AsyncIterator[State]:
    database, address = stage.served.database, f"{stage.served.url}/judge/review"
    cast = await stage.event(teams=2, judges=2)
    for judge, team in (("J1", "T1"), ("J2", "T1"), ("J2", "T2")):
        await score(database, cast, judge, team, 8, 7, 9)
    await stage.write(rounds.close, cast.round_id, "test")
    page = await (await stage.phone(cast)).new_page()
    await page.goto(address)
    yield "A review of a closed round, in which a team was not scored", page
    cast = await stage.event(teams=1)
    await score(database, cast, "J1", "T1", 8, 7, 9)
    await stage.write(rounds.close, cast.round_id, "test")
    await stage.write(rounds.finalise, cast.round_id, "test", "Agreed")
    page = await (await stage.phone(cast)).new_page()
    await page.goto(address)
    yield "A review of a final round that was not signed", page
    cast = await stage.event(teams=1)
    await score(database, cast, "J1", "T1", 8, 7, 9)
    await sign(database, cast.judges["J1"], Wish("final", "T1:1", "4321", "4321"))
    page = await (await stage.phone(cast)).new_page()
    await page.goto(f"{stage.served.url}/judge/final/T1")
    yield "A card that is signed", page


SCENES: tuple[Scene, ...] = (way_in, *LIST, *CARD, recusal, review, review_after_all)
