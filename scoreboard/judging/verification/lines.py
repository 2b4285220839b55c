"""The lines of a record's file, plain or gzipped, and the entries in them.

Entries are open or closed: of a closed one nothing but the place is known. What other lines hold is read elsewhere.
"""

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

from scoreboard.judging.verification.chain import Recorded, closed

LONGEST: Final = 16 * 1024 * 1024  # bytes of a line
BLOCK: Final = 64 * 1024  # bytes that are read at once: as many as stay at hand in the processor
GZIP: Final = b"\x1f\x8b"
BROKEN: Final = (OSError, EOFError, zlib.error)
TEXT: Final = r'"([^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+)"'
# A line, and the parts of an entry in it as it is written, with no other way of writing one: so nothing in it can be
# said twice. Its payload is all that stands between what comes before and what comes after.
LINE: Final = re.compile(
    rf'^(?:\{{"sequence":([0-9]{{1,15}}),"at":{TEXT},"actor":{TEXT},"action":{TEXT},"subject":{TEXT},'
    r'"payload":(\{.*\}),"salt":"([0-9a-f]{32})","leaf":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}|(.*))$',
    re.MULTILINE,
)
CLOSED: Final = frozenset({"sequence", "leaf", "hash"})
Line: TypeAlias = Recorded | str  # an open entry, or any other line


class Lines:
    """A file that is being read line by line, in parts of many lines: ``with Lines(path) as lines``."""

    def __init__(self, path: Path, block: int = BLOCK) -> None:
        self.path = path
        self.block = block
        self.first = b""
        self._closing = ExitStack()
        self._raw: io.BufferedReader
        self._unpacked: io.BufferedIOBase

    def __enter__(self) -> Self:
        """Open the file and read its first line. Raises what BROKEN names."""
        with ExitStack() as closing:
            self._raw = closing.enter_context(self.path.open("rb"))
            packed = self._raw.peek(2)[:2] == GZIP
            self._unpacked = closing.enter_context(gzip.open(self._raw)) if packed else self._raw
            self.first = self._unpacked.readline(LONGEST)
            self._closing = closing.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Read no more."""
        self._closing.close()

    def done(self) -> int:
        """How many bytes of the file have been read."""
        return self._raw.tell()

    def parts(self) -> Iterator[list[Line]]:
        """The lines after the first, many at a time. A broken end of a packed file is an empty line."""
        for text in self._texts():
            yield [entry_of(found) if found[0] else found[-1] for found in LINE.findall(text)]

    def _texts(self) -> Iterator[str]:
        rest = b""
        try:
            while block := self._unpacked.read1(self.block):
                rest += block
                end = rest.rfind(b"\n") + 1
                if not end and len(rest) >= LONGEST:
                    end = LONGEST
                if end:
                    yield text_of(rest[:end])
                    rest = rest[end:]
        except BROKEN:
            rest = b"\n"
        if rest:
            yield text_of(rest)


def text_of(lines: bytes) -> str:
    """Lines as text, without the end of the last one. Bytes that are no text stay so."""
    return lines.decode("utf-8", "surrogateescape").replace("\r\n", "\n").removesuffix("\n")


def entry_of(found: Sequence[str]) -> Line:
    """An entry, from the parts of its line; an empty line where an escape in it is none."""
    sequence, at, actor, action, subject, payload, salt, leaf, chained, _ = found
    if "\\" in at or "\\" in actor or "\\" in action or "\\" in subject:
        try:
            at, actor, action, subject = (json.loads(f'"{text}"') for text in (at, actor, action, subject))
        except ValueError:
            return ""
    return Recorded(int(sequence), at, actor, action, subject, payload, salt, leaf, chained)


def closed_in(line: dict[str, Any]) -> Recorded:
    """A closed entry. Raises TypeError."""
    if type(line["sequence"]) is not int:
        raise TypeError(line)
    return closed(line["sequence"], text_in(line, "leaf"), text_in(line, "hash"))


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
