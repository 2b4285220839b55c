import json
import re

import httpx2
import pytest
from builder import Cast, build_event, score
from serving import Served, socket_to
from sqlmodel import Session
from visitors import organiser, stranger
from websockets.exceptions import ConnectionClosed

from scoreboard.judging import decisions, rounds
from scoreboard.models import Round

# A page's words, without its marks; what is hidden from sight is read out, and so belongs to them.
MARKS = re.compile(r"<(script|style|svg).*?</\1>|<[^>]+>", re.DOTALL)


def words(answer: httpx2.Response) -> str:
    """What a page says."""
    return " ".join(MARKS.sub(" ", answer.text).split())


def rows(answer: httpx2.Response, table: str) -> list[list[str]]:
    """The cells of a table of a page, as words."""
    found = re.search(rf'<table class="{table}">(.*?)</table>', answer.text, re.DOTALL)
    assert found is not None
    return [
        [" ".join(MARKS.sub(" ", cell).split()) for _, cell in re.findall(r"<(t[hd])\b.*?>(.*?)</\1>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?>(.*?)</tr>", found[1], re.DOTALL)
    ]


async def scored(served: Served) -> Cast:
    """Two judges and three teams: one cell of each kind."""
    cast = await build_event(served.database, judges=2, teams=3, conflicts=(("J2", "T3"),), minimum_ballots=2)
    await score(served.database, cast, "J1", "T1", 9, 9)
    await score(served.database, cast, "J2", "T1", 7, 7)
    await score(served.database, cast, "J2", "T1", 8, 8, base=1)
    await served.database.write(decisions.skip, cast.round_id, "J1", "T3", "ill", "organiser:olga")
    return cast


async def test_the_list_of_events_tells_how_far_each_is(served: Served) -> None:
    await scored(served)
    async with organiser(served) as browser:
        page = words(await browser.get("/console"))
    assert "Government Services Hackathon Judging is open 7 December 2026 – 9 December 2026" in page
    assert "Teams 3 Judges 2 Ballots received 2/4" in page


async def test_without_events_the_list_says_what_to_do(served: Served) -> None:
    async with organiser(served) as browser:
        assert "scoreboard import FOLDER" in words(await browser.get("/console"))


async def test_the_matrix_tells_each_cell_in_words_and_sums_rows_and_columns(served: Served) -> None:
    await scored(served)
    async with organiser(served) as browser:
        page = await browser.get("/console/e/hack")
    assert rows(page, "matrix") == [
        ["Team", "J1 Judge 1 1/2", "J2 Judge 2 1/2", "Ballots"],
        ["T1 Oasis", "received", "corrected", "2/2"],
        ["T2 Marsa", "awaited, Judge 1 , Marsa", "awaited, Judge 2 , Marsa", "0/2 below 2"],
        ["T3 Pearl", "excused, Judge 1 , Pearl", "conflict of interest", "0/0 below 2"],
    ]


async def test_during_a_freeze_the_true_ranking_stands_beside_what_the_public_sees(served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=2)
    await score(served.database, cast, "J1", "T1", 9, 9)
    await served.database.write(rounds.freeze, cast.round_id, "organiser:olga")
    await score(served.database, cast, "J1", "T2", 10, 10)
    async with organiser(served) as browser, stranger(served) as viewer:
        frozen = rows(await browser.get("/console/e/hack"), "standings")
        public = (await viewer.get("/e/hack/standings.json")).json()
        await served.database.write(rounds.thaw, cast.round_id, "organiser:olga")
        thawed = rows(await browser.get("/console/e/hack"), "standings")
    assert frozen == [
        ["Rank", "Team", "Total", "Ballots", "Public rank", "Public total"],
        ["1", "Marsa", "100.0", "1", "–", "–"],
        ["2", "Oasis", "90.0", "1", "1", "90.0"],
    ]
    assert [(line["team"]["key"], line["rank"]) for line in public["standings"]] == [("T1", 1), ("T2", None)]
    assert thawed == [["Rank", "Team", "Total", "Ballots"], ["1", "Marsa", "100.0", "1"], ["2", "Oasis", "90.0", "1"]]


async def test_a_team_that_went_out_during_a_freeze_is_still_seen_by_the_public(served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=2)
    await score(served.database, cast, "J1", "T1", 9, 9)
    await served.database.write(rounds.freeze, cast.round_id, "organiser:olga")
    await served.database.write(decisions.disqualify, cast.event_id, "T1", "rules", "organiser:olga")
    async with organiser(served) as browser:
        assert rows(await browser.get("/console/e/hack"), "standings")[-1] == [
            "–",
            "Oasis no longer competes",
            "–",
            "",
            "1",
            "90.0",
        ]


async def test_the_latest_entries_are_told_in_words(served: Served) -> None:
    await scored(served)
    async with organiser(served) as browser:
        page = words(await browser.get("/console/e/hack"))
    told = [
        "Judge 1 excused from Pearl olga ill",
        "Ballot for Oasis corrected Judge 2",
        "Ballot for Oasis received Judge 2",
        "Judging opened: Final test",
    ]
    assert [line for line in told if line not in page] == []


async def test_what_changes_can_be_fetched_alone(served: Served) -> None:
    await scored(served)
    async with organiser(served) as browser:
        whole, part = [(await browser.get(path)).text for path in ("/console/e/hack", "/console/e/hack/live")]
    assert part.strip() in whole
    assert "<html" not in part


async def test_a_round_that_is_not_on_the_board_can_be_looked_at(served: Served) -> None:
    cast = await scored(served)

    def another(session: Session) -> None:
        session.add(
            Round(event_id=cast.event_id, key="stage", position=2, name_en="Stage", rule="raw", precedence=["total"])
        )

    await served.database.write(another)
    async with organiser(served) as browser:
        page = words(await browser.get("/console/e/hack?round=stage"))
    assert "Stage Not opened yet" in page
    assert "Open judging" in page


@pytest.mark.parametrize("path", ["/console/e/nowhere", "/console/e/hack?round=nothing", "/console/e/nowhere/live"])
async def test_what_is_not_there_is_not_found(served: Served, path: str) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        assert (await browser.get(path)).status_code == 404


async def test_the_console_speaks_arabic_from_right_to_left(served: Served) -> None:
    await scored(served)
    async with organiser(served) as browser:
        page = await browser.get("/console/e/hack?lang=ar")
    assert '<html lang="ar" dir="rtl"' in page.text
    assert "الهاكاثون" not in page.text
    assert "هاكاثون الخدمات الحكومية" in words(page)


async def test_a_ballot_is_announced_over_the_socket(served: Served) -> None:
    cast = await build_event(served.database)
    async with organiser(served) as browser:
        cookie = f"console={browser.cookies['console']}"
        async with socket_to(served, "/console/e/hack/socket", cookie=cookie) as socket:
            told = [await socket.recv(), await socket.recv()]
            await score(served.database, cast, "J1", "T1", 5, 5)
            told.append(await socket.recv())
    messages = [json.loads(frame) for frame in told]
    assert [message["type"] for message in messages] == ["console", "heartbeat", "console"]
    assert messages[2]["version"] == messages[0]["version"] + 1


async def test_a_socket_for_an_event_that_is_not_there_is_closed(served: Served) -> None:
    async with organiser(served) as browser:
        cookie = f"console={browser.cookies['console']}"
        async with socket_to(served, "/console/e/nowhere/socket", cookie=cookie) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404
