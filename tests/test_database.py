import asyncio
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlmodel import Session, func, select, text

from scoreboard.database import (
    SOUND_SQLITE,
    WAITING,
    Database,
    Work,
    database_address,
    open_engine,
    opened,
    sound_sqlite,
)
from scoreboard.errors import Busy, DiskFull, Unusable
from scoreboard.models import Event, Organiser, Team


def add(session: Session, slug: str) -> int | None:
    event = Event(
        slug=slug,
        name_en="An event",
        starts_on=date(2026, 12, 7),
        ends_on=date(2026, 12, 9),
        time_zone="Asia/Qatar",
        language="ar",
        created_at=datetime.now(UTC),
    )
    session.add(event)
    session.flush()
    return event.id


def count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Event)).one()


async def test_what_was_written_is_read_afterwards_and_by_others(database: Database, database_path: str) -> None:
    await database.write(add, "first")
    assert await database.read(count) == 1
    with sqlite3.connect(database_path) as stranger:
        assert stranger.execute("SELECT slug FROM event").fetchall() == [("first",)]
    stranger.close()


async def test_work_that_waits_together_fails_alone(database: Database) -> None:
    outcomes = await asyncio.gather(
        *(database.write(add, slug) for slug in ("a", "b", "a", "c")), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [int, int, IntegrityError, int]
    assert await database.read(count) == 3


async def test_work_that_fails_half_way_stores_nothing(database: Database) -> None:
    def half(session: Session) -> None:
        add(session, "half")
        raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        await database.write(half)
    assert await database.read(count) == 0


async def test_rows_that_fail_half_way_are_not_stored_and_take_nothing_with_them(database: Database) -> None:
    def rows(connection: Connection, *names: str) -> int:
        for name in names:
            connection.execute(insert(Organiser).values(name=name, password_hash="", created_at=datetime.now(UTC)))
        return len(names)

    outcomes = await asyncio.gather(
        *(database.write_rows(rows, *names) for names in (("a", "b"), ("c", "a"), ("d",))), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [int, IntegrityError, int]
    assert await database.read(lambda session: sorted(session.exec(select(Organiser.name)))) == ["a", "b", "d"]


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        await database.read(add, "no")


async def test_a_reader_sees_one_snapshot(database: Database) -> None:
    loop = asyncio.get_running_loop()

    def twice(session: Session) -> tuple[int, int]:
        before = count(session)
        asyncio.run_coroutine_threadsafe(database.write(add, "meanwhile"), loop).result(10)
        return before, count(session)

    assert await database.read(twice) == (0, 0)
    assert await database.read(count) == 1


async def test_a_caller_that_gives_up_does_not_take_its_write_back(database: Database) -> None:
    waiting = asyncio.create_task(database.write(add, "kept"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await database.write(add, "after")
    assert await database.read(count) == 2


async def test_more_than_can_wait_is_refused(database_path: str) -> None:
    database = Database(database_path)  # not started: nothing is taken from the queue
    waiting = [asyncio.create_task(database.write(add, str(i))) for i in range(WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Busy) as refused:
        await asyncio.wait_for(database.write(add, "one more"), 5)
    assert refused.value.extra == {"seconds": 1}
    database.start()
    await asyncio.gather(*waiting)
    assert await database.read(count) == WAITING
    await database.close()


async def test_closing_stores_what_waits(database_path: str) -> None:
    async with opened(database_path) as database:
        waiting = [asyncio.create_task(database.write(add, str(i))) for i in range(200)]
        await asyncio.sleep(0)
    assert len(await asyncio.gather(*waiting)) == 200


async def test_the_writer_is_durable_and_holds_foreign_keys(database: Database) -> None:
    def pragmas(session: Session) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [session.execute(text(f"PRAGMA {name}")).scalar_one() for name in names]

    assert await database.write(pragmas) == ["wal", 2, 1]
    with pytest.raises(IntegrityError):
        await database.write(lambda session: session.add(Team(event_id=77, key="T1", name_en="Nobody's")))


def test_a_sound_sqlite_is_used_where_there_is_one() -> None:
    pytest.importorskip("pysqlite3", reason="the pysqlite3 wheel is not made for this kind of machine")
    assert sound_sqlite().sqlite_version_info >= SOUND_SQLITE


def test_a_path_is_a_sqlite_file_and_an_address_is_postgresql(tmp_path: Path) -> None:
    assert database_address(str(tmp_path / "a.db")) == f"sqlite:///{tmp_path / 'a.db'}"
    assert database_address("postgresql://host/name") == "postgresql+psycopg://host/name"


def test_another_kind_of_address_is_refused() -> None:
    with pytest.raises(Unusable, match="mysql://host/name is neither"):
        database_address("mysql://host/name")


def test_a_folder_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "missing" / "a.db"))
    with pytest.raises(OperationalError, match="unable to open"):
        engine.connect()
    engine.dispose()


async def test_readers_do_not_take_each_others_connections(database: Database, database_path: str) -> None:
    def slowly(session: Session) -> int:
        rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT count(*) FROM n"
        return int(session.execute(text(rows)).scalar_one())

    # Two databases share the threads of the process, so that each meets more threads than it has connections.
    async with opened(database_path) as other:
        both = [each for _ in range(150) for each in (database, other)]
        assert await asyncio.gather(*(each.read(slowly) for each in both)) == [20_000] * 300


async def test_a_writer_that_another_process_holds_up_for_too_long_asks_for_patience(
    database_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoreboard.database.BUSY_SECONDS", 0.05)
    other = open_engine(database_path)
    async with opened(database_path) as database:
        with other.begin():
            with pytest.raises(Busy) as refused:
                await database.write(add, "held up")
            assert (refused.value.status, database.trouble) == (503, None)
        await database.write(add, "well")
        assert await database.read(count) == 1
    other.dispose()


async def test_whether_the_writer_gets_through_is_asked_without_storing_anything(database: Database) -> None:
    assert await database.writable(10)
    database.writer.trouble = DiskFull("full")
    assert not await database.writable(10)


async def test_a_probe_that_passes_does_not_make_a_full_disk_seem_well(database: Database) -> None:
    trouble = database.writer.trouble = DiskFull("full")
    await database.done(Work(lambda _connection: None, probe=True))
    assert database.trouble is trouble


async def test_commits_are_measured(database: Database) -> None:
    await asyncio.gather(*(database.write(add, str(i)) for i in range(5)))
    figures = database.writer.figures
    assert figures.committed.all().count == figures.together.all().count
    assert figures.together.all().total == 5


async def test_an_error_of_the_database_quotes_nothing_that_was_stored(database: Database) -> None:
    def fail(session: Session) -> None:
        session.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "hush"})

    with pytest.raises(SQLAlchemyError) as caught:
        await database.write(fail)
    assert "hush" not in str(caught.value)
