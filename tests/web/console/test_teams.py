import re

import pytest
from builder import Cast, build_event, score
from serving import Served
from visitors import organiser, stranger

from scoreboard.models import Team

ROOT = "/console/e/hack/teams"


async def team(served: Served, cast: Cast) -> Team:
    return await served.database.read(lambda session: session.get_one(Team, cast.teams["T1"]))


async def test_the_list_tells_how_each_team_is_covered(served: Served) -> None:
    cast = await build_event(served.database, judges=2, teams=2, minimum_ballots=2)
    for judge in cast.judges:
        await score(served.database, cast, judge, "T1", 5, 5)
    async with organiser(served) as browser:
        page = re.sub(r"<[^>]+>", " ", (await browser.get(ROOT)).text)
    told = " ".join(page.split())
    assert "T1 Oasis Project 1 Public Works Agency 1 2/2 competing" in told
    assert "T2 Marsa Project 2 Public Works Agency 2 0/2 below 2 competing" in told


@pytest.mark.parametrize("decision", ["withdraw", "disqualify"])
async def test_a_team_goes_out_with_a_reason_leaves_the_board_and_comes_back(served: Served, decision: str) -> None:
    cast = await build_event(served.database, judges=1, teams=2)
    await score(served.database, cast, "J1", "T1", 9, 9)
    async with organiser(served) as browser, stranger(served) as viewer:

        async def board() -> list[str]:
            lines = (await viewer.get("/e/hack/standings.json")).json()["standings"]
            return [line["team"]["key"] for line in lines]

        assert await board() == ["T1", "T2"]
        out = await browser.post(f"{ROOT}/T1/{decision}", data={"reason": "<rules>"})
        assert (out.status_code, out.headers["location"]) == (303, f"{ROOT}/T1")
        assert await board() == ["T2"]
        assert "&lt;rules&gt;" in (await browser.get(f"{ROOT}/T1")).text
        assert (await browser.post(f"{ROOT}/T1/restore")).status_code == 303
        assert await board() == ["T1", "T2"]
    assert (await team(served, cast)).out_reason == ""


@pytest.mark.parametrize("decision", ["withdraw", "disqualify"])
async def test_without_a_reason_the_form_asks_for_one(served: Served, decision: str) -> None:
    cast = await build_event(served.database)
    async with organiser(served) as browser:
        answer = await browser.post(f"{ROOT}/T1/{decision}", data={"reason": " "})
    assert (answer.status_code, answer.text.count("Please give a reason for the record.")) == (422, 1)
    kept = await team(served, cast)
    assert (kept.withdrawn_at, kept.disqualified_at) == (None, None)


async def test_a_reason_that_is_too_long_is_kept_in_its_own_form(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        answer = await browser.post(f"{ROOT}/T1/disqualify", data={"reason": "x" * 1001})
    values = dict(re.findall(r'id="(\w+)-reason" name="reason" maxlength="1000" value="(x*)"', answer.text))
    assert {name: len(value) for name, value in values.items()} == {"withdraw": 0, "disqualify": 1001}


async def test_a_decision_that_was_taken_already_is_said(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        await browser.post(f"{ROOT}/T1/withdraw", data={"reason": "left"})
        again = await browser.post(f"{ROOT}/T1/disqualify", data={"reason": "rules"})
        await browser.post(f"{ROOT}/T1/restore")
        restored = await browser.post(f"{ROOT}/T1/restore")
    assert (again.status_code, "out of the competition already" in again.text) == (409, True)
    assert (restored.status_code, "This team competes already." in restored.text) == (409, True)


async def test_a_team_that_is_not_there_is_not_found(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        assert (await browser.get(f"{ROOT}/T99")).status_code == 404
        assert (await browser.post(f"{ROOT}/T99/withdraw", data={"reason": "left"})).status_code == 404
