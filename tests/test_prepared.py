from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from builder import build_event, score
from sqlalchemy import Connection, bindparam, func, insert, literal, literal_column, make_url, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, col

from scoreboard.database import Database
from scoreboard.models import Assignment, Ballot, Event, Team
from scoreboard.prepared import FETCHED, Prepared, compiled, streamed

GIVEN = ("slug", "name_en", "starts_on", "ends_on", "time_zone", "language", "created_at")
THE_SAME = {"name_ar": "", "place_en": "", "place_ar": "", "digits": "latn", "four_eyes": False}
ADD = insert(Event).values({name: bindparam(name) for name in GIVEN} | THE_SAME)
ADD_EVENT, ADD_EVENT_QUIETLY = Prepared(ADD.returning(col(Event.id))), Prepared(ADD)
FIND_BALLOT = Prepared(select(col(Ballot.id), col(Ballot.revision)).where(col(Ballot.uuid) == bindparam("uuid")))
SKIP = Prepared(update(Assignment).where(col(Assignment.id) == bindparam("which")).values(state="skipped"))


def an_event(slug: str) -> dict[str, object]:
    at = datetime(2026, 12, 7, 9, tzinfo=UTC)
    names = {"name_en": "An event", "starts_on": at.date(), "ends_on": at.date(), "time_zone": "Asia/Qatar"}
    return {"slug": slug, "language": "ar", "created_at": at, **names}


async def test_values_are_stored_as_the_models_have_them(database: Database) -> None:
    ((event_id,),) = await database.write_rows(lambda connection: ADD_EVENT.run(connection, an_event("one")))
    found = await database.read(lambda session: session.get_one(Event, event_id))
    assert (found.slug, found.digits, found.created_at, found.starts_on) == (
        "one",
        "latn",
        datetime(2026, 12, 7, 9, tzinfo=UTC),
        datetime(2026, 12, 7, tzinfo=UTC).date(),
    )


async def test_rows_are_given_by_their_names(database: Database) -> None:
    cast = await build_event(database)
    ballot = await score(database, cast, "J1", "T1", 5, 5)

    def find(session: Session, uuid: UUID) -> list[int]:
        return [row.revision for row in FIND_BALLOT.run(session.connection(), {"uuid": uuid})]

    assert await database.read(find, ballot.uuid) == [1]
    assert await database.read(find, uuid4()) == []


async def test_what_stands_in_the_text_itself_is_written_into_it_once(database: Database) -> None:
    cast = await build_event(database, teams=3)
    keys = func.aggregate_strings(col(Team.key), "'; ")
    joined = Prepared(select(keys.label("keys")).where(col(Team.event_id) == bindparam("event")))
    (row,) = await database.write_rows(lambda connection: joined.run(connection, {"event": cast.event_id}))
    assert sorted(row.keys.split("'; ")) == ["T1", "T2", "T3"]


async def test_a_statement_that_gives_nothing_gives_nothing_and_can_be_run_for_many(database: Database) -> None:
    await build_event(database)
    assert await database.write_rows(lambda connection: SKIP.run(connection, {"which": 1})) == []
    await database.write_rows(lambda connection: SKIP.run_all(connection, [{"which": 2}, {"which": 3}]))

    def skipped(session: Session) -> list[int | None]:
        return list(session.scalars(select(col(Assignment.id)).where(col(Assignment.state) == "skipped")))

    assert await database.read(skipped) == [1, 2, 3]


@pytest.mark.parametrize("at_once", [False, True])
async def test_what_the_database_refuses_is_raised_as_by_any_other_statement(database: Database, at_once: bool) -> None:
    def twice(connection: Connection) -> None:
        if at_once:
            ADD_EVENT_QUIETLY.run_all(connection, [an_event("one"), an_event("one")])
        for _ in range(2):
            ADD_EVENT_QUIETLY.run(connection, an_event("one"))

    with pytest.raises(IntegrityError, match="UNIQUE") as refused:
        await database.write_rows(twice)
    assert "An event" not in str(refused.value)  # the values may be somebody's words
    assert await database.read(lambda session: session.scalars(select(col(Event.id))).all()) == []


def test_on_another_engine_places_have_names() -> None:
    text = compiled(SKIP.statement, make_url("postgresql+psycopg://").get_dialect()())
    assert "%(which)s" in text.sql
    assert text.filled({"which": 7}) == {"which": 7, "state": "skipped"}


async def test_very_many_rows_come_some_at_a_time_as_the_driver_gives_them(database: Database) -> None:
    count = 2 * FETCHED + 1
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < count))

    def parts(session: Session) -> list[list[object]]:
        return [list(part) for part in streamed(session.connection(), select(numbers.c.n))]

    found = await database.read(parts)
    assert [len(part) for part in found] == [FETCHED, FETCHED, 1]
    assert [row for part in found for row in part] == [(number,) for number in range(1, count + 1)]


async def test_rows_that_cannot_be_read_fail_as_statements_do(database: Database) -> None:
    def read(session: Session) -> None:
        list(streamed(session.connection(), select(literal_column("CAST(x'ff' AS TEXT)"))))

    with pytest.raises(OperationalError, match="UTF-8"):
        await database.read(read)
