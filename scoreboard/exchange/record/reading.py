"""A record's file, read line by line, plain or gzipped.

What is no record at all is refused. What began as one and has a line that cannot be read is a record with a fault, and
is handed on as such.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Self

from scoreboard.errors import InvalidInput
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.lines import BROKEN, CLOSED, Line, Lines, closed_in, read_object, text_in
from scoreboard.judging.verification.published import Published
from scoreboard.judging.verification.verify import Heading, Item, Signed, Unreadable

VERSION: Final = 1
RUN: Final = ("kind", "round", "at", "sequence", "rule", "software", "standings", "hash")
UNREADABLE: Final = (KeyError, TypeError, ValueError, OverflowError, RecursionError)


class RecordFile(Lines):
    """A record that is being read: ``with RecordFile(path) as record: verify(record.heading, record.items())``."""

    heading: Heading
    size: int  # bytes of the file

    def __enter__(self) -> Self:
        """Open the file and read its first line. Raises InvalidInput for what is no record."""
        try:
            super().__enter__()
            self.size = self.path.stat().st_size
        except BROKEN as failure:
            words = told(failure)
            raise InvalidInput("The file %(file)s cannot be read: %(words)s.", file=self.path, words=words) from None
        try:
            head = read_object(self.first.decode())
            if head["scoreboard"] != "record" or head["version"] != VERSION:
                raise ValueError(head)
            event = head["event"]
            names = [str(event[name]) for name in ("key", "slug", "name_en", "name_ar")]
            self.heading = Heading(names[0], names[1], names[2], names[3])
        except UNREADABLE:
            self.close()
            raise InvalidInput("The file %(file)s is not a record that this version reads.", file=self.path) from None
        return self

    def items(self, parts: Iterable[Sequence[Line]] | None = None) -> Iterator[Item]:
        """What the record holds, line by line, down to its end; `parts` are its lines, where others read them."""
        entries, others, ended, number = 0, {"checkpoints": 0, "runs": 0}, False, 1
        for part in self.parts() if parts is None else parts:
            for line in part:
                number += 1
                try:
                    item = item_of(read_object(line)) if isinstance(line, str) else line
                except UNREADABLE:
                    item = None
                if ended or item is None:
                    yield Unreadable(number)
                elif type(item) is Recorded:
                    entries += 1
                    yield item
                elif isinstance(item, dict):
                    ended = True
                    if item != {"entries": entries, **others}:
                        yield Unreadable(number)
                else:
                    others["runs" if type(item) is Published else "checkpoints"] += 1
                    yield item
        if not ended:
            yield Unreadable(number + 1)


def told(failure: Exception) -> str:
    """What the system says of a file that cannot be read."""
    return getattr(failure, "strerror", None) or str(failure)


def item_of(line: dict[str, Any]) -> Item | dict[str, int] | None:
    """What a line holds that is no open entry; the counts of the last line; None for a kind unknown."""
    match tuple(line):
        case names if set(names) == CLOSED:
            return closed_in(line)
        case ("checkpoint",):
            return Signed(text_in(line, "checkpoint"))
        case ("run",):
            kind, round_, at, sequence, rule, software, standings, hash_ = (line["run"][name] for name in RUN)
            return Published(kind, round_, at, sequence, rule, software, dict(standings), hash_)
        case ("end",):
            return {str(name): int(count) for name, count in line["end"].items()}
        case _:
            return None
