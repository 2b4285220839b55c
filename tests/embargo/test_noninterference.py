"""Two worlds that are the same up to a freeze hand the public the same bytes, whatever happens behind it.

Every answer (status, headers, body) to every question of `crawl`, every frame with its second, every close, every row
that the public's way to the database lets through. This is what an embargo means, and tests of single leaks are not.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from builder import Cast
from embargo.crawl import crawl, unanswered
from embargo.worlds import JUDGES, TEAMS, Act, Clock, copy_of, hidden_act, scores, template, world
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from scoreboard.judging import rounds

PUBLIC = ("second", "heartbeat", "close", "reopen", "restart", "crawl")
Chapter = tuple[list[Act], list[Act], str]

chapters = st.lists(
    st.tuples(st.lists(hidden_act, max_size=4), st.lists(hidden_act, max_size=4), st.sampled_from(PUBLIC)),
    min_size=1,
    max_size=4,
)
# A past in which nothing is missing, so that a result can be final behind the freeze; and a little of everything.
WHOLE = [(judge, team, 20 * judge + team, 10 * team) for judge in range(1, JUDGES + 1) for team in range(1, TEAMS + 1)]
STORY: list[Chapter] = [
    ([("score", 1, 1, 100, 100), ("follow",), ("rename", 1, "abc")], [("withdraw", 2), ("look",)], "heartbeat"),
    ([("add", "abc"), ("link", 1), ("sign",)], [("conflict", 1, 1), ("restore", 2), ("score", 3, 4, 1, 2)], "crawl"),
    ([], [("score", 2, 2, 3, 4), ("look",)], "close"),
    ([("finalise",), ("look",)], [("disqualify", 3)], "restart"),
]
past = st.lists(scores, max_size=8)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


async def lived(folder: Path, cast: Cast, story: list[tuple[list[Act], str]], below: str) -> list[Any]:
    """Let a world go on from the freeze; give all that its public was told, at the end of addresses `below` one."""
    clock = Clock()
    told: list[Any] = []
    for part in between_restarts(story):
        async with world(folder, cast, clock) as made:
            for acts, step in part:
                for act in acts:
                    await made.act(act)
                if step == "close":
                    await made.step(rounds.close, "closed_at")
                elif step == "reopen":
                    await made.step(rounds.open_round, "closed_at")
                elif step == "crawl":
                    told += await crawl(made, "/e/")
                await made.passes(10 if step == "heartbeat" else 1)
            told += await crawl(made, below)
            told += made.timeline
    return told


def between_restarts(story: list[tuple[list[Act], str]]) -> list[list[tuple[list[Act], str]]]:
    """The parts of a story, each of which ends with its server."""
    parts: list[list[tuple[list[Act], str]]] = [[]]
    for chapter in story:
        parts[-1].append(chapter)
        if chapter[1] == "restart":
            parts.append([])
    return parts


async def compare(
    given: list[tuple[int, int, int, int]], rule: str, story: list[Chapter], below: str, *, kept: bool
) -> None:
    """Let two worlds go on from the same past, and hold what their publics were told against each other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "past"
        folder.mkdir()
        cast = await template(folder, given, rule, kept=kept)
        one = await lived(copy_of(folder, "one"), cast, [(acts, step) for acts, _, step in story], below)
        other = await lived(copy_of(folder, "other"), cast, [(acts, step) for _, acts, step in story], below)
        assert one == other


def test_every_address_is_asked_for() -> None:
    assert unanswered() == []


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--faults") == "full")


def test_what_happens_behind_a_freeze_changes_no_byte_that_the_public_is_given(*, full: bool) -> None:
    @settings(
        max_examples=1000 if full else 4,
        suppress_health_check=SLOW,
        phases=[Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if full else [])],
    )
    @example(WHOLE, "raw", STORY, "/", True)
    @given(
        past, st.sampled_from(["raw", "severity"]), chapters, st.sampled_from(["/", "/e/", "/e/", "/e/"]), st.booleans()
    )
    def hold(given: list[tuple[int, int, int, int]], rule: str, story: list[Chapter], below: str, kept: bool) -> None:
        asyncio.run(compare(given, rule, story, below, kept=kept))

    hold()
