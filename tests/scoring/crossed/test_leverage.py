import csv

import numpy as np
import pytest
from references import found
from scores import ballots, panel, simulated

from scoreboard.scoring.crossed.crossing import Crossing
from scoreboard.scoring.crossed.fit import LogNormal, evaluate
from scoreboard.scoring.crossed.leverage import leverages
from scoreboard.scoring.crossed.model import sums_of
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import FloatArray


def test_leverages_are_the_hat_values_of_lme4() -> None:
    table = simulated("a").ballots
    with (
        found("simulated/a.csv").open(encoding="utf-8") as rows,
        found("simulated/hat_a.csv").open(encoding="utf-8") as hats,
    ):
        expected = {
            (row["judge"], row["team"]): float(hat["hat"])
            for row, hat in zip(csv.DictReader(rows), csv.DictReader(hats), strict=True)
        }
    posterior = severity(table, Options(prior=None)).posterior
    assert posterior is not None
    hat = leverages(posterior.best, np.ones((len(table), 1)))
    pairs = [(table.judges[judge], table.teams[team]) for judge, team in zip(table.judge, table.team, strict=True)]
    assert dict(zip(pairs, hat.tolist(), strict=True)) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("shape", [{"teams": 9, "judges": 5}, {"teams": 4, "judges": 7}, {"teams": 40, "judges": 16}])
def test_leverages_are_what_a_ballot_moves_its_own_fitted_value_by(shape: dict[str, int]) -> None:
    table = ballots(panel(3, **shape))
    chance = np.random.default_rng(1)
    weight = chance.uniform(0.3, 1, len(table))
    fixed = np.column_stack([np.ones(len(table)), chance.normal(size=len(table))])

    def fitted(response: FloatArray, place: int) -> float:
        at = evaluate(sums_of(Crossing.of(table), response, weight, fixed), np.array([0.8, 0.4]), LogNormal())
        value = fixed[place] @ at.solution.fixed + at.team[table.team[place]] + at.judge[table.judge[place]]
        return float(value)

    at = evaluate(sums_of(Crossing.of(table), table.total, weight, fixed), np.array([0.8, 0.4]), LogNormal())
    hat = weight * leverages(at, fixed)
    response = table.total.copy()
    for place in (0, 3, len(table) - 1):
        moved = response.copy()
        moved[place] += 1
        assert fitted(moved, place) - fitted(response, place) == pytest.approx(hat[place], abs=1e-9)
