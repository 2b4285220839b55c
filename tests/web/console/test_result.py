import re

import httpx2
import numpy as np
import pytest
from builder import Cast, build_event, number, score
from serving import Served
from sqlmodel import Session, col, delete, select
from visitors import organiser, stranger

from scoreboard.judging import rounds
from scoreboard.models import Assignment, Round, Team
from scoreboard.web import analyses
from scoreboard.web.console.result import UNCOMPUTED

ROOT = "/console/e/hack/result"
HTMX = {"hx-request": "true"}
MARKS = re.compile(r"<(script|style|svg|noscript).*?</\1>|<[^>]+>", re.DOTALL)


def words(answer: httpx2.Response) -> str:
    """What a page says."""
    return " ".join(MARKS.sub(" ", answer.text).split())


def ranking(answer: httpx2.Response) -> list[list[str]]:
    """The cells of the ranking's tables, the heads left out."""
    return [
        [" ".join(MARKS.sub(" ", cell).split()) for _, cell in re.findall(r"<(t[hd])\b.*?>(.*?)</\1>", row, re.DOTALL)]
        for table in re.findall(r'<table class="standings ranking">.*?<tbody>(.*?)</table>', answer.text, re.DOTALL)
        for row in re.findall(r"<tr.*?>(.*?)</tr>", table, re.DOTALL)
    ]


async def scored(served: Served, rule: str = "raw", beside: str = "", **wishes: object) -> Cast:
    """Eight judges of whom the first is strict, and five teams; one has been missed by a generous judge."""
    cast = await build_event(served.database, judges=8, teams=5, rule=rule, beside=beside, **wishes)
    random = np.random.default_rng(5)
    for judge in cast.judges:
        for place, team in enumerate(cast.teams):
            if (judge, team) != ("J2", "T3"):
                total = 5 + 0.8 * place - (3 if judge == "J1" else 0) + random.normal(0, 0.8)
                await score(served.database, cast, judge, team, *np.clip(np.rint([total, total + 0.4]), 0, 10).tolist())
    return cast


async def apart(served: Served, rule: str) -> Cast:
    """Two rooms of two judges and two teams each, who never meet."""
    cast = await build_event(served.database, judges=4, teams=4, rule=rule)
    rooms = {("J1", "T1"), ("J1", "T2"), ("J2", "T1"), ("J2", "T2"), ("J3", "T3"), ("J3", "T4"), ("J4", "T3")}
    ids = {(cast.judges[judge], cast.teams[team]) for judge, team in rooms | {("J4", "T4")}}

    def keep(session: Session) -> None:
        for row in session.exec(select(Assignment).where(Assignment.round_id == cast.round_id)):
            if (row.judge_id, row.team_id) not in ids:
                session.exec(delete(Assignment).where(col(Assignment.id) == row.id))

    await served.database.write(keep)
    for place, (judge, team) in enumerate(sorted(rooms | {("J4", "T4")})):
        await score(served.database, cast, judge, team, 2 + place, 3)
    return cast


@pytest.mark.parametrize("path", ["", "/safety", "/judges", "/questions", "/why"])
async def test_only_organisers_see_a_result(served: Served, path: str) -> None:
    await build_event(served.database)
    async with stranger(served) as browser:
        answer = await browser.get(ROOT + path)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/console/sign-in")


async def test_raw_stands_beside_normalised_and_what_would_change_is_told(served: Served) -> None:
    await scored(served, beside="adaptive")
    async with organiser(served) as browser:
        page = await browser.get(ROOT)
    rows = ranking(page)
    assert [(row[0], row[1]) for row in rows] == [
        ("1", "Palms"),
        ("2", "Sail"),
        ("3", "Pearl"),
        ("4", "Marsa"),
        ("5", "Oasis"),
    ]
    assert all(re.fullmatch(r"\d\d\.\d ±\d\.\d", row[3]) for row in rows)
    assert "From 39 ballots." in words(page)
    assert "Ranked by: mean." in words(page)
    assert "Judges differ in severity." in words(page)


async def test_recounts_are_fetched_by_the_page_and_are_on_it_the_next_time(served: Served) -> None:
    await scored(served)
    async with organiser(served) as browser:
        first = await browser.get(ROOT)
        fetch = re.search(r'hx-get="([^"]+)"', first.text)
        assert fetch is not None
        part = await browser.get(fetch[1].replace("&amp;", "&"), headers=HTMX)
        again = await browser.get(ROOT)
    assert "being recounted" in words(first)
    assert re.search(r"1st place holds in \d+ of \d+ recounts\.", words(part))
    assert "<html" not in part.text
    assert words(part) in words(again)
    assert "hx-get" not in again.text


