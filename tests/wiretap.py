"""A wire between a browser and a server, and everything that went over it; and where in all that a secret is found."""

import asyncio
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus


@dataclass
class Wiretap:
    """What was sent and answered, connection by connection."""

    port: int = 0
    connections: list[tuple[bytearray, bytearray]] = field(default_factory=list)

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """Every part of every request and answer, by its name: ``POST /j: body``, ``answer to POST /j: body``.

        Headers are named without the address.
        """
        for sent, answered in self.connections:
            asked = list(messages(bytes(sent)))
            for first, headers, body in asked:
                yield "request line", first
                yield from ((f"header {name}", value) for name, value in headers)
                yield f"{named(first)}: body", body
            for (first, _headers, _body), (status, headers, body) in zip(
                asked, messages(bytes(answered)), strict=False
            ):
                yield "status line", status
                yield from ((f"answer's header {name}", value) for name, value in headers)
                yield f"answer to {named(first)}: body", body

    def cookies(self) -> dict[str, set[str]]:
        """Every value that a cookie was ever given, by the cookie's name."""
        found: dict[str, set[str]] = {}
        for name, value in self.parts():
            if name == "answer's header set-cookie":
                cookie, _, given = value.partition(b";")[0].decode().partition("=")
                if given.strip('"'):
                    found.setdefault(cookie, set()).add(given)
        return found


def named(first: bytes) -> str:
    """A request by its method and path."""
    method, target, _version = first.decode("latin-1").split(" ")
    return f"{method} {target.partition('?')[0]}"


def messages(stream: bytes) -> Iterator[tuple[bytes, list[tuple[str, bytes]], bytes]]:
    """Split what went one way into first lines, headers and bodies. What follows an upgrade is one body."""
    while stream:
        head, _, stream = stream.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        pairs = (line.partition(b":") for line in lines)
        headers = [(name.decode().lower(), value.strip()) for name, _, value in pairs]
        about = dict(headers)
        if about.get("upgrade"):
            body, stream = stream, b""
        elif about.get("transfer-encoding") == b"chunked":
            body, stream = unchunked(stream)
        else:
            size = int(about.get("content-length", b"0"))
            body, stream = stream[:size], stream[size:]
        yield first, headers, body


def unchunked(stream: bytes) -> tuple[bytes, bytes]:
    """A body that was sent in chunks, and what follows it."""
    body = b""
    while stream:
        line, _, stream = stream.partition(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        body, stream = body + stream[:size], stream[size + 2 :]
        if size == 0:
            break
    return body, stream


@asynccontextmanager
async def tapped(port: int) -> AsyncIterator[Wiretap]:
    """Listen on a port of its own, and hand everything on to another port of this machine and back."""
    tap = Wiretap()
    both: set[asyncio.Task[None]] = set()

    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                kept += data
                writer.write(data)
                await writer.drain()
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept = (bytearray(), bytearray())
        tap.connections.append(kept)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        for way in (hand_on(reader, far_writer, kept[0]), hand_on(far_reader, writer, kept[1])):
            task = asyncio.create_task(way)
            both.add(task)
            task.add_done_callback(both.discard)

    async with await asyncio.start_server(connect, "127.0.0.1", 0) as listening:
        tap.port = listening.sockets[0].getsockname()[1]
        yield tap
        for task in list(both):
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)


def spellings(secret: str) -> set[bytes]:
    """A secret in all the ways in which one would write it down: plain, in addresses, base 64 anywhere, hexadecimal."""
    plain = secret.encode()
    ways = {plain, quote(secret, safe="").encode(), quote_plus(secret).encode(), plain.hex().encode()}
    ways.add(plain.hex().upper().encode())
    for encode in (b64encode, urlsafe_b64encode):
        for before in range(3):
            whole = encode(bytes(before) + plain)
            start, end = (0, 2, 3)[before], len(whole) - (0, 4, 3)[(before + len(plain)) % 3]
            ways.add(whole[start:end])
    return ways


def holds(content: bytes, secret: str, ways: set[bytes]) -> bool:
    """Whether a secret is in something. A short one of digits is not in a longer number, nor behind its point."""
    if secret.isdigit():
        return any(re.search(rb"(?<![\d.])" + re.escape(way) + rb"(?!\d)", content) for way in ways)
    return any(way in content for way in ways)


def found_in(parts: Iterable[tuple[str, bytes]], secrets: dict[str, set[str]]) -> dict[str, set[str]]:
    """In which parts each secret is, by its name; every one of its values counts."""
    spelled = {name: [(value, spellings(value)) for value in values] for name, values in secrets.items()}
    found: dict[str, set[str]] = {name: set() for name in secrets}
    for part, content in parts:
        for name, values in spelled.items():
            if part not in found[name] and any(holds(content, value, ways) for value, ways in values):
                found[name].add(part)
    return found
