import asyncio
import json
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any

import httpx2 as httpx
import pytest
from builder import Cast, build_event, issue_link, score
from serving import Served, serving, socket_to
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from scoreboard.i18n import language
from scoreboard.judging import rounds
from scoreboard.judging.results import as_lines, contest
from scoreboard.live.views import shown
from scoreboard.models import Round
from scoreboard.settings import Settings
from scoreboard.web.board import texts


@pytest.fixture
async def served(database_path: str) -> AsyncIterator[Served]:
    async with serving(Settings(database=database_path, language="en")) as served:
        yield served


@pytest.fixture
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=60, base_url=served.url) as client:
        yield client


@pytest.fixture
async def cast(served: Served) -> Cast:
    cast = await build_event(served.database, minimum_ballots=2)
    for judge in ("J1", "J2"):
        await score(served.database, cast, judge, "T1", 8, 8)
        await score(served.database, cast, judge, "T2", 8, 8)
        await score(served.database, cast, judge, "T3", 5, 6)
    await score(served.database, cast, "J1", "T4", 10, 10)
    return cast


class Rows(HTMLParser):
    """The texts of a page's table, row by row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  (its signature)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.inside = False

    def handle_data(self, text: str) -> None:
        if self.inside:
            self.rows[-1][-1] += text


async def test_the_page_is_a_plain_table_where_no_script_runs(client: httpx.AsyncClient, cast: Cast) -> None:
    page = (await client.get(f"/e/{cast.slug}")).text
    agency = "Public Works Agency"
    assert Rows(page).rows == [
        ["Rank", "Team", "Organisation", "Ballots", "Score"],
        ["=1", "Marsa", agency, "2 ballots", "80.0"],
        ["=1", "Oasis", agency, "2 ballots", "80.0"],
        ["3", "Pearl", agency, "2 ballots", "55.0"],
        ["—", "Palms", agency, "awaiting 2 more ballots", "—"],
        ["—", "Sail", agency, "awaiting 1 more ballot", "—"],
    ]


async def test_the_page_speaks_the_language_of_the_person_else_of_the_event(
    client: httpx.AsyncClient, served: Served
) -> None:
    await build_event(served.database, slug="doha", language="ar")
    assert '<html lang="ar" dir="rtl">' in (await client.get("/e/doha")).text
    english = (await client.get("/e/doha?lang=en")).text
    assert '<html lang="en" dir="ltr">' in english
    assert "Provisional: the ranking can still change" in english


async def test_the_policy_of_the_page_needs_no_exception(client: httpx.AsyncClient, cast: Cast) -> None:
    page = (await client.get(f"/e/{cast.slug}")).text
    assert " style=" not in page
    assert "<style" not in page
    assert page.count("<script") == page.count('<script type="application/json"') + page.count(
        '<script type="module" src='
    )


async def test_where_a_rank_is_not_sure_the_page_says_from_which_to_which_it_may_be(
    client: httpx.AsyncClient, served: Served
) -> None:
    cast = await build_event(served.database, slug="close", judges=4, teams=2, beside="severity")
    for judge, (one, other) in zip(cast.judges, ((8, 7), (6, 7), (8, 7), (7, 7)), strict=True):
        await score(served.database, cast, judge, "T1", one, one)
        await score(served.database, cast, judge, "T2", other, other)
    told = (await client.get("/e/close/standings.json")).json()["standings"]
    assert [(line["rank"], line["interval"]) for line in told] == [(1, [1, 2]), (2, [1, 2])]
    english = Rows((await client.get("/e/close?lang=en")).text).rows
    assert [row[0] for row in english] == ["Rank", "1 (between places 1 and 2) 1–2", "2 (between places 1 and 2) 1–2"]
    arabic = Rows((await client.get("/e/close?lang=ar")).text).rows
    assert arabic[1][0] == "1 (بين المركزين 1 و2) 1–2"


async def test_programs_are_told_the_same(client: httpx.AsyncClient, cast: Cast) -> None:
    told = (await client.get(f"/e/{cast.slug}/standings.json")).json()
    assert told["event"]["name"] == {"en": "Government Services Hackathon", "ar": "هاكاثون الخدمات الحكومية"}
    assert told["round"] == {"key": "final", "name": {"en": "Final", "ar": "الجولة النهائية"}}
    assert (told["status"], told["version"], told["minimum_ballots"], told["rule"]) == ("live", 1, 2, "raw")
    assert told["progress"] == {"received": 7, "expected": 15}
    assert told["standings"][0] == {
        "rank": 1,
        "tied": True,
        "team": {
            "key": "T2",
            "name": {"en": "Marsa", "ar": "مرسى"},
            "organisation": {"en": "Public Works Agency", "ar": "وكالة الأشغال العامة"},
        },
        "total": "80.0",
        "ballots": 2,
        "awaiting": 0,
        "interval": None,
        "group": None,
    }
    assert (told["decimals"], told["linkage"], told["groups"]) == (1, "joined", 0)


async def test_an_event_that_is_not_there_is_a_page_that_says_so(client: httpx.AsyncClient, served: Served) -> None:
    assert (await client.get("/e/nowhere")).status_code == 404
    told = await client.get("/e/nowhere/standings.json", headers={"accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (404, "not_found")
    async with socket_to(served, "/e/nowhere/socket") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404


async def test_other_sites_may_not_listen(served: Served, cast: Cast) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(
            f"{served.url.replace('http', 'ws')}/e/{cast.slug}/socket", origin=Origin("https://evil.example")
        ):
            pass
    assert refused.value.response.status_code == 403


async def test_other_sites_may_not_read(client: httpx.AsyncClient, cast: Cast) -> None:
    for name in ("", "/standings.json", "/state.json"):
        answer = await client.get(f"/e/{cast.slug}{name}", headers={"origin": "https://evil.example"})
        assert answer.status_code == 200
        assert [header for header in answer.headers if header.startswith("access-control-")] == []
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_ballot_moves_the_board_of_everybody_who_watches(
    client: httpx.AsyncClient, served: Served, cast: Cast
) -> None:
    link = await issue_link(served.database, cast.judges["J3"])
    await client.post("/j", data={"secret": link.secret})
    address = f"/e/{cast.slug}/socket"
    async with socket_to(served, address) as first, socket_to(served, address) as second:
        for socket in (first, second):
            for _ in range(3):
                await socket.recv()
        answer = await client.put(
            "/judge/ballots/6d7d6a0e-7f0c-4d4f-9a53-50a7b2f0a001",
            json={"round": "final", "team": "T3", "base_revision": 0, "scores": {"impact": "10", "quality": "10"}},
        )
        assert answer.status_code == 200
        async with asyncio.timeout(20):
            told = [json.loads(await socket.recv()) for socket in (first, second)]
    assert told[0] == told[1]
    assert told[0]["standings"]["lines"][2] == ["T3", 3, False, "70.0", 3, 0, None, None]
    assert told[0]["version"] == 2


async def test_a_frozen_board_keeps_what_came_later_out_of_every_answer(
    client: httpx.AsyncClient, served: Served, cast: Cast
) -> None:
    async def answers() -> list[str]:
        told = (await client.get(f"/e/{cast.slug}/standings.json")).json()
        del told["as_of"]
        page = Rows((await client.get(f"/e/{cast.slug}")).text).rows
        return [json.dumps(told), json.dumps(page)]

    await served.database.write(rounds.freeze, cast.round_id, "test")
    before = await answers()
    await score(served.database, cast, "J3", "T4", 10, 10)
    await score(served.database, cast, "J3", "T3", 1, 0)
    assert await answers() == before
    await served.database.write(rounds.thaw, cast.round_id, "test")
    assert (await client.get(f"/e/{cast.slug}/standings.json")).json()["standings"][0]["team"]["key"] == "T4"


async def test_the_last_state_equals_the_standings_computed_from_the_database(
    client: httpx.AsyncClient, served: Served, cast: Cast
) -> None:
    told: dict[str, Any] = (await client.get(f"/e/{cast.slug}/standings.json")).json()
    afresh = await served.database.read(
        lambda session: shown(as_lines(contest(session, session.get_one(Round, cast.round_id)).outcome()), "raw")
    )
    assert [{**line, "team": line["team"]["key"]} for line in told["standings"]] == [line._asdict() for line in afresh]


@pytest.mark.parametrize("code", ["ar", "en"])
def test_scripts_are_given_every_form_of_what_they_count(code: str) -> None:
    said = texts(language(code))
    categories = {"zero", "one", "two", "few", "many", "other"} if code == "ar" else {"one", "other"}
    assert set(said["ballots"]) == set(said["awaiting"]) == categories
