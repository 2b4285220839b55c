"""The ways in which others' frozen boards are known to have leaked, each tried on ours."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from builder import Cast, ballot, build_event, score
from serving import Served, socket_to
from sqlmodel import Session
from visitors import organiser, stranger

from scoreboard.judging import ballots, decisions, publication, rounds
from scoreboard.models import Conflict


@pytest.fixture
async def cast(served: Served) -> Cast:
    cast = await build_event(served.database, judges=4, teams=4, rule="severity", minimum_ballots=1)
    for j, judge in enumerate(("J1", "J2", "J3")):
        for t, team in enumerate(cast.teams):
            await score(served.database, cast, judge, team, 3 + t, 4 + (j + t) % 3)
    await publication.freeze(served.database, cast.round_id, "organiser:olga")
    return cast


def words(page: str) -> str:
    """What a page says."""
    return re.sub(r"<[^>]*>", "", page)


async def told(browser: httpx.AsyncClient, cast: Cast) -> dict[str, Any]:
    """What programs are told; only the time at which they ask is left out."""
    answer: dict[str, Any] = (await browser.get(f"/e/{cast.slug}/standings.json")).json()
    del answer["as_of"]
    return answer


async def test_who_was_scored_after_the_freeze_is_listed_nowhere(served: Served, cast: Cast) -> None:
    """CTFd #986: the list of who had solved a challenge went on to grow, at an address that the freeze forgot."""
    async with stranger(served) as browser:
        before = await told(browser, cast)
        page = (await browser.get(f"/e/{cast.slug}")).text
        await score(served.database, cast, "J4", "T1", 10, 10)
        assert await told(browser, cast) == before
        assert [line["ballots"] for line in before["standings"]] == [3, 3, 3, 3]
        again = (await browser.get(f"/e/{cast.slug}")).text
        assert words(again).count("3 ballots") == words(page).count("3 ballots") == 4
        for address in ("ballots.json", "teams/T1", "teams/T1.json", "judges", "log", "record", "progress.json"):
            assert (await browser.get(f"/e/{cast.slug}/{address}")).status_code == 404


async def test_the_first_sight_counts_no_more_than_any_later_one(served: Served, cast: Cast) -> None:
    """CTFd #1092: a count was right for the freeze only once its tab was opened; the page came with the true one."""
    for team in cast.teams:
        await score(served.database, cast, "J4", team, 10, 10)
    async with stranger(served) as browser:
        page = (await browser.get(f"/e/{cast.slug}")).text
        state = (await browser.get(f"/e/{cast.slug}/state.json")).json()
        async with socket_to(served, f"/e/{cast.slug}/socket") as socket:
            pushed = [json.loads(await socket.recv()) for _ in range(2)]
        standings = [message["standings"] for message in (*state, *pushed) if message["type"] == "standings"]
        assert standings[0] == standings[1]
        assert {line[4] for line in standings[0]["lines"]} == {3}
        assert (standings[0]["progress"], (await told(browser, cast))["progress"]) == (None, None)
        assert (words(page).count("3 ballots"), words(page).count("4 ballots")) == (4, 0)


async def test_nobodys_total_moves_with_what_others_are_given_later(served: Served, cast: Cast) -> None:
    """CTFd #2320: points fell with each later solve by anybody, on the frozen board as well.

    Here every total depends on every ballot, since the severity of judges is estimated from all of them.
    """
    async with stranger(served) as browser:
        before = await told(browser, cast)
        for team in ("T1", "T2"):
            await score(served.database, cast, "J1", team, 0, 0, base=1)
        assert await told(browser, cast) == before
        await served.database.write(rounds.thaw, cast.round_id, "organiser:olga")
        after = await told(browser, cast)
    moved = {line["team"]["key"]: line["total"] for line in after["standings"]}
    assert [line["team"]["key"] for line in before["standings"] if moved[line["team"]["key"]] != line["total"]] != []


async def test_what_an_organiser_was_shown_is_shown_to_nobody_else(served: Served, cast: Cast) -> None:
    """CTFd #1584: the board was kept as it had been made for one person, and shown so to the next.

    And the other way round: on the board an organiser sees what everybody sees.
    """
    async with stranger(served) as browser:
        before = await browser.get(f"/e/{cast.slug}/standings.json")
        await score(served.database, cast, "J4", "T1", 10, 10)
        async with organiser(served) as olga:
            assert (await olga.get(f"/console/e/{cast.slug}")).status_code == 200
            shown = await olga.get(f"/e/{cast.slug}/standings.json")
            page = await olga.get(f"/e/{cast.slug}")
        after = await browser.get(f"/e/{cast.slug}/standings.json")
        assert after.headers["etag"] == before.headers["etag"] == shown.headers["etag"]
        assert after.json()["standings"] == before.json()["standings"] == shown.json()["standings"]
        assert "set-cookie" not in page.headers
        held = await browser.get(f"/e/{cast.slug}/standings.json", headers={"if-none-match": before.headers["etag"]})
        assert (held.status_code, held.content) == (304, b"")


async def test_what_becomes_of_a_hidden_ballot_shows_no_more_than_the_ballot_did(served: Served, cast: Cast) -> None:
    """DOMjudge #582: a try after the freeze was counted until it turned out not to count, which told what it was."""

    def related(session: Session) -> None:
        pair = {"judge_id": cast.judges["J4"], "team_id": cast.teams["T1"]}
        session.add(Conflict(**pair, reason="family", source="organiser"))

    async with stranger(served) as browser:
        seen = [await told(browser, cast)]
        await score(served.database, cast, "J4", "T1", 10, 10)
        seen.append(await told(browser, cast))
        await served.database.write(related)
        seen.append(await told(browser, cast))
        await served.database.write(decisions.disqualify, cast.event_id, "T2", "copied", "organiser:olga")
        seen.append(await told(browser, cast))
    assert seen == [seen[0]] * 4


async def test_what_was_entered_before_the_freeze_and_came_after_it_is_hidden(served: Served, cast: Cast) -> None:
    """DOMjudge's manual: what was handed in before the freeze and judged after it moves the frozen board all the same.

    Here the order is the ledger's, and no clock: neither a phone's nor the server's.
    """
    early = datetime.now(UTC) - timedelta(hours=1)
    async with stranger(served) as browser:
        before = await told(browser, cast)
        late = ballot("T1", 10, 10).model_copy(update={"entered_at": early})
        await ballots.submit(served.database, cast.judges["J4"], late)
        corrected = ballot("T1", 10, 10, base=1).model_copy(update={"entered_at": early})
        await ballots.submit(served.database, cast.judges["J1"], corrected)
        assert await told(browser, cast) == before
        await served.database.write(rounds.close, cast.round_id, "organiser:olga")
        closed = await told(browser, cast)
    assert (closed["status"], closed["standings"]) == ("closed", before["standings"])
