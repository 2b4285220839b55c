import math

import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.scoring.crossed.crossing import Crossing
from scoreboard.scoring.crossed.model import TINY_RATIO, Sums, derivatives, invert, solve, sums_of
from scoreboard.scoring.table import Ballots, FloatArray

SHAPES = {
    "teams wide": {"teams": 9, "judges": 5},
    "judges wide": {"teams": 4, "judges": 7, "each": 5},
    "long lists": {"teams": 40, "judges": 16, "each": 2},
}
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
every_ratio = pytest.mark.parametrize("ratios", [(0.7, 0.3), (4.0, 1e-9), (1e-9, 2.0), (0.0, 0.5)])


class Dense:
    """The same model by the formulas of a textbook, with all its matrices written out."""

    def __init__(self, table: Ballots, weight: FloatArray, fixed: FloatArray, ratios: tuple[float, float]) -> None:
        wide_first = Crossing.of(table).judges_wide
        team, judge = np.eye(len(table.teams))[table.team], np.eye(len(table.judges))[table.judge]
        self.design = (judge, team) if wide_first else (team, judge)
        self.response = table.total - table.total.mean()
        noise = np.diag(1 / weight)
        self.covariance: FloatArray = noise + sum(
            ratio * design @ design.T for ratio, design in zip(ratios, self.design, strict=True)
        )
        inverse = np.linalg.inv(self.covariance)
        corner = np.linalg.inv(fixed.T @ inverse @ fixed)
        self.projector = inverse - inverse @ fixed @ corner @ fixed.T @ inverse
        self.degrees: int = len(weight) - fixed.shape[1]
        self.fixed = corner @ fixed.T @ inverse @ self.response
        self.misfit = float(self.response @ self.projector @ self.response)
        self.effects = [
            ratio * design.T @ self.projector @ self.response for ratio, design in zip(ratios, self.design, strict=True)
        ]
        self.corner = corner

    @property
    def deviance(self) -> float:
        logs = float(np.linalg.slogdet(self.covariance)[1] - np.linalg.slogdet(self.corner)[1])
        return logs + self.degrees * (1 + math.log(2 * math.pi * self.misfit / self.degrees))


def case(shape: dict[str, int]) -> tuple[Ballots, FloatArray, FloatArray, Sums]:
    table = ballots(panel(3, **shape))
    chance = np.random.default_rng(9)
    weight = chance.uniform(0.3, 1, len(table))
    fixed = np.column_stack([np.ones(len(table)), chance.normal(size=len(table))])
    return table, weight, fixed, sums_of(Crossing.of(table), table.total - table.total.mean(), weight, fixed)


@every_shape
@every_ratio
def test_elimination_gives_what_the_full_matrices_give(shape: dict[str, int], ratios: tuple[float, float]) -> None:
    table, weight, fixed, sums = case(shape)
    expected, found = Dense(table, weight, fixed, ratios), solve(sums, ratios)
    assert found.deviance == pytest.approx(expected.deviance, abs=1e-9)
    assert found.misfit == pytest.approx(expected.misfit)
    assert found.fixed == pytest.approx(expected.fixed)
    assert found.wide == pytest.approx(expected.effects[0], abs=1e-12)
    assert found.narrow == pytest.approx(expected.effects[1], abs=1e-12)


@every_shape
@every_ratio
def test_derivatives_are_those_of_the_full_matrices(shape: dict[str, int], ratios: tuple[float, float]) -> None:
    table, weight, fixed, sums = case(shape)
    expected, found = Dense(table, weight, fixed, ratios), solve(sums, ratios)
    gradient, information = derivatives(sums, found, invert(sums, found))
    inside = [design.T @ expected.projector @ design for design in expected.design]
    residual = [design.T @ expected.projector @ expected.response for design in expected.design]
    square = [float(values @ values) for values in residual]
    working = [design @ values for design, values in zip(expected.design, residual, strict=True)]
    assert gradient == pytest.approx(
        [np.trace(inside[k]) - expected.degrees * square[k] / expected.misfit for k in range(2)], rel=1e-6
    )
    assert information == pytest.approx(
        np.array(
            [
                [
                    expected.degrees
                    * (
                        working[k] @ expected.projector @ working[m] / expected.misfit
                        - square[k] * square[m] / expected.misfit**2
                    )
                    for m in range(2)
                ]
                for k in range(2)
            ]
        ),
        rel=1e-8,
    )


@every_shape
def test_the_gradient_is_the_slope_of_the_deviance(shape: dict[str, int]) -> None:
    _, _, _, sums = case(shape)
    at, step = (0.7, 0.3), 1e-5
    found = solve(sums, at)
    gradient, _ = derivatives(sums, found, invert(sums, found))
    slopes = [
        (solve(sums, (at[0] + a, at[1] + b)).deviance - solve(sums, (at[0] - a, at[1] - b)).deviance) / (2 * step)
        for a, b in ((step, 0), (0, step))
    ]
    assert gradient == pytest.approx(slopes, rel=1e-6)


@every_shape
def test_the_trace_of_a_vanishing_ratio_is_continuous(shape: dict[str, int]) -> None:
    _, _, _, sums = case(shape)
    above, below = (solve(sums, (0.7, TINY_RATIO * part)) for part in (1.01, 0.99))
    one, other = (derivatives(sums, at, invert(sums, at))[0] for at in (above, below))
    assert one == pytest.approx(other, rel=1e-5)


def test_a_ballot_twice_at_half_the_weight_is_the_same_as_once() -> None:
    table = ballots(panel(3))
    twice = table.only(np.ones(len(table), dtype=np.bool_))
    place = np.repeat(np.arange(len(table)), 2)
    alike, response = np.ones((len(table), 1)), table.total - 5
    once = sums_of(Crossing.of(table), response, np.ones(len(table)), alike)
    doubled = Ballots(
        table.judges,
        table.teams,
        table.scales,
        twice.judge[place],
        twice.team[place],
        twice.occasion[place],
        twice.units[place],
        twice.total[place],
        table.extent,
        0,
    )
    halved = sums_of(Crossing.of(doubled), response[place], np.full(len(place), 0.5), np.ones((len(place), 1)))
    assert solve(halved, (1.0, 0.3)).wide == pytest.approx(solve(once, (1.0, 0.3)).wide)
    assert solve(halved, (1.0, 0.3)).narrow == pytest.approx(solve(once, (1.0, 0.3)).narrow)


def test_fixed_effects_that_say_the_same_cannot_be_told_apart() -> None:
    table = ballots(panel(3))
    sums = sums_of(Crossing.of(table), table.total, np.ones(len(table)), np.zeros((len(table), 2)))
    with pytest.raises(np.linalg.LinAlgError):
        solve(sums, (1.0, 0.3))


def test_a_perfect_fit_leaves_next_to_nothing_and_never_less() -> None:
    table = ballots({(judge, f"{judge}{team}"): float(team) for judge in "AB" for team in range(3)})
    sums = sums_of(Crossing.of(table), table.total - 1.0, np.ones(6), np.ones((6, 1)))
    assert solve(sums, (1e9, 1.0)).misfit > 0
