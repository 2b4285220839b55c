"""The next best visit: which judge should see which team, for the first places to be surer.

The criterion is the sum of the variances of the differences t_a - t_b between each team a among the first k and every
other team b, each weighing 4 p (1 - p), where p is the probability that a is above b: what is settled needs no more
visits, and an even pair counts in full. With C the matrix of the mixed-model equations, a ballot with design row x and
weight w makes C' = C + w x x', so that (Sherman and Morrison, Ann. Math. Stat. 21:124, 1950) it takes

    s2 w (x'C^-1 c)^2 / (1 + w x'C^-1 x)

off the variance s2 c'C^-1 c of the difference c: exactly, with the ratios and habits held, and whatever the score will
be. Nothing is fitted again. See `equations` for C^-1 c, and `leverage` for x'C^-1 x.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr

from scoreboard.errors import InvalidInput
from scoreboard.scoring.crossed.equations import answered, team_side
from scoreboard.scoring.crossed.fit import Point
from scoreboard.scoring.crossed.posterior import Posterior, team_variance
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.table import Ballots, BoolArray, FloatArray, IntArray

SETTLED: Final = 0.01  # a weight below which a pair of teams is not looked at


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit, and the share (0 to 1) of the criterion that it takes off."""

    judge: str
    team: str
    gain: float


def next_best(
    estimates: MixedEstimates,
    ballots: Ballots,
    free_pairs: Collection[tuple[str, str]],
    top: int = 3,
    *,
    limit: int = 10,
    excluded: Collection[str] = frozenset(),
) -> tuple[Visit, ...]:
    """The best `limit` of the free pairs (judge, team) for the first `top` places, best first.

    `estimates` come from these ballots. Teams that compete are those with a score or with a free pair, but not the
    `excluded`. Judges who were set aside are not offered. None where nothing tells teams apart yet, or no order is
    open. Raises InvalidInput for a judge or team that the ballots do not know.
    """
    posterior = estimates.posterior
    if posterior is None:
        return ()
    aside = {ballots.judges[place] for place in np.unique(ballots.judge[~estimates.heard]).tolist()}
    pairs = [pair for pair in dict.fromkeys(free_pairs) if pair[0] not in aside and pair[1] not in excluded]
    judge = _places([judge for judge, _ in pairs], ballots.judges, "The judge %(label)s is not known.")
    team = _places([team for _, team in pairs], ballots.teams, "The team %(label)s is not known.")
    competing = np.isfinite(estimates.score) & ~np.isin(np.array(ballots.teams), list(excluded))
    competing[team] = True
    precision = np.array([line.precision for line in estimates.judges])[judge]
    gains, whole = visit_gains(posterior, estimates.effect, competing, judge, team, precision, top)
    if whole <= 0:
        return ()
    best = np.argsort(-gains, kind="stable")[:limit].tolist()
    return tuple(
        Visit(pairs[place][0], pairs[place][1], float(gains[place] / whole)) for place in best if gains[place] > 0
    )


def visit_gains(
    posterior: Posterior,
    effect: FloatArray,
    competing: BoolArray,
    judge: IntArray,
    team: IntArray,
    precision: FloatArray,
    top: int,
) -> tuple[FloatArray, float]:
    """What each visit (F), of `judge` to `team` with a weight of `precision`, takes off the criterion, and all of it.

    `effect` (T) orders the teams `competing` (T).
    """
    at, of_team = posterior.best, posterior.of_team
    order = np.flatnonzero(competing)
    order = order[np.argsort(-effect[order], kind="stable")]
    pairs = _open_pairs(posterior, effect, order, top)
    gains = np.zeros(len(team))
    if not pairs:
        return gains, 0.0
    involved = sorted({pair.one for pair in pairs} | {pair.other for pair in pairs})
    answer = answered(at, team_side(at, of_team, np.eye(len(effect))[:, involved]))
    columns = of_team.copy()
    columns[:, 0] = 1.0  # the mean; a new ballot comes at a time like any other
    shares = answer.at(team, judge, columns[team])
    scale = at.noise * precision / (1 + precision * _uncertainty(at, team, judge, columns))
    place = {index: column for column, index in enumerate(involved)}
    for pair in pairs:
        gains += pair.weight * scale * (shares[:, place[pair.one]] - shares[:, place[pair.other]]) ** 2
    return gains, sum(pair.weight * pair.variance for pair in pairs)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two teams (places in T) whose order is open, the variance of their difference, and its weight."""

    one: int
    other: int
    variance: float
    weight: float


def _open_pairs(posterior: Posterior, effect: FloatArray, order: IntArray, top: int) -> list[_Pair]:
    """Each of the first `top` of `order` (C) with each that comes after it."""
    at, of_team = posterior.best, posterior.of_team
    first = order[:top]
    answer = answered(at, team_side(at, of_team, np.eye(len(effect))[:, first]))
    shared = at.noise * (answer.team + of_team @ answer.fixed)
    variance = team_variance(at, of_team)
    pairs = []
    for column, one in enumerate(first.tolist()):
        for other in order[column + 1 :].tolist():
            apart = float(variance[one] + variance[other] - 2 * shared[other, column])
            weight = _openness(effect[one] - effect[other], apart)
            if weight >= SETTLED:
                pairs.append(_Pair(one, other, apart, weight))
    return pairs


def _openness(difference: float, variance: float) -> float:
    """4 p (1 - p): 1 for an even pair of teams, 0 for a settled one."""
    if variance <= 0:
        return 0.0
    chance = float(ndtr(difference / math.sqrt(variance)))
    return 4 * chance * (1 - chance)


def _uncertainty(at: Point, team: IntArray, judge: IntArray, columns: FloatArray) -> FloatArray:
    """x'C^-1 x of ballots that are not there (F), with fixed `columns` (T x p) by team."""
    solution, inverse, crossing = at.solution, at.inverse.full, at.sums.crossing
    size, root = crossing.levels[1], math.sqrt(at.solution.ratios[1])
    wide, narrow = (judge, team) if crossing.judges_wide else (team, judge)
    fixed = columns[team]
    corner, below = inverse[size:, size:], inverse[:size, size:]
    across = crossing.forth(at.sums.counts, inverse[:size])
    with_narrow = root * across[:, :size] + at.sums.wide_fixed @ below.T
    with_fixed = root * across[:, size:] + at.sums.wide_fixed @ corner
    own = solution.absorbed + solution.absorbed**2 * at.inverse.leverage_sum
    shared = root * below[narrow] - (solution.absorbed[:, None] * with_fixed)[wide]
    uncertain: FloatArray = (
        own[wide]
        + solution.ratios[1] * np.diagonal(inverse)[narrow]
        - 2 * root * solution.absorbed[wide] * with_narrow[wide, narrow]
        + ((fixed @ corner + 2 * shared) * fixed).sum(axis=1)
    )
    return uncertain


def _places(names: Sequence[str], known: Sequence[str], unknown: str) -> IntArray:
    place = {name: index for index, name in enumerate(known)}
    missing = next((name for name in names if name not in place), None)
    if missing is not None:
        raise InvalidInput(unknown, label=missing)
    return np.array([place[name] for name in names], dtype=np.intp)
