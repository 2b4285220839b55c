"""How much each ballot pulls its own fitted value: the diagonal of the hat matrix.

    hat_i = w_i Var(x_i'b + t + j | ballots) / s2

Residuals have the variance s2 (1 - hat_i) / w_i; the sum of hats is the number of parameters in effect. The same
as `hatvalues` of lme4.
"""

import math

import numpy as np

from scoreboard.scoring.crossed.fit import Point
from scoreboard.scoring.table import FloatArray


def leverages(at: Point, fixed: FloatArray) -> FloatArray:
    """The uncertainty of each ballot's fitted value (B) over the variance of the noise, for `fixed` effects (B x p).

    Times the ballot's weight it is the hat value.
    """
    sums, solution, inverse = at.sums, at.solution, at.inverse.full
    crossing, size = sums.crossing, sums.crossing.levels[1]
    root = math.sqrt(solution.ratios[1])
    corner, below = inverse[size:, size:], inverse[:size, size:]
    across = np.column_stack([crossing.times(sums.counts, column) for column in below.T])
    with_fixed = root * across + sums.wide_fixed @ corner  # a K^-1, its fixed part
    with_narrow = (  # a K^-1 at the cells, its narrow part
        root * at.inverse.at_cells + (sums.wide_fixed[crossing.cell_wide] * below[crossing.cell_narrow]).sum(axis=1)
    )
    wide = solution.absorbed + solution.absorbed**2 * at.inverse.leverage_sum
    narrow = solution.ratios[1] * np.diagonal(inverse)[:size]
    of_cell = (wide[crossing.cell_wide] + narrow[crossing.cell_narrow]) - (
        2 * root * solution.absorbed[crossing.cell_wide] * with_narrow
    )
    shared = root * below[crossing.narrow] - (solution.absorbed[:, None] * with_fixed)[crossing.wide]
    spread: FloatArray = of_cell[crossing.cell] + ((fixed @ corner + 2 * shared) * fixed).sum(axis=1)
    return spread
