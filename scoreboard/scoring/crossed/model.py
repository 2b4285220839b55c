"""The crossed mixed model of ballots, solved for given variance ratios.

    y_i = x_i'b + t_i + j_i + e_i,    t ~ N(0, s2 g_t),  j ~ N(0, s2 g_j),  e_i ~ N(0, s2 / w_i)

A ballot's total y is a mean (and other fixed effects x'b: tracks, time), the team's effect, the judge's effect, and
noise. Henderson's mixed-model equations are solved by eliminating the factor with more levels, whose block is diagonal
(D. Bates et al., "Fitting linear mixed-effects models using lme4", J. Stat. Softw. 67(1), 2015, for the criterion;
Henderson, "Best linear unbiased estimation and prediction under a selection model", Biometrics 31, 1975, for the
equations; Gilmour, Thompson and Cullis, "Average information REML", Biometrics 51, 1995, for the derivatives).

With index w for the wide factor (eliminated), n for the narrow one, N the counts of their cells, all weighted:

    symbol             name here                       what it is
    g_w, g_n           ratios                          variances over that of the noise
    d_w, d_n           wide_count, narrow_count        ballots of each level
    s_w, s_n           wide_sum, narrow_sum            sums of y
    X_w, X_n           wide_fixed, narrow_fixed        sums of x
    h = 1/(1+g_w d_w)  kept                            what elimination keeps of a level
    O = g_w h          absorbed                        variance of a wide effect when all else is known, over s2
    K = U'U            factor (U), full (K^-1)         [[I + g_n (D_n - N'ON), c], [., X'X - X_w'OX_w]]
                                                       with c = sqrt(g_n) (X_n - N'OX_w)
    r                  right                           [sqrt(g_n) (s_n - N'Os_w); X'y - X_w'Os_w]
    K^-1 r             [u; b]                          narrow effects are sqrt(g_n) u
    R_w, R_n           wide_residual, narrow_residual  sums of what the fit leaves
    pRSS               misfit                          y'y - s_w'Os_w - r'K^-1 r;  s2 = pRSS / (n - p)
    D                  deviance                        sum log(1 + g_w d_w) + log|K| - sum log w
                                                       + (n - p)(1 + log(2 pi s2))
    q_w                leverage_sum                    a'K^-1 a of each wide level, a = [sqrt(g_n) N_w, X_w]

D is lme4's REML criterion exactly. No array here is as long as the ballots, once `sums_of` has gone over them.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs

from scoreboard.scoring.crossed.crossing import Crossing
from scoreboard.scoring.estimates import sum_by
from scoreboard.scoring.table import FloatArray

NEXT_TO_NOTHING = 1e-13  # of the sum of squares: where a fit is perfect, rounding leaves less than that
TINY_RATIO = 1e-7  # below it the trace of the narrow factor is taken in the limit, for digits


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """All that the model needs of n ballots with p fixed effects; see the table above."""

    crossing: Crossing
    counts: FloatArray
    wide_count: FloatArray
    narrow_count: FloatArray
    wide_sum: FloatArray
    narrow_sum: FloatArray
    wide_fixed: FloatArray
    narrow_fixed: FloatArray
    fixed_square: FloatArray
    fixed_sum: FloatArray
    square: float
    log_weight: float
    ballots: int

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the noise, n - p."""
        return self.ballots - len(self.fixed_sum)


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Effects at given ratios (wide, narrow), and the deviance there."""

    ratios: tuple[float, float]
    kept: FloatArray
    absorbed: FloatArray
    factor: FloatArray
    fixed: FloatArray
    wide: FloatArray
    narrow: FloatArray
    wide_residual: FloatArray
    misfit: float
    deviance: float


@dataclass(frozen=True, slots=True, eq=False)
class Inverse:
    """The inverse of K, all of it; `at_cells` (C) is N K^-1 at the cells, for the narrow block."""

    full: FloatArray
    at_cells: FloatArray
    leverage_sum: FloatArray


def sums_of(crossing: Crossing, response: FloatArray, weight: FloatArray, fixed: FloatArray) -> Sums:
    """Go once over `response` (B), `weight` (B) and `fixed` (B x p), the first column of which is 1.

    For the digits of the sums of squares, centre the response before.
    """
    wide, narrow = crossing.levels
    weighted = weight * response
    columns = weight[:, None] * fixed
    return Sums(
        crossing=crossing,
        counts=sum_by(crossing.cell, weight, len(crossing.cell_wide)),
        wide_count=sum_by(crossing.wide, weight, wide),
        narrow_count=sum_by(crossing.narrow, weight, narrow),
        wide_sum=sum_by(crossing.wide, weighted, wide),
        narrow_sum=sum_by(crossing.narrow, weighted, narrow),
        wide_fixed=np.column_stack([sum_by(crossing.wide, column, wide) for column in columns.T]),
        narrow_fixed=np.column_stack([sum_by(crossing.narrow, column, narrow) for column in columns.T]),
        fixed_square=fixed.T @ columns,
        fixed_sum=fixed.T @ weighted,
        square=float(weighted @ response),
        log_weight=float(np.log(weight).sum()),
        ballots=len(response),
    )


def solve(sums: Sums, ratios: tuple[float, float]) -> Solution:
    """Solve the mixed-model equations at these ratios (wide, narrow); n - p must be 1 or more."""
    crossing, counts = sums.crossing, sums.counts
    size = crossing.levels[1]
    root = math.sqrt(ratios[1])
    kept = 1 / (1 + ratios[0] * sums.wide_count)
    absorbed = ratios[0] * kept
    fixed_absorbed = absorbed[:, None] * sums.wide_fixed
    sum_absorbed = absorbed * sums.wide_sum
    system = np.zeros((size + len(sums.fixed_sum),) * 2, order="F")  # its upper triangle is all that is read
    np.multiply(crossing.gram(counts, absorbed), -ratios[1], out=system[:size, :size])
    system[np.arange(size), np.arange(size)] += 1 + ratios[1] * sums.narrow_count
    for column, values in enumerate(fixed_absorbed.T):
        system[:size, size + column] = root * (sums.narrow_fixed[:, column] - crossing.back(counts, values))
    system[size:, size:] = sums.fixed_square - sums.wide_fixed.T @ fixed_absorbed
    right = np.concatenate(
        [
            root * (sums.narrow_sum - crossing.back(counts, sum_absorbed)),
            sums.fixed_sum - sum_absorbed @ sums.wide_fixed,
        ]
    )
    factor, failed = dpotrf(system, lower=0, clean=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("The fixed effects of the model cannot be told apart.")
    solution, _ = dpotrs(factor, right, lower=0)
    narrow, fixed = root * solution[:size], solution[size:]
    residual = (sums.wide_sum - sums.wide_fixed @ fixed - crossing.times(counts, narrow)) * kept
    misfit = max(sums.square - float(sum_absorbed @ sums.wide_sum + right @ solution), NEXT_TO_NOTHING * sums.square)
    deviance = (
        2 * float(np.log(np.diagonal(factor)).sum())
        - float(np.log(kept).sum())
        + sums.degrees * (1 + math.log(2 * math.pi * misfit / sums.degrees))
        - sums.log_weight
    )
    return Solution(ratios, kept, absorbed, factor, fixed, ratios[0] * residual, narrow, residual, misfit, deviance)


def invert(sums: Sums, at: Solution) -> Inverse:
    """Invert K; all variances come from it."""
    crossing, counts = sums.crossing, sums.counts
    size = crossing.levels[1]
    inverse, _ = dpotri(at.factor, lower=0)
    diagonal = np.diagonal(inverse).copy()
    inverse = inverse + inverse.T
    np.fill_diagonal(inverse, diagonal)
    at_cells = crossing.at_cells(counts, inverse[:size, :size])
    leverage = at.ratios[1] * sum_by(crossing.cell_wide, counts * at_cells, crossing.levels[0])
    leverage += ((sums.wide_fixed @ inverse[size:, size:]) * sums.wide_fixed).sum(axis=1)
    for column, values in enumerate(inverse[size:, :size]):
        leverage += 2 * math.sqrt(at.ratios[1]) * sums.wide_fixed[:, column] * crossing.times(counts, values)
    return Inverse(inverse, at_cells, leverage)


def derivatives(sums: Sums, at: Solution, inverse: Inverse) -> tuple[FloatArray, FloatArray]:
    """Gradient (2) and average information (2 x 2) of the deviance in the ratios (wide, narrow)."""
    crossing = sums.crossing
    size = crossing.levels[1]
    narrow_residual = (
        sums.narrow_sum
        - sums.narrow_fixed @ at.fixed
        - crossing.back(sums.counts, at.wide)
        - sums.narrow_count * at.narrow
    )
    wide_trace = float(sums.wide_count @ at.kept - inverse.leverage_sum @ (at.kept * at.kept))
    if at.ratios[1] > TINY_RATIO:
        narrow_trace = (size - float(np.diagonal(inverse.full)[:size].sum())) / at.ratios[1]
    else:
        narrow_trace = _trace_in_the_limit(sums, at)
    square = np.array([at.wide_residual @ at.wide_residual, narrow_residual @ narrow_residual])
    gradient = np.array([wide_trace, narrow_trace]) - sums.degrees * square / at.misfit
    return gradient, _information(sums, at, narrow_residual, square)


def _trace_in_the_limit(sums: Sums, at: Solution) -> float:
    """Give tr Z_n'PZ_n where the narrow ratio is next to nothing."""
    crossing, counts = sums.crossing, sums.counts
    fixed_absorbed = at.absorbed[:, None] * sums.wide_fixed
    border = sums.narrow_fixed - np.column_stack([crossing.back(counts, column) for column in fixed_absorbed.T])
    corner = sums.fixed_square - sums.wide_fixed.T @ fixed_absorbed
    diagonal = crossing.back(counts * counts, at.absorbed)
    return float((sums.narrow_count - diagonal).sum() - np.trace(np.linalg.solve(corner, border.T @ border)))


