"""The product in a process of its own, for push.py: ``push_ours.py DATABASE PORT ARRIVALS``; prints its port.

Everything is the product's: application, hub, frames, protocol, listening socket, limits. Only what is published is
not computed from ballots but ordered (see push_orders), so that it is as large and comes as often as is wanted. Ballots
that come in meanwhile are stored, acknowledged and published as ever.
"""

import asyncio
import sys

from push_orders import follow_orders
from uvicorn.loops.auto import auto_loop_factory

from scoreboard.cli.serve import listening_socket, server
from scoreboard.live.messages import public
from scoreboard.live.topics import Version
from scoreboard.settings import Settings

EVENT_ID = 1  # the only event of its database
FIRST_VERSION = 1_000_000


async def run(database: str, port: int, arrivals: int) -> None:
    """Serve until stopped, and publish what is ordered."""
    settings = Settings(database=database, backups="off", venues="127.0.0.0/8", arrivals=arrivals, language="en")
    with listening_socket("127.0.0.1", port) as bound:
        running = server(settings, alone=True)

        async def publish(number: int, text: str) -> None:
            state = running.lifespan.state
            version = Version(state["publisher"].epoch, FIRST_VERSION + number)
            state["hub"].publish(public(EVENT_ID), {"standings": text}, version)

        ordered = asyncio.create_task(follow_orders(publish))
        sys.stdout.write(f"{bound.getsockname()[1]}\n")
        sys.stdout.flush()
        await running.serve(sockets=[bound])
        ordered.cancel()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
