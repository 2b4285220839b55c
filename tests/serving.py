"""The real server, in the process of the tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn

from scoreboard.cli.serve import listening_socket, server
from scoreboard.database import Database, opened
from scoreboard.settings import Settings


@dataclass(frozen=True)
class Served:
    """A running server: where it is, and the database that it runs on, opened beside it."""

    url: str
    database: Database
    settings: Settings
    server: uvicorn.Server


@asynccontextmanager
async def serving(settings: Settings, port: int = 0) -> AsyncIterator[Served]:
    """Run the real server in this process, on a port of its own."""
    with listening_socket("127.0.0.1", port) as bound:
        running = server(settings)
        task = asyncio.create_task(running._serve([bound]))
        try:
            while not running.started:
                if task.done():
                    await task
                await asyncio.sleep(0)
            async with opened(settings.database) as database:
                yield Served(f"http://127.0.0.1:{bound.getsockname()[1]}", database, settings, running)
        finally:
            running.should_exit = True
            await task
