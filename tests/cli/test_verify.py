import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from recorded import SLUG, Lived
from tampering import Book, flip

from scoreboard.cli.main import commands
from scoreboard.cli.verify import how_many
from scoreboard.judging.ledger.entries import Entry
from scoreboard.judging.ledger.notes import receipt
from scoreboard.migrations import prepare
from scoreboard.signing import SigningKey


def ran(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(commands, ["verify", *map(str, arguments)])
    return result.exit_code, result.output


@pytest.fixture
def record(genuine: Lived, tmp_path: Path) -> Path:
    path = tmp_path / "record.ndjson"
    path.write_text(genuine.record(), encoding="utf-8", newline="")
    return path


def test_a_genuine_record_and_its_database_are_intact(genuine: Lived, record: Path) -> None:
    for arguments in (
        [record],
        [record, "--processes", 2],
        [genuine.path],
        ["--database", genuine.path],
        ["--database", genuine.path, "--event", SLUG],
        ["--database", genuine.path, "--processes", 2],
    ):
        code, said = ran(*arguments)
        assert code == 0
        assert said.splitlines()[-1].startswith("Intact, after")
        assert said.count("computed again, the same") == 2


def test_the_first_bad_entry_is_named_with_exit_code_1(genuine: Lived, record: Path) -> None:
    book = Book(genuine.record())
    place = book.place("ballot.submitted")
    flip(book.items[place], "payload")
    record.write_text(book.text(), encoding="utf-8", newline="")
    code, said = ran(record)
    assert code == 1
    assert f"The first bad entry is {book.items[place]['sequence']}." in said
    assert said.splitlines()[-1].startswith("NOT INTACT")


def test_two_processes_say_what_one_says(genuine: Lived, record: Path) -> None:
    def found(*arguments: object) -> object:
        code, said = ran(*arguments, "--json")
        return code, json.loads(said)["events"]

    book = Book(genuine.record())
    del book.items[5]
    for text in (genuine.record(), book.text()):
        record.write_text(text, encoding="utf-8", newline="")
        assert found(record, "--processes", 2) == found(record, "--processes", 1)


def test_two_are_for_much_on_more_than_one_processor() -> None:
    assert [how_many(large=large, processors=processors) for large in (False, True) for processors in (1, 2)] == [
        *(1, 1),
        *(1, 2),
    ]
    assert how_many(large=False) == 1


def test_json_is_one_object_with_the_same_answer(genuine: Lived, record: Path) -> None:
    code, said = ran(record, "--json")
    found = json.loads(said)
    assert (code, found["intact"], [event["slug"] for event in found["events"]]) == (0, True, [SLUG])
    book = Book(genuine.record())
    del book.items[5]
    record.write_text(book.text(), encoding="utf-8", newline="")
    code, said = ran(record, "--json")
    assert (code, json.loads(said)["events"][0]["first"]["sequence"]) == (1, 6)


def test_a_flipped_score_in_a_database_is_caught_though_the_ledger_is_untouched(genuine: Lived, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    with closing(sqlite3.connect(genuine.path)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
        for (name,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            target.execute(f'DROP TRIGGER "{name}"')
        target.execute("UPDATE score SET steps = 9 - steps WHERE rowid = 3")
        target.commit()
    code, said = ran("--database", path)
    assert code == 1
    assert "its scores is" in said


def test_a_checkpoint_from_outside_catches_what_the_record_alone_hides(
    genuine: Lived, record: Path, tmp_path: Path
) -> None:
    book = Book(genuine.record())
    note = tmp_path / "note.txt"
    note.write_text(book.notes()[-1]["checkpoint"], encoding="utf-8")
    assert ran(record, "--checkpoint", note)[0] == 0
    book.items = book.items[: book.items.index(book.notes()[0]) + 1]
    record.write_text(book.text(), encoding="utf-8", newline="")
    assert ran(record)[0] == 0
    code, said = ran(record, "--checkpoint", note)
    assert code == 1
    assert "The history was cut off" in said
    assert ran("--database", genuine.path, "--checkpoint", note)[0] == 0


def test_a_receipt_is_held_against_its_entry(genuine: Lived, record: Path, tmp_path: Path) -> None:
    book = Book(genuine.record())
    line = book.items[book.place("ballot.submitted")]
    values: dict[str, Any] = {**line, "payload": json.dumps(line["payload"])}
    entry = Entry(key=book.head["event"]["key"], **values)
    given = receipt(genuine.key, "epoch", entry, line["payload"]["uuid"], 1)
    path = tmp_path / "receipts.json"
    path.write_text(json.dumps([given]))
    assert ran(record, "--receipt", path)[0] == 0
    path.write_text(json.dumps(given | {"epoch": "another"}))
    assert ran(record, "--receipt", path)[0] == 1


def test_a_key_that_is_known_must_have_signed(genuine: Lived, record: Path) -> None:
    assert ran(record, "--public-key", genuine.key.public.upper())[0] == 0
    assert ran(record, "--public-key", SigningKey.new().public)[0] == 1


def test_what_cannot_be_verified_has_exit_code_2_and_says_why(genuine: Lived, record: Path, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.txt"
    nonsense.write_text("nonsense")
    empty = tmp_path / "empty.db"
    prepare(str(empty))
    for arguments, words in (
        ([tmp_path / "none"], "No such file"),
        ([nonsense], "is not a record"),
        (["--database", nonsense], "cannot be read"),
        (["--database", tmp_path / "none.db"], "There is no database"),
        (["--database", empty], "There is no event"),
        (["--database", genuine.path, "--event", "other"], f"there are: {SLUG}"),
        ([record, "--checkpoint", nonsense], "This is no checkpoint"),
        ([record, "--checkpoint", tmp_path / "none"], "cannot be read"),
        ([record, "--receipt", nonsense], "This is no receipt"),
        ([record, "--public-key", "abc"], "64 hexadecimal digits"),
    ):
        code, said = ran(*arguments)
        assert (code, words in said) == (2, True), said


def test_verifying_writes_nothing(genuine: Lived) -> None:
    before = genuine.path.read_bytes()
    ran("--database", genuine.path)
    assert genuine.path.read_bytes() == before
