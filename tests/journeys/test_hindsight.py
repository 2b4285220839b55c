"""What the phone's script tells a judge of the judge's own ballots."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from phones import browsing
from playwright.async_api import Browser, Page
from serving import Served

from scoreboard.web.templating import Static

RUBRIC = [{"key": key, "minimum": low, "maximum": high} for key, low, high in (("a", 0, 10), ("b", 0, 5), ("c", 1, 3))]


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


@pytest.fixture
async def page(served: Served, browser: Browser) -> Page:
    """A page of ours on which the script can be called as `lib`."""
    page = await browser.new_page()
    await page.goto(f"{served.url}/nowhere")  # a page of ours, with no scripts of its own
    address = Static().address("js/judge/hindsight.js")
    await page.evaluate(f"async () => {{ globalThis.lib = await import('{address}'); }}")
    return page


def ballot(team: str, total: float, **scores: float | str) -> dict[str, Any]:
    return {"team": team, "total": total, "scores": {key: str(value) for key, value in scores.items()}}


async def call(page: Page, name: str, *given: object) -> Any:
    return await page.evaluate(f"(given) => lib.{name}(...given)", list(given))


async def test_earlier_scores_come_the_highest_first_with_their_teams_from_three_ballots_on(page: Page) -> None:
    ballots = [ballot("T1", 1, a="7.0"), ballot("T2", 2, a=7), ballot("T3", 3, a=10)]
    assert await call(page, "earlier", ballots[:2], "a") == []
    assert await call(page, "earlier", ballots, "a") == [
        {"value": 10, "teams": ["T3"]},
        {"value": 7, "teams": ["T1", "T2"]},
    ]
    assert await call(page, "earlier", ballots, "none") == []


async def test_equal_totals_share_a_place_in_the_own_order(page: Page) -> None:
    ballots = [ballot("T1", 50), ballot("T2", 75), ballot("T3", 75), ballot("T4", 10.5)]
    found = [(each["team"], each["place"]) for each in await call(page, "ownOrder", ballots)]
    assert found == [("T2", 1), ("T3", 1), ("T1", 3), ("T4", 4)]


async def asked(page: Page, scores: dict[str, str], total: float, ballots: list[dict[str, Any]]) -> list[Any]:
    found = await call(page, "questions", scores, total, RUBRIC, ballots)
    return [(each["code"], each.get("criterion"), each.get("value"), each.get("mean")) for each in found]


async def test_what_is_as_ever_is_not_asked_about(page: Page) -> None:
    ballots = [ballot(f"T{n}", 40 + n, a=n, b=n % 5, c=1 + n % 3) for n in range(6)]
    assert await asked(page, {"a": "4", "b": "3", "c": "1"}, 43, ballots) == []
    assert await asked(page, {"a": "4", "b": "3", "c": "1"}, 99, []) == []


async def test_one_value_on_every_criterion_is_asked_about_whatever_their_ranges(page: Page) -> None:
    assert await asked(page, {"a": "5", "b": "2.5", "c": "2"}, 50, []) == [("one_value", None, 5, None)]
    assert await asked(page, {"a": "0", "b": "0", "c": "1"}, 0, []) == [("one_value", None, 0, None)]
    assert await asked(page, {"a": "5", "b": "5", "c": "2"}, 60, []) == []


async def test_a_score_that_every_team_gets_is_asked_about(page: Page) -> None:
    ballots = [ballot(f"T{n}", 40 + n, a=8, b=n, c=1) for n in range(4)]
    assert await asked(page, {"a": "8.0", "b": "1", "c": "2"}, 42, ballots) == [("always", "a", 8, None)]
    assert await asked(page, {"a": "8", "b": "1", "c": "2"}, 42, ballots[:3]) == []
    assert await asked(page, {"a": "7", "b": "1", "c": "2"}, 42, ballots) == []


async def test_a_total_far_from_ones_own_is_asked_about(page: Page) -> None:
    ballots = [ballot(f"T{n}", total, a=n, b=n % 4, c=1) for n, total in enumerate((40, 44, 48, 52))]
    scores = {"a": "9", "b": "4", "c": "2"}
    assert await asked(page, scores, 70, ballots) == [("far", None, 70, 46)]
    assert await asked(page, scores, 55, ballots) == []
    assert await asked(page, scores, 20, ballots) == [("far", None, 20, 46)]
    level = [ballot(f"T{n}", 50, a=n, b=n % 4, c=1) for n in range(4)]
    assert await asked(page, scores, 50.4, level) == []
