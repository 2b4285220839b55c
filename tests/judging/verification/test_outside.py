import json
from pathlib import Path

import pytest
from recorded import Lived
from tampering import Book, Line, flipped

from scoreboard.errors import InvalidInput
from scoreboard.exchange.record import RecordFile
from scoreboard.judging.ledger.entries import Entry
from scoreboard.judging.ledger.notes import receipt
from scoreboard.judging.verification.outside import Outside, note_from, receipt_from
from scoreboard.judging.verification.verdict import Verdict
from scoreboard.judging.verification.verify import Verification
from scoreboard.signing import SigningKey


def receipt_for(line: Line, key: str, signing: SigningKey) -> Line:
    """The receipt that the server gives for a ballot's entry."""
    entry = Entry(key, *(json.dumps(value) if name == "payload" else value for name, value in line.items()))  # type: ignore[arg-type]  # JSON
    return receipt(signing, "epoch", entry, line["payload"]["uuid"], line["payload"]["revision"])


def verdict_with(genuine: Lived, folder: Path, given: Line) -> Verdict:
    path = folder / "record.ndjson"
    path.write_text(genuine.record(), encoding="utf-8")
    with RecordFile(path) as record:
        outside = Outside(record.heading.key, receipts=[receipt_from(given)])
        return Verification(record.heading, outside=outside).of(record.items())


@pytest.fixture
def given(genuine: Lived) -> Line:
    book = Book(genuine.record())
    return receipt_for(book.items[book.place("ballot.corrected")], book.head["event"]["key"], genuine.key)


def test_a_receipt_for_an_entry_that_is_there_is_honoured(genuine: Lived, given: Line, tmp_path: Path) -> None:
    assert verdict_with(genuine, tmp_path, given).faults == []


@pytest.mark.parametrize("field", ["leaf", "signature", "at", "sequence", "epoch", "event"])
def test_a_receipt_that_does_not_fit_is_a_fault(field: str, genuine: Lived, given: Line, tmp_path: Path) -> None:
    given[field] = given[field] + 1 if field == "sequence" else flipped(given[field])
    assert not verdict_with(genuine, tmp_path, given).intact


def test_a_receipt_for_an_entry_that_was_cut_off_is_a_fault(genuine: Lived, given: Line, tmp_path: Path) -> None:
    first = verdict_with(genuine, tmp_path, given | {"sequence": 10_000}).first
    assert first
    assert first.words().startswith("The history was cut off")


@pytest.mark.parametrize("text", ["", "hello", "scoreboard/ab\n1\n\n"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        note_from(text)


@pytest.mark.parametrize("value", [None, 7, [], {}, {"event": "x"}])
def test_what_is_no_receipt_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        receipt_from(value)
