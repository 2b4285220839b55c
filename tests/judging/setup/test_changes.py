from datetime import date
from decimal import Decimal

import pytest
from described import criterion, event_form, judge, memory, team
from sqlmodel import col, select

from scoreboard.judging.setup import roster
from scoreboard.judging.setup.changes import Changes, plain, said, spelled
from scoreboard.judging.setup.description import Level
from scoreboard.models import LogEntry


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1.50"), "1.5"),
        (date(2026, 12, 6), "2026-12-06"),
        (frozenset({"b", "a"}), ["a", "b"]),
        ((Level(Decimal(2), "Two", ""),), [{"value": "2", "en": "Two", "ar": ""}]),
        (3, 3),
        ("x", "x"),
    ],
)
def test_values_are_written_without_floats(value: object, written: object) -> None:
    assert plain(value) == written


@pytest.mark.parametrize(("number", "text"), [("10", "10"), ("1E+2", "100"), ("0.50", "0.5"), ("-0.125", "-0.125")])
def test_equal_numbers_are_written_alike(number: str, text: str) -> None:
    assert spelled(Decimal(number)) == text


def test_what_is_not_said_is_left_out() -> None:
    assert said(judge("J1", email="", name_ar=None)) == {
        "key": "J1",
        "name_en": "Judge J1",
        "organisation": "",
        "email": "",
        "status": "",
    }
    assert said(criterion(), "levels", "key")["weight"] == "1"


def test_changes_are_true_when_there_are_any_and_are_counted_by_kind() -> None:
    assert not Changes("hack")
    with memory() as session:
        changes = roster.store(session, event_form(), "test")
    assert changes
    assert changes.counts()["team", "added"] == 3


def test_the_ledger_has_what_the_answer_has_and_only_what_differs() -> None:
    with memory() as session:
        roster.store(session, event_form(teams=(team("T1"),)), "test")
        changes = roster.store(session, event_form(teams=(team("T1", desk="A1"),)), "test")
        newest = session.exec(select(LogEntry).order_by(col(LogEntry.sequence).desc())).first()
        assert newest is not None
        assert (newest.action, newest.subject, newest.payload) == (
            "team.changed",
            "team:T1",
            '{"after":{"desk":"A1"},"before":{"desk":""}}',
        )
        assert [change.fields for change in changes.changed] == [{"desk": ("", "A1")}]
