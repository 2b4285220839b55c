from datetime import UTC, date, datetime

import pytest
from described import memory
from sqlmodel import Session, select

from scoreboard.judging import ledger
from scoreboard.judging.setup.changes import Recorder
from scoreboard.judging.setup.description import NamedForm
from scoreboard.judging.setup.keyed import identity, store_keyed
from scoreboard.models import Event, Track


def recorder(session: Session) -> Recorder:
    day = date(2026, 12, 6)
    event = Event(
        slug="hack",
        name_en="Hackathon",
        starts_on=day,
        ends_on=day,
        time_zone="UTC",
        language="en",
        created_at=datetime.now(UTC),
    )
    session.add(event)
    session.flush()
    ledger.open_ledger(session, identity(event))
    return Recorder(session, identity(event), "hack", "test")


def tracks(*keys: str) -> list[NamedForm]:
    return [NamedForm(key, key.upper(), "") for key in keys]


def put(notes: Recorder, new: list[NamedForm], old: list[NamedForm], *, removes: bool = False) -> list[str]:
    rows = store_keyed(notes, "track", Track, new, old, {"event_id": notes.event_id}, removes=removes)
    notes.session.expire_all()
    return sorted(rows, key=lambda key: rows[key].position)


def test_rows_take_the_order_of_the_description_and_others_come_last() -> None:
    with memory() as session:
        notes = recorder(session)
        put(notes, tracks("a", "b", "c"), [])
        assert put(notes, tracks("d", "c", "a"), tracks("a", "b", "c")) == ["d", "c", "a", "b"]
        assert [(change.action, change.subject) for change in notes.changes.changed[3:]] == [
            ("added", "d"),
            ("reordered", "hack"),
        ]
        assert notes.changes.kept == [("track", "b")]


def test_an_addition_in_between_is_no_change_of_order() -> None:
    with memory() as session:
        notes = recorder(session)
        put(notes, tracks("a", "c"), [])
        assert put(notes, tracks("a", "b", "c"), tracks("a", "c")) == ["a", "b", "c"]
        assert [change.action for change in notes.changes.changed] == ["added"] * 3


def test_rows_are_removed_only_where_that_is_asked_for() -> None:
    with memory() as session:
        notes = recorder(session)
        put(notes, tracks("a", "b"), [])
        assert put(notes, tracks("a"), tracks("a", "b")) == ["a", "b"]
        assert put(notes, tracks("a"), tracks("a", "b"), removes=True) == ["a"]
        assert session.exec(select(Track.key)).all() == ["a"]


def test_a_row_that_is_not_written_has_no_number() -> None:
    with pytest.raises(TypeError, match="not written yet"):
        identity(Track(event_id=1, key="a", position=0, name_en="A"))
