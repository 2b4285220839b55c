import asyncio
import re

import pytest
from builder import Cast, build_event, issue_link
from httpx2 import AsyncClient, Response
from serving import Served
from sqlalchemy import func, select

from scoreboard.judging import access
from scoreboard.judging.access import NewLink
from scoreboard.models import SignIn
from scoreboard.web.judge.entrance import CODES_A_MINUTE


def client(served: Served) -> AsyncClient:
    return AsyncClient(timeout=60, base_url=served.url)


async def invited(served: Served) -> tuple[Cast, NewLink]:
    cast = await build_event(served.database)
    return cast, await issue_link(served.database, cast.judges["J1"])


async def sessions(served: Served) -> int:
    return await served.database.read(
        lambda session: session.execute(select(func.count()).select_from(SignIn)).scalar_one()
    )


def problem(answer: Response) -> str | None:
    found = re.search(r'id="problem">([^<]*)<', answer.text)
    return found and found[1]


@pytest.mark.parametrize("by", ["secret", "code"])
async def test_a_judge_comes_in_by_link_or_code_after_saying_yes(served: Served, by: str) -> None:
    _cast, link = await invited(served)
    proof = {by: getattr(link, by)}
    async with client(served) as phone:
        asked = await phone.post("/j/who", data=proof)
        assert (asked.status_code, "Judge 1" in asked.text, "Yes, that is me" in asked.text) == (200, True, True)
        assert (dict(phone.cookies), await sessions(served)) == ({}, 0)
        entered = await phone.post("/j", data=proof)
        assert (entered.status_code, entered.headers["location"]) == (303, "/judge")
        assert (await phone.get("/judge")).status_code == 200
    assert await sessions(served) == 1


async def test_looking_at_a_link_opens_nothing(served: Served) -> None:
    _cast, link = await invited(served)
    async with client(served) as scanner:
        for path in ("/j", "/j/who", "/judge"):
            answer = await scanner.get(path)
            assert link.secret not in answer.text
        assert (dict(scanner.cookies), await sessions(served)) == ({}, 0)


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(served: Served) -> None:
    _cast, link = await invited(served)
    async with client(served) as phone:
        entered = await phone.post("/j", data={"secret": link.secret})
    told = [[part.strip().lower() for part in each.split(";")] for each in entered.headers.get_list("set-cookie")]
    assert [(each[0].partition("=")[0], sorted(each[1:])) for each in told] == [
        ("judge", ["httponly", "max-age=345600", "path=/", "samesite=lax"]),
        ("judge-device", ["httponly", "max-age=31536000", "path=/", "samesite=lax"]),
    ]


async def test_a_wrong_code_is_said_in_words_and_what_was_typed_is_kept(served: Served) -> None:
    await invited(served)
    async with client(served) as phone:
        for path in ("/j/who", "/j"):
            answer = await phone.post(path, data={"code": "abcd-0000"})
            assert (answer.status_code, problem(answer), 'value="abcd-0000"' in answer.text) == (
                401,
                "This code is not known. Please check it, or ask the organisers for a new one.",
                True,
            )
        assert dict(phone.cookies) == {}


async def test_an_empty_form_opens_nothing(served: Served) -> None:
    await invited(served)
    async with client(served) as phone:
        assert (await phone.post("/j")).status_code == 401
        assert (await phone.post("/j", files={"secret": b"a file"})).status_code == 400


async def test_after_too_many_wrong_codes_one_has_to_wait_and_a_link_still_opens(served: Served) -> None:
    _cast, link = await invited(served)
    async with client(served) as phone:
        answers = [await phone.post("/j/who", data={"code": f"0000-00{n:02}"}) for n in range(CODES_A_MINUTE)]
        assert [answer.status_code for answer in answers] == [401] * CODES_A_MINUTE
        refused = await phone.post("/j/who", data={"code": link.code})
        assert refused.status_code == 429
        seconds = refused.headers["retry-after"]
        assert problem(refused) == f"Too many wrong tries. Please wait {seconds} seconds."
        assert (await phone.post("/j/who", data={"secret": link.secret})).status_code == 200


async def test_many_tries_at_once_are_not_all_let_through(served: Served) -> None:
    await invited(served)
    async with client(served) as phone:
        answers = await asyncio.gather(*(phone.post("/j/who", data={"code": f"0000-00{n:02}"}) for n in range(40)))
    assert sorted(answer.status_code for answer in answers) == [401] * CODES_A_MINUTE + [429] * 10


async def test_right_codes_are_not_counted(served: Served) -> None:
    _cast, link = await invited(served)
    async with client(served) as phone:
        answers = [await phone.post("/j/who", data={"code": link.code}) for _ in range(CODES_A_MINUTE + 2)]
    assert [answer.status_code for answer in answers] == [200] * (CODES_A_MINUTE + 2)


async def test_signing_out_ends_the_session_on_the_server_too(served: Served) -> None:
    _cast, link = await invited(served)
    async with client(served) as phone:
        await phone.post("/j", data={"secret": link.secret})
        token = phone.cookies["judge"]
        left = await phone.post("/judge/sign-out")
        known = {"judge-device": token}  # by which the device comes back, with the badge
        assert (left.status_code, left.headers["location"], dict(phone.cookies)) == (303, "/j", known)
        phone.cookies.set("judge", token)
        assert (await phone.get("/judge")).headers["location"] == "/j"


async def test_the_language_can_be_changed_before_going_in_and_stays(served: Served) -> None:
    _cast, link = await invited(served)
    async with client(served) as phone:
        asked = await phone.post("/j/who?lang=ar", data={"secret": link.secret})
        assert ('lang="ar" dir="rtl"' in asked.text, "نعم، أنا" in asked.text) == (True, True)
        assert 'action="/j?lang=ar"' in asked.text
        await phone.post("/j?lang=ar", data={"secret": link.secret})
        assert 'lang="ar" dir="rtl"' in (await phone.get("/judge")).text


async def test_a_form_of_another_site_is_refused(served: Served) -> None:
    _cast, link = await invited(served)
    async with client(served) as phone:
        answer = await phone.post("/j", data={"secret": link.secret}, headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, await sessions(served)) == (403, 0)


def test_a_session_lasts_longer_than_a_three_day_event() -> None:
    assert access.JUDGE_SESSION.days == 4
