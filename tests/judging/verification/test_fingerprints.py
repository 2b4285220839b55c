"""What the second process does, done in this one."""

import io
import json
from pathlib import Path
from typing import Literal

import pytest
from recorded import Lived
from sqlmodel import Session, select
from tampering import Book, flip

from scoreboard.database import open_engine
from scoreboard.exchange.record import RecordFile
from scoreboard.judging.verification.chain import Chain, Recorded
from scoreboard.judging.verification.fingerprints import DOUBT, Answer, Order, Stored, follow, received
from scoreboard.judging.verification.stored import entries_of
from scoreboard.judging.verification.stored_ballots import to_be_read
from scoreboard.judging.verification.verdict import Verdict
from scoreboard.models import Event


def followed(folder: Path, text: str, places: set[int] | None = None) -> tuple[Answer, list[object]]:
    """What is answered on a record, and the lines that are handed on."""
    path, target = folder / "record.ndjson", io.BytesIO()
    path.write_text(text, encoding="utf-8", newline="")
    key = json.loads(text.partition("\n")[0])["event"]["key"]
    answer = follow(Order(key=key, places=places or set(), file=str(path), stored=None), target)
    target.seek(0)
    lines: list[object] = []
    while target.tell() < len(target.getvalue()):
        lines += received(target)[1:]
    return answer, lines


def test_of_a_genuine_record_it_gives_the_end_the_roots_and_each_line(genuine: Lived, tmp_path: Path) -> None:
    text = genuine.record()
    (sound, size, chained, roots), lines = followed(tmp_path, text, places={3})
    with RecordFile(tmp_path / "record.ndjson") as record:
        chain, expected = Chain(record.heading.key, Verdict("", "")), {}
        for item in record.items():
            if isinstance(item, Recorded):
                chain.take(item)
            if not isinstance(item, Recorded) or item.sequence == 3:
                expected[chain.size] = chain.root()
    assert (sound, size, chained) == (True, chain.size, chain.hash)
    assert {place: roots[place] for place in expected} == expected
    assert [line if isinstance(line, str) else line[0] for line in lines if isinstance(line, str | tuple)] == [
        json.loads(line).get("sequence", line) for line in text.splitlines()[1:]
    ]


def test_whatever_does_not_fit_is_doubted_and_no_more_is_read(genuine: Lived, tmp_path: Path) -> None:
    book = Book(genuine.record())
    flip(book.items[book.place("ballot.submitted")], "payload")
    assert followed(tmp_path, book.text())[0] == DOUBT
    with pytest.raises(ValueError, match="Expecting"):
        followed(tmp_path, genuine.record().replace("\n", "\n{\n", 1))


def test_of_a_database_it_holds_the_ballots_against_their_entries(genuine: Lived) -> None:
    engine = open_engine(str(genuine.path), read_only=True)
    with Session(engine) as session:
        event = session.exec(select(Event)).one()
        entries = list(entries_of(session, event))
        stored = to_be_read(session, event.id or 0, len(entries))
    engine.dispose()
    assert stored

    def answer(found: Stored) -> Answer:
        return follow(Order(key=genuine.verdict().key, places={2}, file="", stored=found), io.BytesIO())

    def changed(part: Literal["entries", "ballots"], old: str, new: str) -> Answer:
        found = stored.copy()
        found[part] = found[part].replace(old, new)
        assert found != stored
        return answer(found)

    sound, size, chained, roots = answer(stored)
    assert (sound, size, chained, list(roots)) == (True, len(entries), entries[-1].hash, [2])
    assert changed("entries", f"sequence <= {size}", f"sequence <= {size - 20}") == DOUBT  # fewer than ballots tell of
    assert changed("entries", " AND ", " AND logentry.sequence != 9 AND ") == DOUBT
    assert changed("ballots", "score.steps", "score.top - score.steps") == DOUBT
    assert changed("ballots", " AND ", " AND ballot.revision < 2 AND ") == DOUBT
    for part in ("entries", "ballots"):
        with pytest.raises(ValueError, match="file:"):
            changed(part, "SELECT", "SELECT nothing,")
