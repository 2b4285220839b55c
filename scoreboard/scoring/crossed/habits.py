"""Habits of judges: how far apart a judge puts teams (spread), and how much a ballot can be trusted (precision).

    (y_i - centre) / a_j = x_i'b + t + j + e_i,    e_i ~ N(0, s2 / w_j)
    log a_j ~ N(0, z^2),    log w_j ~ N(0, h^2),  w_j at most 1

    symbol        name here                      what it is
    a_j           exp(log_spread)                spread
    w_j           exp(log_precision)             precision
    z, h          spread_sd, precision_sd        how much judges differ in each
    n_j           ballots                        of judge j
    x, r          response, residual             the left side of the model, and what the fit leaves of it
    hat           hat                            sum over a judge's ballots of w Var(fitted) / s2

Each step moves both towards their best values given the fit: for log a by the gradient of the marginal likelihood,
-n_j + sum(w x r) / s2 - log a / z^2; for log w by that of the residual likelihood, (n_j - sum(w r^2) / s2 - hat) / 2 -
log w / h^2. Both z and h are learned by expectation maximisation, as if four judges more had been seen at .15 and .3,
so that habits of few judges with few ballots stay near 1. The mean of log a is 0, and so is the mean of log w over
ballots before it is cut: a judge is trusted less than others or as much, never more, because who gives every team
nearly the same looks precise.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from scoreboard.scoring.table import BoolArray, FloatArray

LEAST_LOG: Final = -1.8  # of a precision
MOST_LOG: Final = 0.9  # of a spread, either way
PSEUDO: Final = 4.0  # judges
PSEUDO_SPREAD: Final = 0.15
PSEUDO_PRECISION: Final = 0.3
FIRST_SPREAD_SD: Final = 0.25
FIRST_PRECISION_SD: Final = 0.5
LONGEST_SPREAD_STEP: Final = 0.4
LONGEST_PRECISION_STEP: Final = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the ballots of each judge (J) say, given a fit.

    `ballots` n_j, `along` sum(w x r) / s2, `noise` sum(w r^2) / s2, `hat`, and how surely the response tells a spread:
    `stretch`.
    """

    ballots: FloatArray
    along: FloatArray
    noise: FloatArray
    hat: FloatArray
    stretch: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Log spreads and log precisions (J), and how much judges differ in each."""

    log_spread: FloatArray
    log_precision: FloatArray
    spread_sd: float
    precision_sd: float

    @classmethod
    def alike(cls, judges: int) -> Self:
        """All judges the same, to begin with."""
        return cls(np.zeros(judges), np.zeros(judges), FIRST_SPREAD_SD, FIRST_PRECISION_SD)

    @classmethod
    def at(cls, place: FloatArray) -> Self:
        """The state at a `place` (2J + 2), see `place`."""
        log_spread, log_precision = np.split(place[:-2], 2)
        spread_sd, precision_sd = np.exp(place[-2:]).tolist()
        return cls(log_spread, log_precision, spread_sd, precision_sd)

    @property
    def place(self) -> FloatArray:
        """The state as one array (2J + 2), all of it logarithms."""
        return np.concatenate([self.log_spread, self.log_precision, np.log([self.spread_sd, self.precision_sd])])

    def moved(self, seen: Evidence) -> Self:
        """One step towards the best habits."""
        active = seen.ballots > 0
        log_spread = self._moved_spread(seen, active)
        log_precision = self._moved_precision(seen)
        return replace(
            self,
            log_spread=log_spread,
            log_precision=log_precision,
            spread_sd=_learned(log_spread[active], self.spread_error(seen)[active], PSEUDO_SPREAD),
            precision_sd=_learned(log_precision[active], self.precision_error(seen)[active], PSEUDO_PRECISION),
        )

    def spread_error(self, seen: Evidence) -> FloatArray:
        """The standard deviation of each log spread (J), to first order."""
        return 1 / np.sqrt(_spread_information(seen) + self.spread_sd**-2)

    def precision_error(self, seen: Evidence) -> FloatArray:
        """The standard deviation of each log precision (J), to first order."""
        return 1 / np.sqrt(_precision_information(seen) + self.precision_sd**-2)

    def spent(self, seen: Evidence) -> float:
        """How many degrees of freedom habits took, shrunk as they are; the mean of each kind is not free."""
        kinds = (_spread_information(seen), self.spread_sd), (_precision_information(seen), self.precision_sd)
        return sum(max(float((told / (told + sd**-2)).sum()) - 1, 0.0) for told, sd in kinds)

    def _moved_spread(self, seen: Evidence, active: BoolArray) -> FloatArray:
        slope = seen.along - seen.ballots - self.log_spread / self.spread_sd**2
        bend = _spread_information(seen) + self.spread_sd**-2
        step = np.clip(slope / bend, -LONGEST_SPREAD_STEP, LONGEST_SPREAD_STEP)
        return _centred(np.clip(self.log_spread + _centred(step, active), -MOST_LOG, MOST_LOG), active)

    def _moved_precision(self, seen: Evidence) -> FloatArray:
        slope = (seen.ballots - seen.noise - seen.hat) / 2 - self.log_precision / self.precision_sd**2
        bend = _precision_information(seen) + self.precision_sd**-2
        free = self.log_precision + np.clip(slope / bend, -LONGEST_PRECISION_STEP, LONGEST_PRECISION_STEP)
        moved: FloatArray = np.clip(free - (seen.ballots @ free) / seen.ballots.sum(), LEAST_LOG, 0)
        return moved


def _learned(logs: FloatArray, errors: FloatArray, pseudo: float) -> float:
    """How much judges differ, from those seen and from four that differed by `pseudo`."""
    return float(np.sqrt((PSEUDO * pseudo**2 + (logs**2 + errors**2).sum()) / (PSEUDO + len(logs))))


def _spread_information(seen: Evidence) -> FloatArray:
    """By how much the deviance, halved, bends in each log spread: n + x'Px / s2."""
    return seen.ballots + seen.stretch


def _precision_information(seen: Evidence) -> FloatArray:
    return np.maximum(seen.ballots - seen.hat, 0) / 2


def _centred(values: FloatArray, active: BoolArray) -> FloatArray:
    """The values less the mean of the active ones; others are 0."""
    return np.where(active, values - values[active].mean(), 0.0)
