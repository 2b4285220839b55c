import sqlite3
import threading
from collections.abc import AsyncIterator

import pytest
from serving import Served
from sqlalchemy import Connection
from visitors import stranger

from scoreboard.database import Database, Work
from scoreboard.errors import StorageFailed
from scoreboard.live.hub import Hub
from scoreboard.live.publisher import Publisher
from scoreboard.web import readiness
from scoreboard.web.readiness import Readiness


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


@pytest.fixture
async def ready(database: Database) -> AsyncIterator[Readiness]:
    hub = Hub()
    async with Publisher(database, hub) as publisher:
        yield Readiness(database, hub, publisher, Clock())


async def test_a_server_that_works_is_ready(ready: Readiness) -> None:
    assert await ready.obstacle() == ""


async def test_a_server_that_ends_is_not(ready: Readiness) -> None:
    await ready.hub.end(lambda _first: "bye")
    assert await ready.obstacle() == "draining"


async def test_a_server_whose_publisher_has_died_is_not(ready: Readiness) -> None:
    next(iter(ready.publisher.tasks)).cancel()
    while ready.publisher.alive:
        await ready.publisher.sleep(0)
    assert await ready.obstacle() == "publisher"


async def test_a_server_whose_disk_failed_is_not(ready: Readiness) -> None:
    ready.database.writer.trouble = StorageFailed("gone")
    assert await ready.obstacle() == "storage_failed"


async def test_a_server_whose_writer_is_stuck_is_not(ready: Readiness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "WRITER_SECONDS", 0.05)
    stuck = threading.Event()

    def hold(_connection: Connection) -> None:
        stuck.wait(30)

    held = Work(hold)
    ready.database.writer.waiting.put(held)
    try:
        assert await ready.obstacle() == "writer"
    finally:
        stuck.set()
    await held.outcome
    monkeypatch.setattr(readiness, "WRITER_SECONDS", 10)
    assert await ready.obstacle() == ""


async def test_a_database_of_another_version_is_not_ours(ready: Readiness, database_path: str) -> None:
    connection = sqlite3.connect(database_path)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert await ready.obstacle() == "version"


async def test_a_database_that_cannot_be_read_is_told(ready: Readiness, database_path: str) -> None:
    connection = sqlite3.connect(database_path)
    with connection:
        connection.execute("ALTER TABLE alembic_version RENAME COLUMN version_num TO other")
    connection.close()
    assert await ready.obstacle() == "database"


async def test_however_often_it_is_asked_the_database_is_asked_once_a_second(ready: Readiness) -> None:
    ready.clock = lambda: 50.0
    for _ in range(20):
        assert await ready.obstacle() == ""
    assert ready.database.writer.figures.together.all().count == 1


async def test_asking_does_not_make_a_disk_seem_well(database: Database) -> None:
    trouble = database.writer.trouble = StorageFailed("gone")
    assert not await database.writable(5)
    assert database.trouble is trouble


async def test_the_answer_is_a_word_that_nobody_keeps(served: Served) -> None:
    async with stranger(served) as browser:
        well = await browser.get("/readyz")
        await served.server.lifespan.state["hub"].end(lambda _first: "bye")
        ending = await browser.get("/readyz")
        alive = await browser.get("/healthz")
    assert (well.status_code, well.text) == (200, "ok\n")
    assert (ending.status_code, ending.text) == (503, "draining\n")
    assert {answer.headers["cache-control"] for answer in (well, ending)} == {"no-store"}
    assert alive.status_code == 200
