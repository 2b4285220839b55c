"""Rows that an organiser knows by a key: added, brought up to date, put in the described order, or kept."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlmodel import select

from scoreboard.judging.setup.changes import Recorder, said
from scoreboard.models import Award, Criterion, Event, Judge, Organisation, Round, Team, Track

POSITIONED = (Track, Award, Round, Criterion)  # kinds whose order an organiser chooses
ELSEWHERE = ("criteria",)  # fields that are stored and recorded as rows of their own


class Keyed(Protocol):
    """A form with the key that an organiser gave."""

    @property
    def key(self) -> str:
        """Tell it from others of its kind."""


Form = TypeVar("Form", bound=Keyed)
Row = TypeVar("Row", Organisation, Track, Award, Round, Criterion, Judge, Team)


def store_keyed(
    recorder: Recorder,
    kind: str,
    table: type[Row],
    new: Sequence[Form],
    old: Sequence[Form],
    owner: Mapping[str, Any],
    columns: Callable[[Form, Row | None], Mapping[str, Any]] = lambda _form, _row: {},
    *,
    within: str = "",
    removes: bool = False,
) -> dict[str, Row]:
    """Bring the rows of one kind in line with their forms; give all rows by key.

    `old` describes what is stored, `owner` the columns that all these rows share. A field goes into the column of its
    name; `columns` gives those that are held otherwise. `within` goes before the keys in the ledger. What is no
    longer described is kept, or removed when `removes` is set.
    """
    session = recorder.session
    rows = {row.key: row for row in session.exec(select(table).filter_by(**owner)).all()}
    before = {form.key: form for form in old}
    for form in new:
        stored = said(before[form.key], *ELSEWHERE) if form.key in before else {}
        becomes = {**stored, **said(form, *ELSEWHERE)}
        if becomes == stored:
            recorder.changes.unchanged[kind] += 1
            continue
        row = rows.get(form.key)
        values = {name: value for name, value in becomes.items() if name in table.model_fields}
        values |= columns(form, row)
        if row is None:
            if issubclass(table, POSITIONED):
                values["position"] = len(rows)
            row = rows[form.key] = table(**owner, **values)
        else:
            for name, value in values.items():
                setattr(row, name, value)
        session.add(row)
        recorder.record(kind, "changed" if stored else "added", within + form.key, stored, becomes)
    described = {form.key for form in new}
    for key in [key for key in before if key not in described]:
        if removes:
            recorder.record(kind, "removed", within + key, said(before[key]), {})
            session.delete(rows.pop(key))
        else:
            recorder.changes.kept.append((kind, within + key))
    if issubclass(table, POSITIONED):
        put_in_order(recorder, kind, rows, [form.key for form in new], list(before), within)
    session.flush()
    return rows


def put_in_order(
    recorder: Recorder, kind: str, rows: Mapping[str, Row], new: list[str], old: list[str], within: str
) -> None:
    """Give rows the order of the description; those that it does not mention come last, in the order they had."""
    stood: list[str] = [key for key in old if key in rows]
    order = [*new, *(key for key in stood if key not in new)]
    if [key for key in order if key in stood] != stood:
        subject = within.rstrip("/") or recorder.changes.slug
        recorder.record(kind, "reordered", subject, {"order": stood}, {"order": order})
    for position, key in enumerate(order):
        row = rows[key]
        if isinstance(row, POSITIONED):
            row.position = position


def identity(row: Event | Organisation | Track | Award | Round | Criterion | Judge | Team) -> int:
    """Give the number of a row that has been written."""
    if row.id is None:
        raise TypeError(f"not written yet: {row!r}")
    return row.id
