"""A network between a browser and the server, that can be made as bad as those of venues."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Network:
    """Carries bytes both ways. `freeze` makes the connections that are open half-open: nothing arrives, nobody knows.

    While `blocked` says so new connections get nowhere: "silent" takes them in and carries nothing, and a word carries
    only what does not contain it (of what a browser asks first), as some proxies do.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.blocked = b""
        self.open: set[asyncio.Event] = set()
        self.tasks: set[asyncio.Task[None]] = set()

    def freeze(self) -> None:
        """Let nothing through on the connections that are open now."""
        for thawed in self.open:
            thawed.clear()

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
            far_writer.write(first)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(pump(reader, far_writer, thawed))
                tasks.create_task(pump(far_reader, writer, thawed))
        except* OSError:  # one side has gone
            pass
        finally:
            self.open.discard(thawed)
            writer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, thawed: asyncio.Event) -> None:
    """Carry one way, while the connection is not frozen."""
    try:
        while piece := await reader.read(65536):
            await thawed.wait()
            writer.write(piece)
            await writer.drain()
    finally:
        with suppress(OSError):
            writer.close()


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
