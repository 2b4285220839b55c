import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.scoring.crossed.mixing import LONGEST_STEP, PLAIN, Mixing
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


def test_no_step_is_longer_than_the_longest() -> None:
    mixing, place = Mixing(), np.zeros(2)
    for step in ([1, 0], [0.999, 0], [0.998, 0.001]):
        after = mixing.next(place, np.array(step, dtype=np.float64))
        assert np.abs(after - place).max() <= LONGEST_STEP
        place = after
    assert place[0] > 2


def test_a_fixed_point_stays() -> None:
    mixing, place = Mixing(), np.array([3.0, -1])
    for _ in range(5):
        assert mixing.next(place, np.zeros(2)).tolist() == place.tolist()
