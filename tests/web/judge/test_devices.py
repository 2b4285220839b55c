"""A judge's devices over the real server: the badge alone, the badge with a PIN, and the way out."""

import re
import time
from uuid import uuid4

import pytest
from builder import Cast, ballot, build_event, issue_link
from httpx2 import AsyncClient, Response
from pairs import ANDROID, IPHONE
from serving import Served, serving
from sqlmodel import Session, col, select

from scoreboard.judging.access import NewLink
from scoreboard.judging.pairing import devices, pins
from scoreboard.models import DevicePin, JudgeLink, LogEntry, SignIn
from scoreboard.settings import Settings
from scoreboard.signing import key_at_hand
from scoreboard.web.guesses import TRIES_OF_ADDRESS, TRIES_OF_EVENT

SHOWN = re.compile(r'class="pin" dir="ltr">(\d{3})<span aria-hidden="true"> </span>(\d{3})<')


def phone(served: Served, agent: str = IPHONE) -> AsyncClient:
    return AsyncClient(timeout=60, base_url=served.url, headers={"user-agent": agent})


async def invited(served: Served) -> tuple[Cast, NewLink]:
    cast = await build_event(served.database)
    return cast, await issue_link(served.database, cast.judges["J1"])


def pin_of(answer: Response) -> str:
    found = SHOWN.search(answer.text)
    assert found, answer.text
    return "".join(found.groups())


def other_than(pin: str, n: int = 1) -> str:
    return f"{(int(pin) + n) % 10**pins.DIGITS:06}"


async def actions(served: Served) -> list[str]:
    def read(session: Session) -> list[str]:
        return list(session.exec(select(LogEntry.action).order_by(col(LogEntry.sequence))).all())

    return await served.database.read(read)


@pytest.mark.parametrize("by", ["secret", "code"])
async def test_a_used_badge_is_refused_on_another_device_without_a_pin(served: Served, by: str) -> None:
    _cast, link = await invited(served)
    proof = {by: getattr(link, by)}
    async with phone(served) as first, phone(served, ANDROID) as second:
        assert (await first.post("/j", data=proof)).status_code == 303
        asked = await second.post("/j/who", data=proof)
        assert (asked.status_code, 'name="pin"' in asked.text) == (200, True)
        refused = await second.post("/j", data=proof)
        assert (refused.status_code, 'name="pin"' in refused.text, dict(second.cookies)) == (403, True, {})
        assert (await second.get("/judge/bundle")).status_code == 401
        assert (await first.get("/judge/bundle")).status_code == 200


async def test_the_first_device_shows_a_pin_that_lets_one_more_in(served: Served) -> None:
    _cast, link = await invited(served)
    async with phone(served) as first, phone(served, ANDROID) as second, phone(served, ANDROID) as third:
        await first.post("/j", data={"secret": link.secret})
        assert "Add a device" in (await first.get("/judge")).text
        assert SHOWN.search((await first.get("/judge/devices")).text) is None
        shown = await first.post("/judge/devices")
        assert shown.headers["cache-control"] == "no-store"
        proof = {"code": link.code, "pin": pin_of(shown)}
        entered = await second.post("/j", data=proof)
        assert (entered.status_code, entered.headers["location"]) == (303, "/judge")
        assert (await second.get("/judge")).status_code == 200
        assert (await third.post("/j", data=proof)).status_code == 403
        listed = (await first.get("/judge/devices")).text
    assert ("iPhone, Safari" in listed, "Android, Chrome" in listed) == (True, True)
    assert (await actions(served))[-4:] == ["link.issued", "device.paired", "pin.issued", "device.paired"]


async def test_a_wrong_pin_is_said_in_words_and_the_sixth_is_not_tried(served: Served) -> None:
    _cast, link = await invited(served)
    async with phone(served) as first, phone(served, ANDROID) as second:
        await first.post("/j", data={"secret": link.secret})
        pin = pin_of(await first.post("/judge/devices"))
        for n in range(1, 6):
            wrong = await second.post("/j", data={"secret": link.secret, "pin": other_than(pin, n)})
            assert (wrong.status_code, "This PIN is not the one" in wrong.text) == (403, True)
        assert (await second.post("/j", data={"secret": link.secret, "pin": pin})).status_code == 403
        fresh = pin_of(await first.post("/judge/devices"))
        assert (await second.post("/j", data={"secret": link.secret, "pin": fresh})).status_code == 303
    assert (await actions(served)).count("pin.spent") == 1


async def test_an_address_that_tries_too_often_waits_and_a_new_badge_opens_all_the_same(served: Served) -> None:
    cast, link = await invited(served)
    async with phone(served) as first, phone(served, ANDROID) as second:
        await first.post("/j", data={"secret": link.secret})
        for n in range(TRIES_OF_ADDRESS):
            await second.post("/j", data={"secret": link.secret, "pin": f"{n:06}"})
        pin = pin_of(await first.post("/judge/devices"))
        waits = await second.post("/j", data={"secret": link.secret, "pin": pin})
        assert (waits.status_code, int(waits.headers["retry-after"]) > 3500) == (429, True)
        fresh = await issue_link(served.database, cast.judges["J1"])
        assert (await second.post("/j", data={"secret": fresh.secret})).status_code == 303


