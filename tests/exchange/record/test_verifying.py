import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from forgeries import forgeries
from recorded import Lived
from tampering import Book

from scoreboard.exchange.record import verify_record
from scoreboard.judging.verification.outside import note_from
from scoreboard.judging.verification.verify import Item
from scoreboard.signing import SigningKey


def test_two_processes_come_to_the_verdict_of_one_on_every_forgery(
    genuine: Lived, another: Lived, tmp_path: Path
) -> None:
    path = tmp_path / "record.ndjson"
    for forgery in forgeries(genuine.record(), another.record(), genuine.key):
        path.write_text(forgery.text, encoding="utf-8", newline="")
        for kept in {"", forgery.outside}:
            notes = [note_from(kept)] if kept else []
            one, two = (verify_record(path, notes=notes, processes=processes) for processes in (1, 2))
            assert two == one, forgery.name


def test_a_key_that_is_known_must_have_signed(genuine: Lived, tmp_path: Path) -> None:
    path = tmp_path / "record.ndjson"
    path.write_text(genuine.record(), encoding="utf-8", newline="")
    for processes in (1, 2):
        assert verify_record(path, pinned=genuine.key.public, processes=processes).intact
        assert not verify_record(path, pinned=SigningKey.new().public, processes=processes).intact


def test_closed_entries_are_followed_by_two(genuine: Lived, tmp_path: Path) -> None:
    book = Book(genuine.record())
    place = book.place("ballot.submitted")
    book.items[place] = {name: book.items[place][name] for name in ("sequence", "leaf", "hash")}
    path = tmp_path / "record.ndjson"
    path.write_text(book.text(), encoding="utf-8", newline="")
    one, two = (verify_record(path, processes=processes) for processes in (1, 2))
    assert (two, two.faults) == (one, [])


def test_who_looks_on_is_told_how_far_it_is(genuine: Lived, tmp_path: Path) -> None:
    path = tmp_path / "record.ndjson"
    path.write_text(genuine.record(), encoding="utf-8", newline="")
    seen: list[tuple[int, int]] = []

    def watch(items: Iterable[Item], size: int, done: Callable[[], int]) -> Iterator[Item]:
        yield from items
        seen.append((size, done()))

    for processes in (1, 2):
        assert verify_record(path, watch=watch, processes=processes).intact
    assert seen == [(path.stat().st_size, path.stat().st_size)] * 2


def test_what_can_be_read_only_once_is_read_by_one(genuine: Lived, tmp_path: Path) -> None:
    path, content = tmp_path / "pipe", genuine.record()
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(content,), kwargs={"encoding": "utf-8"})
    writer.start()
    assert verify_record(path, processes=2).intact
    writer.join()
