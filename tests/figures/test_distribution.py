import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.figures.distribution import PIECE_SECONDS, PIECES, SHORTEST_SECONDS, Distribution, Spread

NOTHING = Spread(0, 0.0, None, None, None, None)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(SHORTEST_SECONDS, 2000), min_size=1, max_size=300))
def test_quantiles_are_those_of_the_values_within_a_fortieth(values: list[float]) -> None:
    times = Distribution(clock=Clock())
    for value in values:
        times.add(value)
    told, ordered = times.recent(), sorted(values)
    assert (told.count, told.most, told) == (len(values), max(values), times.all())
    assert told.total == pytest.approx(sum(values))
    for found, share in ((told.p50, 0.5), (told.p95, 0.95), (told.p99, 0.99)):
        assert found == pytest.approx(ordered[math.ceil(share * len(values)) - 1], rel=0.026)


def test_without_values_there_is_nothing_to_tell() -> None:
    times = Distribution()
    assert (times.recent(), times.all()) == (NOTHING, NOTHING)


def test_the_window_forgets_and_the_whole_does_not() -> None:
    clock = Clock()
    times = Distribution(clock=clock)
    times.add(1.0)
    clock.now += PIECE_SECONDS * (PIECES - 1)
    times.add(3.0)
    assert (times.recent().count, times.recent().most) == (2, 3.0)
    clock.now += PIECE_SECONDS
    assert (times.recent().count, times.recent().total) == (1, 3.0)
    clock.now += PIECE_SECONDS * PIECES
    assert times.recent() == NOTHING
    assert (times.all().count, times.all().most) == (2, 3.0)


@pytest.mark.parametrize("value", [0.0, 1e-12, 1e12])
def test_what_is_beyond_all_measure_is_counted_with_the_last(value: float) -> None:
    times = Distribution()
    times.add(value)
    assert (times.all().count, times.all().most) == (1, value)


def test_small_counts_are_told_exactly() -> None:
    sizes = Distribution(least=1)
    for size in (1, 1, 2, 3):
        sizes.add(size)
    assert [round(value or 0) for value in (sizes.all().p50, sizes.all().p95)] == [1, 3]
