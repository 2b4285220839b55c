"""Analyses of rounds, each computed once, however many organisers ask for it, and off the event loop.

An analysis belongs to a state of the ledger, so it never goes stale: what changed since has another key. The newest few
are kept. Recounts take seconds in a large round, so they wait for each other in a queue of their own and never keep a
page from being shown.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.judging import ledger
from scoreboard.judging.analysis.analysis import Analysis, analyse, recounted
from scoreboard.judging.analysis.inputs import read_inputs
from scoreboard.models import Round
from scoreboard.scoring.safety.sensitivity import Safety

MOST_KEPT: Final = 12  # analyses and recounts; one of 500 teams takes some megabytes

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key:
    """What an analysis depends on: a round, how it is ranked, and the newest entry of the ledger."""

    round_id: int
    method: str
    beside: str
    precedence: tuple[str, ...]
    minimum_ballots: int
    sequence: int

    def at(self, sequence: int) -> "Key":
        """The same round at another state of the ledger."""
        return replace(self, sequence=sequence)


def key_of(session: Session, round_: Round) -> Key:
    """The key of a round as it is in the session's snapshot."""
    return Key(
        round_.id or 0,
        round_.rule,
        round_.beside,
        tuple(round_.precedence),
        round_.minimum_ballots,
        ledger.head_sequence(session, round_.event_id),
    )


class Analyses:
    """Computes and keeps analyses: ``async with Analyses(database) as analyses``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.kept: dict[Hashable, asyncio.Task[Any]] = {}
        self.quick = CapacityLimiter(1)
        self.slow = CapacityLimiter(1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        running = [task for task in self.kept.values() if not task.done()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def analysis(self, key: Key) -> Analysis:
        """The analysis of a state that is current, or of one that is still kept."""
        return await self.once(key, lambda: self.analyse(key))

    async def safety(self, key: Key) -> Safety:
        """Its recounts. Raises what `recounted` raises."""
        return await self.once((key, "safety"), lambda: self.recount(key))

    def keeps(self, key: Key) -> bool:
        """Whether the analysis of a state is there, or on its way."""
        return key in self.kept

    def keeps_safety(self, key: Key) -> bool:
        """Whether the recounts of a state are there, so that nobody has to wait for them."""
        task = self.kept.get((key, "safety"))
        return task is not None and task.done()

    async def compute(self, work: Callable[[], T]) -> T:
        """Compute something quick that is not worth keeping."""
        return await anyio.to_thread.run_sync(work, limiter=self.quick)

    async def analyse(self, key: Key) -> Analysis:
        """Analyse a round as it is now: as it was at the key, or newer by a moment."""
        inputs = await self.database.read(read_inputs, key.round_id)
        return await anyio.to_thread.run_sync(analyse, inputs, limiter=self.quick)

    async def recount(self, key: Key) -> Safety:
        """Recount what was analysed."""
        analysis = await self.analysis(key)
        return await anyio.to_thread.run_sync(recounted, analysis, limiter=self.slow, abandon_on_cancel=True)

    async def once(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do a piece of work, or wait for whoever does it already, or give what came of it.

        It goes on when the one who asked first leaves. What failed is not kept.
        """
        task: asyncio.Task[T] | None = self.kept.pop(key, None)
        if task is None:
            task = asyncio.create_task(work())
            task.add_done_callback(lambda done: self.forget_failed(key, done))
        self.kept[key] = task  # at the end: the newest
        self.forget_oldest()
        return await asyncio.shield(task)

    def forget_failed(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        """Let the next one try again. Whoever waits is told what went wrong."""
        if (task.cancelled() or task.exception() is not None) and self.kept.get(key) is task:
            del self.kept[key]

    def forget_oldest(self) -> None:
        """Keep no more than the newest few of what is finished."""
        finished = [key for key, task in self.kept.items() if task.done()]
        for key in finished[: max(len(self.kept) - MOST_KEPT, 0)]:
            del self.kept[key]
