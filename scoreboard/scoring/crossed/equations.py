"""The mixed-model equations, answered for any right-hand side, with the ratios held.

With C the matrix of Henderson's equations and s2 the variance of the noise, s2 C^-1 is the covariance of the errors of
all effects. So one answer z = C^-1 c tells everything about a combination c of effects:

    s2 c'z                          its variance
    w_i x_i'z                       what it gains when ballot i (design row x_i, weight w_i) gains 1
    s2 w (x'z)^2 / (1 + w x'C^-1x)  what a ballot more takes off its variance

Symbols as in `model`; the wide factor is eliminated as there.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotrs

from scoreboard.scoring.crossed.fit import Point
from scoreboard.scoring.table import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """One value for each team, each judge and each fixed effect, in k columns: T x k, J x k, p x k."""

    team: FloatArray
    judge: FloatArray
    fixed: FloatArray

    def at(self, team: IntArray, judge: IntArray, columns: FloatArray) -> FloatArray:
        """Give x'z of ballots (B x k) of these teams and judges with these fixed columns (B x p)."""
        along: FloatArray = self.team[team] + self.judge[judge] + columns @ self.fixed
        return along

    def times(self, other: "Sides") -> FloatArray:
        """Each column of this with each column of the other: k x k."""
        product: FloatArray = self.team.T @ other.team + self.judge.T @ other.judge + self.fixed.T @ other.fixed
        return product


def team_side(at: Point, of_team: FloatArray, contrast: FloatArray) -> Sides:
    """The right-hand side that asks for `contrast` (T x k) of the teams' effects, their fixed ones included."""
    judges = at.sums.crossing.levels[0 if at.sums.crossing.judges_wide else 1]
    return Sides(contrast, np.zeros((judges, contrast.shape[1])), of_team.T @ contrast)


def ballot_side(at: Point, team: IntArray, judge: IntArray, columns: FloatArray) -> Sides:
    """The right-hand side that asks for the fitted value of each of B ballots, a column each."""
    crossing, place = at.sums.crossing, np.arange(len(team))
    judges, teams = crossing.levels if crossing.judges_wide else crossing.levels[::-1]
    side = Sides(np.zeros((teams, len(team))), np.zeros((judges, len(team))), columns.T)
    side.team[team, place] = 1.0
    side.judge[judge, place] = 1.0
    return side


def answered(at: Point, asked: Sides) -> Sides:
    """C^-1 times what is asked."""
    sums, solution, crossing = at.sums, at.solution, at.sums.crossing
    size = crossing.levels[1]
    root = math.sqrt(solution.ratios[1])
    wide_side, narrow_side = (asked.judge, asked.team) if crossing.judges_wide else (asked.team, asked.judge)
    absorbed = solution.absorbed[:, None] * wide_side
    right = np.concatenate(
        [root * (narrow_side - crossing.gather(sums.counts, absorbed)), asked.fixed - sums.wide_fixed.T @ absorbed]
    )
    solved, _ = dpotrs(solution.factor, right, lower=0)
    narrow, fixed = root * solved[:size], solved[size:]
    wide = absorbed - solution.absorbed[:, None] * (crossing.forth(sums.counts, narrow) + sums.wide_fixed @ fixed)
    return Sides(narrow, wide, fixed) if crossing.judges_wide else Sides(wide, narrow, fixed)
