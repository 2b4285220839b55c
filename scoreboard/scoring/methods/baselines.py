"""Plain methods, for comparison and for events whose rules name one of them.

Each corrects for judges less well than a model does, or not at all; its docstring says what it assumes. A judge who
says nothing about the order (one ballot, or the same total for all) puts those teams in the middle of the scale.

    y_jt             total of judge j for team t; n_j ballots with mean m_j and standard deviation s_j
    P(a above b)     = 1 / (1 + exp(-(v_a - v_b))), v the strength of a team (Bradley-Terry)
"""

from typing import Final

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import cg
from scipy.special import expit

from scoreboard.errors import InvalidTable
from scoreboard.scoring.estimates import Estimates, judge_lines, mean_by
from scoreboard.scoring.ranks import SAME, mid_ranks
from scoreboard.scoring.table import Ballots, FloatArray

STRENGTH_SD: Final = 1.5
"""Spread that strengths are expected to have: a team one above another is preferred by about four judges in five."""
MOST_STEPS: Final = 100
LONGEST_STEP: Final = 0.75
"""Twice this is how far two strengths may part in one step and the likelihood surely rise (its curvature changes by no
more than a factor of exp(1.5), and (exp(1.5) - 1 - 1.5) / 1.5^2 < 1)."""
CONVERGED: Final = 1e-11
MOST_COMPARISONS: Final = 40_000_000
"""Takes some seconds: 500 teams of whom each of 150 judges saw all are 19 million."""
AT_ONCE: Final = 2_000_000
"""Comparisons held in memory one by one, some 100 MB; from then on they are summed by pairs of teams."""


def trimmed(ballots: Ballots) -> Estimates:
    """The mean of a team's totals without the highest and the lowest of them.

    A team with fewer than three ballots keeps them all. Source: the panel score of figure skating, ISU Special
    Regulations, rule 353. Assumes many judges for each team: with three it is the median.
    """
    teams = len(ballots.teams)
    counts = np.bincount(ballots.team, minlength=teams)
    order = np.lexsort((ballots.total, ballots.team))
    place = np.arange(len(order)) - (np.cumsum(counts) - counts)[ballots.team[order]]
    last = counts[ballots.team[order]] - 1
    kept = order[(last < 2) | ((place > 0) & (place < last))]
    return _estimates("trimmed", ballots, mean_by(ballots.team[kept], ballots.total[kept], teams), ballots.extent)


def zscore(ballots: Ballots) -> Estimates:
    """The mean of (y_jt - m_j) / s_j: each judge brought to mean 0 and standard deviation 1 (divisor n_j - 1).

    Assumes that every judge saw an equally good sample of teams, and many of them. Source: WildHacks judging guide;
    it is the usual standard score.
    """
    deviations = ballots.total - _by_judge(ballots, ballots.total)
    freedom = np.maximum(np.bincount(ballots.judge, minlength=len(ballots.judges)) - 1.0, 1.0)
    squares = np.bincount(ballots.judge, deviations**2, len(ballots.judges))
    spread = ((squares / freedom) ** 0.5)[ballots.judge]
    return _averaged("zscore", ballots, _ratio(deviations, spread, SAME * ballots.extent, otherwise=0.0))


def minmax(ballots: Ballots) -> Estimates:
    """The mean of (y_jt - lowest_j) / (highest_j - lowest_j): each judge stretched over 0 to 1.

    Assumes that the extremes of judges are comparable; one outlier sets a judge's whole scale. Source: the usual
    feature scaling.
    """
    highest = np.full(len(ballots.judges), -np.inf)
    lowest = np.full(len(ballots.judges), np.inf)
    np.maximum.at(highest, ballots.judge, ballots.total)
    np.minimum.at(lowest, ballots.judge, ballots.total)
    low = lowest[ballots.judge]
    width = highest[ballots.judge] - low
    return _averaged("minmax", ballots, _ratio(ballots.total - low, width, SAME * ballots.extent, otherwise=0.5))


def borda(ballots: Ballots) -> Estimates:
    """The mean share of a judge's other ballots that the team's ballot is above, ties counting half.

    Assumes that only the order matters, and panels that saw equally good teams. On a complete table the order is that
    of the rank sums. Source: Borda, Mémoire sur les élections au scrutin (1781); shares take the place of points, as
    judges see different numbers of teams.
    """
    others = np.bincount(ballots.judge, minlength=len(ballots.judges))[ballots.judge] - np.float64(1)
    above = mid_ranks(ballots.total, ballots.judge, SAME * ballots.extent) - 1
    return _averaged("borda", ballots, _ratio(above, others, 0.0, otherwise=0.5))


