"""A transport in memory, for lines of the hub: it can be full, and says so as a real one does."""

from collections.abc import Callable
from zlib import decompressobj

from scoreboard.live.topics import Line


class Pipe:
    """What was written to it, as the texts that a reader gets; nothing gets to the reader while it is full."""

    def __init__(self, *, packed: bool = False, full: bool = False) -> None:
        self.packed = packed
        self.full = full
        self.unsent = b""
        self.sent = b""
        self.writes = 0
        self.line: Line | None = None

    def attach(self, line: Line) -> Callable[[bytes], object]:
        self.line = line
        if self.unsent:
            line.hold()
        return self.write

    def detach(self) -> None:
        self.line = None

    def write(self, data: bytes) -> None:
        assert self.line is not None, "written to after it was let go"
        assert not self.unsent, "written to while it was full"
        self.writes += 1
        if self.full:
            self.unsent += data
            self.line.hold()
        else:
            self.sent += data

    def fill(self) -> None:
        self.full = True

    def drain(self) -> None:
        """Let everything through, as a reader who woke up."""
        self.full = False
        if self.unsent:
            self.sent, self.unsent = self.sent + self.unsent, b""
            if self.line is not None:
                self.line.release()

    def texts(self) -> list[str]:
        """What has reached the reader so far."""
        return texts_of(self.sent)


def texts_of(data: bytes) -> list[str]:
    """Read unmasked frames, deflated or not."""
    found = []
    while data:
        first, size, start = data[0], data[1], 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(data[2:10], "big"), 10
        payload, data = data[start : start + size], data[start + size :]
        if first & 0x40:
            payload = decompressobj(wbits=-15).decompress(payload + b"\x00\x00\xff\xff")
        found.append(payload.decode())
    return found
