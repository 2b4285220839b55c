"""Whether the server can take ballots now, and if not, in one word what is in the way: nothing that helps an attacker.

It is asked by programs, every few seconds or by a thousand at once; the database is asked once a second at the most.
"""

import time
from collections.abc import Callable

import anyio
from sqlalchemy import column, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.live.hub import Hub
from scoreboard.live.publisher import Publisher
from scoreboard.migrations import newest

EVERY_SECONDS = 1.0
WRITER_SECONDS = 2.0  # in which the writer must have had its turn


class Readiness:
    """Looks at the parts of a running process; `clock` is monotonic."""

    def __init__(
        self, database: Database, hub: Hub, publisher: Publisher, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.database = database
        self.hub = hub
        self.publisher = publisher
        self.clock = clock
        self.version = newest()
        self.lock = anyio.Lock()
        self.asked_at = float("-inf")
        self.answer = ""

    async def obstacle(self) -> str:
        """Name what is in the way; empty when ballots can be taken.

        ``draining``: the server ends. ``publisher``: nobody would be told of them. ``disk_full``, ``storage_failed``:
        the last could not be stored. ``database``: it cannot be read. ``version``: it is of another version than the
        code. ``writer``: what is to be stored does not get its turn.
        """
        if self.hub.farewell is not None:
            return "draining"
        if not self.publisher.alive:
            return "publisher"
        if self.database.trouble is not None:
            return self.database.trouble.code
        async with self.lock:
            if self.clock() - self.asked_at >= EVERY_SECONDS:
                self.answer = await self.ask()
                self.asked_at = self.clock()
        return self.answer

    async def ask(self) -> str:
        """Ask the database."""
        try:
            found = await self.database.read(version)
        except SQLAlchemyError:
            return "database"
        if found != self.version:
            return "version"
        return "" if await self.database.writable(WRITER_SECONDS) else "writer"


def version(session: Session) -> str | None:
    """The version that the database is of."""
    found: str | None = session.execute(select(column("version_num")).select_from(table("alembic_version"))).scalar()
    return found
