"""Variance ratios by restricted maximum likelihood (REML), penalised by a prior so that none is ever 0.

Newton's method in the logarithms of the ratios, with the analytic gradient and the average information of
`model.derivatives`; a step is shortened until the deviance falls, as long as the deviance can show that. The ratios are
g = (team variance, judge variance) over the variance of the noise; sqrt(g) is a ratio of standard deviations.

Plain REML puts a variance at exactly 0 in two of five events when a seventh of the ballots is in, and then all teams
tie. A weak prior keeps it off 0 (Chung, Rabe-Hesketh, Dorie, Gelman and Liu, "A nondegenerate penalized likelihood
estimator for variance parameters in multilevel models", Psychometrika 78, 2013).
"""

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from scoreboard.scoring.crossed.model import Inverse, Solution, Sums, derivatives, invert, solve
from scoreboard.scoring.table import FloatArray

LOWEST: Final = -23.0  # logarithms of the least and the greatest ratio: beyond them nothing changes any more
HIGHEST: Final = 14.0
FURTHEST_START: Final = 5.0  # either way: from further out there is no slope that leads back
LONGEST_STEP: Final = 4.0
STEPS: Final = 60
CLOSE: Final = 1e-9  # a step in the logarithm of a ratio that shows in no total's seventh decimal
SHORTER: Final = 0.35
FINE: Final = 1e-9  # of a deviance, that a step promises: less is lost in the deviance's own last digits
FLAT: Final = 1e-9
NEARLY_NOTHING: Final = -9.0
FIRST_GUESS: Final = np.log([1.0, 0.3])


class Prior(Protocol):
    """A prior on the logarithms of the two ratios (team, judge), as the deviance sees it: -2 log density."""

    def penalty(self, logs: FloatArray) -> float:
        """What is added to the deviance, up to a constant."""
        ...

    def slope(self, logs: FloatArray) -> FloatArray:
        """The derivative (2) of the penalty."""
        ...

    def bend(self, logs: FloatArray) -> FloatArray:
        """The second derivative (2) of the penalty; it has no mixed one."""
        ...


@dataclass(frozen=True, slots=True)
class LogNormal:
    """log sqrt(g) ~ N(`centre`, `spread`^2) for (team, judge).

    The default comes from real panels, where judges differ by .3 to .8 of the standard deviation of teams or, among
    experts who taste, by more, and noise is .4 to 1.2 of it: log sqrt(g) varies by .4 there and, with such experts, .7.
    """

    centre: tuple[float, float] = (0.0, math.log(0.5))
    spread: tuple[float, float] = (0.6, 0.6)

    def penalty(self, logs: FloatArray) -> float:
        """The squares of the standardised logarithms."""
        return float((((logs / 2 - self.centre) / self.spread) ** 2).sum())

    def slope(self, logs: FloatArray) -> FloatArray:
        """Give d penalty / d log g."""
        return (logs / 2 - self.centre) / np.square(self.spread)

    def bend(self, logs: FloatArray) -> FloatArray:
        """Give d^2 penalty / d log g^2: the same everywhere."""
        return 0.5 / np.square(self.spread) + 0 * logs


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """The model at given ratios."""

    sums: Sums
    solution: Solution
    inverse: Inverse

    @property
    def noise(self) -> float:
        """The variance of the noise."""
        return self.solution.misfit / self.sums.degrees

    @property
    def ratios(self) -> tuple[float, float]:
        """The variances of teams and of judges, over that of the noise."""
        first, second = self.solution.ratios
        return (second, first) if self.sums.crossing.judges_wide else (first, second)

    @property
    def team(self) -> FloatArray:
        """The effect of each team (T)."""
        return self.solution.narrow if self.sums.crossing.judges_wide else self.solution.wide

    @property
    def judge(self) -> FloatArray:
        """The effect of each judge (J); positive is generous."""
        return self.solution.wide if self.sums.crossing.judges_wide else self.solution.narrow


@dataclass(frozen=True, slots=True, eq=False)
class Fit(Point):
    """The model at given ratios with the penalised `deviance` there, and its derivatives.

    `logs` are the logarithms of the ratios (team, judge), `gradient` (2) and `bend` (2 x 2: average information, plus
    the bend of the prior) are in them.
    """

    logs: FloatArray
    deviance: float
    gradient: FloatArray
    bend: FloatArray