def bradley_terry(ballots: Ballots) -> Estimates:
    """Strengths v from who is above whom on each judge's ballots, ties counting half a win for either.

    The maximum of the likelihood times a normal prior of mean 0 and standard deviation `STRENGTH_SD`, which keeps the
    strength of a team that always wins finite, and puts groups that nobody compared around 0 each. Source: Bradley &
    Terry, Biometrika 39:324 (1952); prior: Davidson & Solomon, Biometrika 60:477 (1973). Raises InvalidTable when
    there are more than `MOST_COMPARISONS` pairs to compare.
    """
    wins = _wins(ballots)
    won = np.asarray(wins.sum(axis=1)).ravel()
    games = (wins + wins.T).tocoo()
    prior = 1 / STRENGTH_SD**2
    strength = np.zeros(len(ballots.teams))
    for _ in range(MOST_STEPS):
        chance = expit(strength[games.row] - strength[games.col])
        gradient = won - np.bincount(games.row, games.data * chance, len(won)) - prior * strength
        weight = sp.coo_array((games.data * chance * (1 - chance), (games.row, games.col)), games.shape).tocsr()
        diagonal = weight.sum(axis=1) + prior
        step, _ = cg(sp.diags_array(diagonal) - weight, gradient, rtol=1e-12, M=sp.diags_array(1 / diagonal))
        longest = float(np.abs(step).max(initial=0.0))
        strength += step * min(1.0, LONGEST_STEP / max(longest, LONGEST_STEP))
        if longest < CONVERGED:
            break
    counts = np.bincount(ballots.team, minlength=len(ballots.teams))
    return _estimates("bradley_terry", ballots, np.where(counts > 0, strength, np.nan), 1.0)


def _wins(ballots: Ballots) -> sp.csr_array:
    """How often the row's team was above the column's (T x T), over all pairs of ballots of a judge; a tie is half.

    Two ballots for one team, on two occasions, land on the diagonal, where they change nothing.
    """
    counts = np.bincount(ballots.judge, minlength=len(ballots.judges))
    pairs = np.cumsum(counts * (counts - 1) // 2)
    if pairs.max(initial=0) > MOST_COMPARISONS:
        raise InvalidTable(
            "This table has %(pairs)s pairs of ballots to compare; the method %(method)s takes %(most)s at most.",
            pairs=int(pairs[-1]),
            method="bradley_terry",
            most=MOST_COMPARISONS,
        )
    order = np.argsort(ballots.judge, kind="stable")
    team = ballots.team[order]
    rank = mid_ranks(ballots.total, ballots.judge, SAME * ballots.extent)[order]
    start = np.cumsum(counts) - counts
    shape = (len(ballots.teams), len(ballots.teams))
    wins = sp.csr_array(shape, dtype=np.float64)
    for judges in np.split(np.arange(len(counts)), np.flatnonzero(np.diff(pairs // AT_ONCE)) + 1):
        of_each = [np.stack(np.triu_indices(counts[judge], 1)) + start[judge] for judge in judges]
        one, other = np.concatenate([np.empty((2, 0), dtype=np.intp), *of_each], axis=1)
        above = (1 + np.sign(rank[one] - rank[other])) / 2
        ends = np.concatenate([team[one], team[other]]), np.concatenate([team[other], team[one]])
        wins = wins + sp.coo_array((np.concatenate([above, 1 - above]), ends), shape).tocsr()
    return wins


def _by_judge(ballots: Ballots, values: FloatArray) -> FloatArray:
    """For each ballot (B) the mean of `values` (B) over its judge's ballots."""
    return mean_by(ballots.judge, values, len(ballots.judges))[ballots.judge]


def _ratio(part: FloatArray, whole: FloatArray, floor: float, *, otherwise: float) -> FloatArray:
    """`part` / `whole`, and `otherwise` where `whole` is not above `floor`."""
    ratio = np.full(len(part), otherwise)
    np.divide(part, whole, out=ratio, where=whole > floor)
    return ratio


def _averaged(method: str, ballots: Ballots, values: FloatArray) -> Estimates:
    """Each team scored by the mean of its ballots' `values` (B), which are on a scale of their own of width 1."""
    return _estimates(method, ballots, mean_by(ballots.team, values, len(ballots.teams)), 1.0)


def _estimates(method: str, ballots: Ballots, score: FloatArray, extent: float) -> Estimates:
    counts = np.bincount(ballots.team, minlength=len(ballots.teams))
    return Estimates(method, score, counts, extent, judge_lines(ballots))
