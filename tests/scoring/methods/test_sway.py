import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.scoring.crossed.fit import LogNormal, evaluate
from scoreboard.scoring.crossed.model import sums_of
from scoreboard.scoring.crossed.posterior import effects_of
from scoreboard.scoring.methods.mixed import problem_of
from scoreboard.scoring.methods.sway import sway_of
from scoreboard.scoring.options import Options


@pytest.mark.parametrize("shape", [{"teams": 9, "judges": 5}, {"teams": 4, "judges": 7}, {"teams": 40, "judges": 16}])
def test_sway_is_the_difference_that_moved_ballots_make(shape: dict[str, int]) -> None:
    table = ballots(panel(3, **shape))
    tracks = {team: "left" if place % 2 else "right" for place, team in enumerate(table.teams)}
    problem = problem_of(table, Options(tracks=tracks))
    chance = np.random.default_rng(1)
    weight, moved = chance.uniform(0.3, 1, len(table)), chance.normal(size=len(table))
    ratios, prior, of_team = np.array([0.8, 0.4]), LogNormal(), problem.fixed.of_team
    at = evaluate(sums_of(problem.crossing, problem.response, weight, problem.fixed.columns), ratios, prior)
    sway = sway_of(at, problem, weight * moved)
    for judge in range(len(table.judges)):
        response = problem.response + moved * (table.judge == judge)
        then = evaluate(sums_of(problem.crossing, response, weight, problem.fixed.columns), ratios, prior)
        assert sway[:, judge] == pytest.approx(effects_of(then, of_team) - effects_of(at, of_team), abs=1e-10)
