import json

import pytest
from builder import build_event, score
from sqlmodel import Session, col, select

from scoreboard import __version__
from scoreboard.database import Database
from scoreboard.errors import InvalidForm, NotFound
from scoreboard.judging import ledger
from scoreboard.judging.ledger.entries import Entry, chained, first_hash, leaf_of
from scoreboard.judging.ledger.writing import entry_at
from scoreboard.models import Deployment, LedgerHead, LogEntry


def entries(session: Session, event_id: int) -> list[LogEntry]:
    return list(
        session.exec(select(LogEntry).where(LogEntry.event_id == event_id).order_by(col(LogEntry.sequence))).all()
    )


def entry_by(session: Session, event_id: int, sequence: int) -> Entry:
    return entry_at(session.connection(), event_id, sequence)


async def test_entries_are_numbered_without_gaps_and_each_hash_stands_for_all_before(database: Database) -> None:
    cast = await build_event(database)
    for team in cast.teams:
        await score(database, cast, "J1", team, 5, 5)
    found = await database.read(entries, cast.event_id)
    head = await database.read(lambda session: session.get_one(LedgerHead, cast.event_id))
    assert [entry.sequence for entry in found] == list(range(1, len(found) + 1))
    before = first_hash(head.key)
    for row in found:
        entry = await database.read(entry_by, cast.event_id, row.sequence)
        assert leaf_of(bytes.fromhex(row.salt), entry.body).hex() == row.leaf
        before = chained(before, bytes.fromhex(row.leaf))
        assert before.hex() == row.hash
    assert (head.sequence, head.hash) == (len(found), found[-1].hash)
    assert await database.read(ledger.head_sequence, cast.event_id) == len(found)


async def test_the_first_entry_names_the_key_that_signs(database: Database) -> None:
    cast = await build_event(database, slug="qatar", opened=False)
    (first,) = await database.read(entries, cast.event_id)
    public_key = await database.read(lambda session: session.exec(select(Deployment.public_key)).one())
    assert (first.sequence, first.actor, first.action, first.subject) == (1, "system", "ledger.opened", "event:qatar")
    assert json.loads(first.payload) == {
        "version": 1,
        "public_key": public_key,
        "software": __version__,
        "event": "qatar",
    }


async def test_a_change_that_fails_leaves_no_entry(database: Database) -> None:
    cast = await build_event(database)

    def change(session: Session) -> None:
        ledger.append(session, cast.event_id, "x", "team.renamed", "team:T1", {})
        raise InvalidForm("An organiser needs a name.")

    with pytest.raises(InvalidForm):
        await database.write(change)
    assert await database.read(ledger.head_sequence, cast.event_id) == 2


async def test_many_at_once_are_as_one_after_the_other(database: Database) -> None:
    cast = await build_event(database)
    deeds = [ledger.Deed("x", "team.renamed", f"team:T{i}", {"n": i}) for i in range(5)]
    added = await database.write(ledger.append_many, cast.event_id, deeds)
    assert [entry.sequence for entry in added] == [3, 4, 5, 6, 7]
    assert [row.hash for row in await database.read(entries, cast.event_id)][2:] == [entry.hash for entry in added]
    assert await database.write(ledger.append_many, cast.event_id, []) == []
    assert await database.write(ledger.append, cast.event_id, "x", "y", "z", {}) == 8


async def test_each_event_has_a_ledger_of_its_own(database: Database) -> None:
    one = await build_event(database, slug="one")
    two = await build_event(database, slug="two", opened=False)
    assert [await database.read(ledger.head_sequence, cast.event_id) for cast in (one, two)] == [2, 1]
    keys = await database.read(lambda session: session.exec(select(LedgerHead.key)).all())
    assert len({len(key) for key in keys} | set(keys)) == 3


async def test_there_is_no_ledger_without_an_event(database: Database) -> None:
    with pytest.raises(NotFound):
        await database.write(ledger.append, 7, "x", "y", "z", {})
    assert await database.read(ledger.head_sequence, 7) == 0


@pytest.mark.parametrize(
    ("actor", "payload", "failure"),
    [("x", {"n": 1.5}, TypeError), ("x", {"n": 2**53}, ValueError), ("\ud800", {}, ValueError)],
)
async def test_what_would_not_be_hashed_the_same_everywhere_is_not_stored(
    database: Database, actor: str, payload: dict[str, object], failure: type[Exception]
) -> None:
    cast = await build_event(database)
    with pytest.raises(failure):
        await database.write(ledger.append, cast.event_id, actor, "y", "z", payload)
    assert await database.read(ledger.head_sequence, cast.event_id) == 2
