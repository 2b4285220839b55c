import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.web.console.plots import EDGE, Axis, axis_over, rank_axis

values = st.lists(st.floats(-1000, 1000), min_size=1, max_size=8)


@given(values)
def test_an_axis_holds_all_of_its_values_in_their_order(numbers: list[float]) -> None:
    axis = axis_over(numbers)
    places = [axis.percent(number) for number in sorted(numbers)]
    assert places == sorted(places)
    assert all(EDGE - 1e-6 <= place <= 100 - EDGE + 1e-6 for place in places)


@given(values)
def test_ticks_are_round_evenly_spaced_and_within(numbers: list[float]) -> None:
    axis = axis_over(numbers)
    assert 1 <= len(axis.ticks) <= 11
    assert all(axis.low - 1e-6 <= tick <= axis.high + 1e-6 for tick in axis.ticks)
    steps = {round(second - first, 6) for first, second in zip(axis.ticks, axis.ticks[1:], strict=False)}
    assert len(steps) <= 1


def test_ticks_are_at_values_that_people_like() -> None:
    assert axis_over([38, 92]).ticks == (40, 60, 80)
    assert axis_over([0.12, 0.31], about=4).ticks == (0.2, 0.3)
    assert [axis_over([0.12, 0.31], about=4).label(tick) for tick in (0.2, 0.3)] == ["0.2", "0.3"]


def test_a_value_can_be_in_the_middle() -> None:
    axis = axis_over([-3, 12], around=0)
    assert (axis.low, axis.high, axis.at(0)) == (-12, 12, "50.00%")


def test_without_any_difference_there_is_still_an_axis() -> None:
    assert axis_over([5, 5]).at(5) == "50.00%"
    assert (axis_over([]).low, axis_over([]).high) == (0, 1)


@pytest.mark.parametrize(
    ("ranks", "ticks"), [(1, (1,)), (2, (1, 2)), (4, (1, 2, 3, 4)), (12, (1, 5, 12)), (60, (1, 20, 40, 60))]
)
def test_ranks_have_ticks_at_the_first_and_the_last(ranks: int, ticks: tuple[int, ...]) -> None:
    assert rank_axis(ranks).ticks == ticks


def test_what_is_beyond_the_axis_is_drawn_at_its_end() -> None:
    axis = Axis(0, 10, (0, 10))
    assert (axis.at(-5), axis.at(50), axis.length(0, 10)) == ("2.00%", "98.00%", "96.00%")
