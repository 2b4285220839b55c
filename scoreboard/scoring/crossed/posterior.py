"""What is known of the teams' effects once the model is fitted: standard errors, intervals, and where they come from.

For given variance ratios the effects are normal about the fit. With the symbols of `model`, O = absorbed, q the
leverage sum, and s2 the variance of the noise:

    Var(t - t^) = s2 (O + O^2 q)           a wide effect, the mean being estimated too (prediction error variance, PEV)
    Var(j - j^) = s2 g_n K^-1_jj           a narrow effect
    lme4's condVar                         the same, the mean being known: K^-1 without its fixed part

Three things more are not known. The variance of the noise makes a normal into Student's t with n - p degrees of
freedom. The ratios: with `integrated`, seven by seven nodes in the plane of their logarithms, whitened by the bend of
the deviance D at the best ones, each weighing exp(-D/2) sqrt(g_w g_n): D with its penalty tells the density of ratios
of standard deviations, sqrt(g), and so much of them lies between nodes that are as far apart in logarithms. Otherwise,
where ballots are few, too much would be on ratios next to nothing, and intervals be short (Gelman, "Prior distributions
for variance parameters in hierarchical models", Bayesian Analysis 1:515, 2006). The habits of judges (spread,
precision) in the method that estimates them: to first order, see `sway`; and fitting them took `spent` degrees of
freedom from the noise, which is larger by (n - p) / (n - p - spent) than it looks.
"""

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtrit

from scoreboard.scoring.crossed.fit import Fit, Point, Prior, solution_at
from scoreboard.scoring.crossed.model import invert
from scoreboard.scoring.crossed.sway import Sway
from scoreboard.scoring.table import FloatArray

NODES: Final = 7  # along each axis
REACH: Final = 3.0  # standard deviations from the best ratios to the last node
KNOWN: Final = 0.1  # standard deviation of a ratio's logarithm: nothing that depends on it would show
NEGLIGIBLE: Final = 1e-3  # weight of a node, of the heaviest
SURE: Final = 0.95  # either side of an interval of 90 %


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """The fit at the best ratios, and fits at N nodes about it with their `weight` (N, sum 1).

    `of_team` (T x p) are the fixed effects that are the team's, `sway` (None where habits are not estimated) and
    `spent` as above.
    """

    best: Fit
    nodes: tuple[Point, ...]
    weight: FloatArray
    of_team: FloatArray
    sway: Sway | None
    spent: float

    @property
    def degrees(self) -> float:
        """Degrees of freedom that are left to the noise, 1 at least."""
        return max(self.best.sums.degrees - self.spent, 1.0)

    @property
    def inflation(self) -> float:
        """How much larger variances are than they look."""
        return self.best.sums.degrees / self.degrees

    @property
    def swayed(self) -> FloatArray:
        """What not knowing the habits of judges adds to the variance of each team's effect (T)."""
        return np.zeros(len(self.of_team)) if self.sway is None else self.sway.variance


def posterior_of(
    best: Fit,
    prior: Prior | None,
    of_team: FloatArray,
    sway: Sway | None,
    *,
    integrated: bool,
    spent: float = 0.0,
    nodes: int = NODES,
    reach: float = REACH,
) -> Posterior:
    """What is known about the fit `best`, `nodes` along each axis reaching `reach` standard deviations.

    Without a prior the ratios are not integrated over: towards 0 they would have no end. Nor are they where they are
    known to a tenth, which takes some thousands of ballots.
    """
    if not integrated or prior is None:
        return Posterior(best, (best,), np.ones(1), of_team, sway, spent)
    return Posterior(best, *_grid(best, prior, np.linspace(-reach, reach, nodes)), of_team, sway, spent)


