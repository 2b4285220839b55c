"""Common ways of telling everybody, for push.py: ``push_peers.py WAY PACKED``; prints its port.

gather      stock uvicorn and Starlette; `send_text` to all sockets at once, in one gather
queue       the same; a queue and a task that sends for each viewer
broadcast   the websockets library's own server, and its `broadcast`
nchan       no server: orders are posted to nginx on the port given instead of PACKED
"""

import asyncio
import sys
from contextlib import suppress
from functools import partial

import uvicorn
from push_orders import follow_orders
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.loops.auto import auto_loop_factory
from websockets.asyncio.server import ServerConnection, broadcast, serve

from scoreboard.cli.serve import listening_socket

MOST_WAITING = 64  # messages in a viewer's queue; further ones are dropped


def listening() -> int:
    """Bind a port, as the product does with its settings of the kernel; say which; give the socket."""
    bound = listening_socket("127.0.0.1", 0)
    sys.stdout.write(f"{bound.getsockname()[1]}\n")
    sys.stdout.flush()
    return bound.detach()


async def by_gather(*, packed: bool) -> None:
    """Send to all at once, and wait for all."""
    sockets: set[WebSocket] = set()

    async def watch(websocket: WebSocket) -> None:
        await websocket.accept()
        sockets.add(websocket)
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.receive_text()
        sockets.discard(websocket)

    async def publish(_number: int, text: str) -> None:
        await asyncio.gather(*(websocket.send_text(text) for websocket in sockets), return_exceptions=True)

    ordered = asyncio.create_task(follow_orders(publish))
    await stock(Starlette(routes=[WebSocketRoute("/ws", watch)]), packed=packed)
    ordered.cancel()


async def by_queue(*, packed: bool) -> None:
    """Put into each viewer's queue what its task sends."""
    queues: set[asyncio.Queue[str]] = set()

    async def watch(websocket: WebSocket) -> None:
        await websocket.accept()
        queue: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        queues.add(queue)

        async def speak() -> None:
            while True:
                await websocket.send_text(await queue.get())

        speaking = asyncio.create_task(speak())
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.receive_text()
        queues.discard(queue)
        speaking.cancel()

    async def publish(_number: int, text: str) -> None:
        for queue in queues:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(text)

    ordered = asyncio.create_task(follow_orders(publish))
    await stock(Starlette(routes=[WebSocketRoute("/ws", watch)]), packed=packed)
    ordered.cancel()


async def stock(app: Starlette, *, packed: bool) -> None:
    """Run an application as uvicorn comes, until stopped."""
    config = uvicorn.Config(app, fd=listening(), ws_per_message_deflate=packed, log_level="error", backlog=4096)
    await uvicorn.Server(config).serve()


async def by_broadcast(*, packed: bool) -> None:
    """Let the websockets library write to all."""
    viewers: set[ServerConnection] = set()

    async def watch(connection: ServerConnection) -> None:
        viewers.add(connection)
        await connection.wait_closed()
        viewers.discard(connection)

    async def publish(_number: int, text: str) -> None:
        broadcast(viewers, text)

    async with serve(watch, "127.0.0.1", 0, backlog=4096, compression="deflate" if packed else None) as server:
        sys.stdout.write(f"{next(iter(server.sockets)).getsockname()[1]}\n")
        sys.stdout.flush()
        await follow_orders(publish)


async def by_nchan(port: int) -> None:
    """Post to nginx."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def publish(_number: int, text: str) -> None:
        body = text.encode()
        head = f"POST /publish HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)

    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await follow_orders(publish)


if __name__ == "__main__":
    wish = int(sys.argv[2])
    ways = {
        "gather": partial(by_gather, packed=bool(wish)),
        "queue": partial(by_queue, packed=bool(wish)),
        "broadcast": partial(by_broadcast, packed=bool(wish)),
        "nchan": partial(by_nchan, wish),
    }
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(ways[sys.argv[1]]())
