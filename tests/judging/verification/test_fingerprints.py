"""What the second process does, done in this one."""

import io
import json
from pathlib import Path

import pytest
from recorded import Lived
from sqlmodel import Session, select
from tampering import Book, flip

from scoreboard.database import open_engine
from scoreboard.exchange.record import RecordFile
from scoreboard.judging.verification.chain import Chain, Recorded
from scoreboard.judging.verification.fingerprints import DOUBT, LAST, Answer, Order, follow, received, sent
from scoreboard.judging.verification.stored import entries_of
from scoreboard.judging.verification.stored_ballots import rows_elsewhere
from scoreboard.judging.verification.verdict import Verdict
from scoreboard.models import Event


def followed(folder: Path, text: str, places: set[int] | None = None) -> tuple[Answer, list[object]]:
    """What is answered on a record, and the lines that are handed on."""
    path, target = folder / "record.ndjson", io.BytesIO()
    path.write_text(text, encoding="utf-8", newline="")
    key = json.loads(text.partition("\n")[0])["event"]["key"]
    answer = follow(Order(key=key, places=places or set(), file=str(path), stored=None), io.BytesIO(), target)
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
        entries = [tuple(entry) for entry in entries_of(session, event)]
        stored = rows_elsewhere(session, event.id or 0, len(entries))
    engine.dispose()
    assert stored
    key = genuine.verdict().key

    def answer(*parts: object) -> Answer:
        source = io.BytesIO()
        for part in parts:
            sent(source, part)
        source.seek(0)
        return follow(Order(key=key, places={2}, file="", stored=stored), source, io.BytesIO())

    sound, size, chained, roots = answer(entries[:9], entries[9:], LAST)
    assert (sound, size, chained, list(roots)) == (True, len(entries), entries[-1][8], [2])
    assert answer(entries[:-20], LAST) == DOUBT  # there are more ballots than entries on them
    assert answer([*entries[:9], *entries[10:]]) == DOUBT
    stored["statement"] = stored["statement"].replace("score.steps", "score.top - score.steps")
    assert answer(entries) == DOUBT
    with pytest.raises(EOFError):
        answer(entries[:9])
    stored["statement"] = "SELECT nothing"
    with pytest.raises(ValueError, match="file:"):
        answer(entries)