def fit(sums: Sums, prior: Prior | None, start: FloatArray = FIRST_GUESS) -> Fit:
    """Find the ratios of least penalised deviance, from the logarithms `start` (team, judge) on.

    `prior` None is plain REML, in which a ratio can come out as 0. n - p must be 1 or more, and totals must differ.
    """
    best = evaluate(sums, np.exp(started(start)), prior)
    learned = np.zeros((2, 2))
    for _ in range(STEPS):
        step = newton_step(best, LONGEST_STEP, learned, vanishing=prior is None)
        if np.abs(step).max() < CLOSE:
            break
        fine = abs(float(best.gradient @ step)) < FINE * (1 + abs(best.deviance))
        tried = evaluate(sums, np.exp(np.clip(best.logs + step, LOWEST, HIGHEST)), prior)
        while not fine and tried.deviance > best.deviance and np.abs(step).max() > CLOSE:
            step = step * SHORTER
            tried = evaluate(sums, np.exp(np.clip(best.logs + step, LOWEST, HIGHEST)), prior)
        if not fine and tried.deviance > best.deviance:
            break
        learned = _learned(best, tried)
        best = tried
    vanished = best.logs <= LOWEST
    return evaluate(sums, np.where(vanished, 0.0, np.exp(best.logs)), prior) if vanished.any() else best


def started(logs: FloatArray) -> FloatArray:
    """Logarithms of ratios (2) to begin with, near those at which another fit ended; a ratio may have been 0 there."""
    near: FloatArray = np.clip(logs, -FURTHEST_START, FURTHEST_START)
    return near


def solution_at(sums: Sums, ratios: FloatArray) -> Solution:
    """The solution at the ratios (team, judge)."""
    first, second = ratios[_order(sums)].tolist()
    return solve(sums, (first, second))


def evaluate(sums: Sums, ratios: FloatArray, prior: Prior | None) -> Fit:
    """The model at the ratios (team, judge)."""
    order = _order(sums)
    solution = solution_at(sums, ratios)
    inverse = invert(sums, solution)
    gradient, information = derivatives(sums, solution, inverse)
    gradient = ratios * gradient[order]
    bend = ratios[:, None] * ratios * information[order][:, order]
    deviance = solution.deviance
    with np.errstate(divide="ignore"):
        logs = np.log(ratios)
    if prior is not None:
        deviance += prior.penalty(logs)
        gradient = gradient + prior.slope(logs)
        bend = bend + np.diag(prior.bend(logs))
    return Fit(sums, solution, inverse, logs, deviance, gradient, bend)


def newton_step(at: Fit, longest: float, learned: FloatArray | float = 0.0, *, vanishing: bool = False) -> FloatArray:
    """The step (2) in the logarithms of the ratios that Newton's method takes, no longer than `longest` in either.

    `learned` (2 x 2) is added to the bend, unless the deviance would bend down then. With `vanishing`, a ratio that is
    falling and already next to nothing falls to the bottom at once: nothing but the bottom ends its fall.
    """
    (one, both), (_, two) = (at.bend + learned).tolist()
    if one <= 0 or one * two <= both**2:
        (one, both), (_, two) = at.bend.tolist()
    if one <= 0 or one * two <= both**2:  # where nothing is left of the noise, information is lost in rounding
        one, both, two = abs(one), 0.0, abs(two)
    down, right = at.gradient.tolist()
    # Where the deviance still slopes, it bends by as much again: far out, information alone would overshoot.
    one += max(down, 0) + FLAT * (1 + one)
    two += max(right, 0) + FLAT * (1 + two)
    stuck = ((at.logs <= LOWEST) & (at.gradient >= 0)) | ((at.logs >= HIGHEST) & (at.gradient <= 0))
    if stuck.any():
        step = np.where(stuck, 0, [-down / one, -right / two])
    else:
        step = np.array([both * right - two * down, both * down - one * right]) / (one * two - both**2)
    falls = vanishing & (at.gradient > 0) & (at.logs < NEARLY_NOTHING)
    return np.where(falls, LOWEST - at.logs, np.clip(step, -longest, longest))


def _learned(before: Fit, after: Fit) -> FloatArray:
    """What a step shows that average information misses: the symmetric change of rank one that explains the gradient.

    With few ballots information can be half of the true bend, and steps by it alone would swing to and fro.
    """
    step = after.logs - before.logs
    missed = after.gradient - before.gradient - after.bend @ step
    along = float(missed @ step)
    if abs(along) <= FLAT * float(np.linalg.norm(missed) * np.linalg.norm(step)):
        return np.zeros((2, 2))
    return np.outer(missed, missed) / along


def _order(sums: Sums) -> list[int]:
    """Where (wide, narrow) are in (team, judge), and the other way round."""
    return [1, 0] if sums.crossing.judges_wide else [0, 1]
