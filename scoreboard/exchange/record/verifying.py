"""A record's file, held against all that it promises."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from scoreboard.exchange.record.reading import RecordFile
from scoreboard.judging.ledger.notes import Note
from scoreboard.judging.verification.fingerprints import Order
from scoreboard.judging.verification.outside import Outside, Receipt
from scoreboard.judging.verification.second import Believed, verdict_of_two
from scoreboard.judging.verification.verdict import Verdict
from scoreboard.judging.verification.verify import Item, Verification

Watched: TypeAlias = Callable[[Iterable[Item], int, Callable[[], int]], Iterable[Item]]


def unwatched(items: Iterable[Item], _size: int, _done: Callable[[], int]) -> Iterable[Item]:
    """Nobody looks on."""
    return items


def verify_record(
    path: Path,
    *,
    notes: Sequence[Note] = (),
    receipts: Sequence[Receipt] = (),
    pinned: str = "",
    watch: Watched = unwatched,
    processes: int = 1,
) -> Verdict:
    """Verify a record's file, with what was kept outside and the key that must have signed, where they are known.

    `watch` is handed the stream, and hands it on; beside it the size of the file, and what tells how much of that was
    read. With two `processes` it takes about half as long, where nothing is wrong. Raises InvalidInput for what is no
    record, Unusable where the second process is ended.
    """
    if processes > 1 and path.is_file():  # else it is a pipe, which cannot be read a second time
        with RecordFile(path) as record:
            outside = Outside(record.heading.key, notes, receipts)
            verdict = verdict_of_two(
                Verification(record.heading, outside=outside, pinned=pinned, follow=Believed),
                Order(key=record.heading.key, places=set(outside.places), file=str(path), stored=None),
                lambda second: watch(record.items(second.lines()), record.size, lambda: second.done),
            )
        if verdict is not None:
            return verdict
    with RecordFile(path) as record:
        outside = Outside(record.heading.key, notes, receipts)
        return Verification(record.heading, outside=outside, pinned=pinned).of(
            watch(record.items(), record.size, record.done)
        )
