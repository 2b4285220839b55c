"""A record's file, read line by line, plain or gzipped.

What is no record at all is refused. What began as one and has a line that cannot be read is a record with a fault, and
is handed on as such.
"""

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self, cast

from scoreboard.errors import InvalidInput
from scoreboard.judging.verification.chain import Recorded, closed
from scoreboard.judging.verification.published import Published
from scoreboard.judging.verification.verify import Heading, Item, Signed, Unreadable

VERSION: Final = 1
LONGEST: Final = 16 * 1024 * 1024  # bytes of a line
GZIP: Final = b"\x1f\x8b"
TEXT: Final = r'"([^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+)"'
# An entry as it is written, and no other way of writing one: so nothing in it can be said twice. Its payload is what
# stands between a head and a tail.
HEAD: Final = re.compile(
    rf'\{{"sequence":([0-9]{{1,15}}),"at":{TEXT},"actor":{TEXT},"action":{TEXT},"subject":{TEXT},"payload":(?=\{{)'
)
TAIL: Final = re.compile(r'\},"salt":"([0-9a-f]{32})","leaf":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}\n?\Z')
TAIL_LENGTH: Final = len('},"salt":"","leaf":"","hash":""}') + 32 + 64 + 64
CLOSED: Final = ("sequence", "leaf", "hash")
RUN: Final = ("kind", "round", "at", "sequence", "rule", "software", "standings", "hash")
BROKEN: Final = (OSError, EOFError, zlib.error)
UNREADABLE: Final = (KeyError, TypeError, ValueError, OverflowError, RecursionError)


class RecordFile:
    """A record that is being read: ``with RecordFile(path) as record: verify(record.heading, record.items())``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heading: Heading
        self.size = 0  # bytes of the file
        self._closing = ExitStack()
        self._raw: IO[bytes]
        self._lines: IO[bytes]

    def __enter__(self) -> Self:
        """Open the file and read its first line. Raises InvalidInput for what is no record."""
        try:
            self._raw = self._closing.enter_context(self.path.open("rb"))
            self.size = self.path.stat().st_size
            packed = self._raw.peek(2)[:2] == GZIP  # type: ignore[attr-defined]  # a buffered reader has it
            self._lines = self._raw
            if packed:
                self._lines = cast("IO[bytes]", self._closing.enter_context(gzip.open(self._raw)))
            first = self._lines.readline(LONGEST)
        except BROKEN as failure:
            self._closing.close()
            words = told(failure)
            raise InvalidInput("The file %(file)s cannot be read: %(words)s.", file=self.path, words=words) from None
        try:
            head = read_object(first.decode())
            if head["scoreboard"] != "record" or head["version"] != VERSION:
                raise ValueError(head)
            event = head["event"]
            names = [str(event[name]) for name in ("key", "slug", "name_en", "name_ar")]
            self.heading = Heading(names[0], names[1], names[2], names[3])
        except UNREADABLE:
            self._closing.close()
            raise InvalidInput("The file %(file)s is not a record that this version reads.", file=self.path) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def done(self) -> int:
        """How many bytes of the file have been read."""
        return self._raw.tell()

    def items(self) -> Iterator[Item]:
        """What the record holds, line by line, down to its end."""
        entries, others, ended, number = 0, {"checkpoints": 0, "runs": 0}, False, 1
        for number, line in enumerate(self._following(), 2):
            try:
                item = entry_of(line) or item_of(read_object(line))
            except UNREADABLE:
                yield Unreadable(number)
                continue
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

    def _following(self) -> Iterator[str]:
        """The lines after the first. A broken end of a packed file is an empty line; bytes that are no text stay so."""
        lines = io.TextIOWrapper(cast("io.BufferedReader", self._lines), "utf-8", "surrogateescape")
        try:
            yield from iter(partial(lines.readline, LONGEST), "")
        except BROKEN:
            yield ""
        finally:
            lines.detach()


def told(failure: Exception) -> str:
    """What the system says of a file that cannot be read."""
    return getattr(failure, "strerror", None) or str(failure)


def entry_of(line: str) -> Recorded | None:
    """An entry as it is written; None for any other line."""
    head = HEAD.match(line)
    start = len(line) - (TAIL_LENGTH + 1 if line[-1:] == "\n" else TAIL_LENGTH)
    tail = TAIL.match(line, start) if head is not None and start >= head.end() else None
    if head is None or tail is None:
        return None
    sequence, at, actor, action, subject = head.groups()
    if "\\" in head[0]:
        at, actor, action, subject = (json.loads(f'"{text}"') for text in (at, actor, action, subject))
    salt, leaf, chained = tail.groups()
    return Recorded(int(sequence), at, actor, action, subject, line[head.end() : start + 1], salt, leaf, chained)


def item_of(line: dict[str, Any]) -> Item | dict[str, int] | None:
    """What a line holds that is no open entry; the counts of the last line; None for a kind unknown."""
    match tuple(line):
        case names if set(names) == set(CLOSED):
            return closed(number_in(line), text_in(line, "leaf"), text_in(line, "hash"))
        case ("checkpoint",):
            return Signed(text_in(line, "checkpoint"))
        case ("run",):
            kind, round_, at, sequence, rule, software, standings, hash_ = (line["run"][name] for name in RUN)
            return Published(kind, round_, at, sequence, rule, software, dict(standings), hash_)
        case ("end",):
            return {str(name): int(count) for name, count in line["end"].items()}
        case _:
            return None


def number_in(line: dict[str, Any]) -> int:
    """The sequence of a line. Raises TypeError."""
    if type(line["sequence"]) is not int:
        raise TypeError(line)
    return int(line["sequence"])


def text_in(line: dict[str, Any], name: str) -> str:
    """A text of a line. Raises TypeError."""
    if type(line[name]) is not str:
        raise TypeError(line)
    return str(line[name])


def read_object(line: str) -> dict[str, Any]:
    """Read a line of JSON. Raises ValueError, TypeError; also for bytes that were no text."""
    line.encode()
    found = json.loads(line)
    if type(found) is not dict:
        raise TypeError(line)
    return found
