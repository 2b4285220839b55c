"""What every measured server that is written in Python is told by its standard input: when to publish what.

An order is a line: ``go FILE COUNT MS TIMES``. The first COUNT lines of FILE are published, one every MS; when each
begins is put into the file TIMES, in nanoseconds of the monotonic clock, eight bytes each, which the client reads.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

Publish = Callable[[int, str], Awaitable[None]]
"""Publishes one text, given how many there were before it; returns when the way of the server has it return."""


async def follow_orders(publish: Publish) -> None:
    """Do what is ordered, until the input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        _, file, count, milliseconds, times = line.decode().split()
        texts = await asyncio.to_thread(Path(file).read_text)
        await publish_all(texts.splitlines()[: int(count)], int(milliseconds) / 1000, times, publish)


async def publish_all(texts: list[str], pace: float, times: str, publish: Publish) -> None:
    """Publish one text after the other; a way that is slower than the pace is not hurried."""
    begun = os.open(times, os.O_WRONLY)
    try:
        due = time.monotonic()
        for number, text in enumerate(texts):
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            os.pwrite(begun, time.monotonic_ns().to_bytes(8, sys.byteorder), 8 * number)
            await publish(number, text)
            due += pace
    finally:
        os.close(begun)
