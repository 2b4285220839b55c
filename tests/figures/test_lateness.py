import asyncio
import time

from scoreboard.figures.distribution import Distribution
from scoreboard.figures.lateness import EVERY_SECONDS, watched


async def test_whoever_keeps_the_loop_is_seen() -> None:
    late = Distribution()
    async with watched(late):
        await asyncio.sleep(0)  # it falls asleep
        time.sleep(EVERY_SECONDS + 0.2)  # noqa: ASYNC251  (that is the offence)
        await asyncio.sleep(EVERY_SECONDS)  # it woke up before this does
    assert (late.all().most or 0) > 0.15
    assert len(asyncio.all_tasks()) == 1
