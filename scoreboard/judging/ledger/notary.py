"""Signs for the ledgers while the server runs: checkpoints every few seconds, receipts for ballots, proofs for phones.

A phone keeps the newest checkpoint that it was given and asks for a proof that the next one continues it. So a server
that changes its history meets as many witnesses as there are judges.

The tree of an event is read from its ledger when it is first needed, and then only what is new.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import anyio
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import NotFound, ScoreboardError
from scoreboard.judging.ledger.entries import Entry, written_time
from scoreboard.judging.ledger.keys import refuse_other_key
from scoreboard.judging.ledger.notes import checkpoint_note, receipt
from scoreboard.judging.ledger.tree import Tree
from scoreboard.models import Checkpoint, Deployment, LedgerHead, LogEntry
from scoreboard.signing import SigningKey

CHECKPOINT_SECONDS = 5.0

logger = logging.getLogger(__name__)


@dataclass
class Book:
    """An event's ledger as the notary holds it: its key, the tree over its leaves, the newest checkpoint."""

    key: str
    tree: Tree
    size: int  # of the newest checkpoint; 0 when there is none
    note: str


class Notary:
    """What is signed for the events of a database: ``async with Notary(database, signing) as notary``.

    `sleep` waits a number of seconds; tests that do not want to wait give their own.
    """

    def __init__(
        self, database: Database, signing: SigningKey, *, sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    ) -> None:
        self.database = database
        self.signing = signing
        self.sleep = sleep
        self.epoch = ""
        self.books: dict[int, Book] = {}
        self.lock = anyio.Lock()
        self.task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.database.read(refuse_other_key, self.signing.public)
        self.epoch = await self.database.read(lambda session: session.exec(select(Deployment.epoch)).one())
        self.task = asyncio.create_task(self.watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        await self.catch_up()  # so that what came last is signed, too

    def receipt(self, entry: Entry, uuid: str, revision: int) -> dict[str, Any]:
        """Sign for a ballot that was committed."""
        return receipt(self.signing, self.epoch, entry, uuid, revision)

    async def witness(self, event_id: int, held: int = 0, sequence: int = 0) -> dict[str, Any]:
        """Give the newest checkpoint, with the proof that it continues the one of size `held`.

        `consistency` is None where `held` is larger than any checkpoint of ours, which is then no beginning of ours.
        With the `sequence` of an entry, and once the checkpoint covers it, `inclusion` proves that it does. Proofs are
        hashes in hexadecimal. Raises NotFound.
        """
        book = self.books.get(event_id)
        if book is None or not book.note:
            book = await self.checkpoint(event_id)
        proofs: dict[str, Any] = {"consistency": None}
        if 0 <= held <= book.size:
            proofs["consistency"] = [step.hex() for step in book.tree.consistency(held, book.size)]
        if 1 <= sequence <= book.size:
            proofs["inclusion"] = [step.hex() for step in book.tree.inclusion(sequence, book.size)]
        return {"epoch": self.epoch, "checkpoint": book.note, **proofs}

    async def checkpoint(self, event_id: int) -> Book:
        """Sign an event's ledger as it is now, unless the newest checkpoint says all of it. Raises NotFound."""
        async with self.lock:
            book = self.books.get(event_id)
            if book is None:
                book = self.books[event_id] = await self.database.read(read_book, event_id)
            else:
                book.tree.extend(await self.database.read(new_leaves, event_id, book.tree.size))
            if book.tree.size > book.size:
                await self.sign(event_id, book)
            return book

    async def sign(self, event_id: int, book: Book) -> None:
        """Sign and store a checkpoint; only then may anybody see it. Needs the lock."""
        size, at = book.tree.size, written_time(datetime.now(UTC))
        note = checkpoint_note(self.signing, book.key, size, book.tree.root(), at)
        stored = Checkpoint(event_id=event_id, size=size, at=at, note=note)
        await self.database.write(keep, stored, self.signing.public)
        book.size, book.note = size, note

    async def watch(self) -> None:
        """Sign what is new, again and again."""
        while True:
            await self.sleep(CHECKPOINT_SECONDS)
            await self.catch_up()

    async def catch_up(self) -> None:
        """Sign the ledgers that have grown. What goes wrong is logged: judging does not wait for signatures."""
        try:
            for event_id in await self.database.read(grown):
                await self.checkpoint(event_id)
        except (SQLAlchemyError, ScoreboardError):
            logger.exception("The ledgers could not be signed.", extra={"event": "ledger.unsigned"})


def read_book(session: Session, event_id: int) -> Book:
    """Read an event's leaves and its newest checkpoint. Raises NotFound."""
    key = session.exec(select(LedgerHead.key).where(LedgerHead.event_id == event_id)).one_or_none()
    if key is None:
        raise NotFound("There is no such event.")
    newest = session.exec(
        select(Checkpoint.size, Checkpoint.note)
        .where(Checkpoint.event_id == event_id)
        .order_by(col(Checkpoint.size).desc())
        .limit(1)
    ).one_or_none()
    size, note = newest or (0, "")
    return Book(key, Tree(new_leaves(session, event_id, 0)), size, note)


def new_leaves(session: Session, event_id: int, after: int) -> list[bytes]:
    """Give the leaves of the entries after a sequence."""
    rows = session.exec(
        select(LogEntry.leaf)
        .where(LogEntry.event_id == event_id, LogEntry.sequence > after)
        .order_by(col(LogEntry.sequence))
    )
    return [bytes.fromhex(leaf) for leaf in rows]


def keep(session: Session, checkpoint: Checkpoint, public: str) -> None:
    """Store a checkpoint. Raises Unusable when the key was changed in the meantime."""
    refuse_other_key(session, public)
    session.add(checkpoint)


def grown(session: Session) -> list[int]:
    """Give the events whose ledgers have entries that no checkpoint covers."""
    signed = select(func.max(Checkpoint.size)).where(Checkpoint.event_id == LedgerHead.event_id)
    uncovered = col(LedgerHead.sequence) > func.coalesce(signed.scalar_subquery(), 0)
    return list(session.exec(select(LedgerHead.event_id).where(uncovered)))
