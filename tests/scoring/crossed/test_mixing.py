import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.scoring.crossed.mixing import GROWN, NEAR, PLAIN, Mixing
from scoreboard.scoring.table import FloatArray


def slow(seed: int, size: int) -> tuple[FloatArray, FloatArray]:
    """A linear step x -> A x + b that comes close slowly: the matrix A, and where x stays."""
    chance = np.random.default_rng(seed)
    axes = np.linalg.qr(chance.normal(size=(size, size)))[0]
    matrix: FloatArray = axes @ np.diag(np.linspace(0.2, 0.95, size)) @ axes.T
    return matrix, chance.normal(size=size)


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_a_linear_step_comes_to_rest_after_as_many_steps_as_there_are_directions(seed: int, size: int) -> None:
    matrix, end = slow(seed, size)
    place, mixing = np.zeros(size), Mixing()
    for _ in range(PLAIN + 4 * size + 8):
        place = mixing.next(place, (matrix - np.eye(size)) @ (place - end))
    assert place == pytest.approx(end, abs=1e-6)


def test_the_first_steps_are_plain() -> None:
    mixing, place = Mixing(), np.array([1.0, 2])
    for step in ([0.5, -0.25], [0.25, 0.5]):
        assert mixing.next(place, np.array(step)).tolist() == (place + step).tolist()
        place = place + step


def test_near_the_end_no_step_is_longer_than_twice_near() -> None:
    mixing, place = Mixing(), np.zeros(2)
    for step in ([0.4, 0], [0.3999, 0], [0.3998, 0.0001]):
        after = mixing.next(place, np.array(step))
        assert np.abs(after - place).max() <= 2 * NEAR
        place = after
    assert place[0] == pytest.approx(0.7999 + 2 * NEAR)


@pytest.mark.parametrize("jump", [1.01 * NEAR, 0.01 * GROWN * 1.01])
def test_a_step_that_is_long_or_has_grown_is_plain_and_what_came_before_is_forgotten(jump: float) -> None:
    mixing, place = Mixing(), np.zeros(2)
    steps = [[0.02, 0.0], [0.01, 0.01], [jump, 0.0], [0.01, 0.0]]
    for step in steps:
        after = mixing.next(place, np.array(step))
        assert after.tolist() == (place + step).tolist()
        place = after


def test_a_fixed_point_stays() -> None:
    mixing, place = Mixing(), np.array([3.0, -1])
    for _ in range(5):
        assert mixing.next(place, np.zeros(2)).tolist() == place.tolist()
