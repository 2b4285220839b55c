import re

import httpx2
from builder import Cast, build_event, score
from serving import Served
from sqlmodel import Session, col, select
from visitors import organiser, stranger

from scoreboard.judging import decisions, publication, rounds
from scoreboard.models import Conflict, LogEntry

PAGE = "/console/e/hack/rounds/final/groups"


async def rooms(served: Served, **wishes: object) -> Cast:
    """J1 judges T1 and T2, J2 judges T3."""
    cast = await build_event(served.database, judges=2, teams=3, rule="adaptive", **wishes)
    for judge, team in (("J1", "T1"), ("J1", "T2"), ("J2", "T3")):
        await score(served.database, cast, judge, team, 5, int(team[1]))
    for judge, team in (("J1", "T3"), ("J2", "T1"), ("J2", "T2")):
        await served.database.write(decisions.skip, cast.round_id, judge, team, "another room", "x")
    return cast


async def accept(browser: httpx2.AsyncClient, reason: str) -> httpx2.Response:
    """Fill in the form as the page offers it."""
    seen = re.search(r'name="seen" value="(\w+)"', (await browser.get(PAGE)).text)
    return await browser.post(PAGE, data={"seen": seen[1] if seen else "", "reason": reason})


async def test_groups_are_shown_with_the_visit_that_would_join_them(served: Served) -> None:
    await rooms(served)
    async with organiser(served) as browser:
        page = (await browser.get(PAGE)).text
        overview = (await browser.get("/console/e/hack")).text
        finalise = (await browser.get("/console/e/hack/rounds/final/finalise")).text
    assert ("Group 1 of 2" in re.sub("<[^>]*>", "", page), "no overall winner" in page) == (True, True)
    assert re.sub(r"\s*<[^>]*>\s*", " ", page[page.index("blockers") :]).split("chevron")[0].count("visits Oasis") == 1
    assert f'href="{PAGE}"' in overview
    assert re.findall(
        r'scope="rowgroup">(.*?)</th>', overview.replace('<bdi dir="ltr">', "").replace("</bdi>", "")
    ) == [
        "Group 1 of 2",
        "Group 2 of 2",
    ]
    assert "There is no overall winner" in finalise


async def test_an_acceptance_is_given_seen_and_taken_back(served: Served) -> None:
    await rooms(served)
    async with organiser(served) as browser:
        answer = await accept(browser, "Teams were <drawn> by lot")
        accepted = (await browser.get(PAGE)).text
        standings = (await browser.get("/e/hack/standings.json")).json()
        board = (await browser.get("/e/hack")).text
        back = await browser.post(f"{PAGE}/withdraw")
        withdrawn = (await browser.get("/e/hack/standings.json")).json()
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert "Teams were &lt;drawn&gt; by lot" in accepted
    assert (standings["linkage"], standings["groups"]) == ("accepted", 2)
    assert sorted(line["rank"] for line in standings["standings"]) == [1, 2, 3]
    assert "accepted on record" in board
    assert (back.status_code, withdrawn["linkage"]) == (303, "apart")
    log = await served.database.read(
        lambda session: session.exec(
            select(LogEntry.actor, LogEntry.action).where(col(LogEntry.action).startswith("groups."))
        ).all()
    )
    assert [tuple(entry) for entry in log] == [
        ("organiser:olga", "groups.accepted"),
        ("organiser:olga", "groups.acceptance_withdrawn"),
    ]


async def test_what_does_not_follow_is_said_on_the_page(served: Served) -> None:
    cast = await rooms(served)
    async with organiser(served) as browser:
        empty = await accept(browser, " ")
        other = await browser.post(PAGE, data={"seen": "others", "reason": "A <lot>"})
        nothing = await browser.post(f"{PAGE}/withdraw")
        await score(served.database, cast, "J1", "T3", 5, 5)
        joined = await browser.post(PAGE, data={"seen": "others", "reason": "A lot"})
    assert (empty.status_code, "Please give a reason" in empty.text) == (422, True)
    assert (other.status_code, "groups are others by now" in other.text) == (409, True)
    assert 'value="A &lt;lot&gt;"' in other.text
    assert (nothing.status_code, "No groups have been accepted" in nothing.text) == (409, True)
    assert (joined.status_code, "nothing to accept" in joined.text) == (409, True)


async def test_the_page_tells_how_things_stand(served: Served) -> None:
    def declare(session: Session) -> None:
        session.add(Conflict(judge_id=cast.judges["J1"], team_id=cast.teams["T1"], source="judge"))

    cast = await rooms(served)
    async with organiser(served) as browser:
        await accept(browser, "by lot")
        await served.database.write(decisions.resume, cast.round_id, "J2", "T1", "x")
        awaited = (await browser.get(PAGE)).text
        await score(served.database, cast, "J2", "T1", 5, 5)
        joined = (await browser.get(PAGE)).text
        await served.database.write(declare)  # J1 must not have judged T1: T1 and T2 were accepted as one group
        parted = (await browser.get(PAGE)).text
    assert "Some teams cannot be compared yet." in awaited
    assert "All teams can be compared" in joined
    assert "no longer those that were accepted" in parted


async def test_a_rule_that_compares_everything_has_no_groups(served: Served) -> None:
    await build_event(served.database, rule="raw")
    async with organiser(served) as browser:
        assert "compares all teams directly" in (await browser.get(PAGE)).text


async def test_after_the_final_there_is_nothing_to_decide(served: Served) -> None:
    cast = await rooms(served)
    await served.database.write(rounds.close, cast.round_id, "x")
    await publication.finalise(served.database, cast.round_id, "x", "agreed")
    async with organiser(served) as browser:
        page = (await browser.get(PAGE)).text
        answer = await accept(browser, "by lot")
    assert 'name="seen"' not in page
    assert (answer.status_code, "has been finalised" in answer.text) == (409, True)


async def test_before_a_freeze_or_a_close_it_is_said_that_tables_will_come_apart(served: Served) -> None:
    cast = await build_event(served.database, judges=2, teams=2, rule="severity")
    await score(served.database, cast, "J1", "T1", 5, 5)
    await score(served.database, cast, "J2", "T2", 5, 5)
    async with organiser(served) as browser:
        overview = (await browser.get("/console/e/hack")).text
        close = (await browser.get("/console/e/hack/rounds/final/close")).text
    assert "a freeze now shows a table for each group" in overview
    assert "Without the ballots that are awaited" in close


async def test_strangers_see_nothing_of_it(served: Served) -> None:
    await rooms(served)
    async with stranger(served) as browser:
        assert (await browser.get(PAGE)).status_code in {303, 401}
        assert (await browser.post(PAGE, data={"seen": "x", "reason": "y"})).status_code in {303, 401, 403}
