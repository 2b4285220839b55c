import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.scoring.ranks import SAME, mid_ranks

columns = st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 5)), max_size=30)


@given(columns)
def test_a_rank_counts_what_is_below_in_its_group_and_half_of_what_is_level(rows: list[tuple[int, int]]) -> None:
    group = np.array([of for of, _ in rows], dtype=np.intp)
    values = np.array([value / 10 for _, value in rows])
    ranks = [
        1 + sum(of == other and low < value for other, low in rows) + (rows_level(rows, of, value) - 1) / 2
        for of, value in rows
    ]
    assert mid_ranks(values, group, SAME).tolist() == ranks


def rows_level(rows: list[tuple[int, int]], group: int, value: int) -> int:
    return sum(row == (group, value) for row in rows)


def test_the_last_digits_of_a_float_do_not_break_a_tie() -> None:
    values = np.array([0.3, 0.1 + 0.2, 0.4, 0.3 - 1e-6])
    assert mid_ranks(values, np.zeros(4, dtype=np.intp), SAME).tolist() == [2.5, 2.5, 4, 1]


def test_values_of_different_groups_are_never_tied() -> None:
    assert mid_ranks(np.ones(3), np.array([1, 0, 1]), SAME).tolist() == [1.5, 1, 1.5]
