"""A network between a browser and the server, that can be made as bad as those of venues."""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress


class Network:
    """Carries bytes both ways. `freeze` makes the connections that are open half-open: nothing arrives, nobody knows.

    While `blocked` says so new connections get nowhere: "silent" takes them in and carries nothing, and a word carries
    only what does not contain it (of what a browser asks first), as some proxies do.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.blocked = b""
        self.delay = 0.0  # seconds that each piece takes, either way
        self.resetting = 0.0  # the share of exchanges during which the connection breaks off
        self.resets = 0
        self.chance = random.Random(0)
        self.open: set[asyncio.Event] = set()
        self.tasks: set[asyncio.Task[None]] = set()

    def freeze(self) -> None:
        """Let nothing through on the connections that are open now."""
        for thawed in self.open:
            thawed.clear()

    def worsen(self, delay: float, resetting: float, chance: random.Random) -> None:
        """From now on let each piece take so many seconds, and such a share of exchanges break off."""
        self.delay, self.resetting, self.chance = delay, resetting, chance

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a browser with the server."""
        thawed = asyncio.Event()
        thawed.set()
        self.open.add(thawed)
        try:
            first = await reader.read(65536)
            if self.blocked == b"silent":
                await asyncio.Event().wait()
            if self.blocked and self.blocked in first.lower():
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
            both = (writer, far_writer)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.pump(first, reader, far_writer, thawed, both))
                tasks.create_task(self.pump(b"", far_reader, writer, thawed, both))
        except* OSError:  # one side has gone
            pass
        finally:
            self.open.discard(thawed)
            writer.close()

    async def pump(
        self,
        piece: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        thawed: asyncio.Event,
        both: Sequence[asyncio.StreamWriter],
    ) -> None:
        """Carry one way, this piece first, while the connection is not frozen."""
        try:
            while piece := piece or await reader.read(65536):
                await thawed.wait()
                await asyncio.sleep(self.delay)
                if self.chance.random() < self.resetting / 2:  # an exchange has two pieces
                    self.reset(both)
                    return
                writer.write(piece)
                await writer.drain()
                piece = b""
        finally:
            with suppress(OSError):
                writer.close()

    def reset(self, both: Sequence[asyncio.StreamWriter]) -> None:
        """Break a connection off, on both sides."""
        self.resets += 1
        for writer in both:
            own = writer.get_extra_info("socket")
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not an end
            writer.transport.abort()


@asynccontextmanager
async def network_to(url: str) -> AsyncIterator[tuple[Network, str]]:
    """A network to a server, and the address to reach the server by."""
    network = Network(int(url.rsplit(":", 1)[1]))

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(network.carry(reader, writer))
        network.tasks.add(task)
        task.add_done_callback(network.tasks.discard)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    try:
        yield network, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tuple(network.tasks):
            task.cancel()
        await asyncio.gather(*network.tasks, return_exceptions=True)
