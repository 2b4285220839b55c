from uuid import uuid4

import httpx2
import pytest
from builder import Cast, build_event, score
from serving import Served
from sqlmodel import col, select
from visitors import judge as judging
from visitors import organiser

from scoreboard.judging import ledger, rounds
from scoreboard.judging.rounds import Phase
from scoreboard.models import Checkpoint, LogEntry, Round

ROOT = "/console/e/hack/rounds/final"
BALLOT = {"round": "final", "team": "T1", "base_revision": 0, "scores": {"impact": 7, "quality": 8}}


async def stands(served: Served, cast: Cast) -> tuple[Phase, bool]:
    round_ = await served.database.read(lambda session: session.get_one(Round, cast.round_id))
    return rounds.phase(round_), rounds.frozen(round_)


async def take(browser: httpx2.AsyncClient, step: str, **form: str) -> tuple[int, str | None]:
    answer = await browser.post(f"{ROOT}/{step}", data=form)
    return answer.status_code, answer.headers.get("location")


async def test_a_round_is_led_from_its_opening_to_its_final_result(served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=1, opened=False)
    back = (303, "/console/e/hack?round=final")
    async with organiser(served) as browser:
        assert await take(browser, "open") == back
        assert await stands(served, cast) == (Phase.OPEN, False)
        await score(served.database, cast, "J1", "T1", 5, 5)
        assert await take(browser, "freeze") == back
        assert await stands(served, cast) == (Phase.OPEN, True)
        assert await take(browser, "close") == back
        assert await take(browser, "open") == back
        assert await take(browser, "close") == back
        assert await stands(served, cast) == (Phase.CLOSED, True)
        assert await take(browser, "finalise", comment="agreed") == back
        assert await take(browser, "thaw") == back
        assert await stands(served, cast) == (Phase.FINAL, False)
    log = await served.database.read(
        lambda session: session.exec(
            select(LogEntry.actor, LogEntry.action)
            .where(col(LogEntry.action).startswith("round."))
            .order_by(col(LogEntry.sequence))
        ).all()
    )
    steps = ("opened", "frozen", "closed", "reopened", "closed", "finalised", "thawed")
    assert [tuple(row) for row in log] == [("organiser:olga", f"round.{step}") for step in steps]


async def test_each_step_is_signed_as_it_is_taken(served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=1, opened=False)
    async with organiser(served) as browser:
        for step, size in (("open", 2), ("freeze", 4), ("close", 5)):  # what a freeze holds is an entry of its own
            await take(browser, step)
            sizes = await served.database.read(lambda session: session.exec(select(Checkpoint.size)).all())
            assert sizes[-1] == size
    assert await served.database.read(ledger.head_sequence, cast.event_id) == size


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("open", "The round is open already."),
        ("thaw", "The board is not frozen."),
    ],
)
async def test_a_step_that_does_not_follow_is_said_on_the_page(served: Served, step: str, said: str) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        answer = await browser.post(f"{ROOT}/{step}")
    assert answer.status_code == 409
    assert 'role="alert">' in answer.text
    assert said in answer.text


@pytest.mark.parametrize("step", ["close", "finalise"])
async def test_asking_to_close_or_finalise_changes_nothing(served: Served, step: str) -> None:
    cast = await build_event(served.database)
    before = await stands(served, cast)
    async with organiser(served) as browser:
        answer = await browser.get(f"{ROOT}/{step}")
    assert answer.status_code == 200
    assert '<form method="post"' in answer.text or '<form class="stack" method="post"' in answer.text
    assert await stands(served, cast) == before


async def test_closing_says_how_many_ballots_are_missing(served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=2)
    await score(served.database, cast, "J1", "T1", 5, 5)
    async with organiser(served) as browser:
        one = await browser.get(f"{ROOT}/close?lang=ar")
        await score(served.database, cast, "J1", "T2", 5, 5)
        none = await browser.get(f"{ROOT}/close")
    assert "بقيت بطاقة تقييم واحدة لم تُستلم." in one.text
    assert "All ballots are there." in none.text


