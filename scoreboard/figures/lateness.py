"""How late the event loop is: whoever sleeps for a moment wakes up later by as much as others have kept the loop."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scoreboard.figures.distribution import Distribution

EVERY_SECONDS = 0.1


async def watch(late: Distribution) -> None:
    """Sleep and wake up, for ever, and count by how much that was too late."""
    while True:
        due = time.monotonic() + EVERY_SECONDS
        await asyncio.sleep(EVERY_SECONDS)
        late.add(max(0.0, time.monotonic() - due))


@asynccontextmanager
async def watched(late: Distribution) -> AsyncIterator[None]:
    """Watch the loop for as long as the block lasts."""
    task = asyncio.create_task(watch(late))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
