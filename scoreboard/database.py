"""Where everything is kept: one writer, readers beside it.

All writes of the process go through one thread with one connection. What waits while a commit is on its way rides
together in the next one, each piece of work in a savepoint of its own, so that one that fails takes nothing with it.
A write has happened when its awaitable returns: the commit is behind it (SQLite in WAL mode, ``synchronous=FULL``).

A full disk refuses work until there is room again. After any other failure of the disk nobody knows what it holds:
nothing more is written until a restart has read it anew.

Reads run in a few threads on connections that cannot write, each in one snapshot. No transaction is open while
anybody waits for a network.
"""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
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

from scoreboard.errors import Busy, DiskFull, ScoreboardError, StorageFailed, Unusable
from scoreboard.figures.figures import Figures
from scoreboard.prepared import run_text

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
BATCH = 64  # pieces of work in one commit at the most; what is not there yet is not waited for
WAITING = 2_000  # pieces of work that may wait before new ones are refused
BUSY_SECONDS = 10  # how long another process (a backup, an import) may hold the writer up

# What SQLite calls a full disk; the second when it is the file that readers share that cannot grow.
FULL = {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"}
FAILED = ("SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CANTOPEN", "SQLITE_READONLY")
HELD = ("SQLITE_BUSY", "SQLITE_LOCKED")  # another process has not let go of it

logger = logging.getLogger(__name__)

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
        engine = create_engine(address, pool_size=READERS, hide_parameters=True)  # an error quotes no ballot, no secret
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
        pool: dict[str, Any] = {"pool_size": READERS, "poolclass": QueuePool}
    else:
        pool = {"poolclass": NullPool}
    engine = create_engine("sqlite://", module=module, creator=connect, hide_parameters=True, **pool)

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


def disk_trouble(failure: BaseException | None) -> ScoreboardError | None:
    """Say whether the disk is what a failure is about: DiskFull, StorageFailed, or None.

    What failed first may hide behind another failure, such as that of taking it back.
    """
    for name in sqlite_names(failure):
        if name in FULL:
            return DiskFull("There is no room left on the server's disk. Please tell the organisers.")
        if name.startswith(FAILED):
            return StorageFailed("The server's disk has failed, so nothing can be stored. Please tell the organisers.")
    return None


def sqlite_names(failure: BaseException | None) -> Iterator[str]:
    """What SQLite calls a failure, and those that it hides."""
    while failure is not None:
        yield getattr(getattr(failure, "orig", None), "sqlite_errorname", "")
        failure = failure.__context__


def busy() -> Busy:
    """The refusal of whoever would have to wait for too long."""
    return Busy("More is waiting than can be stored just now. Please try again.", extra={"seconds": 1})


@dataclass(frozen=True)
class Work:
    """Something to be done in a transaction, and where its outcome goes; a `probe` stores nothing."""

    run: Callable[[Connection], Any]
    probe: bool = False
    outcome: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(frozen=True)
class Done:
    """A piece of work with its outcome: a value, or what it failed with."""

    work: Work
    value: Any = None
    failure: Exception | None = None

    def tell(self) -> None:
        """Let whoever waits go on, unless they gave up."""
        if self.work.outcome.done():
            return
        if self.failure is None:
            self.work.outcome.set_result(self.value)
        else:
            self.work.outcome.set_exception(self.failure)


def tell(batch: Sequence[Done]) -> None:
    """Tell everybody in the event loop's own thread, which is woken up once for all of them."""

    def one_by_one() -> None:
        for each in batch:
            each.tell()

    with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
        batch[0].work.outcome.get_loop().call_soon_threadsafe(one_by_one)


class Writer(threading.Thread):
    """The one thread that writes."""

    def __init__(self, engine: Engine, figures: Figures) -> None:
        super().__init__(name="scoreboard-writer", daemon=True)
        self.engine = engine
        self.figures = figures
        self.waiting: queue.Queue[Work | None] = queue.Queue(WAITING)
        self.trouble: ScoreboardError | None = None  # with the disk, when the last commit met with it

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
                began_at = time.monotonic()
                done = self.commit(connection, batch)
                self.figures.committed.add(time.monotonic() - began_at)
                self.figures.together.add(len(batch))
                tell(done)
                if stop:
                    return

    def commit(self, connection: Connection, batch: list[Work]) -> list[Done]:
        """Run a batch in one transaction; give the outcomes after the commit."""
        if isinstance(self.trouble, StorageFailed):
            return [Done(work, failure=self.trouble) for work in batch]
        try:
            with connection.begin():
                outcomes = [self.attempt(connection, work) for work in batch]
        except SQLAlchemyError as failure:  # the commit itself: the disk, a lost server, another process
            trouble = disk_trouble(failure)
            if trouble is not None:
                self.note(trouble, failure)
            elif any(name.startswith(HELD) for name in sqlite_names(failure)):
                logger.warning("Another process held the database for too long.", extra={"event": "storage.held"})
                trouble = busy()
            return [Done(work, failure=trouble or failure) for work in batch]
        if any(each.failure is None and not each.work.probe for each in outcomes):
            self.note(None)
        return outcomes

    def note(self, trouble: ScoreboardError | None, failure: SQLAlchemyError | None = None) -> None:
        """Keep what the disk does, and log when that changes."""
        if type(trouble) is not type(self.trouble):
            if trouble is None:
                logger.warning("Work is stored again.", extra={"event": "storage.resumed"})
            else:
                words = "Nothing is stored (%s): %s"
                logger.error(words, trouble.code, failure, extra={"event": "storage.refused"})
        self.trouble = trouble

    def attempt(self, connection: Connection, work: Work) -> Done:
        """Run one piece of work in its savepoint."""
        run_text(connection, "SAVEPOINT piece")
        try:
            value = work.run(connection)
        except Exception as failure:  # it is handed on, whole, to whoever awaits this work
            if isinstance(failure, SQLAlchemyError) and disk_trouble(failure):
                raise  # the others of this batch would meet with it, too
            run_text(connection, "ROLLBACK TO SAVEPOINT piece")
            run_text(connection, "RELEASE SAVEPOINT piece")
            return Done(work, failure=failure)
        run_text(connection, "RELEASE SAVEPOINT piece")
        return Done(work, value)


class Database:
    """The database of a running process: ``await read(f, ...)`` and ``await write(f, ...)``.

    `f` is a plain function whose first argument is the session. It must not wait for anything but the database.
    """

    def __init__(self, setting: str, figures: Figures | None = None) -> None:
        self.setting = setting
        self.write_engine = open_engine(setting)
        self.read_engine = open_engine(setting, read_only=True)
        self.writer = Writer(self.write_engine, figures or Figures())
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

        def run(connection: Connection) -> T:
            with Session(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
                value = f(session, *args, **kwargs)
                session.commit()
                return value

        result: T = await self.done(Work(run))
        return result

    async def write_rows(self, f: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the same on the bare connection: for what comes often, and needs no objects."""
        result: T = await self.done(Work(lambda connection: f(connection, *args, **kwargs)))
        return result

    async def done(self, work: Work) -> Any:
        """Let a piece of work be done; give its outcome after the commit. Raises Busy when too much is waiting."""
        try:
            self.writer.waiting.put_nowait(work)
        except queue.Full:
            raise busy() from None
        return await work.outcome

    async def writable(self, seconds: float) -> bool:
        """Whether the writer takes up work and gets through with it, within so many seconds. Nothing is stored."""
        if self.trouble is not None or not self.writer.is_alive():
            return False
        try:
            async with asyncio.timeout(seconds):
                await self.done(Work(lambda _connection: None, probe=True))
        except (TimeoutError, ScoreboardError, SQLAlchemyError):
            return False
        return True

    @property
    def waiting(self) -> int:
        """How many pieces of work wait to be stored."""
        return self.writer.waiting.qsize()

    @property
    def trouble(self) -> ScoreboardError | None:
        """Why nothing can be stored just now, as far as that is known: DiskFull, StorageFailed."""
        return self.writer.trouble

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


@contextlib.asynccontextmanager
async def opened(setting: str, figures: Figures | None = None) -> AsyncIterator[Database]:
    """Open a database that exists and is of this version; close it at the end."""
    database = Database(setting, figures)
    database.start()
    try:
        yield database
    finally:
        await database.close()
