"""A limit on wrong tries, so that a short code cannot be guessed by trying."""

import math
import time
from collections import deque
from collections.abc import Callable

from scoreboard.errors import TooManyTries


class Throttle:
    """Counts wrong tries by whoever makes them, within a sliding window.

    `tries` wrong ones in `seconds` are allowed to each key, or as many as the caller says; keys that are quiet are
    forgotten. A whole venue may share one address, so a key that is an address wants more than one that is a person.
    """

    def __init__(self, tries: int = 5, seconds: float = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self.tries = tries
        self.seconds = seconds
        self.clock = clock
        self.failed: dict[str, deque[float]] = {}  # by when each last failed

    def check(self, key: str, tries: int | None = None) -> None:
        """Raise TooManyTries when this key has no try left, with the seconds to wait."""
        now = self.clock()
        while self.failed and now - self.failed[quietest := next(iter(self.failed))][-1] >= self.seconds:
            del self.failed[quietest]
        times = self.failed.get(key, deque())
        while times and now - times[0] >= self.seconds:
            times.popleft()
        if len(times) >= (self.tries if tries is None else tries):
            wait = math.ceil(self.seconds - (now - times[0]))
            raise TooManyTries(
                "Too many wrong tries. Please wait %(seconds)s seconds.", seconds=wait, extra={"seconds": wait}
            )

    def fail(self, key: str) -> None:
        """Count a wrong try."""
        times = self.failed.pop(key, deque())
        times.append(self.clock())
        self.failed[key] = times  # at the end: the first is the one that was quiet for longest

    def count(self, key: str) -> int:
        """How many wrong tries of a key are in the window."""
        now = self.clock()
        return sum(now - at < self.seconds for at in self.failed.get(key, ()))

    def forgive(self, key: str) -> None:
        """Take the newest try of this key back: it was counted before it was made, and was right."""
        times = self.failed.get(key)
        if times:
            times.pop()
            if not times:
                del self.failed[key]
