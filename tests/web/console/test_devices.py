"""One judge's devices at the console: shown in words, a PIN for one more, and out at once."""

import re

import httpx2
import pytest
from builder import Cast, build_event, issue_link
from httpx2 import AsyncClient
from pairs import ANDROID, IPHONE
from serving import Served
from sqlmodel import Session, col, select
from visitors import organiser, stranger

from scoreboard.judging.access import NewLink
from scoreboard.judging.pairing.devices import devices_of_judge
from scoreboard.models import LogEntry
from scoreboard.web.guesses import TRIES_OF_EVENT

PAGE = "/console/e/hack/judges/J1"
SHOWN = re.compile(r'class="pin" dir="ltr">(\d{3})<span aria-hidden="true"> </span>(\d{3})<')


async def invited(served: Served) -> tuple[Cast, NewLink]:
    cast = await build_event(served.database)
    return cast, await issue_link(served.database, cast.judges["J1"])


def phone(served: Served, agent: str = IPHONE) -> AsyncClient:
    return AsyncClient(timeout=60, base_url=served.url, headers={"user-agent": agent})


def pin_of(answer: httpx2.Response) -> str:
    found = SHOWN.search(answer.text)
    assert found, answer.text
    return "".join(found.groups())


def words(answer: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", re.sub("<.*?>", "", answer.text, flags=re.DOTALL))


async def newest(served: Served) -> tuple[str, str]:
    def read(session: Session) -> tuple[str, str]:
        entry = session.exec(select(LogEntry).order_by(col(LogEntry.sequence).desc())).first()
        assert entry is not None
        return entry.actor, entry.action

    return await served.database.read(read)


async def test_devices_are_named_in_words_with_their_times(served: Served) -> None:
    _cast, link = await invited(served)
    async with organiser(served) as browser, phone(served) as first:
        assert "The link has not been used." in words(await browser.get(PAGE))
        await first.post("/j", data={"secret": link.secret})
        await first.get("/judge")
        page = words(await browser.get(PAGE))
        assert ("iPhone, Safari" in page, "Last seen" in page, "Sign out for good" in page) == (True, True, True)
        await first.post("/judge/sign-out")
        assert "signed out" in words(await browser.get(PAGE))
        assert "iPhone, Safari" in words(await browser.get("/console/e/hack/judges"))


async def test_a_pin_is_shown_once_and_lets_a_further_device_in(served: Served) -> None:
    _cast, link = await invited(served)
    async with organiser(served) as browser, phone(served) as first, phone(served, ANDROID) as second:
        await first.post("/j", data={"secret": link.secret})
        shown = await browser.post(f"{PAGE}/pin")
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        assert await newest(served) == ("organiser:olga", "pin.issued")
        assert SHOWN.search((await browser.get(PAGE)).text) is None
        entered = await second.post("/j", data={"secret": link.secret, "pin": pin_of(shown)})
        assert (entered.status_code, (await second.get("/judge/bundle")).status_code) == (303, 200)


async def test_one_device_is_signed_out_and_the_other_stays(served: Served) -> None:
    cast, link = await invited(served)
    async with organiser(served) as browser, phone(served) as first, phone(served, ANDROID) as second:
        await first.post("/j", data={"secret": link.secret})
        pin = pin_of(await browser.post(f"{PAGE}/pin"))
        await second.post("/j", data={"secret": link.secret, "pin": pin})
        lines = await served.database.read(devices_of_judge, cast.judges["J1"])
        gone = await browser.post(f"{PAGE}/devices/{lines[0].device.key}/revoke")
        assert (gone.status_code, gone.headers["location"]) == (303, PAGE)
        answers = [(await each.get("/judge/bundle")).status_code for each in (first, second)]
        assert (answers, await newest(served)) == ([401, 200], ("organiser:olga", "device.revoked"))


async def test_all_devices_are_signed_out_at_once(served: Served) -> None:
    _cast, link = await invited(served)
    async with organiser(served) as browser, phone(served) as first, phone(served, ANDROID) as second:
        await first.post("/j", data={"secret": link.secret})
        pin = pin_of(await browser.post(f"{PAGE}/pin"))
        await second.post("/j", data={"secret": link.secret, "pin": pin})
        assert (await browser.post(f"{PAGE}/devices/revoke")).status_code == 303
        assert [(await each.get("/judge/bundle")).status_code for each in (first, second)] == [401, 401]
        assert "Every device of this judge has been signed out." in words(await browser.get(PAGE))
        assert "no device: needs a PIN" in words(await browser.get("/console/e/hack/judges"))


@pytest.mark.parametrize("path", ["devices/0123456789abcdef/revoke", "devices/revoke", "pin"])
async def test_only_the_console_can(served: Served, path: str) -> None:
    _cast, link = await invited(served)
    async with stranger(served) as nobody, phone(served) as first:
        await first.post("/j", data={"secret": link.secret})
        for browser in (nobody, first):
            answer = await browser.post(f"{PAGE}/{path}")
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/console/sign-in")
        assert (await first.get("/judge/bundle")).status_code == 200


async def test_another_judges_device_and_no_device_are_the_same(served: Served) -> None:
    cast, link = await invited(served)
    async with organiser(served) as browser, phone(served) as first:
        await first.post("/j", data={"secret": link.secret})
        (line,) = await served.database.read(devices_of_judge, cast.judges["J1"])
        answers = [
            await browser.post(f"/console/e/hack/judges/J2/devices/{key}/revoke")
            for key in (line.device.key, "0123456789abcdef")
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert (await first.get("/judge/bundle")).status_code == 200


async def test_organisers_are_told_that_somebody_tries_pins(served: Served) -> None:
    cast, link = await invited(served)
    guesses = served.server.lifespan.state["guesses"]
    async with organiser(served) as browser, phone(served) as first, phone(served, ANDROID) as second:
        await first.post("/j", data={"secret": link.secret})
        for n in range(TRIES_OF_EVENT - 1):
            guesses.begin(f"192.0.2.{n}", cast.event_id)
        assert "Somebody is trying PINs." not in words(await browser.get(PAGE))
        await second.post("/j", data={"secret": link.secret, "pin": "000000"})
        assert await newest(served) == ("system", "pin.alarmed")
        for page in (PAGE, "/console/e/hack/judges"):
            assert "Somebody is trying PINs." in words(await browser.get(page))
        pin = pin_of(await browser.post(f"{PAGE}/pin"))
        assert (await second.post("/j", data={"secret": link.secret, "pin": pin})).status_code == 303
