import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.errors import Unusable
from scoreboard.migrations import Age, prepare
from scoreboard.models import Deployment, metadata


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