async def test_without_scripts_the_page_waits_for_the_recounts(served: Served) -> None:
    await scored(served)
    async with organiser(served) as browser:
        alone = await browser.get(f"{ROOT}/safety?round=final")
        whole = await browser.get(f"{ROOT}?round=final&wait")
    assert (alone.status_code, alone.headers["location"]) == (303, f"{ROOT}?round=final&wait")
    assert "1st place holds in" in words(whole)


async def test_recounts_belong_to_the_page_that_fetches_them(served: Served) -> None:
    cast = await scored(served)
    async with organiser(served) as browser:
        fetch = re.search(r'hx-get="([^"]+)"', (await browser.get(ROOT)).text)
        for judge in cast.judges:
            await score(served.database, cast, judge, "T1", 10, 10, base=1)
        assert fetch is not None
        old = await browser.get(fetch[1].replace("&amp;", "&"), headers=HTMX)
        new = await browser.get(f"{ROOT}?wait")
    assert "Palms" in re.findall(r'class="winner">(.*?)</p>', old.text, re.DOTALL)[0]
    assert "Oasis" in re.findall(r'class="winner">(.*?)</p>', new.text, re.DOTALL)[0]


async def test_a_version_with_more_digits_than_there_can_be_is_none(served: Served) -> None:
    await scored(served)
    async with organiser(served) as browser:
        part = await browser.get(f"{ROOT}/safety?at={'9' * 5000}", headers=HTMX)
    assert part.status_code == 200


async def test_what_cannot_be_computed_is_said_in_words(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    await scored(served)

    def broken(_: object) -> None:
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr(analyses, "recounted", broken)
    async with organiser(served) as browser:
        part = await browser.get(f"{ROOT}/safety", headers=HTMX)
        monkeypatch.setattr(analyses, "analyse", broken)
        await served.database.write(rounds.close, 1, "x")
        page = await browser.get(ROOT)
    assert f"The result could not be recounted: {UNCOMPUTED}" in words(part)
    assert (page.status_code, UNCOMPUTED in words(page)) == (422, True)


async def test_judges_are_told_with_severity_and_what_is_asked_of_them(served: Served) -> None:
    await scored(served, "adaptive")
    async with organiser(served) as browser:
        page = await browser.get(f"{ROOT}/judges")
    rows = re.findall(r'<tr id="judge-(J\d)">(.*?)</tr>', page.text, re.DOTALL)
    assert rows[0][0] == "J1"
    assert sorted(key for key, _ in rows) == [f"J{place}" for place in range(1, 9)]
    assert f'href="{ROOT}/questions?round=final#severity-J1"' in page.text
    assert "style=" not in page.text


async def test_questions_name_their_threshold_and_lead_to_whom_they_are_about(served: Served) -> None:
    await scored(served, "adaptive")
    async with organiser(served) as browser:
        page = await browser.get(f"{ROOT}/questions")
    assert 'id="severity-J1"' in page.text
    assert "Judge 1 is stricter than the average judge" in words(page)
    assert "Does the judge read the levels of the criteria as the others do?" in words(page)
    assert f'href="{ROOT}/judges?round=final#judge-J1"' in page.text
    assert "Severity, in standard errors above 2 1" in words(page)


async def test_two_teams_are_explained_ballot_by_ballot(served: Served) -> None:
    await scored(served, beside="adaptive")
    async with organiser(served) as browser:
        page = await browser.get(f"{ROOT}/why?one=T1&other=T5")
        normalised = await browser.get(f"{ROOT}/why?one=T1&other=T5&by=adaptive&lang=ar")
    assert "Why Palms stands above Oasis" in words(page)
    assert "لماذا تقدّم نخيل على واحة" in words(normalised)
    assert f'href="{ROOT}/why?round=final&amp;one=T5&amp;other=T1&amp;by=adaptive"' in page.text
    rows = re.findall(r'<tr class="sum">(.*?)</tr>', normalised.text, re.DOTALL)[-1]
    assert "0.0000" in rows


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("one=T1&other=T1", "A team cannot be compared with itself."),
        ("one=T1&other=T9", "The team T9 is not known."),
        ("one=T1&other=T2&by=borda", "The method Borda count cannot be explained ballot by ballot."),
    ],
)
async def test_what_cannot_be_compared_is_said(served: Served, query: str, said: str) -> None:
    await scored(served)
    async with organiser(served) as browser:
        page = await browser.get(f"{ROOT}/why?{query}")
    assert (page.status_code, said in words(page)) == (200, True)


