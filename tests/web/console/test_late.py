import re
from datetime import UTC, datetime, timedelta
from typing import Any

from builder import Cast, build_event, score
from httpx2 import AsyncClient
from lateness import send_late, states
from serving import Served
from sqlmodel import Session, select
from visitors import judge, organiser

from scoreboard.judging import decisions, publication, rounds
from scoreboard.judging.ballots import AcceptedBallot
from scoreboard.models import SignIn

PAGE = "/console/e/hack/rounds/final/late"


async def one_late(served: Served) -> tuple[Cast, AcceptedBallot]:
    """Oasis is behind Marsa by the ballots of the one judge; a late correction would put it in front."""
    cast = await build_event(served.database, judges=1, teams=2)
    await score(served.database, cast, "J1", "T1", 5, 5)
    await score(served.database, cast, "J1", "T2", 6, 6)
    await score(served.database, cast, "J1", "T1", 4, 5, base=1)
    await served.database.write(rounds.close, cast.round_id, "organiser:olga")
    return cast, await send_late(served.database, cast, "J1", "T1", 9, 9, base=1)


def words(html: str) -> str:
    """What a page says."""
    plain = re.sub(r"<svg.*?</svg>|<[^>]*>|[\u2066-\u2069]", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", plain).replace(" ,", ",")


async def shown(browser: AsyncClient) -> dict[str, Any]:
    """What everybody sees; only the time at which they ask is left out."""
    answer: dict[str, Any] = (await browser.get("/e/hack/standings.json")).json()
    del answer["as_of"]
    return answer


async def test_a_late_ballot_is_shown_beside_the_one_that_counts_with_what_it_would_change(served: Served) -> None:
    await one_late(served)
    async with organiser(served) as browser:
        page = words((await browser.get(PAGE)).text)
        overview = (await browser.get("/console/e/hack")).text
        finalise = words((await browser.get("/console/e/hack/rounds/final/finalise")).text)
    assert "1 late ballot waits for a decision." in page
    assert "Oasis Judge 1 · J1" in page
    assert "The judge has sent a newer ballot for this team since this one was entered." in page
    assert "Impact 4 9 Quality 5 9 Total of the ballot 45.0 90.0" in page
    assert "The team now place 2, 45.00 points If you accept it place 1, 90.00 points" in page
    assert (f'href="{PAGE}"' in overview, "1 late ballot waits for a decision." in words(overview)) == (True, True)
    assert "1 late ballot waits for a decision. Judge 1 for Oasis" in finalise


async def test_accepting_one_needs_a_reason_and_lets_it_count(served: Served) -> None:
    _cast, kept = await one_late(served)
    async with organiser(served) as browser:
        empty = await browser.post(f"{PAGE}/{kept.uuid}/admit", data={"reason": " "})
        answer = await browser.post(f"{PAGE}/{kept.uuid}/admit", data={"reason": "No <network>"})
        again = await browser.post(f"{PAGE}/{kept.uuid}/refuse", data={"reason": "Too late"})
        page = (await browser.get(PAGE)).text
        standings = (await browser.get("/e/hack/standings.json")).json()
    assert (empty.status_code, "Please give a reason" in empty.text) == (422, True)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert (again.status_code, "Somebody has decided about this ballot" in again.text) == (409, True)
    assert "No &lt;network&gt;" in page
    assert [line["team"]["key"] for line in standings["standings"]] == ["T1", "T2"]


async def test_refusing_one_is_told_to_the_judge_and_can_be_taken_back(served: Served) -> None:
    cast, kept = await one_late(served)
    async with organiser(served) as browser, judge(served, cast) as phone:
        waiting = (await phone.get("/judge/bundle")).json()
        await browser.post(f"{PAGE}/{kept.uuid}/refuse", data={"reason": "Corrected since"})
        refused = (await phone.get("/judge/bundle")).json()
        await browser.post(f"{PAGE}/{kept.uuid}/reopen")
        assert await served.database.read(states) == [("waiting", "")]
    told = {"uuid": str(kept.uuid), "team": "T1"}
    assert waiting["late"] == [told | {"state": "waiting", "reason": ""}]
    assert refused["late"] == [told | {"state": "refused", "reason": "Corrected since"}]
    assert str(kept.uuid) in waiting["received"]


async def test_deciding_asks_for_a_fresh_sign_in(served: Served) -> None:
    def age(session: Session) -> None:
        for sign_in in session.exec(select(SignIn)):
            sign_in.created_at = sign_in.confirmed_at = datetime.now(UTC) - timedelta(minutes=6)
            session.add(sign_in)

    _cast, kept = await one_late(served)
    async with organiser(served) as browser:
        await served.database.write(age)
        answers = [
            await browser.post(f"{PAGE}/{kept.uuid}/{step}", data={"reason": "x"})
            for step in ("admit", "refuse", "reopen")
        ]
        assert (await browser.get(PAGE)).status_code == 200
    assert [answer.status_code for answer in answers] == [403] * 3
    assert ["confirm" in answer.text.lower() for answer in answers] == [True] * 3
    assert await served.database.read(states) == [("waiting", "")]


async def test_a_team_that_is_out_is_said_and_after_the_final_there_is_nothing_to_decide(served: Served) -> None:
    cast, kept = await one_late(served)
    async with organiser(served) as browser:
        await served.database.write(decisions.withdraw, cast.event_id, "T1", "gave up", "x")
        out = await browser.post(f"{PAGE}/{kept.uuid}/admit", data={"reason": "No network"})
        await browser.post(f"{PAGE}/{kept.uuid}/refuse", data={"reason": "Out"})
        await publication.finalise(served.database, cast.round_id, "x", "Agreed")
        page = (await browser.get(PAGE)).text
    assert (out.status_code, "This team no longer competes." in out.text) == (409, True)
    assert "<form" not in page[page.index("<main") :]


async def test_an_admitted_one_is_not_shown_before_the_thaw(served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=2)
    await score(served.database, cast, "J1", "T1", 5, 5)
    await score(served.database, cast, "J1", "T2", 6, 6)
    await publication.freeze(served.database, cast.round_id, "x")
    await served.database.write(rounds.close, cast.round_id, "x")
    async with organiser(served) as browser:
        held = await shown(browser)
        kept = await send_late(served.database, cast, "J1", "T1", 9, 9, base=1)
        await browser.post(f"{PAGE}/{kept.uuid}/admit", data={"reason": "No network"})
        assert await shown(browser) == held
        await browser.post("/console/e/hack/rounds/final/thaw")
        thawed = await shown(browser)
    assert [[line["team"]["key"] for line in each["standings"]] for each in (held, thawed)] == [
        ["T2", "T1"],
        ["T1", "T2"],
    ]
