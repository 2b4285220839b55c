import re

import pytest
from builder import build_event
from serving import Served
from visitors import organiser, stranger

from scoreboard.figures.figures import PUBLIC, Figures
from scoreboard.i18n import language
from scoreboard.live.hub import Hub
from scoreboard.web.console.server import ANSWER_MS, audience, measures, milliseconds, obstacles

ROOT = "/console/e/hack/server"


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_the_page_tells_how_long_ballots_take_and_who_watches(served: Served) -> None:
    await build_event(served.database)
    figures: Figures = served.server.lifespan.state["figures"]
    for _ in range(100):
        figures.answered.add(0.012)
    figures.answered.add(4.0)
    async with organiser(served) as browser:
        told = words((await browser.get(ROOT)).text)
        part = (await browser.get(f"{ROOT}/live")).text
    assert "Ready to take ballots" in told
    assert "Ballot answered as it should be" in told
    assert "last 5 minutes 12 12 12 4000 101" in told
    assert "nothing measured in the last 5 minutes" in told
    assert ("<html" in part, "last 5 minutes 12 12 12 4000 101" in words(part)) == (False, True)


async def test_what_is_slow_is_said(served: Served) -> None:
    await build_event(served.database)
    figures: Figures = served.server.lifespan.state["figures"]
    figures.pushed[PUBLIC].add(7.5)
    async with organiser(served) as browser:
        told = words((await browser.get(ROOT)).text)
    assert "Ballot sent to every viewer slow" in told


async def test_a_server_that_cannot_take_ballots_says_why(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        await served.server.lifespan.state["hub"].end(lambda _first: "bye")
        told = words((await browser.get(ROOT)).text)
    assert "Not ready" in told
    assert "The server is stopping." in told


async def test_a_stranger_is_told_nothing(served: Served) -> None:
    await build_event(served.database)
    async with stranger(served) as browser:
        assert [(await browser.get(path)).status_code for path in (ROOT, f"{ROOT}/live")] == [303, 303]


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, "–"), (0.00004, "0.0"), (0.0042, "4.2"), (0.01234, "12"), (3.2, "3200")]
)
def test_times_are_as_exact_as_anybody_wants_them(seconds: float | None, shown: str) -> None:
    assert milliseconds(seconds) == shown


def test_95_of_100_decide_whether_it_is_as_it_should_be() -> None:
    figures = Figures()
    for _ in range(95):
        figures.answered.add(ANSWER_MS / 2000)
    for _ in range(5):
        figures.answered.add(ANSWER_MS / 10)
    assert measures(language("en"), figures)[0].good
    figures.answered.add(ANSWER_MS / 10)
    assert not measures(language("en"), figures)[0].good


@pytest.mark.parametrize("code", ["en", "ar"])
def test_every_obstacle_has_its_words(code: str) -> None:
    told = obstacles(language(code))
    assert sorted(told) == ["database", "disk_full", "draining", "publisher", "storage_failed", "version", "writer"]


def test_of_an_event_that_nobody_watches_there_is_nobody() -> None:
    assert audience(Hub(), 1).__dict__ == {"viewers": 0, "screens": 0, "consoles": 0, "paused": 0}