async def test_finalising_is_refused_with_the_list_and_the_comment_is_kept(served: Served) -> None:
    cast = await build_event(served.database, judges=2, teams=2, minimum_ballots=2)
    for judge, team in (("J1", "T1"), ("J2", "T1"), ("J1", "T2")):
        await score(served.database, cast, judge, team, 5, 5)
    await served.database.write(rounds.close, cast.round_id, "x")
    async with organiser(served) as browser:
        answer = await browser.post(f"{ROOT}/finalise", data={"comment": "The <jury> agreed"})
    assert answer.status_code == 409
    assert "something is missing" in answer.text
    assert f'href="{ROOT}/assignments?judge=J2&amp;team=T2"' in answer.text
    assert 'href="/console/e/hack/teams/T2"' in answer.text
    assert "The &lt;jury&gt; agreed</textarea>" in answer.text
    assert await stands(served, cast) == (Phase.CLOSED, False)


async def test_finalising_needs_a_comment(served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=1)
    await score(served.database, cast, "J1", "T1", 5, 5)
    await served.database.write(rounds.close, cast.round_id, "x")
    async with organiser(served) as browser:
        answer = await browser.post(f"{ROOT}/finalise", data={"comment": " "})
    assert (answer.status_code, "Finalising needs a comment" in answer.text) == (422, True)
    assert await stands(served, cast) == (Phase.CLOSED, False)


async def test_an_open_round_is_not_finalised(served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=1)
    await score(served.database, cast, "J1", "T1", 5, 5)
    async with organiser(served) as browser:
        answer = await browser.post(f"{ROOT}/finalise", data={"comment": "agreed"})
    assert (answer.status_code, "must be closed before" in answer.text) == (409, True)


async def test_teams_that_share_the_first_place_are_named(served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=3)
    for team, points in (("T1", 8), ("T2", 8), ("T3", 5)):
        await score(served.database, cast, "J1", team, points, points)
    async with organiser(served) as browser:
        page = (await browser.get(f"{ROOT}/finalise")).text
    shared = page[page.index("share the first place") :]
    shared = shared[: shared.index("</ul>")]
    assert [name in shared for name in ("Oasis", "Marsa", "Pearl")] == [True, True, False]


@pytest.mark.parametrize("path", ["/console/e/nowhere/rounds/final/open", "/console/e/hack/rounds/nothing/open"])
async def test_a_round_that_is_not_there_is_not_found(served: Served, path: str) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        assert (await browser.post(path)).status_code == 404


async def test_another_site_changes_nothing(served: Served) -> None:
    cast = await build_event(served.database)
    async with organiser(served) as browser:
        answer = await browser.post(f"{ROOT}/close", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert await stands(served, cast) == (Phase.OPEN, False)


async def test_a_round_is_paused_by_one_press_and_goes_on_by_another(served: Served) -> None:
    cast = await build_event(served.database)
    async with organiser(served) as browser, judging(served, cast) as phone:
        paused = await browser.post("/console/e/hack/rounds/final/pause", data={"reason": "Prayer"})
        page = (await browser.get("/console/e/hack")).text
        told = (await phone.get("/judge/bundle")).json()["round"]
        refused = await phone.put(f"/judge/ballots/{uuid4()}", json=BALLOT)
        board = (await browser.get("/e/hack/standings.json")).json()
        again = await browser.post("/console/e/hack/rounds/final/pause", data={"reason": "Prayer"})
        empty = await browser.post("/console/e/hack/rounds/final/resume")
        taken = await phone.put(f"/judge/ballots/{uuid4()}", json=BALLOT)
        nothing = await browser.post("/console/e/hack/rounds/final/pause", data={"reason": " "})
    assert (paused.status_code, "Judging is paused" in page) == (303, True)
    assert (told["phase"], told["paused_at"] is not None) == ("open", True)
    assert (refused.status_code, refused.json()["code"]) == (409, "round_paused")
    assert board["status"] == "live"
    assert (again.status_code, "Judging is paused already." in again.text) == (409, True)
    assert (empty.status_code, taken.status_code) == (303, 200)
    assert (nothing.status_code, "Please give a reason" in nothing.text) == (422, True)
