import json
import re
from datetime import UTC, datetime

import httpx2
from builder import build_event, issue_link
from serving import Served, serving
from sqlmodel import Session, select
from visitors import judge, organiser, stranger

from scoreboard.judging import access
from scoreboard.models import Judge, JudgeLink, LogEntry
from scoreboard.settings import Settings

ROOT = "/console/e/hack/judges"
CODE = re.compile(r'class="code" dir="ltr">([0-9A-Z]{4}-[0-9A-Z]{4})<')


def codes(answer: httpx2.Response) -> list[str]:
    return CODE.findall(answer.text)


async def test_the_list_tells_who_can_come_in(served: Served) -> None:
    cast = await build_event(served.database, judges=3)
    await issue_link(served.database, cast.judges["J2"])
    async with organiser(served) as browser, judge(served, cast, "J1"):
        page = (await browser.get(ROOT)).text
    told = re.findall(r'class="chip[^"]*"[^>]*>(?:<svg.*?</svg>)?(.*?)(?:</span></a>|</span>)', page)
    assert [re.sub("<.*?>", "", chip) for chip in told] == ["1 device", "issued, not used yet", "none"]
    assert "1 judge has no link yet." in re.sub("<.*?>", "", page)


async def test_a_new_link_is_shown_once_and_lets_the_judge_in(served: Served) -> None:
    await build_event(served.database, judges=1)
    async with organiser(served) as browser, stranger(served) as phone:
        answer = await browser.post(f"{ROOT}/J1/link")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        (code,) = codes(answer)
        found, _link = await served.database.read(access.judge_behind, code=code)
        assert found.key == "J1"
        assert (await phone.post("/j", data={"code": code})).status_code == 303
        assert (await phone.get("/judge")).status_code == 200
        assert code not in (await browser.get(ROOT)).text
    kept = await served.database.read(lambda session: session.exec(select(JudgeLink)).one())
    assert [code in value or code.replace("-", "") in value for value in (kept.code_hash, kept.secret_hash)] == [
        False,
        False,
    ]


async def test_a_new_link_ends_the_one_before_at_once(served: Served) -> None:
    cast = await build_event(served.database, judges=1)
    async with organiser(served) as browser, judge(served, cast) as phone:
        assert (await phone.get("/judge")).status_code == 200
        asked = await browser.get(f"{ROOT}/J1/link")
        assert "stop working at once" in asked.text
        assert (await phone.get("/judge")).status_code == 200
        await browser.post(f"{ROOT}/J1/link")
        assert (await phone.get("/judge")).status_code != 200


async def test_links_are_issued_to_all_who_have_none_and_to_nobody_else(served: Served) -> None:
    cast = await build_event(served.database, judges=4)
    held = await issue_link(served.database, cast.judges["J1"])

    def leave(session: Session) -> None:
        session.get_one(Judge, cast.judges["J2"]).withdrawn_at = datetime.now(UTC)

    await served.database.write(leave)
    async with organiser(served) as browser:
        made = codes(await browser.post(f"{ROOT}/links"))
        again = await browser.post(f"{ROOT}/links")
    owners = [(await served.database.read(access.judge_behind, code=code))[0].key for code in made]
    assert owners == ["J3", "J4"]
    assert (await served.database.read(access.judge_behind, secret=held.secret))[0].key == "J1"
    assert (codes(again), "Every judge has a link already." in again.text) == ([], True)


async def test_a_badge_speaks_both_languages(served: Served) -> None:
    await build_event(served.database, judges=1)
    async with organiser(served) as browser:
        page = (await browser.post(f"{ROOT}/J1/link")).text
    badge = page[page.index('<li class="badge">') :]
    words = (
        "هاكاثون الخدمات الحكومية",
        "Government Services Hackathon",
        "المحكّم 1",
        "Judge 1",
        "Scan the code to judge",
    )
    assert [text for text in words if text not in badge] == []
    assert badge.count('<svg viewBox="0 0 ') == 1


async def test_links_lead_to_the_public_address_where_one_is_set(database_path: str) -> None:
    settings = Settings(database=database_path, language="en", public_address="https://score.example")
    async with serving(settings) as served:
        await build_event(served.database, judges=1)
        async with organiser(served) as browser:
            page = (await browser.post(f"{ROOT}/J1/link")).text
    assert ("https://score.example/j<" in page, "this machine only" in page) == (True, False)


async def test_links_that_no_phone_can_follow_are_warned_of(served: Served) -> None:
    await build_event(served.database, judges=1)
    async with organiser(served) as browser:
        assert "These links lead to this machine only" in (await browser.post(f"{ROOT}/J1/link")).text


async def test_no_secret_stands_in_the_ledger(served: Served) -> None:
    await build_event(served.database, judges=1)
    async with organiser(served) as browser:
        await browser.post(f"{ROOT}/J1/link")
    entries = await served.database.read(lambda session: session.exec(select(LogEntry)).all())
    link = await served.database.read(lambda session: session.exec(select(JudgeLink)).one())
    assert [(entry.actor, entry.action, json.loads(entry.payload)) for entry in entries][-1] == (
        "organiser:olga",
        "link.issued",
        {"link": link.secret_hash[:16]},
    )


async def test_a_judge_who_is_not_there_or_left_gets_no_link(served: Served) -> None:
    cast = await build_event(served.database, judges=1)

    def leave(session: Session) -> None:
        session.get_one(Judge, cast.judges["J1"]).withdrawn_at = datetime.now(UTC)

    await served.database.write(leave)
    async with organiser(served) as browser:
        answers = [
            await browser.request(method, f"{ROOT}/{key}/link") for method in ("GET", "POST") for key in ("J1", "J9")
        ]
    assert [answer.status_code for answer in answers] == [404] * 4
