"""Every table and every column that the ledger tells of, changed behind the server's back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import recorded
from recorded import Lived, live
from sqlalchemy import Boolean
from sqlmodel import Session, select
from tampering import Book

from scoreboard.database import open_engine
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.published import Published
from scoreboard.judging.verification.stored import heading_of, items_of
from scoreboard.judging.verification.verdict import Check, Verdict
from scoreboard.judging.verification.verify import Signed
from scoreboard.models import Event, metadata

# What the ledger does not tell, and why it need not.
UNTOLD = {
    "event": {"id", "created_at"},
    "round": {"id", "event_id", "position", "final_comment"},  # the order is told where it changes; the comment is told
    "criterion": {"id", "round_id", "position"},
    "team": {"id", "event_id", "organisation_id", "members"},  # private: it is told how many they are
    "judge": {"id", "event_id", "organisation_id", "email", "language"},  # private; chosen on the phone
    "organisation": {"id", "event_id"},
    "track": {"id", "event_id", "position"},
    "award": {"id", "event_id", "track_id", "position"},
    "conflict": {"id"},
    "assignment": {"id", "position"},  # places in the order of visits, which is told
    "ballot": {"id", "entered_at"},  # by the phone's clock
    "score": set(),
    "lateballot": {"id"},
    "run": {"id"},
    "hold": {"id"},
    "membership": {"id"},
    "judgelink": {"id", "code_hash", "issued_at"},
    # By which session it is in now; what the phone said that it has not sent.
    "judgedevice": {"id", "sign_in_id", "paired_at", "unsent", "unsent_since", "drafts"},
    "absence": {"id", "reported_at", "settled_at"},  # the entries' own times
    "signature": {"id"},
    # What was typed, which the ballot holds in the end; and the entries' own times.
    "paperballot": {"id", "scores", "comment", "filled_in_at", "entered_at", "checked", "settled_at"},
    "logentry": {"event_id"},
    "ledgerhead": {"event_id"},
    "checkpoint": {"event_id"},
}
UNTOLD_TABLES = {
    "draft",  # what is begun counts for nothing
    "announcementseen",
    "signingpin",
    "deployment",
    "devicepin",
    "organiser",
    "onetimelink",
    "outsidesignin",
    "recoverycode",
    "signin",
    "entry",
}


def told_columns() -> Iterator[tuple[str, str]]:
    for table in metadata.sorted_tables:
        for column in table.columns:
            if table.name not in UNTOLD_TABLES and column.name not in UNTOLD[table.name]:
                yield table.name, column.name


def test_every_table_is_either_told_of_or_named_here() -> None:
    assert {table.name for table in metadata.sorted_tables} == {*UNTOLD, *UNTOLD_TABLES}


class Tampered:
    """A copy of a database without its triggers and its constraints' enforcement."""

    def __init__(self, lived: Lived, folder: Path) -> None:
        self.path = folder / "tampered.db"
        with closing(sqlite3.connect(lived.path)) as source, closing(sqlite3.connect(self.path)) as target:
            source.backup(target)
        for name in self.read("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            self.write(f'DROP TRIGGER "{name[0]}"')

    def read(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return list(connection.execute(sql))

    def write(self, sql: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(sql, values)

    def flip(self, table: str, column: str) -> None:
        """Change a value of the last row in a way that stays of its kind."""
        name = f'"{table}"'
        where = "WHERE rowid = (SELECT max(rowid) FROM " + name + ")"
        ((value, kind),) = self.read(f'SELECT "{column}", typeof("{column}") FROM {name} {where}')
        new = {"null": "2026-01-01 00:00:00.000000", "integer": 0}.get(str(kind), value)
        if kind == "integer":
            new = int(str(value)) + (1000 if column.endswith("_id") else 1)
            if isinstance(metadata.tables[table].columns[column].type, Boolean):
                new = 1 - int(str(value))
        elif kind == "text":
            text = str(value)
            new = other_text(text)
        self.write(f'UPDATE {name} SET "{column}" = ? {where}', new)


def other_text(text: str) -> str:
    """Another text of the same look."""
    if text[:4].isdecimal() and text[4:5] == "-":
        return f"1999{text[4:]}"
    if text.startswith(("[", "{")):
        return text.replace('"', '"x', 1) if '"' in text else '["x"]'
    if len(text) in {32, 64} and not text.strip("0123456789abcdef"):
        return ("0" if text[0] != "0" else "1") + text[1:]
    return {"raw": "borda", "pending": "done", "done": "skipped", "en": "ar", "ar": "en"}.get(text, f"{text}x")


@pytest.fixture
def tampered(genuine: Lived, tmp_path: Path) -> Tampered:
    return Tampered(genuine, tmp_path)


def verdict_of(path: Path) -> Verdict:
    """The verdict of one process, and of two."""
    one, two = (recorded.verdict_of(path, processes) for processes in (1, 2))
    assert two == one
    return one


def test_what_the_server_wrote_is_intact(genuine: Lived) -> None:
    verdict = verdict_of(genuine.path)
    assert (verdict.faults, verdict.remarks) == ([], [])


@pytest.mark.parametrize(("table", "column"), list(told_columns()))
def test_a_changed_column_is_caught(table: str, column: str, tampered: Tampered) -> None:
    assert tampered.read(f'SELECT count(*) FROM "{table}"') != [(0,)]
    tampered.flip(table, column)
    assert not verdict_of(tampered.path).intact


@pytest.mark.parametrize("table", sorted(set(UNTOLD) - {"event", "ledgerhead"}))
def test_a_row_that_is_gone_is_caught(table: str, tampered: Tampered) -> None:
    tampered.write(f'DELETE FROM "{table}" WHERE rowid = (SELECT max(rowid) FROM "{table}")')
    verdict = verdict_of(tampered.path)
    if table == "checkpoint":  # nobody else knows that it was there, so this is for what was kept outside
        assert verdict.signed < verdict.entries
        assert [remark.message[:20] for remark in verdict.remarks] == ["No checkpoint covers"]
    else:
        assert not verdict.intact


def test_a_flipped_score_is_caught_by_the_entry_that_tells_of_it(tampered: Tampered) -> None:
    ((ballot, criterion, steps),) = tampered.read("SELECT ballot_id, criterion_id, steps FROM score LIMIT 1")
    ((sequence,),) = tampered.read(f"SELECT sequence FROM ballot WHERE id = {ballot}")
    tampered.write(
        "UPDATE score SET steps = ? WHERE ballot_id = ? AND criterion_id = ?", 9 - int(str(steps)), ballot, criterion
    )
    verdict = verdict_of(tampered.path)
    assert [(fault.check, fault.sequence) for fault in verdict.faults] == [(Check.ROWS, sequence)]
    assert "its scores is" in verdict.faults[0].words()


def test_a_ballot_that_nobody_gave_is_caught(tampered: Tampered) -> None:
    columns = "round_id, judge_id, team_id, base_revision, comment, note, received_at"
    tampered.write(
        f"INSERT INTO ballot (uuid, revision, sequence, {columns}) "
        f"SELECT 'ff', revision + 7, sequence, {columns} FROM ballot ORDER BY id DESC LIMIT 1"
    )
    assert [fault.check for fault in verdict_of(tampered.path).faults] == [Check.ROWS]


def test_two_ballots_that_changed_places_are_caught(tampered: Tampered) -> None:
    (one, first), (two, second) = tampered.read("SELECT id, sequence FROM ballot ORDER BY id LIMIT 2")
    tampered.write("UPDATE ballot SET sequence = 0 WHERE id = ?", one)
    tampered.write("UPDATE ballot SET sequence = ? WHERE id = ?", first, two)
    tampered.write("UPDATE ballot SET sequence = ? WHERE id = ?", second, one)
    verdict = verdict_of(tampered.path)
    assert verdict.first
    assert verdict.first.sequence == first


def test_an_entry_that_may_not_be_is_told_alike_however_late_it_comes(genuine: Lived, tampered: Tampered) -> None:
    book = Book(genuine.record())
    place = book.place("ballot.corrected")
    book.items[place]["action"] = "ballot.submitted"
    book.rechained()
    for entry in book.entries():
        values = (entry["action"], entry["leaf"], entry["hash"], entry["sequence"])
        tampered.write("UPDATE logentry SET action = ?, leaf = ?, hash = ? WHERE sequence = ?", *values)
    tampered.write("UPDATE ledgerhead SET hash = ?", entry["hash"])
    tampered.write("DELETE FROM checkpoint")
    faults = verdict_of(tampered.path).faults
    bad = book.items[place]["sequence"]
    assert [(fault.check, fault.sequence) for fault in faults if fault.check != Check.STANDINGS][:2] == [
        (Check.RULE, bad),
        (Check.ROWS, bad),
    ]


def test_scores_without_a_ballot_are_caught(tampered: Tampered) -> None:
    tampered.write(
        "INSERT INTO score (ballot_id, criterion_id, steps, top) "
        "SELECT 999, criterion_id, steps, top FROM score LIMIT 1"
    )
    assert [fault.words() for fault in verdict_of(tampered.path).faults] == [
        "Scores are stored of a ballot that is not there."
    ]


def test_visits_in_another_order_are_caught(tampered: Tampered) -> None:
    tampered.write("UPDATE assignment SET position = -position WHERE judge_id = 1")
    assert not verdict_of(tampered.path).intact


@pytest.mark.parametrize("until", ["open", "frozen", "closed"])
async def test_an_event_that_goes_on_is_intact(until: str, tmp_path: Path) -> None:
    lived = await live(tmp_path / "event", until=until)
    verdict = verdict_of(lived.path)
    assert (verdict.faults, verdict.remarks) == ([], [])


def test_the_stream_has_each_thing_where_it_belongs(genuine: Lived) -> None:
    engine = open_engine(str(genuine.path), read_only=True)
    with Session(engine) as session:
        event = session.exec(select(Event)).one()
        items = list(items_of(session, event))
        heading = heading_of(session, event)
    engine.dispose()
    assert (heading.slug, heading.whole) == (event.slug, False)
    kinds = [
        type(item)
        for item in items
        if not isinstance(item, Recorded) or item.action in {"round.frozen", "round.finalised"}
    ]
    assert kinds == [Recorded, Published, Signed, Signed, Signed, Recorded, Published, Signed]
