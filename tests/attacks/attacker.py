"""What attackers are made of: raw sockets that speak HTTP and websockets as badly as one likes."""

import base64
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from faults.process import Server

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
DEFLATED = 0x40
NARROW_BYTES = 4096  # a receive buffer that is soon full
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Attacker:
    """One connection to a server."""

    wire: socket.socket
    received: bytes = b""
    ended: bool = field(default=False)

    def send(self, data: bytes) -> bool:
        """Send, as far as the server lets us; whether it took everything."""
        try:
            self.wire.sendall(data)
        except OSError:
            return False
        return True

    def read(self, seconds: float) -> bytes:
        """Read what comes within a time, or until the server ends the connection."""
        until = time.monotonic() + seconds
        got = b""
        while not self.ended and (left := until - time.monotonic()) > 0:
            self.wire.settimeout(left)
            try:
                piece = self.wire.recv(65536)
            except TimeoutError:
                break
            except OSError:
                piece = b""
            self.ended = not piece
            got += piece
        self.wire.settimeout(None)
        self.received += got
        return got

    def wait_for_frame(self) -> None:
        """Read until the first whole frame is there, or the server ends the connection."""
        while not self.ended and not frames(self.received):
            piece = self.wire.recv(65536)
            self.received += piece
            self.ended = not piece

    def closed_within(self, seconds: float) -> bool:
        """Whether the server ends the connection in time, whatever it sends before."""
        self.read(seconds)
        return self.ended

    def closing_code(self, seconds: float = 15) -> int:
        """The code of the close frame with which the server ends; 0 where there was none."""
        self.read(seconds)
        closing = [payload for opcode, payload in frames(self.received) if opcode == CLOSE]
        return int.from_bytes(closing[-1][:2], "big") if closing else 0

    def unread_bytes(self, port: int) -> int:
        """What the server's kernel holds for us, unsent or unacknowledged."""
        mine = self.wire.getsockname()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _slot, local, remote, _state, queues, *_rest = line.split()
            if int(local.split(":")[1], 16) == port and int(remote.split(":")[1], 16) == mine:
                return int(queues.split(":")[0], 16)
        return 0


def frame(opcode: int, payload: bytes, *, first: int = 0, final: bool = True) -> bytes:
    """A client's frame, masked with zeroes; `first` is or-ed into its first byte."""
    head = bytes([opcode | (0x80 if final else 0) | first])
    size = len(payload)
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += b"\xfe" + struct.pack("!H", size)
    else:
        head += b"\xff" + struct.pack("!Q", size)
    return head + bytes(4) + payload


def frames(data: bytes) -> list[tuple[int, bytes]]:
    """The whole frames in what a server sent, after the answer to the handshake."""
    _head, _, data = data.partition(b"\r\n\r\n")
    found = []
    while len(data) >= 2:
        size, start = data[1], 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(data[2:10], "big"), 10
        if len(data) < start + size:
            break
        found.append((data[0] & 15, data[start : start + size]))
        data = data[start + size :]
    return found


@contextmanager
def connected(server: Server, address: str = "127.0.0.1", *, narrow: bool = False) -> Iterator[Attacker]:
    """A connection from one of this machine's addresses."""
    with socket.socket() as wire:
        if narrow:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BYTES)
        wire.bind((address, 0))
        wire.connect(("127.0.0.1", server.port))
        yield Attacker(wire)


@contextmanager
def following(
    server: Server,
    path: str = "/e/hack/socket",
    *,
    origin: str | None = "",
    extra: str = "",
    address: str = "127.0.0.1",
    narrow: bool = False,
) -> Iterator[Attacker]:
    """A connection that asked to become a websocket, as one of our pages would; `received` holds the answer."""
    with connected(server, address, narrow=narrow) as attacker:
        attacker.send(handshake(server.port, path, origin=origin, extra=extra))
        while b"\r\n\r\n" not in attacker.received and not attacker.ended:
            piece = attacker.wire.recv(512)
            attacker.received += piece
            attacker.ended = not piece
        yield attacker


def handshake(port: int, path: str, *, origin: str | None = "", extra: str = "") -> bytes:
    """The request for a websocket; from our own page where no other `origin` is given, from nobody where it is None."""
    names = {} if origin is None else {"Origin": origin or f"http://127.0.0.1:{port}"}
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in names.items()),
    ]
    return ("\r\n".join(lines) + f"\r\n{extra}\r\n").encode()


def memory_of(server: Server) -> int:
    """Bytes that a server has resident."""
    return int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * PAGE_BYTES


def flooded(attacker: Attacker, blob: bytes, seconds: float) -> int:
    """Send the same again and again until the server does not want it any more; how many bytes were sent."""
    sent, until = 0, time.monotonic() + seconds
    attacker.wire.settimeout(seconds)
    with suppress(OSError):
        while time.monotonic() < until:
            sent += attacker.wire.send(blob)
    attacker.wire.settimeout(None)
    return sent