def _grid(best: Fit, prior: Prior, along: FloatArray) -> tuple[tuple[Point, ...], FloatArray]:
    size, axes = np.linalg.eigh(best.bend)
    if size[0] <= 0 or size[0] > 2 / KNOWN**2:
        return (best,), np.ones(1)
    places = np.array(list(itertools.product(along, along))) @ (axes * np.sqrt(2 / size)).T + best.logs
    solutions = [solution_at(best.sums, np.exp(place)) for place in places]
    penalised = [
        at.deviance + prior.penalty(place) - float(place.sum()) for at, place in zip(solutions, places, strict=True)
    ]
    weight = np.exp((min(penalised) - np.array(penalised)) / 2)
    heavy = np.flatnonzero(weight > NEGLIGIBLE)
    nodes = tuple(Point(best.sums, solutions[node], invert(best.sums, solutions[node])) for node in heavy)
    return nodes, weight[heavy] / weight[heavy].sum()


def effects_of(found: Point, of_team: FloatArray) -> FloatArray:
    """The effect of each team (T), its fixed ones included."""
    effects: FloatArray = found.team + of_team @ found.solution.fixed
    return effects


def team_variance(found: Point, of_team: FloatArray) -> FloatArray:
    """The prediction error variance of each team's effect (T), its fixed ones included."""
    at, judges_wide = found.solution, found.sums.crossing.judges_wide
    size = found.sums.crossing.levels[1]
    variance = _variances(found)[int(judges_wide)]
    if of_team.any():
        corner, below = found.inverse.full[size:, size:], found.inverse.full[:size, size:]
        shared = np.sqrt(at.ratios[1]) * below if judges_wide else -at.absorbed[:, None] * _with_fixed(found)
        variance = variance + ((of_team @ corner + 2 * shared) * of_team).sum(axis=1)
    return found.noise * variance


def judge_variance(found: Point) -> FloatArray:
    """The prediction error variance of each judge's effect (J)."""
    variance: FloatArray = found.noise * _variances(found)[1 - int(found.sums.crossing.judges_wide)]
    return variance


def conditional_variance(found: Point) -> FloatArray:
    """The variance of each team's effect (T) as if the fixed effects were known: lme4's condVar."""
    sums, at, inverse = found.sums, found.solution, found.inverse.full
    size = sums.crossing.levels[1]
    corner = np.linalg.inv(inverse[size:, size:])
    below = inverse[:size, size:]
    variance: FloatArray
    if sums.crossing.judges_wide:
        variance = at.ratios[1] * (np.diagonal(inverse)[:size] - ((below @ corner) * below).sum(axis=1))
    else:
        shared = _with_fixed(found)
        leverage = found.inverse.leverage_sum - ((shared @ corner) * shared).sum(axis=1)
        variance = at.absorbed + at.absorbed**2 * leverage
    return found.noise * variance


def standard_errors(posterior: Posterior) -> FloatArray:
    """The standard error of each team's effect (T) at the best ratios, with what habits add."""
    errors: FloatArray = np.sqrt(
        posterior.inflation * team_variance(posterior.best, posterior.of_team) + posterior.swayed
    )
    return errors


def interval(posterior: Posterior) -> FloatArray:
    """The interval (T x 2) that each team's effect is in with a probability of 90 %."""
    effects = np.stack([effects_of(node, posterior.of_team) for node in posterior.nodes])
    variances = np.stack([team_variance(node, posterior.of_team) for node in posterior.nodes])
    centre = posterior.weight @ effects
    variance = posterior.weight @ (posterior.inflation * variances + (effects - centre) ** 2)
    reach = stdtrit(posterior.degrees, SURE) * np.sqrt(variance + posterior.swayed)
    return np.column_stack([centre - reach, centre + reach])


def _variances(found: Point) -> tuple[FloatArray, FloatArray]:
    """Of wide and of narrow effects, over the variance of the noise."""
    at = found.solution
    wide = at.absorbed + at.absorbed**2 * found.inverse.leverage_sum
    return wide, at.ratios[1] * np.diagonal(found.inverse.full)[: found.sums.crossing.levels[1]]


def _with_fixed(found: Point) -> FloatArray:
    """The fixed part of a K^-1 (W x p), a as in `model`."""
    sums = found.sums
    size = sums.crossing.levels[1]
    corner, below = found.inverse.full[size:, size:], found.inverse.full[:size, size:]
    across = np.column_stack([sums.crossing.times(sums.counts, column) for column in below.T])
    shared: FloatArray = np.sqrt(found.solution.ratios[1]) * across + sums.wide_fixed @ corner
    return shared
