import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.scoring.crossed.equations import answered, ballot_side, team_side
from scoreboard.scoring.crossed.fit import evaluate
from scoreboard.scoring.crossed.model import sums_of
from scoreboard.scoring.methods.mixed import problem_of
from scoreboard.scoring.options import Options


@pytest.mark.parametrize("shape", [{"teams": 9, "judges": 5}, {"teams": 4, "judges": 7}])
@pytest.mark.parametrize("ratios", [(0.8, 0.4), (0.8, 0.0), (0.0, 0.4)])
def test_answers_are_those_of_the_full_equations(shape: dict[str, int], ratios: tuple[float, float]) -> None:
    table = ballots(panel(3, **shape))
    tracks = {team: "left" if place % 2 else "right" for place, team in enumerate(table.teams)}
    problem = problem_of(table, Options(tracks=tracks))
    chance = np.random.default_rng(1)
    weight = chance.uniform(0.3, 1, len(table))
    columns = problem.fixed.columns
    at = evaluate(sums_of(problem.crossing, problem.response, weight, columns), np.array([0.8, 0.4]), None)
    if 0.0 in ratios:
        at = evaluate(at.sums, np.array(ratios), None)
    teams, judges = len(table.teams), len(table.judges)
    kept = np.repeat([True, ratios[0] > 0, ratios[1] > 0], [columns.shape[1], teams, judges])
    scale = np.repeat([0, 1 / (ratios[0] or 1), 1 / (ratios[1] or 1)], [columns.shape[1], teams, judges])
    design = np.column_stack([columns, np.eye(teams)[table.team], np.eye(judges)[table.judge]])
    full = np.zeros((len(kept), len(kept)))
    system = design.T @ (weight[:, None] * design) + np.diag(scale)
    full[np.ix_(kept, kept)] = np.linalg.inv(system[np.ix_(kept, kept)])
    contrast = chance.normal(size=(teams, 3))
    of_teams = np.concatenate([problem.fixed.of_team.T @ contrast, contrast, np.zeros((judges, 3))])
    for asked, right in (
        (team_side(at, problem.fixed.of_team, contrast), of_teams),
        (ballot_side(at, table.team, table.judge, columns), design.T),
    ):
        answer = answered(at, asked)
        expected = full @ right
        assert np.concatenate([answer.fixed, answer.team, answer.judge]) == pytest.approx(expected, abs=1e-10)
        assert answer.times(asked) == pytest.approx(expected.T @ right, abs=1e-10)
        assert answer.at(table.team, table.judge, columns) == pytest.approx(design @ expected, abs=1e-10)
