from typing import Any

import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.scoring.crossed import sway as sway_module
from scoreboard.scoring.crossed.fit import LogNormal, Point, evaluate
from scoreboard.scoring.crossed.model import sums_of
from scoreboard.scoring.crossed.posterior import effects_of
from scoreboard.scoring.crossed.sway import Sway
from scoreboard.scoring.methods.mixed import Problem, problem_of
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import FloatArray

SHAPES: list[dict[str, Any]] = [
    {"teams": 9, "judges": 5},
    {"teams": 4, "judges": 7},
    {"teams": 40, "judges": 16},
    {"teams": 400, "judges": 80, "each": 2},  # so thinly filled that cells are listed
]
every_shape = pytest.mark.parametrize("shape", SHAPES)
RATIOS = np.array([0.8, 0.4])


def stated(shape: dict[str, Any]) -> tuple[Problem, FloatArray]:
    """The problem of a panel with two tracks, and a weight for each of its ballots."""
    table = ballots(panel(3, **shape))
    tracks = {team: "left" if place % 2 else "right" for place, team in enumerate(table.teams)}
    return problem_of(table, Options(tracks=tracks)), np.random.default_rng(1).uniform(0.3, 1, len(table))


def at(problem: Problem, weight: FloatArray, response: FloatArray) -> Point:
    return evaluate(sums_of(problem.crossing, response, weight, problem.fixed.columns), RATIOS, LogNormal())


def case(shape: dict[str, Any]) -> tuple[Problem, FloatArray, tuple[FloatArray, FloatArray], Sway]:
    problem, weight = stated(shape)
    chance = np.random.default_rng(2)
    moved = chance.normal(size=len(weight)), chance.normal(size=len(weight))
    now = at(problem, weight, problem.response)
    of_team = problem.fixed.of_team
    sway = Sway.of(now, problem.fixed.columns, of_team, (weight * moved[0], weight * moved[1]))
    return problem, weight, moved, sway


@every_shape
def test_effects_gain_what_moved_ballots_make_of_them(shape: dict[str, Any]) -> None:
    problem, weight, moved, sway = case(shape)
    judge, judges = problem.ballots.judge, len(problem.ballots.judges)
    off = [np.random.default_rng(kind).normal(size=(judges, 3)) for kind in (3, 4)]
    found = sway.effects(off)
    for draw in range(3):
        response = problem.response + sum(
            values * amount[judge, draw] for values, amount in zip(moved, off, strict=True)
        )
        then = effects_of(at(problem, weight, response), problem.fixed.of_team)
        assert found[:, draw] == pytest.approx(then - effects_of(sway.at, problem.fixed.of_team), abs=1e-10)


def by_habit(problem: Problem, sway: Sway) -> FloatArray:
    """What each habit by itself, one standard deviation off, adds to the teams' effects (T x 2J)."""
    every = np.eye(len(problem.ballots.judges))
    return np.concatenate([sway.effects([every, 0 * every]), sway.effects([0 * every, every])], axis=1)


@every_shape
def test_variances_are_sums_over_all_habits(shape: dict[str, Any]) -> None:
    problem, _, _, sway = case(shape)
    single = by_habit(problem, sway)
    assert sway.variance == pytest.approx((single**2).sum(axis=1))
    contrast = np.zeros((len(problem.ballots.teams), 1))
    contrast[[0, 2], 0] = 1, -1
    assert sway.variance_of(contrast) == pytest.approx(((single[0] - single[2]) ** 2).sum())


def test_judges_are_asked_for_in_parts_where_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, _, whole = case(SHAPES[2])
    monkeypatch.setattr(sway_module, "AT_ONCE", 120)
    _, _, _, parts = case(SHAPES[2])
    assert parts.variance == pytest.approx(whole.variance)
