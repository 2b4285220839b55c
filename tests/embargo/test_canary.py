"""A number and a name that stand in hidden things only: nowhere in what the public is given, and everywhere after."""

import asyncio
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from embargo.crawl import crawl
from embargo.worlds import World, template, world

from scoreboard.judging import rounds

STEPS = 737  # of 1000 on both criteria, so that the total is 73.7
NAME = "Zanzibar"
TRACES = re.compile(rf"(?<![\d.])73\.7(?!\d)|(?<![\d.a-f]){STEPS}(?![\d.a-f])|{NAME}")


def traces(told: Any) -> set[str]:
    """What of the canary is in what was told."""
    return set(TRACES.findall(repr(told)))


async def hide(made: World) -> None:
    """Let the canary into everything that a freeze holds back."""
    for act in (
        ("score", 1, 1, STEPS, STEPS),
        ("score", 2, 1, STEPS, STEPS),
        ("rename", 1, NAME),
        ("add", NAME),
        ("follow",),
        ("sign",),
    ):
        await made.act(act)
    await made.passes(10)


@pytest.mark.parametrize("kept", [True, False])
def test_a_canary_behind_a_freeze_is_in_no_byte_and_in_no_log_until_the_thaw(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, *, kept: bool
) -> None:
    async def live() -> None:
        folder = tmp_path / "past"
        folder.mkdir()
        cast = await template(folder, [(1, 2, 400, 600), (2, 2, 300, 500)], "raw", kept=kept, maximum=1000)
        async with world(folder, cast) as made:
            await hide(made)
            today = (await made.publisher.current(cast.event_id)).console
            assert traces(today) == {"73.7", NAME}
            with caplog.at_level(logging.DEBUG):
                caplog.clear()
                assert traces(await crawl(made)) == set()
                assert traces([record.getMessage() for record in caplog.records]) == set()
            assert traces(made.timeline) == set()
            frames = [text for _, text in made.timeline if isinstance(text, str)]
            assert {json.loads(text)["type"] for text in frames} == {"roster", "standings", "heartbeat"}
            await made.step(rounds.thaw, "thawed_at")
            await made.passes(1)
            assert traces(made.timeline) == {"73.7", NAME}
            assert traces(await crawl(made, "/e/")) == {"73.7", NAME, str(STEPS)}  # the last by the window

    asyncio.run(live())
