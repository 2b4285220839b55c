import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from builder import build_event, score
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, select

from scoreboard.database import Database, open_engine
from scoreboard.errors import Unusable
from scoreboard.judging import publication
from scoreboard.judging.ledger.notary import Notary
from scoreboard.live.projector import Held, project
from scoreboard.live.views import Seen
from scoreboard.live.window import public_engine
from scoreboard.migrations import Age, configuration, prepare
from scoreboard.models import Deployment, metadata
from scoreboard.signing import key_at_hand


def execute(path: str, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


def test_an_empty_database_is_made_ready_once(tmp_path: Path) -> None:
    path = str(tmp_path / "new.db")
    assert [prepare(path), prepare(path)] == [Age.EMPTY, Age.CURRENT]


def test_the_migrations_make_the_tables_that_the_code_has(database_path: str) -> None:
    engine = open_engine(database_path)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_each_database_is_told_from_others(tmp_path: Path) -> None:
    def deployment(path: str) -> Deployment:
        prepare(path)
        engine = open_engine(path)
        with Session(engine) as session:
            row = session.exec(select(Deployment)).one()
        engine.dispose()
        return row

    one, other = deployment(str(tmp_path / "one.db")), deployment(str(tmp_path / "other.db"))
    assert one.epoch != other.epoch
    assert one.code_salt != other.code_salt


def test_a_newer_database_is_not_touched(database_path: str) -> None:
    execute(database_path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unusable, match="newer version of Scoreboard"):
        prepare(database_path, migrate=True)


def test_a_database_of_something_else_is_not_touched(tmp_path: Path) -> None:
    path = str(tmp_path / "other.db")
    execute(path, "CREATE TABLE recipes (name TEXT)")
    with pytest.raises(Unusable, match="something else"):
        prepare(path, migrate=True)


@pytest.mark.parametrize("table", ["logentry", "checkpoint", "ballot", "score"])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
async def test_the_database_itself_refuses_to_change_what_is_only_ever_added(
    database: Database, table: str, statement: str
) -> None:
    cast = await build_event(database)
    await score(database, cast, "J1", "T1", 5, 5)
    async with Notary(database, key_at_hand(database.setting)) as notary:
        await notary.catch_up()
    column = {"logentry": "payload", "checkpoint": "note", "ballot": "comment", "score": "steps"}[table]
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
        execute(database.setting, statement.format(table=table, column=column))


@pytest.mark.parametrize("sequence", [1, 2, 4, 99])
async def test_the_database_itself_refuses_an_entry_out_of_its_order(database: Database, sequence: int) -> None:
    cast = await build_event(database)

    def insert(place: int) -> str:
        return f"INSERT INTO logentry VALUES ({cast.event_id}, {place}, 'at', 'a', 'b', 'c', '{{}}', 's', 'l', 'h')"

    with pytest.raises(sqlite3.IntegrityError, match="must follow the one before"):
        execute(database.setting, insert(sequence))
    execute(database.setting, insert(3))


async def test_a_new_database_names_the_key_that_lies_beside_it_or_was_given(tmp_path: Path) -> None:
    def named(path: str) -> str:
        with sqlite3.connect(path) as connection:
            (public,) = connection.execute("SELECT public_key FROM deployment").fetchone()
        connection.close()
        return str(public)

    beside, given = str(tmp_path / "a.db"), str(tmp_path / "b.db")
    prepare(beside)
    prepare(given, signing_key="5a" * 32)
    assert named(beside) == key_at_hand(beside).public
    assert named(given) == key_at_hand(given, "5a" * 32).public


def step(path: str, change: Callable[..., None], version: str) -> None:
    """Go to a version, up or down."""
    engine = open_engine(path)
    with engine.connect() as connection, connection.begin():
        change(configuration(connection), version)
    engine.dispose()


async def test_the_step_that_brought_visits_moves_no_round_and_gives_none_a_timer(
    database_path: str, database: Database
) -> None:
    def ask(statement: str) -> list[Any]:
        engine = open_engine(database_path)
        try:
            with engine.begin() as connection:
                answer = connection.execute(text(statement))
                return [tuple(row) for row in answer] if answer.returns_rows else []
        finally:
            engine.dispose()

    kept = "SELECT id, key, rule, minimum_ballots, opened_at FROM round"
    cast = await build_event(database, judges=1, teams=2, visit_minutes=8)
    await score(database, cast, "J1", "T1", 5, 5)
    before = ask(kept)
    step(database_path, command.downgrade, "0007")
    with pytest.raises(OperationalError, match="no such column"):
        ask("SELECT visit_minutes FROM round")
    assert ask(kept) == before
    step(database_path, command.upgrade, "0008")
    assert (ask(kept), ask("SELECT visit_minutes FROM round")) == (before, [(0,)])
    for minutes in (0, 120):
        ask(f"UPDATE round SET visit_minutes = {minutes}")
    for minutes in (-1, 121):
        with pytest.raises(IntegrityError, match="ck_round_visit_minutes"):
            ask(f"UPDATE round SET visit_minutes = {minutes}")


async def test_a_board_that_is_frozen_shows_the_same_after_the_step_that_brought_holds(
    database_path: str, database: Database
) -> None:
    def seen() -> tuple[Seen, Any]:
        window = public_engine(database_path)
        with Session(window) as session:
            projection = project(session, cast.event_id)
            kept = session.execute(text("SELECT terms, names, keys, sequence, at FROM hold")).one()
        window.dispose()
        assert isinstance(projection, Held)
        return projection.seen(), [json.loads(part) if str(part).startswith("{") else part for part in kept]

    cast = await build_event(database, judges=2, teams=3)
    await score(database, cast, "J1", "T1", 5, 5)
    await publication.freeze(database, cast.round_id, "x")
    before = seen()
    for change, version in ((command.downgrade, "0002"), (command.upgrade, "head")):
        step(database_path, change, version)
    assert seen() == before
