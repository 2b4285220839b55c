"""How often a quantity was how large: in the last five minutes, and since the start.

A value is counted in one of a few hundred classes, each 5 % wider than the one before, so whatever is told of them is
within 2.5 %, adding a value costs less than a microsecond, and the memory is the same for ten values and ten million.
The window moves on by a thirtieth of its length, so it holds between 290 and 300 seconds.

Values are positive numbers of one unit, such as seconds. One thread adds; any may ask.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PIECE_SECONDS = 10.0
PIECES = 30  # of the window
CLASSES = 400
PER_E = 1 / math.log(1.05)  # classes by which a value e times as large is further up
SHORTEST_SECONDS = 1e-5  # what is smaller is counted with it; the largest class begins at 47 minutes


@dataclass(frozen=True)
class Spread:
    """What is told of some values; without any, `count` is 0 and the others are None.

    Half of the values are at most `p50`, 95 and 99 of 100 at most `p95` and `p99`, and all of them `most`.
    """

    count: int
    total: float
    p50: float | None
    p95: float | None
    p99: float | None
    most: float | None


class Piece:
    """The values of a part of the window."""

    __slots__ = ("counts", "most", "number", "total")

    def __init__(self, number: int) -> None:
        self.number = number
        self.counts = [0] * CLASSES
        self.most = 0.0
        self.total = 0.0


class Distribution:
    """Values, and what is to be told of them. `least` is the smallest that is told from others."""

    def __init__(self, least: float = SHORTEST_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self.least = least
        self.clock = clock
        self.pieces: deque[Piece] = deque(maxlen=PIECES)
        self.ever = Piece(0)
        self.now = Piece(-1)  # stands for "none yet"

    def add(self, value: float) -> None:
        """Count a value."""
        number = int(self.clock() / PIECE_SECONDS)
        if number != self.now.number:
            self.now = Piece(number)
            self.pieces.append(self.now)
        place = min(CLASSES - 1, int(math.log(value / self.least) * PER_E)) if value > self.least else 0
        for piece in (self.now, self.ever):
            piece.counts[place] += 1
            piece.total += value
            piece.most = max(piece.most, value)

    def recent(self) -> Spread:
        """The values of the last five minutes."""
        first = int(self.clock() / PIECE_SECONDS) - PIECES
        return self.told([piece for piece in tuple(self.pieces) if piece.number > first])

    def all(self) -> Spread:
        """The values since the start."""
        return self.told([self.ever])

    def told(self, pieces: Sequence[Piece]) -> Spread:
        """What there is to tell of some pieces."""
        counts = [sum(counts) for counts in zip(*(piece.counts for piece in pieces), strict=True)]
        count = sum(counts)
        if not count:
            return Spread(0, 0.0, None, None, None, None)
        most = max(piece.most for piece in pieces)
        ranks = [math.ceil(count * share) for share in QUANTILES]
        p50, p95, p99 = (min(most, self.value(place)) for place in places(counts, ranks))
        return Spread(count, sum(piece.total for piece in pieces), p50, p95, p99, most)

    def value(self, place: int) -> float:
        """The value in the middle of a class."""
        return self.least * math.exp((place + 0.5) / PER_E)


QUANTILES = (0.5, 0.95, 0.99)


def places(counts: Sequence[int], ranks: Sequence[int]) -> list[int]:
    """The classes of the values with these ranks, 1-based and rising, in the order of size."""
    found: list[int] = []
    seen = 0
    for place, count in enumerate(counts):
        seen += count
        while len(found) < len(ranks) and seen >= ranks[len(found)]:
            found.append(place)
    return found
