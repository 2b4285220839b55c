"""How the effects of teams move when the totals of one judge do."""

import math

import numpy as np
from scipy.linalg.lapack import dpotrs

from scoreboard.scoring.crossed.fit import Point
from scoreboard.scoring.estimates import sum_by
from scoreboard.scoring.methods.mixed import Problem
from scoreboard.scoring.table import FloatArray


def sway_of(at: Point, problem: Problem, moved: FloatArray) -> FloatArray:
    """What the effect of each team (T x J) gains when the ballots of a judge alone gain `moved` (B, times weight).

    One solve of the mixed-model equations for each judge, with the ratios held.
    """
    sums, solution, crossing = at.sums, at.solution, at.sums.crossing
    size = crossing.levels[1]
    root = math.sqrt(solution.ratios[1])
    of_cell = sum_by(crossing.cell, moved, len(crossing.cell_wide))
    judges = len(problem.ballots.judges)
    fixed = np.stack([sum_by(problem.ballots.judge, moved * column, judges) for column in problem.fixed.columns.T])
    table = crossing.rows(of_cell)  # W x M
    own = sum_by(problem.ballots.judge, moved, judges)
    if crossing.judges_wide:
        wide_sum, narrow_sum = np.diag(own), table.T.toarray()
    else:
        wide_sum, narrow_sum = table.toarray(), np.diag(own)
    counts = crossing.rows(sums.counts)
    absorbed = solution.absorbed[:, None] * wide_sum
    right = np.concatenate([root * (narrow_sum - counts.T @ absorbed), fixed - sums.wide_fixed.T @ absorbed])
    solved, _ = dpotrs(solution.factor, right, lower=0)
    narrow = root * solved[:size]
    if crossing.judges_wide:
        team = narrow
    else:
        team = absorbed - solution.absorbed[:, None] * (counts @ narrow + sums.wide_fixed @ solved[size:])
    sway: FloatArray = team + problem.fixed.of_team @ solved[size:]
    return sway
