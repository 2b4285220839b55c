import numpy as np
import pytest
from hypothesis import given
from scores import Scores, ballots, panel, some_scores

from scoreboard.errors import InvalidTable
from scoreboard.scoring.crossed import crossing as module
from scoreboard.scoring.crossed.crossing import Crossing
from scoreboard.scoring.estimates import sum_by
from scoreboard.scoring.table import Ballots, FloatArray, ScoreTable

LARGE = panel(1, teams=60, judges=20, each=2)


def full(table: Ballots, crossed: Crossing, weight: FloatArray) -> FloatArray:
    """N, written out ballot by ballot."""
    counts = np.zeros((len(table.teams), len(table.judges)))
    for team, judge, value in zip(table.team, table.judge, weight, strict=True):
        counts[team, judge] += value
    return counts.T if crossed.judges_wide else counts


def check(table: Ballots, crossed: Crossing) -> None:
    chance = np.random.default_rng(5)
    weight = chance.uniform(0.2, 1, len(table))
    counts = sum_by(crossed.cell, weight, len(crossed.cell_wide))
    expected = full(table, crossed, weight)
    wide, narrow = crossed.levels
    scale, vector = chance.normal(size=wide), chance.normal(size=narrow)
    matrix = chance.normal(size=(narrow, narrow))
    symmetric = matrix + matrix.T
    cells = crossed.cell_wide, crossed.cell_narrow
    assert crossed.forth(counts, matrix) == pytest.approx(expected @ matrix)
    sideways = chance.normal(size=(wide, 3))
    assert crossed.gather(counts, sideways) == pytest.approx(expected.T @ sideways)
    assert crossed.times(counts, vector) == pytest.approx(expected @ vector)
    assert crossed.back(counts, scale) == pytest.approx(expected.T @ scale)
    assert crossed.gram(counts, scale) == pytest.approx(expected.T @ np.diag(scale) @ expected)
    assert crossed.at_cells(counts, symmetric) == pytest.approx((expected @ symmetric)[cells])


@given(some_scores)
def test_products_are_those_of_the_full_matrix(scores: Scores) -> None:
    table = ballots(scores, teams=list("STUVWXYZ"), judges=list("ABCDEF"))
    check(table, Crossing.of(table))


def test_lists_of_pairs_and_full_matrices_give_the_same() -> None:
    table = ballots(LARGE)
    listed, dense = Crossing.of(table), Crossing.of(ballots(panel(1, each=12)))
    assert (listed.dense, dense.dense) == (False, True)
    assert len(listed.first) == 60 * 2**2
    check(table, listed)


def test_a_judge_who_scores_a_team_on_two_occasions_is_one_cell() -> None:
    table = ScoreTable.from_columns(
        ["Ada"] * 3, ["Oryx", "Oryx", "Ibex"], ["score"] * 3, [1, 2, 3], ["first", "second", "first"]
    ).ballots()
    crossed = Crossing.of(table)
    assert len(crossed.cell_wide) == 2
    check(table, crossed)


def test_the_factor_with_more_levels_is_wide_unless_teams_are_asked_for() -> None:
    table = ballots({(f"J{judge}", "Oryx"): 1.0 for judge in range(3)})
    assert (Crossing.of(table).judges_wide, Crossing.of(table).levels) == (True, (3, 1))
    assert Crossing.of(table, teams_wide=True).levels == (1, 3)


def test_without_a_team_there_is_nothing_to_cross() -> None:
    crossed = Crossing.of(ballots({}))
    assert crossed.levels == (0, 0)
    assert crossed.gram(np.empty(0), np.empty(0)).shape == (0, 0)


def test_more_levels_than_can_be_solved_are_refused() -> None:
    many = [f"{place:05d}" for place in range(module.LARGEST + 1)]
    table = ScoreTable.from_columns(many, many, ["score"] * len(many), [1.0] * len(many)).ballots()
    with pytest.raises(InvalidTable):
        Crossing.of(table)