def _information(sums: Sums, at: Solution, narrow_residual: FloatArray, square: FloatArray) -> FloatArray:
    """Average information (n-p) [v_k'Pv_l / pRSS - |R_k|^2 |R_l|^2 / pRSS^2] with v_k = Z_k R_k."""
    crossing, counts = sums.crossing, sums.counts
    root = math.sqrt(at.ratios[1])
    across = crossing.times(counts, narrow_residual)
    down = crossing.back(counts, at.wide_residual)
    wide = np.column_stack([sums.wide_count * at.wide_residual, across])
    narrow = np.column_stack([down, sums.narrow_count * narrow_residual])
    fixed = np.column_stack([at.wide_residual @ sums.wide_fixed, narrow_residual @ sums.narrow_fixed])
    mixed = float(at.wide_residual @ across)
    plain = np.array(
        [[wide[:, 0] @ at.wide_residual, mixed], [mixed, narrow[:, 1] @ narrow_residual]],
    )
    absorbed = at.absorbed[:, None] * wide
    taken = np.column_stack([crossing.back(counts, column) for column in absorbed.T])
    right = np.concatenate([root * (narrow - taken), fixed - sums.wide_fixed.T @ absorbed])
    solved, _ = dpotrs(at.factor, right, lower=0)
    left = plain - wide.T @ absorbed - right.T @ solved
    information: FloatArray = sums.degrees * (left / at.misfit - np.outer(square, square) / at.misfit**2)
    return information
