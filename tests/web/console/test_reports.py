from builder import build_event, score
from serving import Served
from sqlmodel import Session, select
from visitors import organiser

from scoreboard.judging.reports import absences, recusals
from scoreboard.models import Assignment, LogEntry

ROOT = "/console/e/hack/rounds/final/reports"


async def test_a_report_is_settled_on_its_page_and_the_overview_counts_it(served: Served) -> None:
    cast = await build_event(served.database)
    for team in ("T1", "T2"):
        await served.database.write(absences.report, cast.judges["J1"], "final", team)
    async with organiser(served) as browser:
        assert "2</bdi> reports of the judges wait" in (await browser.get("/console/e/hack")).text
        assert (await browser.get(ROOT)).text.count('data-judge="J1"') == 2
        pair = {"judge": "J1", "team": "T1"}
        wrong = await browser.post(f"{ROOT}/absence", data={**pair, "outcome": "excused", "reason": ""})
        assert (wrong.status_code, "Please give a reason" in wrong.text) == (422, True)
        there = await browser.post(f"{ROOT}/absence", data={**pair, "outcome": "present"})
        assert (there.status_code, there.headers["location"]) == (303, ROOT)
        again = await browser.post(f"{ROOT}/absence", data={**pair, "outcome": "present"})
        assert (again.status_code, "settled in the meantime" in again.text) == (409, True)
        excused = {"judge": "J1", "team": "T2", "outcome": "excused", "reason": "Went home"}
        assert (await browser.post(f"{ROOT}/absence", data=excused)).status_code == 303
        assert "No team is reported away." in (await browser.get(ROOT)).text
        assert "Reports of the judges" in (await browser.get("/console/e/hack")).text


async def test_a_team_whose_judge_withdrew_is_given_another(served: Served) -> None:
    cast = await build_event(served.database, judges=2, teams=1)
    await score(served.database, cast, "J1", "T1", 7, 8)

    def alone(session: Session) -> None:
        session.delete(session.exec(select(Assignment).where(Assignment.judge_id == cast.judges["J2"])).one())

    await served.database.write(alone)
    await served.database.write(recusals.recuse, cast.judges["J1"], "final", "T1", "other", "I <b>taught</b> them")
    async with organiser(served) as browser:
        page = (await browser.get(ROOT)).text
        assert ("needs another judge" in page, "I &lt;b&gt;taught&lt;/b&gt; them" in page) == (True, True)
        assert "1</bdi> report of the judges waits" in (await browser.get("/console/e/hack")).text
        assert (await browser.post(f"{ROOT}/assign", data={"judge": "J1", "team": "T1"})).status_code == 409
        assert (await browser.post(f"{ROOT}/assign", data={"judge": "J2", "team": "T1"})).status_code == 303
        assert "has enough judges" in (await browser.get(ROOT)).text
    actors = await served.database.read(
        lambda s: s.exec(select(LogEntry.actor).where(LogEntry.action == "assignment.added")).all()
    )
    assert actors == ["organiser:olga"]
