"""Where everything is kept: one writer, readers beside it.

All writes of the process go through one thread with one connection. What waits while a commit is on its way rides
together in the next one, each piece of work in a savepoint of its own, so that one that fails takes nothing with it.
A write has happened when its awaitable returns: the commit is behind it (SQLite in WAL mode, ``synchronous=FULL``).

Reads run in a few threads on connections that cannot write, each in one snapshot. No transaction is open while
anybody waits for a network.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

import anyio
import anyio.to_thread
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool
from sqlmodel import Session

from scoreboard.errors import Busy, Unusable

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
BATCH = 64  # pieces of work in one commit at the most
WAITING = 2_000  # pieces of work that may wait before new ones are refused
BUSY_SECONDS = 10  # how long another process (a backup, an import) may hold the writer up

# From this version on two connections may write and checkpoint at once (sqlite.org/wal.html, "the WAL-reset bug").
SOUND_SQLITE = (3, 51, 3)


def sound_sqlite() -> ModuleType:
    """Choose the newer of Python's own SQLite and the pysqlite3 wheel's."""
    if sqlite3.sqlite_version_info >= SOUND_SQLITE or find_spec("pysqlite3") is None:
        return sqlite3
    wheel = import_module("pysqlite3.dbapi2")
    return wheel if wheel.sqlite_version_info > sqlite3.sqlite_version_info else sqlite3


def database_address(setting: str) -> str:
    """Turn a path or an address into SQLAlchemy's form; a plain path is a SQLite file."""
    if setting.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + setting.split("://", 1)[1]
    if "://" in setting:
        raise Unusable("The database %(database)s is neither a path nor a postgresql:// address.", database=setting)
    return f"sqlite:///{Path(setting).absolute()}"


def open_engine(setting: str, *, read_only: bool = False) -> Engine:
    """Open an engine on a path or an address, set up as the module says."""
    address = database_address(setting)
    if not address.startswith("sqlite"):
        engine = create_engine(address, pool_size=READERS)
        return (
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            if read_only
            else engine
        )
    path = Path(setting).absolute()
    module = sound_sqlite()
    target = f"file:{quote(str(path))}?mode={'ro' if read_only else 'rwc'}"

    def connect() -> Any:
        return module.connect(target, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    if read_only:
        engine = create_engine("sqlite://", module=module, creator=connect, pool_size=READERS, poolclass=QueuePool)
    else:
        engine = create_engine("sqlite://", module=module, creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE: a transaction that turns from reading to writing half-way cannot wait for its turn.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


@dataclass(frozen=True)
class Work:
    """Something to be done in a transaction, and where its outcome goes."""

    run: Callable[[Session], Any]
    outcome: Future[Any] = field(default_factory=Future)


class Writer(threading.Thread):
    """The one thread that writes."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(name="scoreboard-writer", daemon=True)
        self.engine = engine
        self.waiting: queue.Queue[Work | None] = queue.Queue(WAITING)

    def run(self) -> None:
        """Commit what waits, together, until told to stop."""
        with self.engine.connect() as connection:
            while (first := self.waiting.get()) is not None:
                batch = [first]
                stop = False
                while len(batch) < BATCH:
                    try:
                        work = self.waiting.get_nowait()
                    except queue.Empty:
                        break
                    if work is None:
                        stop = True
                        break
                    batch.append(work)
                self.commit(connection, batch)
                if stop:
                    return

    def commit(self, connection: Connection, batch: list[Work]) -> None:
        """Run a batch in one transaction; tell each its outcome after the commit."""
        outcomes: list[tuple[Work, Any, BaseException | None]] = []
        try:
            with connection.begin():
                for work in batch:
                    if not work.outcome.set_running_or_notify_cancel():
                        continue
                    outcomes.append((work, *self.attempt(connection, work)))
        except SQLAlchemyError as failure:  # the commit itself: a full disk, a lost server
            for work in batch:
                if not work.outcome.cancelled():
                    work.outcome.set_exception(failure)
            return
        for work, value, failure_of_one in outcomes:
            if failure_of_one is None:
                work.outcome.set_result(value)
            else:
                work.outcome.set_exception(failure_of_one)

    def attempt(self, connection: Connection, work: Work) -> tuple[Any, BaseException | None]:
        """Run one piece of work in its savepoint."""
        with Session(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            try:
                value = work.run(session)
                session.commit()
            except Exception as failure:  # noqa: BLE001  (it is handed on, whole, to whoever awaits this work)
                session.rollback()
                return None, failure
            return value, None


class Database:
    """The database of a running process: ``await read(f, ...)`` and ``await write(f, ...)``.

    `f` is a plain function whose first argument is the session. It must not wait for anything but the database.
    """

    def __init__(self, setting: str) -> None:
        self.setting = setting
        self.write_engine = open_engine(setting)
        self.read_engine = open_engine(setting, read_only=True)
        self.writer = Writer(self.write_engine)
        self.limiter = anyio.CapacityLimiter(READERS)

    async def read(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `f` on one snapshot of what is committed."""

        def run() -> T:
            with Session(self.read_engine, expire_on_commit=False) as session:
                return f(session, *args, **kwargs)

        return await anyio.to_thread.run_sync(run, limiter=self.limiter)

    async def write(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `f` in a transaction; return after the commit. What `f` raises is raised here and nothing is stored.

        A caller that is cancelled does not take its write back: once begun it is stored or refused as a whole.
        """
        work = Work(lambda session: f(session, *args, **kwargs))
        try:
            self.writer.waiting.put_nowait(work)
        except queue.Full:
            raise Busy("More is waiting than can be stored just now. Please try again.", extra={"seconds": 1}) from None
        result: T = await asyncio.shield(asyncio.wrap_future(work.outcome))
        return result

    def start(self) -> None:
        """Begin to write."""
        self.writer.start()

    async def close(self) -> None:
        """Store what waits, then let go of every connection."""
        if self.writer.is_alive():
            await anyio.to_thread.run_sync(self.writer.waiting.put, None)
            await anyio.to_thread.run_sync(self.writer.join)
        self.read_engine.dispose()
        self.write_engine.dispose()


@asynccontextmanager
async def opened(setting: str) -> AsyncIterator[Database]:
    """Open a database that exists and is of this version; close it at the end."""
    database = Database(setting)
    database.start()
    try:
        yield database
    finally:
        await database.close()
