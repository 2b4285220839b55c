from pathlib import Path
from typing import Any

import pytest
from builder import Cast, build_event, score
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select

from scoreboard.database import Database
from scoreboard.judging import publication, rounds
from scoreboard.judging.results import contest
from scoreboard.live.window import BLANK, ROWS, Warden, views, window_of
from scoreboard.models import Ballot, Event, Round, Run, metadata

HIDDEN_WHILE_HELD = {"assignment", "criterion", "conflict", "judge", "ledgerhead", "logentry", "organisation", "team"}


def rows(session: Session) -> dict[str, list[Any]]:
    return {table: sorted(map(tuple, session.execute(text(f'SELECT * FROM "{table}"'))), key=str) for table in ROWS}


async def scored(database: Database) -> Cast:
    cast = await build_event(database, judges=3, teams=3, conflicts=(("J3", "T3"),))
    await score(database, cast, "J1", "T1", 5, 5)
    await score(database, cast, "J2", "T2", 6, 6)
    return cast


async def test_while_nothing_is_held_the_ranking_is_made_of_the_same(database: Database) -> None:
    def inputs(session: Session) -> Any:
        found = contest(session, session.get_one(Round, cast.round_id))
        return found.table.ballots().judge.tolist(), found.awaited, found.names, found.left_out, found.sequence

    cast = await scored(database)
    async with window_of(database.setting) as window:
        assert await window.read(inputs) == await database.read(inputs)


async def test_a_freeze_ends_every_table_where_it_stands(database: Database) -> None:
    cast = await scored(database)
    await publication.freeze(database, cast.round_id, "x")
    async with window_of(database.setting) as window:
        held = await window.read(rows)
        await score(database, cast, "J1", "T1", 9, 9, base=1)
        await score(database, cast, "J3", "T1", 9, 9)
        await database.write(rounds.close, cast.round_id, "x")
        later = await window.read(rows)
    assert {table for table, found in held.items() if not found} == HIDDEN_WHILE_HELD
    assert {table for table in held if held[table] != later[table]} == {"round"}  # that it is closed
    assert (len(held["ballot"]), len(held["score"]), len(held["run"]), len(held["hold"])) == (2, 4, 1, 1)


async def test_a_thaw_shows_everything_and_a_second_freeze_ends_it_again(database: Database) -> None:
    cast = await scored(database)

    async def given() -> int:
        return len(await window.read(lambda session: session.exec(select(Ballot.id)).all()))

    async with window_of(database.setting) as window:
        await database.write(rounds.freeze, cast.round_id, "x")
        await score(database, cast, "J3", "T1", 9, 9)
        assert await given() == 2
        await database.write(rounds.thaw, cast.round_id, "x")
        assert await given() == 3
        await database.write(rounds.freeze, cast.round_id, "x")
        await score(database, cast, "J3", "T2", 9, 9)
        assert await given() == 3


async def test_a_round_that_is_frozen_and_holds_nothing_shows_nothing(database: Database) -> None:
    cast = await scored(database)
    await database.write(lambda session: session.execute(text("UPDATE round SET frozen_at = opened_at")))
    async with window_of(database.setting) as window:
        assert await window.read(lambda session: session.exec(select(Ballot.id)).all()) == []
        assert await window.read(lambda session: session.get_one(Event, cast.event_id).slug) == cast.slug


async def test_a_final_result_is_not_seen_while_it_is_held_back(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    await score(database, cast, "J1", "T1", 5, 5)
    await publication.freeze(database, cast.round_id, "x")
    await database.write(rounds.close, cast.round_id, "x")
    await database.write(rounds.finalise, cast.round_id, "x", "agreed")
    async with window_of(database.setting) as window:

        def known(session: Session) -> tuple[list[str], bool]:
            round_ = session.get_one(Round, cast.round_id)
            return sorted(session.exec(select(Run.kind)).all()), round_.finalised_at is None

        assert await window.read(known) == (["frozen"], True)
        await database.write(rounds.thaw, cast.round_id, "x")
        assert await window.read(known) == (["final"], False)


PAST = [
    "SELECT * FROM main.ballot",
    "SELECT count(*) FROM main.ballot",
    "SELECT count(*) FROM signin",
    "SELECT * FROM logentry t JOIN judgelink l ON 1 = 1",
    "SELECT * FROM sqlite_schema",
    "SELECT * FROM temp.sqlite_schema",
    "SELECT * FROM pragma_database_list",
    "PRAGMA database_list",
    "PRAGMA table_info(ballot)",
    "DROP VIEW temp.ballot",
    "CREATE TEMPORARY TABLE ballot2 (id)",
    "ATTACH DATABASE ':memory:' AS other",
    "INSERT INTO ballot (id) VALUES (1)",
    "UPDATE round SET thawed_at = frozen_at",
]


@pytest.mark.parametrize(
    "statement", [*PAST, *(f"SELECT * FROM {t}" for t in sorted(set(metadata.tables) - set(ROWS)))]
)
async def test_the_database_itself_refuses_what_is_not_in_the_views(database: Database, statement: str) -> None:
    await scored(database)
    async with window_of(database.setting) as window:
        with pytest.raises(DatabaseError):
            await window.read(lambda session: session.execute(text(statement)).all())


def filled(session: Session, table: str, column: str) -> int:
    query = text(f'SELECT count(*) FROM "{table}" WHERE "{column}" IS NOT NULL')
    return int(session.execute(query).scalar_one())


async def test_texts_for_few_eyes_are_blank_at_all_times(database: Database) -> None:
    await scored(database)
    async with window_of(database.setting) as window:
        for table, columns in BLANK.items():
            for column in columns:
                found = await window.read(filled, table, column)
                assert (table, column, found) == (table, column, 0)


def test_every_column_of_a_view_is_named_so_that_a_new_table_is_not_seen_by_itself() -> None:
    assert set(views("x")) == {*ROWS, "held_round", "held_event", "held_ballot"}
    assert set(ROWS) <= set(metadata.tables)
    assert {table: columns - set(metadata.tables[table].columns.keys()) for table, columns in BLANK.items()} == {
        table: set() for table in BLANK
    }


def test_a_table_is_read_within_a_view_and_nowhere_else() -> None:
    warden = Warden(frozenset({"ballot"}), "behind")
    assert warden(20, "ballot", "id", "temp", None) == 0
    assert warden(20, "ballot", "id", "behind", "ballot") == 0
    assert [warden(20, "ballot", "id", "behind", None), warden(20, "signin", "", "behind", None)] == [1, 1]
    assert [warden(action, None, None, None, None) for action in (9, 11, 18, 19, 23, 24)] == [1] * 6


async def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    async with window_of(str(tmp_path / "none.db")) as window:
        with pytest.raises(DatabaseError):
            await window.read(lambda session: session.exec(select(Event.id)).all())
    assert list(tmp_path.iterdir()) == []
