"""The database: whether it can be used, is whole, and keeps what it is given."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, and_, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

from scoreboard.cli.doctor.finding import Finding, amber, green, red
from scoreboard.database import SOUND_SQLITE, open_engine, sound_sqlite
from scoreboard.errors import Unusable
from scoreboard.migrations import Age, age
from scoreboard.models import LedgerHead, LogEntry

LATER_SECONDS = 5  # a ledger's newest entry may be so far ahead of the clock, and no more


def sqlite_version() -> Finding:
    """Whether the SQLite in use is one whose write-ahead log is sound."""
    module = sound_sqlite()
    version = module.sqlite_version
    if module.sqlite_version_info >= SOUND_SQLITE:
        return green("sqlite", f"SQLite {version}")
    least = ".".join(map(str, SOUND_SQLITE))
    return amber(
        "sqlite",
        f"SQLite {version}: before {least}, its write-ahead log could lose writes when two programs write at once.",
        "pip install pysqlite3; until then, run no import while the server runs",
    )


def sqlite(path: Path) -> Iterator[Finding]:
    """Look at a SQLite file: whether it can be written, is whole, of this version, and set up as it is meant to be."""
    if not (os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)):
        yield red("database", f"{path}, or its folder, cannot be written.", "run this as the user who runs the server")
        return
    try:
        with writing(path) as connection:
            found = list(settings_of(connection))
        yield from found
        # The rest takes time, and holds nobody up: it is read beside the server.
        with reading(path) as connection:
            yield from version_of(connection, path)
            faults = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(5)")]
            if faults == ["ok"]:
                yield green("integrity", "every page of the database is sound")
            else:
                yield red("integrity", "the database is damaged: " + "; ".join(faults), "scoreboard restore FILE")
            yield from ledgers(connection)
    except (SQLAlchemyError, Unusable) as failure:
        yield red(
            "database",
            f"{path} cannot be used: {first_line(failure)}",
            "scoreboard restore FILE puts a copy in its place",
        )


def version_of(connection: Connection, place: object) -> Iterator[Finding]:
    """Whether a database is of this version."""
    was = age(connection)
    if was is Age.CURRENT:
        yield green("database", f"{place} is of this version")
    elif was is Age.OLDER:
        yield red("database", f"{place} is of an older version.", "scoreboard backup, then scoreboard migrate")
    elif was is Age.NEWER:
        yield red("database", f"{place} was written by a newer version of Scoreboard.", "update Scoreboard")
    else:
        yield amber("database", f"{place} is empty.", "scoreboard serve, or scoreboard import, makes its tables")


def settings_of(connection: Connection) -> Iterator[Finding]:
    """Whether the settings hold that a ballot's safety rests on."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    told: dict[str, Any] = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    wrong = [f"{name} is {told[name]}" for name in wanted if told[name] != wanted[name]]
    if wrong:
        yield red("settings", ", ".join(wrong), "put the database on a local disk; no other program may hold it open")
    else:
        yield green("settings", "write-ahead log, every commit flushed to the disk, foreign keys held")


def ledgers(connection: Connection) -> Iterator[Finding]:
    """Whether the newest entry is from before now: a clock that went back is seen here."""
    if age(connection) is not Age.CURRENT:
        return
    with Session(bind=connection) as session:
        newest = session.exec(
            select(func.max(LogEntry.at)).join(
                LedgerHead,
                and_(
                    col(LedgerHead.event_id) == col(LogEntry.event_id),
                    col(LedgerHead.sequence) == col(LogEntry.sequence),
                ),
            )
        ).one()
    if newest is None:
        return
    at = datetime.fromisoformat(newest)
    ahead = (at - datetime.now(UTC)).total_seconds()
    if ahead > LATER_SECONDS:
        yield red(
            "ledger",
            f"The newest entry is {ahead:.0f} s in the future: this clock has gone back, or the one before ran ahead.",
            "set the clock by the network (timedatectl set-ntp true)",
        )
    else:
        yield green("ledger", f"the newest entry is of {at:%Y-%m-%d %H:%M:%S} UTC")


def postgresql(setting: str) -> Iterator[Finding]:
    """Look at a PostgreSQL database: whether it answers, is of this version, and flushes what it commits."""
    place = setting.rsplit("@", 1)[-1]
    engine = open_engine(setting)
    try:
        with engine.connect() as connection, connection.begin():
            yield from version_of(connection, place)
            wanted = {"fsync": {"on"}, "full_page_writes": {"on"}, "synchronous_commit": {"on", "remote_apply"}}
            told = {name: str(connection.execute(text(f"SHOW {name}")).scalar()) for name in wanted}
            wrong = [f"{name} is {told[name]}" for name in wanted if told[name] not in wanted[name]]
            if wrong:
                yield red("settings", ", ".join(wrong), "turn them on: an acknowledged ballot could be lost")
            else:
                yield green("settings", "every commit is flushed to the disk")
            yield from ledgers(connection)
    except (SQLAlchemyError, Unusable) as failure:
        yield red(
            "database",
            f"{place} cannot be used: {first_line(failure)}",
            "check the address, the password and the server",
        )
    finally:
        engine.dispose()
    yield amber("backup", "Copies of PostgreSQL are not made by Scoreboard.", "arrange for pg_dump or pg_basebackup")


@contextmanager
def writing(path: Path) -> Iterator[Connection]:
    """A transaction on a SQLite file, set up as the server's; it holds the server's writes up while it is open."""
    yield from transaction(path, read_only=False)


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """A snapshot of a SQLite file, which holds nobody up."""
    yield from transaction(path, read_only=True)


def transaction(path: Path, *, read_only: bool) -> Iterator[Connection]:
    """Open a transaction and let it go again."""
    engine = open_engine(str(path), read_only=read_only)
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def first_line(failure: Exception) -> str:
    """What went wrong, without the statement and the links that SQLAlchemy adds."""
    return str(failure).splitlines()[0]
