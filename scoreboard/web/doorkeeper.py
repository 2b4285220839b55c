"""Who is inside is asked again and again whether they still may be: a session that ends takes its open sockets along.

A request is asked whenever it comes; a socket was asked when it was opened, hours ago. In between an organiser may have
signed out, lost a role, been removed by a command in another process, or gone home. So the database is asked, for all
who are inside at once, several times a second; nobody who ends a session has to think of who is connected.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self, TypeAlias

import anyio
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.errors import ScoreboardError

SECONDS: Final = 0.4  # between two rounds: whoever is out is noticed within a second

Question: TypeAlias = Callable[[Session], object]

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Stay:
    """Somebody who is inside: what ends it, and afterwards why."""

    key: Hashable
    question: Question
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    refusal: ScoreboardError | None = None


class Doorkeeper:
    """Asks of all who are inside: ``async with Doorkeeper(database) as doorkeeper``."""

    def __init__(self, database: Database, seconds: float = SECONDS) -> None:
        self.database = database
        self.seconds = seconds
        self.stays: dict[Stay, None] = {}
        self.task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self.watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    @contextmanager
    def stay(self, key: Hashable, question: Question) -> Iterator[Stay]:
        """Let somebody be inside until they leave, or until the question raises a ScoreboardError.

        Then what is awaited in the block is cancelled, and the stay tells why. Of all with the same `key` the question
        is asked once.
        """
        stay = Stay(key, question)
        self.stays[stay] = None
        try:
            with stay.scope:
                yield stay
        finally:
            del self.stays[stay]

    async def watch(self) -> None:
        """Go round for ever."""
        while True:
            await asyncio.sleep(self.seconds)
            try:
                await self.ask()
            except (ScoreboardError, SQLAlchemyError):  # what cannot be read now is read the next time
                logger.exception("Who is connected could not be checked.", extra={"event": "doorkeeper.failed"})

    async def ask(self) -> None:
        """Go round once."""
        if self.stays:
            inside = tuple(self.stays)
            for stay, refusal in zip(inside, await self.database.read(refusals, inside), strict=True):
                if refusal is not None and stay in self.stays:
                    stay.refusal = refusal
                    stay.scope.cancel()


def refusals(session: Session, stays: Sequence[Stay]) -> list[ScoreboardError | None]:
    """Why each of them may not be inside any more; None for those who may."""
    found: dict[Hashable, ScoreboardError | None] = {}
    for stay in stays:
        if stay.key not in found:
            found[stay.key] = refusal_of(session, stay.question)
    return [found[stay.key] for stay in stays]


def refusal_of(session: Session, question: Question) -> ScoreboardError | None:
    """What a question raises."""
    try:
        question(session)
    except ScoreboardError as refusal:
        return refusal
    return None
