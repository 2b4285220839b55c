"""Copies that are made by themselves: every minute in which something changed, and at each change of a round's phase.

The keeper looks once a second at how far the ledgers are; copying runs in a thread of its own. A copy that fails is
told in the log, with the age of the last one, and is tried again; judging goes on whatever becomes of it.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio
import anyio.to_thread
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

from scoreboard.database import Database
from scoreboard.errors import ScoreboardError
from scoreboard.keeping.copies import Copy, folder_of, thin
from scoreboard.keeping.copying import copy_database
from scoreboard.keeping.soundness import Contents, examine
from scoreboard.models import LedgerHead, LogEntry

LOOK_SECONDS = 1.0  # between two looks at the ledgers
EVERY_SECONDS = 60.0  # between two copies while things change
PAUSE_SECONDS = 0.001  # between a few entries that are checked
OFF = "off"
PHASES = ("round.opened", "round.reopened", "round.frozen", "round.thawed", "round.closed", "round.finalised")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mark:
    """How far the ledgers are: entries in all, and changes of phase among them."""

    entries: int
    phases: int


def mark(session: Session) -> Mark:
    """Read how far the ledgers are; cheap, whatever their length."""
    entries = session.exec(select(func.coalesce(func.sum(LedgerHead.sequence), 0))).one()
    # By way of the heads, so that the index on event and action answers, however long the ledgers are.
    phases = session.exec(
        select(func.count())
        .select_from(LedgerHead)
        .join(LogEntry, col(LogEntry.event_id) == col(LedgerHead.event_id))
        .where(col(LogEntry.action).in_(PHASES))
    ).one()
    return Mark(int(entries), int(phases))


class Keeper:
    """Keeps copies of a database while it is used: ``async with Keeper(database, settings.backups)``.

    `wish` is the folder, empty for the one beside the database, or ``off``. PostgreSQL is left to its own programs.
    `sleep` and `clock` (seconds, monotonic) are the world's; tests that do not want to wait give their own.
    """

    def __init__(
        self,
        database: Database,
        wish: str = "",
        *,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.database = database
        self.folder = folder_of(database.setting, wish)
        self.works = wish != OFF and "://" not in database.setting
        self.sleep = sleep
        self.clock = clock
        self.task: asyncio.Task[None] | None = None
        self.kept: Mark | None = None  # what the last copy holds
        self.kept_at: float | None = None
        self.sound: Contents | None = None  # what it was found to hold
        self.tried: Mark | None = None  # what the last copy was to hold, whatever became of it
        self.tried_at = 0.0

    async def __aenter__(self) -> Self:
        if self.works:
            self.task = asyncio.create_task(self.keep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def keep(self) -> None:
        """Look, and copy when it is time, for ever."""
        while True:
            await self.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except (ScoreboardError, SQLAlchemyError, OSError) as failure:
                words = "No copy of the database was made: %s. The last one is %s."
                logger.error(words, failure, self.age(), extra={"event": "backup.failed"})  # noqa: TRY400  (told every minute: one line)

    async def look(self) -> Copy | None:
        """Make a copy if one is due, and return it. Raises what went wrong."""
        now = await self.database.read(mark)
        if now == self.kept or not (self.minute_passed() or turned(self.tried, now)):
            return None
        passing = not turned(self.kept, now)
        self.tried, self.tried_at = now, self.clock()
        copy = await anyio.to_thread.run_sync(self.copy, passing)
        self.kept, self.kept_at = now, self.clock()
        return copy

    def minute_passed(self) -> bool:
        """Whether the last try was long enough ago for another."""
        return self.tried is None or self.clock() - self.tried_at >= EVERY_SECONDS

    def copy(self, passing: bool) -> Copy:  # noqa: FBT001  (called through a thread, which passes by place)
        """Copy, and thin out what was copied before."""
        try:
            return copy_database(self.database.setting, self.folder, passing=passing, check=self.check)
        finally:
            thin(self.folder)

    def check(self, part: Path, called: Path) -> Contents:
        """Check a copy, from where the one before was found sound."""
        self.sound = examine(part, called, since=self.sound, pause=PAUSE_SECONDS)
        return self.sound

    def seconds_since(self) -> float | None:
        """How old the last copy of this process is, in seconds; None while there is none."""
        return None if self.kept_at is None else self.clock() - self.kept_at

    def age(self) -> str:
        """The same in words."""
        seconds = self.seconds_since()
        return "not there" if seconds is None else f"{seconds:.0f} s old"


def turned(before: Mark | None, now: Mark) -> bool:
    """Whether a round has changed its phase since."""
    return before is not None and before.phases != now.phases
