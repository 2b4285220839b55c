from builder import Cast, build_event, score
from serving import Served
from sqlmodel import Session
from visitors import organiser

from scoreboard.judging import decisions
from scoreboard.models import Round

ROOT = "/console/e/hack/rounds/final/assignments"
PAIR = {"judge": "J1", "team": "T1"}


async def state(served: Served, cast: Cast) -> str:
    def read(session: Session) -> str:
        return decisions.find_assignment(session, session.get_one(Round, cast.round_id), "J1", "T1").state

    return await served.database.read(read)


async def test_a_judge_is_excused_with_a_reason_and_the_excuse_is_taken_back(served: Served) -> None:
    cast = await build_event(served.database)
    async with organiser(served) as browser:
        asked = await browser.get(ROOT, params=PAIR)
        skipped = await browser.post(f"{ROOT}/skip", data={**PAIR, "reason": "called away"})
        assert (skipped.status_code, skipped.headers["location"]) == (303, "/console/e/hack?round=final")
        assert await state(served, cast) == "skipped"
        excused = await browser.get(ROOT, params=PAIR)
        resumed = await browser.post(f"{ROOT}/resume", data=PAIR)
    assert "The ballot has not been received yet." in asked.text
    assert "This judge is excused from this team." in excused.text
    assert resumed.status_code == 303
    assert await state(served, cast) == "pending"


async def test_without_a_reason_the_page_asks_for_one(served: Served) -> None:
    cast = await build_event(served.database)
    async with organiser(served) as browser:
        answer = await browser.post(f"{ROOT}/skip", data=PAIR)
    assert (answer.status_code, "Please give a reason for the record." in answer.text) == (422, True)
    assert await state(served, cast) == "pending"


async def test_a_reason_that_cannot_be_taken_is_kept_in_its_field(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        answer = await browser.post(f"{ROOT}/skip", data={**PAIR, "reason": '"' * 1001})
    assert answer.status_code == 422
    assert f'value="{"&#34;" * 1001}"' in answer.text


async def test_a_ballot_that_came_in_between_is_said(served: Served) -> None:
    cast = await build_event(served.database)
    await score(served.database, cast, "J1", "T1", 5, 5)
    async with organiser(served) as browser:
        answer = await browser.post(f"{ROOT}/skip", data={**PAIR, "reason": "called away"})
    assert answer.status_code == 409
    assert "This ballot has been received in the meantime." in answer.text
    assert await state(served, cast) == "done"


async def test_what_is_between_a_judge_and_a_team_is_said_in_words(served: Served) -> None:
    cast = await build_event(served.database, judges=2, teams=2, conflicts=(("J2", "T2"),))
    await score(served.database, cast, "J1", "T1", 5, 5)
    await served.database.write(decisions.withdraw, cast.event_id, "T2", "left", "x")
    said = {
        ("J1", "T1"): "The ballot has been received.",
        ("J2", "T2"): "This judge has a conflict of interest with this team",
        ("J1", "T2"): "No ballot is expected here.",
    }
    async with organiser(served) as browser:
        pages = {pair: (await browser.get(ROOT, params=dict(zip(PAIR, pair, strict=True)))).text for pair in said}
    assert [pair for pair, words in said.items() if words not in pages[pair]] == []


async def test_who_is_not_there_is_not_found(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        assert (await browser.get(ROOT, params={"judge": "J9", "team": "T1"})).status_code == 404
        assert (await browser.get(ROOT)).status_code == 404
        answer = await browser.post(f"{ROOT}/skip", data={"judge": "J9", "team": "T1", "reason": "x"})
        assert answer.status_code == 404
