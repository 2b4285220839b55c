"""How sure the ranking is: P(1st), P(top k), expected rank, rank intervals, P(A above B), from draws of the posterior.

At each node of the posterior, with the symbols of `model`, narrow effects and fixed ones are drawn as [u; b] ~ K^-1 r +
U^-1 z s, and the wide effects given those are independent, with variance s2 O: never a T x T matrix. The noise's
standard deviation s is drawn too, which makes the effects Student's t. What judges' habits move (`sway`) is added.
Draws come in pairs, mirrored at the estimates, so that nothing leans to one side by chance.

Numbers belong to labels, see `chance`: a draw changes only as far as the ballots say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.linalg.lapack import dtrtrs
from scipy.special import gammaincinv

from scoreboard.scoring.certainty.chance import normals, uniforms
from scoreboard.scoring.crossed.fit import Point
from scoreboard.scoring.crossed.posterior import Posterior, effects_of
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.table import BoolArray, FloatArray, IntArray

LIVE: Final = 1_000  # draws: an error of sampling of .016 at most
PUBLISHED: Final = 20_000
TAIL: Final = 0.05  # either side of an interval of 90 %
ROUNDING: Final = 1e-9  # of a sum of shares


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """What C competing teams may expect, all from the same draws.

    `teams` (C) index the ballots' teams. `rank` (C x C): probability of each rank, the first column that of the first.
    `effects` (C x S) are the draws, None where nothing tells the teams apart; then every order is as likely.
    """

    teams: IntArray
    rank: FloatArray
    effects: FloatArray | None

    @property
    def first(self) -> FloatArray:
        """P(1st) of each team (C)."""
        return self.top(1)

    def top(self, places: int) -> FloatArray:
        """P(among the first `places`) of each team (C); they sum to `places`."""
        sure: FloatArray = self.rank[:, :places].sum(axis=1)
        return sure

    @property
    def expected_rank(self) -> FloatArray:
        """The mean rank of each team (C), 1-based."""
        mean: FloatArray = self.rank @ np.arange(1.0, len(self.teams) + 1)
        return mean

    @property
    def rank_interval(self) -> IntArray:
        """For each team (C x 2) the least interval of ranks that leaves 5 % at most on either side."""
        below = np.cumsum(self.rank, axis=1)
        low = (below <= TAIL + ROUNDING).sum(axis=1)
        high = (below < 1 - TAIL - ROUNDING).sum(axis=1)
        return np.column_stack([low, high]) + 1

    def above(self, one: int, other: int) -> float:
        """P(one above other), both as places in `teams`."""
        if self.effects is None:
            return 0.5
        difference = self.effects[one] - self.effects[other]
        return float((difference > 0).mean() + (difference == 0).mean() / 2)


def chances(
    estimates: MixedEstimates,
    teams: Sequence[str],
    competing: BoolArray | None = None,
    *,
    draws: int = LIVE,
    seed: int = 0,
) -> Chances:
    """Count what happens to the `competing` teams (T; all that have a score, without it) in `draws` of the posterior.

    `teams` (T) are their ids, `draws` is rounded up to a multiple of two.
    """
    taking_part = np.flatnonzero(np.isfinite(estimates.score) if competing is None else competing)
    return chances_within(estimates, teams, [taking_part], draws=draws, seed=seed)[0]


def chances_within(
    estimates: MixedEstimates,
    teams: Sequence[str],
    groups: Sequence[IntArray],
    *,
    draws: int = LIVE,
    seed: int = 0,
) -> tuple[Chances, ...]:
    """The same for each of `groups`, indices of teams that compete among themselves, from the same draws."""
    posterior = estimates.posterior
    if posterior is None or posterior.best.ratios[0] == 0:
        sizes = [(group, len(group)) for group in groups]
        return tuple(Chances(group, np.full((size, size), 1 / max(size, 1)), None) for group, size in sizes)
    judges = [line.judge for line in estimates.judges]
    effects = draw(posterior, teams, judges, draws=draws, seed=seed)
    return tuple(Chances(group, _rank_shares(effects[group]), effects[group]) for group in groups)


def draw(posterior: Posterior, teams: Sequence[str], judges: Sequence[str], *, draws: int, seed: int) -> FloatArray:
    """Effects of all teams (T x S) drawn from the posterior, S even; the second half mirrors the first."""
    half = -(-draws // 2)
    best = posterior.best
    wide, narrow = (judges, teams) if best.sums.crossing.judges_wide else (teams, judges)
    border = [f"fixed {column}" for column in range(len(best.solution.fixed))]
    for_wide = normals(seed, "wide", wide, half)
    for_narrow = np.concatenate([normals(seed, "narrow", narrow, half), normals(seed, "fixed", border, half)])
    degrees = posterior.degrees
    chi_square = 2 * gammaincinv(degrees / 2, uniforms(seed, "noise", [""], half)[0])
    stretch = np.sqrt(degrees / chi_square)
    moved = _habits(posterior, judges, half, seed)
    effects = np.empty((len(teams), 2 * half))
    ends = np.rint(np.concatenate([[0], np.cumsum(posterior.weight)]) * half).astype(np.intp)
    for node, (start, end) in zip(posterior.nodes, pairwise(ends), strict=True):
        part = slice(start, end)
        scale = np.sqrt(posterior.inflation * node.noise) * stretch[part]
        away = moved[:, part] + _deviations(node, posterior.of_team, for_wide[:, part], for_narrow[:, part]) * scale
        centre = effects_of(node, posterior.of_team)[:, None]
        effects[:, start:end] = centre + away
        effects[:, half + start : half + end] = centre - away
    return effects


def _deviations(at: Point, of_team: FloatArray, for_wide: FloatArray, for_narrow: FloatArray) -> FloatArray:
    """Effects of teams less their estimates (T x S), over the noise's standard deviation."""
    sums, solution = at.sums, at.solution
    size = sums.crossing.levels[1]
    drawn, _ = dtrtrs(solution.factor, for_narrow, lower=0)
    narrow, fixed = np.sqrt(solution.ratios[1]) * drawn[:size], drawn[size:]
    if sums.crossing.judges_wide:
        team = narrow
    else:
        team = np.sqrt(solution.absorbed)[:, None] * for_wide
        team -= solution.absorbed[:, None] * (sums.crossing.forth(sums.counts, narrow) + sums.wide_fixed @ fixed)
    away: FloatArray = team + of_team @ fixed if of_team.any() else team
    return away


def _habits(posterior: Posterior, judges: Sequence[str], half: int, seed: int) -> FloatArray:
    """What the habits of judges move the effects by (T x S)."""
    if posterior.sway is None:
        return np.zeros((len(posterior.of_team), half))
    kinds = range(len(posterior.sway.moved))
    return posterior.sway.effects([normals(seed, f"habit {kind}", judges, half) for kind in kinds])


def _rank_shares(effects: FloatArray) -> FloatArray:
    """How often each team (C) had each rank, as a share of the draws (C x S): C x C."""
    teams, draws = effects.shape
    order = np.argsort(-effects.T, axis=1)  # a row for each draw: the teams from the first rank to the last
    counted = np.bincount((order * teams + np.arange(teams)).ravel(), minlength=teams * teams)
    shares: FloatArray = counted.reshape(teams, teams) / draws
    return shares
