import re
from collections.abc import AsyncIterator

import pyotp
import pytest
from serving import Served, serving
from visitors import PASSWORD, organiser, stranger

from scoreboard.judging.staff import factors, organisers
from scoreboard.settings import Settings

NEW = "another long password"


def code(secret: str, offset: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(factors.step_now() + offset)


async def test_a_second_factor_is_set_up_and_asked_for(served: Served) -> None:
    async with organiser(served) as browser:
        page = (await browser.get("/console/account/factor")).text
        secret = re.findall(r'name="secret" value="([A-Z2-7]{32})"', page)[0]
        assert 'class="qr"' in page
        wrong = await browser.post("/console/account/factor", data={"secret": secret, "code": "000000"})
        assert (wrong.status_code, secret in wrong.text) == (422, True)
        shown = await browser.post("/console/account/factor", data={"secret": secret, "code": code(secret, -1)})
        paper = re.findall(r"<li><code>([0-9A-Z-]{29})</code>", shown.text)
        assert len(paper) == 10
    async with stranger(served) as browser:
        first = await browser.post("/console/sign-in", data={"name": "olga", "password": PASSWORD})
        assert first.headers["location"] == "/console/sign-in/code?back=%2Fconsole"
        assert (await browser.get("/console")).status_code == 303
        half = browser.cookies["console"]
        assert (await browser.post("/console/sign-in/code", data={"code": "000000"})).status_code == 401
        second = await browser.post("/console/sign-in/code", data={"code": code(secret), "back": "/console/account"})
        assert second.headers["location"] == "/console/account"
        assert browser.cookies["console"] != half
        assert "10 codes on paper are left" in (await browser.get("/console/account")).text.replace(
            '<bdi dir="ltr">10</bdi>', "10"
        )
    async with stranger(served) as browser:
        await browser.post("/console/sign-in", data={"name": "olga", "password": PASSWORD})
        assert (await browser.post("/console/sign-in/code", data={"code": paper[3]})).status_code == 303
        assert (await browser.get("/console")).status_code == 200


async def test_without_the_first_half_there_is_no_second(served: Served) -> None:
    async with stranger(served) as browser:
        answer = await browser.post("/console/sign-in/code", data={"code": "123456"})
    assert answer.headers["location"] == "/console/sign-in"


async def test_a_new_password_signs_the_other_devices_out(served: Served) -> None:
    async with organiser(served) as browser, stranger(served) as other:
        await other.post("/console/sign-in", data={"name": "olga", "password": PASSWORD})
        assert (await other.get("/console")).status_code == 200
        unlike = await browser.post("/console/account/password", data={"password": NEW, "again": PASSWORD})
        assert (unlike.status_code, NEW in unlike.text) == (422, False)
        done = await browser.post("/console/account/password", data={"password": NEW, "again": NEW})
        assert done.headers["location"] == "/console/account"
        assert [(await each.get("/console")).status_code for each in (browser, other)] == [200, 303]
        again = await other.post("/console/sign-in", data={"name": "olga", "password": NEW})
        assert again.headers["location"] == "/console"


async def test_a_factor_that_comes_or_goes_signs_the_other_devices_out(served: Served) -> None:
    async with organiser(served) as browser, stranger(served) as other:
        page = (await browser.get("/console/account/factor")).text
        secret = re.findall(r'name="secret" value="([A-Z2-7]{32})"', page)[0]
        await other.post("/console/sign-in", data={"name": "olga", "password": PASSWORD})
        assert (await other.get("/console")).status_code == 200
        await browser.post("/console/account/factor", data={"secret": secret, "code": code(secret, -1)})
        assert [(await each.get("/console")).status_code for each in (browser, other)] == [200, 303]
        await other.post("/console/sign-in", data={"name": "olga", "password": PASSWORD})
        await other.post("/console/sign-in/code", data={"code": code(secret)})
        assert (await other.get("/console")).status_code == 200
        await browser.post("/console/account/factor/remove")
        assert [(await each.get("/console")).status_code for each in (browser, other)] == [200, 303]


async def test_sessions_are_shown_and_all_others_can_be_ended(served: Served) -> None:
    async with organiser(served) as browser, stranger(served) as other:
        phone = {"user-agent": "Mozilla/5.0 (iPhone) Safari/604.1"}
        await other.post("/console/sign-in", data={"name": "olga", "password": PASSWORD}, headers=phone)
        page = (await browser.get("/console/account")).text
        assert re.findall(r"<li>(.*?)</li>", page) == [
            "<bdi>iPhone, Safari</bdi>",
            'Unknown device <span class="chip good">this device</span>',
        ]
        assert (await browser.post("/console/account/sessions/end")).status_code == 303
        assert [(await each.get("/console")).status_code for each in (browser, other)] == [200, 303]
        page = (await browser.get("/console/account")).text
        assert ("iPhone" in page, "/console/account/sessions/end" in page) == (False, False)


async def test_a_password_is_typed_unseen_and_by_programs_that_keep_it(served: Served) -> None:
    async with organiser(served) as browser, stranger(served) as other:
        pages = {
            "current-password": [await other.get("/console/sign-in"), await browser.get("/console/confirm")],
            "new-password": [await browser.get("/console/account/password")],
        }
    for kind, answers in pages.items():
        for answer in answers:
            fields = re.findall(r'<input [^>]*name="(?:password|again)"[^>]*>', answer.text)
            assert fields
            assert [field for field in fields if 'type="password"' not in field or f'"{kind}"' not in field] == []
            assert "onpaste" not in answer.text


async def test_ten_wrong_passwords_are_enough_for_an_account(served: Served) -> None:
    await served.database.write(organisers.add_organiser, "olga", PASSWORD)
    async with stranger(served) as browser:
        for _ in range(10):
            answer = await browser.post("/console/sign-in", data={"name": "olga", "password": "guess"})
            assert answer.status_code == 401
        answer = await browser.post("/console/sign-in", data={"name": " OLGA ", "password": PASSWORD})
        assert (answer.status_code, int(answer.headers["retry-after"]) > 600) == (429, True)


@pytest.fixture
async def strict(database_path: str) -> AsyncIterator[Served]:
    settings = Settings(database=database_path, backups="off", language="en", second_factor="owners")
    async with serving(settings) as served:
        yield served


async def test_where_it_is_asked_for_owners_come_no_further_without_a_second_factor(strict: Served) -> None:
    async with organiser(strict) as browser:
        assert (await browser.get("/console")).headers["location"] == "/console/account"
        page = await browser.get("/console/account")
        assert "This server asks for a second factor." in page.text
        assert (await browser.get("/console/account/factor")).status_code == 200
