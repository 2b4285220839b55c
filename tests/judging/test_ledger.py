import hashlib
import json

import pytest
from builder import build_event, score
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import InvalidForm, NotFound
from scoreboard.judging import ledger
from scoreboard.models import LogEntry

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def entries(session: Session, event_id: int) -> list[LogEntry]:
    return list(
        session.exec(select(LogEntry).where(LogEntry.event_id == event_id).order_by(col(LogEntry.sequence))).all()
    )


@given(PLAIN)
def test_canonical_json_reads_back_as_what_it_was(value: object) -> None:
    assert json.loads(ledger.canonical(value)) == value


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert ledger.canonical(dict(reversed(value.items()))) == ledger.canonical(value)


@pytest.mark.parametrize("value", [1.0, [1.0], {"a": {"b": (2.5,)}}])
def test_a_float_has_no_canonical_form(value: object) -> None:
    with pytest.raises(TypeError):
        ledger.canonical(value)


def test_canonical_json_has_sorted_keys_no_spaces_and_letters_as_they_are() -> None:
    assert ledger.canonical({"b": [1, None], "a": "واحة"}) == '{"a":"واحة","b":[1,null]}'


async def test_entries_are_numbered_without_gaps_and_each_holds_the_hash_before(database: Database) -> None:
    cast = await build_event(database)
    for team in cast.teams:
        await score(database, cast, "J1", team, 5, 5)
    found = await database.read(entries, cast.event_id)
    assert [entry.sequence for entry in found] == list(range(1, len(found) + 1))
    assert [entry.previous_hash for entry in found] == [ledger.GENESIS, *(entry.hash for entry in found[:-1])]
    assert [entry.hash for entry in found] == [
        ledger.hash_of(
            entry.event_id,
            entry.sequence,
            entry.at,
            entry.actor,
            entry.action,
            entry.subject,
            entry.payload,
            entry.previous_hash,
        )
        for entry in found
    ]
    assert await database.read(ledger.head_sequence, cast.event_id) == len(found)


async def test_the_hash_can_be_computed_by_anybody(database: Database) -> None:
    cast = await build_event(database)
    (entry,) = await database.read(entries, cast.event_id)
    text = (
        f'{{"action":"round.opened","actor":"test","at":"{entry.at.isoformat(timespec="microseconds")}",'
        f'"event":{cast.event_id},"payload":"{{}}","previous_hash":"{"0" * 64}","sequence":1,"subject":"round:final"}}'
    )
    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()


async def test_a_change_that_fails_leaves_no_entry(database: Database) -> None:
    cast = await build_event(database)

    def change(session: Session) -> None:
        ledger.append(session, cast.event_id, "x", "team.renamed", "team:T1", {})
        raise InvalidForm("An organiser needs a name.")

    with pytest.raises(InvalidForm):
        await database.write(change)
    assert await database.read(ledger.head_sequence, cast.event_id) == 1


async def test_each_event_has_a_ledger_of_its_own(database: Database) -> None:
    one = await build_event(database, slug="one")
    two = await build_event(database, slug="two", opened=False)
    assert [await database.read(ledger.head_sequence, cast.event_id) for cast in (one, two)] == [1, 0]


async def test_there_is_no_ledger_without_an_event(database: Database) -> None:
    with pytest.raises(NotFound):
        await database.write(ledger.append, 7, "x", "y", "z", {})
    assert await database.read(ledger.head_sequence, 7) == 0
