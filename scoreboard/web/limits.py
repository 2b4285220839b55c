"""Doors: how many may hold a socket or a stream open, and how fast they may come.

Whoever holds one costs the server memory for hours, so there is a limit for each network address, for each session and
for all together. Coming costs it more than staying, so a bucket of tokens holds back the hall that returns at once:
who finds it empty is told when to try again, before anything was done for them. Viewers and people who work here go
through doors of their own, so that the hall cannot keep an organiser out.
"""

import time
from collections import Counter
from collections.abc import Callable
from secrets import randbelow
from typing import NamedTuple

from scoreboard.errors import Crowded
from scoreboard.settings import Settings
from scoreboard.wire.peers import Peers, networks

MOST_PER_ADDRESS = 50
MOST_PER_VENUE = 3000  # for an address that a whole hall shares
MOST_PER_SESSION = 5
STAFF = 1000
STAFF_ARRIVALS = 50
BURST_SECONDS = 4  # of arrivals that may come in one instant
RETRY_SECONDS = 10  # over which those who were turned away are spread


class Door:
    """One door: `most` may be inside, `per_second` may enter on the long run. Times are in seconds of `clock`."""

    def __init__(self, peers: Peers, most: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.peers = peers
        self.most = most
        self.per_second = per_second
        self.clock = clock
        self.inside = 0
        self.sessions: Counter[str] = Counter()
        self.tokens = per_second * BURST_SECONDS
        self.filled_at = clock()

    def enter(self, address: str, session: str = "") -> None:
        """Let one in. Raises Crowded, with the seconds after which another try may do better."""
        now = self.clock()
        self.tokens = min(self.per_second * BURST_SECONDS, self.tokens + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        full = (
            self.tokens < 1
            or self.inside >= self.most
            or self.sessions[session] >= MOST_PER_SESSION
            or not self.peers.enter(address)
        )
        if full:
            seconds = 1 + randbelow(RETRY_SECONDS)
            raise Crowded(
                "There are too many connections just now. Please try again shortly.", extra={"seconds": seconds}
            )
        self.tokens -= 1
        self.inside += 1
        if session:
            self.sessions[session] += 1

    def leave(self, address: str, session: str = "") -> None:
        """Let one out."""
        self.inside -= 1
        self.peers.leave(address)
        if session:
            self.sessions[session] -= 1
            if not self.sessions[session]:
                del self.sessions[session]


class Doors(NamedTuple):
    """The door of the audience, and the one of those who work here."""

    viewers: Door
    staff: Door


def doors(settings: Settings) -> Doors:
    """The doors of a process."""
    venues = networks(settings.venues)
    return Doors(
        viewers=Door(Peers(MOST_PER_ADDRESS, MOST_PER_VENUE, venues), settings.viewers, settings.arrivals),
        staff=Door(Peers(MOST_PER_ADDRESS, MOST_PER_VENUE, venues), STAFF, STAFF_ARRIVALS),
    )
