"""Says what goes wrong with a server's machine, while it runs: the other side of ``struct control`` in preload.c."""

import mmap
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntFlag
from pathlib import Path

LAYOUT = struct.Struct("=6i")
FAILED, AHEAD = 16, 20  # where these stand in it


class Call(IntFlag):
    """What a process asks of a disk."""

    WRITE = 1
    TRUNCATE = 2
    SYNC = 4


class Control:
    """A page of memory that a server shares."""

    def __init__(self, page: mmap.mmap) -> None:
        self.page = page

    def fail(self, calls: Call, error: int, *, nth: int = 1, lasting: bool = False) -> None:
        """Let the n-th such call from now on fail with an errno; if it lasts, all that follow as well."""
        self.heal()
        self.write(4, nth, error, int(lasting), 0)
        self.write(0, calls)  # last, since with this it begins

    def heal(self) -> None:
        """Let everything succeed again."""
        self.write(0, 0)

    def set_clock_ahead(self, seconds: int) -> None:
        """Set the wall clock wrong by so much; the monotonic one goes on as it does."""
        self.write(AHEAD, seconds)

    @property
    def failed(self) -> int:
        """How many calls have failed since `fail`."""
        return int.from_bytes(self.page[FAILED : FAILED + 4], sys.byteorder, signed=True)

    def write(self, place: int, *values: int) -> None:
        """Put numbers into the page."""
        self.page[place : place + 4 * len(values)] = struct.pack(f"={len(values)}i", *values)


@contextmanager
def controlled(path: Path) -> Iterator[Control]:
    """Make the file that is shared; nothing fails yet."""
    path.write_bytes(bytes(LAYOUT.size))
    with path.open("r+b") as file, mmap.mmap(file.fileno(), LAYOUT.size) as page:
        yield Control(page)
