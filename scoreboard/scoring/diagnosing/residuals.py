"""What a mixed model makes of each ballot that it heard: how it took it, what it expected, and what is left.

    x_i = (y_i - centre) / a_j        taken          the total as the model takes it, w_j its weight
    e_i = x_i - fitted_i              residual       variance s2 (1 - hat_i) / w_j
    z_i = e_i / sqrt(that)            standardised   about 1 in size; 0 where a ballot alone tells its own fit

Ballots of judges who were set aside are not among them.
"""

from dataclasses import dataclass

import numpy as np

from scoreboard.scoring.crossed.fit import Point
from scoreboard.scoring.crossed.leverage import leverages
from scoreboard.scoring.methods.mixed import MixedEstimates, problem_of
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.table import Ballots, FloatArray

DETERMINED = 1e-9  # what is left of 1 - hat where a ballot alone tells its own fit


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """The B ballots that were heard, with the fixed `columns` (B x p) of the fit `at`, and the rest as above (B)."""

    ballots: Ballots
    at: Point
    columns: FloatArray
    spread: FloatArray
    weight: FloatArray
    taken: FloatArray
    residual: FloatArray
    hat: FloatArray

    @property
    def variance(self) -> FloatArray:
        """The variance (B) that each residual has by the model."""
        return self.at.noise * np.maximum(1 - self.hat, 0) / self.weight

    @property
    def standardised(self) -> FloatArray:
        """Residuals (B) in their standard deviations."""
        scaled = np.zeros(len(self.residual))
        told = (1 - self.hat > DETERMINED) & (self.at.noise > 0)
        np.divide(self.residual, np.sqrt(self.variance), out=scaled, where=told)
        return scaled


def residuals_of(estimates: MixedEstimates, ballots: Ballots, options: Options = DEFAULT) -> Residuals | None:
    """What `estimates`, made of these ballots with these options, left; None where they tell no difference of teams."""
    if estimates.posterior is None:
        return None
    at = estimates.posterior.best
    heard = ballots.only(estimates.heard)
    problem = problem_of(heard, options)
    columns = problem.fixed.columns
    spread = np.array([line.spread for line in estimates.judges])[heard.judge]
    weight = np.array([line.precision for line in estimates.judges])[heard.judge]
    taken = problem.response / spread
    residual = taken - (columns @ at.solution.fixed + at.team[heard.team] + at.judge[heard.judge])
    return Residuals(heard, at, columns, spread, weight, taken, residual, weight * leverages(at, columns))
