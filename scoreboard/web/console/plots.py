"""Axes for plots that the server draws as SVG: where a value lies, as a share of the width, and where the ticks are.

Values run from left to right in both languages, as on a ruler; what is below and above is written at the ends. Places
are percentages, so that a plot is as wide as there is room and lines and dots keep their shape.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from scoreboard.judging.analysis.judges import JudgeLine
from scoreboard.judging.analysis.lines import Line

EDGE: Final = 2.0  # percent of the width that is kept free on either side, for dots
STEPS: Final = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from `low` to `high`, with `ticks` at round values."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> str:
        """The place of a value, as SVG wants it; what is beyond an end is drawn at that end."""
        return f"{self.percent(value):.2f}%"

    def percent(self, value: float) -> float:
        """The place of a value in percent of the width."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return EDGE + (100 - 2 * EDGE) * share

    def length(self, start: float, end: float) -> str:
        """The distance between two values."""
        return f"{self.percent(end) - self.percent(start):.2f}%"

    def label(self, tick: float) -> str:
        """A tick as it is written: without decimals where the ticks have none."""
        decimals = max((_decimals(each) for each in self.ticks), default=0)
        return f"{tick + 0.0:.{decimals}f}"


def axis_over(values: Iterable[float], about: int = 5, *, around: float | None = None) -> Axis:
    """An axis that holds all of the values, with about so many ticks; `around` is put in its middle."""
    found = [value for value in values if math.isfinite(value)]
    low, high = min(found, default=0.0), max(found, default=1.0)
    if around is not None:
        reach = max(abs(low - around), abs(high - around))
        low, high = around - reach, around + reach
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    step = _step((high - low) / max(about - 1, 1))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Axis(low, high, tuple(round(tick * step, 9) for tick in range(first, last + 1)))


def totals_axis(lines: Iterable[Line]) -> Axis:
    """The axis of normalised totals with their intervals, and of raw ones."""
    known = [(line.normalised, line.raw) for line in lines if line.normalised is not None]
    return axis_over(value for normal, raw in known for value in (*normal.interval, *(() if raw is None else (raw,))))


def ranks_axis(lines: Iterable[Line]) -> Axis:
    """The axis of the ranks of lines, with their intervals."""
    return rank_axis(max((line.normalised.ranks[1] for line in lines if line.normalised is not None), default=1))


def severity_axis(judges: Iterable[JudgeLine]) -> Axis:
    """The axis of severities with their intervals, the average judge in its middle."""
    return axis_over((end for judge in judges for end in judge.interval), around=0.0)


def given_axis(judges: Iterable[JudgeLine]) -> Axis:
    """The axis of the totals that judges gave."""
    return axis_over((end for judge in judges for end in (judge.totals.least, judge.totals.greatest)), about=6)


def rank_axis(ranks: int) -> Axis:
    """An axis of ranks from the first to the last, both among its ticks."""
    step = max(_step((ranks - 1) / 5), 1)
    inner = (tick for tick in range(1, ranks) if tick % step == 0 and step / 2 < tick <= ranks - step / 2)
    return Axis(0.5, ranks + 0.5, tuple(sorted({1.0, float(ranks), *map(float, inner)})))


def _step(least: float) -> float:
    """The round step that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
    return next(step * power for step in STEPS if step * power >= least * (1 - 1e-9))


def _decimals(tick: float) -> int:
    text = f"{tick:.6f}".rstrip("0")
    return len(text.partition(".")[2])