async def test_where_many_pins_are_tried_organisers_are_told_and_theirs_are_taken(database_path: str) -> None:
    settings = Settings(database=database_path, language="en", venues="127.0.0.1")
    async with serving(settings) as served:
        cast, link = await invited(served)
        async with phone(served) as first, phone(served, ANDROID) as second:
            await first.post("/j", data={"secret": link.secret})
            for n in range(TRIES_OF_EVENT):
                await second.post("/j", data={"secret": link.secret, "pin": f"{n:06}"})
            own = pin_of(await first.post("/judge/devices"))
            assert (await second.post("/j", data={"secret": link.secret, "pin": own})).status_code == 403

            def of_console(session: Session) -> str:
                pin = pins.new_pin()
                signing = key_at_hand(database_path)
                pins.issue_pin(session, cast.judges["J1"], pin, signing, "organiser:olga", of_console=True)
                return pin

            pin = await served.database.write(of_console)
            assert (await second.post("/j", data={"secret": link.secret, "pin": pin})).status_code == 303
        assert (await actions(served)).count("pin.alarmed") == 1


async def test_a_session_that_was_there_before_is_ended_and_replaced(served: Served) -> None:
    cast, link = await invited(served)
    other = await issue_link(served.database, cast.judges["J2"])
    async with phone(served) as browser:
        await browser.post("/j", data={"secret": link.secret})
        before = browser.cookies["judge"]
        await browser.post("/j", data={"secret": other.secret})
        after = browser.cookies["judge"]
        assert after != before
        assert (await browser.get("/judge/bundle")).json()["judge"]["key"] == "J2"
        browser.cookies.clear()
        browser.cookies.set("judge", before)
        assert (await browser.get("/judge/bundle")).status_code == 401


async def test_a_cookie_that_somebody_set_before_does_not_become_the_session(served: Served) -> None:
    _cast, link = await invited(served)
    planted = "A" * 43
    headers = {"cookie": f"judge={planted}; judge-device={planted}"}
    async with phone(served) as browser, phone(served) as attacker:
        entered = await browser.post("/j", data={"secret": link.secret}, headers=headers)
        assert (entered.status_code, planted in str(entered.headers)) == (303, False)
        for path in ("/judge/bundle", "/judge/devices"):
            answer = await attacker.get(path, headers=headers)
            assert answer.status_code in {401, 303}


async def test_what_the_database_holds_opens_nothing(served: Served) -> None:
    _cast, link = await invited(served)
    async with phone(served) as first:
        await first.post("/j", data={"secret": link.secret})
        await first.post("/judge/devices")

    def dumped(session: Session) -> list[str]:
        rows = [session.exec(select(table)).one() for table in (JudgeLink, SignIn, DevicePin)]
        return [value for row in rows for value in row.model_dump().values() if isinstance(value, str) and value]

    found = await served.database.read(dumped)
    assert len(found) >= 6
    async with phone(served, ANDROID) as thief:
        for value in found:
            cookies = {"cookie": f"judge={value}; judge-device={value}"}
            assert (await thief.get("/judge/bundle", headers=cookies)).status_code == 401
            answer = await thief.post("/j", data={"secret": value}, headers=cookies)
            assert answer.status_code == 401
            pinned = {"secret": link.secret, "pin": value}
            assert (await thief.post("/j", data=pinned, headers=cookies)).status_code in {403, 429}


async def test_who_signs_out_comes_back_on_the_same_device_by_the_badge_alone(served: Served) -> None:
    _cast, link = await invited(served)
    async with phone(served) as first:
        await first.post("/j", data={"secret": link.secret})
        await first.post("/judge/sign-out")
        assert (await first.get("/judge/bundle")).status_code == 401
        assert (await first.post("/j", data={"secret": link.secret})).status_code == 303
        assert (await first.get("/judge/bundle")).status_code == 200


async def test_a_revoked_device_is_refused_within_a_second_and_told_why(served: Served) -> None:
    cast, link = await invited(served)
    async with phone(served) as first:
        await first.post("/j", data={"secret": link.secret})
        assert (await first.get("/judge/bundle")).status_code == 200
        await served.database.write(devices.revoke_devices, cast.judges["J1"], "organiser:olga")
        since = time.monotonic()
        wanted = {"accept": "application/json"}
        address = "/judge/ballots/00000000-0000-4000-8000-000000000000"
        answers = [await first.get("/judge/bundle", headers=wanted), await first.put(address, headers=wanted)]
        assert time.monotonic() - since < 1
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "device_revoked")] * 2
        led = await first.get("/judge")
        assert (led.status_code, led.headers["location"]) == (303, "/j")
        assert "The organisers have signed this device out." in (await first.get("/j")).text
        assert (await first.post("/j", data={"secret": link.secret})).status_code == 403


async def test_a_device_that_sends_ballot_after_ballot_is_refused_with_the_next_one(served: Served) -> None:
    cast, link = await invited(served)
    wanted = {"accept": "application/json"}
    async with phone(served) as first:
        await first.post("/j", data={"secret": link.secret})
        answers = []
        for base in range(3):
            if base == 2:
                await served.database.write(devices.revoke_devices, cast.judges["J1"], "organiser:olga")
            form = ballot("T1", 5, 5, base=base).model_dump(mode="json", exclude={"uuid", "entered_at"})
            answers.append(await first.put(f"/judge/ballots/{uuid4()}", json=form, headers=wanted))
            if base == 2:
                answers.append(await first.put(f"/judge/ballots/{uuid4()}", json=form, headers=wanted))
        assert [answer.status_code for answer in answers] == [200, 200, 401, 401]
        assert [answer.json()["code"] for answer in answers[2:]] == ["device_revoked"] * 2


async def test_pins_are_shown_five_times_a_minute_at_the_most(served: Served) -> None:
    _cast, link = await invited(served)
    async with phone(served) as first:
        await first.post("/j", data={"secret": link.secret})
        answers = [(await first.post("/judge/devices")).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
