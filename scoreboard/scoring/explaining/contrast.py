"""One team against another: what each ballot adds to the difference of their scores, and how sure its sign is.

    difference = sum c_i y_i,    sum c_i = 0

exactly, for totals y of all B ballots. The contrast weights c are the derivatives of the difference:

    raw        1 / d of the ballots of the one, -1 / d of those of the other
    additive   by the adjoint of its least squares equations; symbols as in `additive`
    mixed      h_i = w_i x_i'C^-1 c, see `equations`, is that of the total as the model takes it, (y - centre) / a; the
               centre is the mean of all totals, so c_i = h_i / a_i - mean(h / a). Ratios and habits are held.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from scoreboard.errors import InvalidInput
from scoreboard.scoring.crossed.crossing import Crossing
from scoreboard.scoring.crossed.equations import answered, team_side
from scoreboard.scoring.crossed.posterior import Posterior, effects_of
from scoreboard.scoring.diagnosing.residuals import residuals_of
from scoreboard.scoring.estimates import Estimates, mean_by
from scoreboard.scoring.methods.additive import AdditiveEstimates
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.table import Ballots, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """The score of one team less that of another, and the `weight` (B) of each ballot in it.

    `error` is the standard deviation of the difference and `above` the probability that it is above 0; both are None
    where the ballots leave nothing to tell the noise by.
    """

    difference: float
    weight: FloatArray
    error: float | None
    above: float | None


def contrast_of(estimates: Estimates, ballots: Ballots, one: int, other: int, options: Options = DEFAULT) -> Contrast:
    """The contrast of two scored teams, by their places in `ballots.teams`.

    `estimates` come from these ballots and options. Raises InvalidInput for a method that is not a sum over ballots.
    """
    if isinstance(estimates, MixedEstimates):
        return _mixed(estimates, ballots, one, other, options)
    if isinstance(estimates, AdditiveEstimates):
        return _additive(estimates, ballots, one, other)
    if estimates.method == "raw":
        return _raw(ballots, one, other)
    raise InvalidInput("The method %(method)s cannot be explained ballot by ballot.", method=estimates.method)


def chance_above(posterior: Posterior | None, one: int, other: int) -> tuple[float | None, float]:
    """The error of the difference of two teams' effects, and P(one above other): Student's t at each node."""
    if posterior is None:
        return None, 0.5
    contrast = np.zeros((len(posterior.of_team), 1))
    contrast[one], contrast[other] = 1.0, -1.0
    difference = np.array([(contrast.T @ effects_of(node, posterior.of_team))[0] for node in posterior.nodes])
    variance = np.empty(len(posterior.nodes))
    for place, node in enumerate(posterior.nodes):
        asked = team_side(node, posterior.of_team, contrast)
        variance[place] = posterior.inflation * node.noise * asked.times(answered(node, asked))[0, 0]
    habits = 0.0 if posterior.sway is None else posterior.sway.variance_of(contrast)
    chance = sum(
        weight * _above(step, math.sqrt(max(error, 0) + habits), posterior.degrees)
        for weight, step, error in zip(posterior.weight.tolist(), difference.tolist(), variance.tolist(), strict=True)
    )
    centre = posterior.weight @ difference
    total = float(posterior.weight @ (np.maximum(variance, 0) + (difference - centre) ** 2)) + habits
    return math.sqrt(total), min(max(chance, 0.0), 1.0)


def _mixed(estimates: MixedEstimates, ballots: Ballots, one: int, other: int, options: Options) -> Contrast:
    weight = np.zeros(len(ballots))
    left, posterior = residuals_of(estimates, ballots, options), estimates.posterior
    if left is not None and posterior is not None:
        contrast = np.zeros((len(ballots.teams), 1))
        contrast[one], contrast[other] = 1.0, -1.0
        answer = answered(left.at, team_side(left.at, posterior.of_team, contrast))
        gain = left.weight * answer.at(left.ballots.team, left.ballots.judge, left.columns)[:, 0] / left.spread
        weight[estimates.heard] = gain - gain.mean()
    error, above = chance_above(posterior, one, other)
    return Contrast(float(estimates.effect[one] - estimates.effect[other]), weight, error, above)


def _additive(estimates: AdditiveEstimates, ballots: Ballots, one: int, other: int) -> Contrast:
    crossing = Crossing.of(ballots, teams_wide=True)
    teams, judges = crossing.levels
    counts = np.bincount(crossing.cell, minlength=len(crossing.cell_wide)).astype(np.float64)
    heard_of, given_by = np.bincount(ballots.team, minlength=teams), np.bincount(ballots.judge, minlength=judges)
    share = 1 / np.maximum(heard_of, 1)
    of_team = np.zeros(teams)
    of_team[one], of_team[other] = share[one], -share[other]
    laplacian = np.diag(given_by) - crossing.gram(counts, share)
    solved = np.linalg.lstsq(laplacian, crossing.back(counts, of_team), rcond=None)[0]
    of_judge = np.asarray(solved, dtype=np.float64)
    of_team += share * crossing.times(counts, of_judge)
    weight = of_team[ballots.team] - of_judge[ballots.judge]
    degrees = len(ballots) - int((heard_of > 0).sum()) - int((given_by > 0).sum()) + estimates.components
    difference = float(estimates.score[one] - estimates.score[other])
    return _least_squares(difference, weight, estimates.residual, degrees)


def _raw(ballots: Ballots, one: int, other: int) -> Contrast:
    heard_of = np.bincount(ballots.team, minlength=len(ballots.teams))
    weight = ((ballots.team == one) / heard_of[one]) - ((ballots.team == other) / heard_of[other])
    mean = mean_by(ballots.team, ballots.total, len(ballots.teams))
    degrees = len(ballots) - int((heard_of > 0).sum())
    left = ballots.total - mean[ballots.team]
    noise = float(left @ left) / degrees if degrees > 0 else math.nan
    return _least_squares(float(mean[one] - mean[other]), weight, noise, degrees)


def _least_squares(difference: float, weight: FloatArray, noise: float, degrees: int) -> Contrast:
    if degrees < 1:
        return Contrast(difference, weight, None, None)
    error = math.sqrt(noise * float(weight @ weight))
    return Contrast(difference, weight, error, _above(difference, error, degrees))


def _above(difference: float, error: float, degrees: float) -> float:
    if error == 0:
        return 0.5 * (1 + (difference > 0) - (difference < 0))
    return float(stdtr(degrees, difference / error))