async def test_teams_of_rooms_that_never_meet_are_not_compared(served: Served) -> None:
    await apart(served, "adaptive")
    async with organiser(served) as browser:
        page = await browser.get(ROOT)
        why = await browser.get(f"{ROOT}/why?one=T1&other=T3")
    assert "The teams fall into 2 groups that share no judge." in words(page)
    assert "there is no overall winner" in words(page)
    assert [row[:2] for row in ranking(page)] == [["1", "Marsa"], ["2", "Oasis"], ["1", "Sail"], ["2", "Pearl"]]
    assert "Visits that would join the groups" in words(page)
    assert "cannot be compared" in words(why)
    assert "Oasis Judge 1 , Judge 2" in words(why)


async def test_by_the_mean_rooms_have_one_table_that_says_what_it_rests_on(served: Served) -> None:
    await apart(served, "raw")
    async with organiser(served) as browser:
        page = await browser.get(f"{ROOT}?wait")
    assert "as if all groups had been judged alike" in words(page)
    assert [row[0] for row in ranking(page)] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_before_the_first_ballot_pages_say_so(served: Served, language: str) -> None:
    await build_event(served.database, rule="adaptive")
    said = {"en": ("No team has a ballot", "No judge has given", "nothing to ask", "no two teams"), "ar": ("بعد",)}
    async with organiser(served) as browser:
        for path in ("?", "?wait&", "/judges?", "/questions?", "/why?", "/why?one=T1&other=T2&"):
            page = await browser.get(f"{ROOT}{path}lang={language}")
            assert page.status_code == 200
            assert any(each in words(page) for each in said[language])


@pytest.mark.parametrize("case", ["one judge", "all equal", "one team"])
async def test_little_is_told_without_a_fault(served: Served, case: str) -> None:
    judges, teams = {"one judge": (1, 4), "all equal": (3, 4), "one team": (3, 1)}[case]
    cast = await build_event(served.database, judges=judges, teams=teams, rule="adaptive")
    for judge in cast.judges:
        for place, team in enumerate(cast.teams):
            await score(served.database, cast, judge, team, 5 if case == "all equal" else 3 + place, 5)
    async with organiser(served) as browser:
        pages = [await browser.get(ROOT + path) for path in ("?wait", "/judges", "/questions", "/why?one=T1&other=T2")]
    assert [page.status_code for page in pages] == [200, 200, 200, 200]
    said = {"one judge": "There is one judge only", "all equal": "do not tell teams apart", "one team": "of the ledger"}
    assert said[case] in words(pages[0])


async def test_another_round_has_its_own_result(served: Served) -> None:
    cast = await scored(served)

    def add(session: Session) -> None:
        session.add(
            Round(
                event_id=cast.event_id, key="semi", position=0, name_en="Semi-final", rule="raw", precedence=["total"]
            )
        )

    await served.database.write(add)
    async with organiser(served) as browser:
        page = await browser.get(f"{ROOT}?round=semi")
        missing = await browser.get(f"{ROOT}?round=none")
    assert "No team has a ballot yet." in words(page)
    assert f'href="{ROOT}?round=final"' in page.text
    assert missing.status_code == 404


async def test_a_name_is_escaped_wherever_it_stands(served: Served) -> None:
    cast = await scored(served, "adaptive")

    def rename(session: Session) -> None:
        session.get_one(Team, cast.teams["T1"]).name_en = "<b>Oasis"
        session.get_one(Team, number(session.get_one(Team, cast.teams["T5"]))).name_en = "<b>Palms"

    await served.database.write(rename)
    async with organiser(served) as browser:
        for path in ("?wait", "/judges", "/questions", "/why?one=T1&other=T5"):
            assert "<b>" not in (await browser.get(ROOT + path)).text


async def test_the_overview_leads_to_the_result(served: Served) -> None:
    await scored(served)
    async with organiser(served) as browser:
        page = await browser.get("/console/e/hack")
    assert f'href="{ROOT}?round=final"' in page.text
    assert f'href="{ROOT}"' in page.text


async def test_totals_are_rounded_as_on_the_board(served: Served) -> None:
    cast = await build_event(served.database, judges=2, teams=1, criteria=4)
    await score(served.database, cast, "J1", "T1", 8, 8, 8, 8)
    await score(served.database, cast, "J2", "T1", 8, 8, 8, 9)
    async with organiser(served) as browser:
        board = await browser.get("/e/hack/standings.json")
        page = await browser.get(ROOT)
    assert '"81.3"' in board.text
    assert ranking(page)[0][2] == "81.3"
