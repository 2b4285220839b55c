import numpy as np
import pytest
from scipy.stats import kstest

from scoreboard.scoring.certainty.chance import normals, uniforms


def test_numbers_belong_to_a_label_whoever_else_is_there() -> None:
    alone, among = normals(7, "wide", ["Oryx"], 100), normals(7, "wide", ["Ibex", "Oryx", "Addax"], 100)
    assert alone[0].tolist() == among[1].tolist()


def test_more_numbers_begin_with_the_same_ones() -> None:
    assert normals(7, "wide", ["Oryx"], 10)[0].tolist() == normals(7, "wide", ["Oryx"], 100)[0, :10].tolist()


def test_numbers_are_the_same_tomorrow() -> None:
    assert uniforms(7, "wide", ["Oryx"], 3)[0].tolist() == pytest.approx(TOMORROW)


@pytest.mark.parametrize(
    "other", [(8, "wide", "Oryx"), (7, "narrow", "Oryx"), (7, "wide", "Ibex"), (7, "wid", "eOryx")]
)
def test_another_seed_purpose_or_label_has_other_numbers(other: tuple[int, str, str]) -> None:
    seed, purpose, label = other
    correlation = np.corrcoef(normals(7, "wide", ["Oryx"], 4000)[0], normals(seed, purpose, [label], 4000)[0])[0, 1]
    assert abs(correlation) < 0.06


def test_numbers_are_spread_as_they_should_be() -> None:
    drawn = normals(1, "wide", [f"T{team}" for team in range(200)], 500)
    assert kstest(drawn.ravel(), "norm").pvalue > 0.01
    assert drawn.mean(axis=1) == pytest.approx(np.zeros(200), abs=5 / np.sqrt(500))
    assert drawn.mean(axis=0) == pytest.approx(np.zeros(500), abs=5 / np.sqrt(200))
    ends = uniforms(1, "wide", ["T"], 100_000)
    assert 0 < ends.min() < 1e-3
    assert 1 - 1e-3 < ends.max() < 1


def test_nobody_gets_no_numbers() -> None:
    assert normals(1, "wide", [], 5).shape == (0, 5)
    assert normals(1, "wide", ["T"], 0).shape == (1, 0)


TOMORROW = [0.2805159369110063, 0.1737817485965777, 0.5409701517479167]
