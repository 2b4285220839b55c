"""How each judge judges, beside what the models estimate: numbers that ask a question, and change no score.

    constant   the same total on all of three ballots or more
    straight   share of ballots with the same score, of its range, on all criteria
    infit      sum e^2 / sum s2 (1 - hat)      over a judge's ballots, e residuals of `severity`: 1 is as noisy as the
    outfit     mean of e^2 / (s2 (1 - hat))    panel; infit weighs ballots by what they tell, outfit feels outliers
    rest       correlation of a judge's totals with what the other judges' ballots predict of them
    halo       variance between criteria within a ballot, each criterion less its mean, over that of all ballots

Sources: B. Wright and J. Linacre, "Reasonable mean-square fit values", Rasch Measurement Transactions 8:370, 1994, for
infit and outfit; Y. Benjamini and Y. Hochberg, J. R. Stat. Soc. B 57:289, 1995, for how many judges may be named.
The rest without a judge is exact, with ratios held: residuals of a block I of ballots, left out, are (1 - H_II)^-1 e_I.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import chdtr, chdtrc

from scoreboard.scoring.crossed.equations import answered, ballot_side
from scoreboard.scoring.diagnosing.residuals import DETERMINED, Residuals, residuals_of
from scoreboard.scoring.estimates import mean_by, sum_by
from scoreboard.scoring.methods.adaptive import constant_judges
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.ranks import SAME
from scoreboard.scoring.table import Ballots, BoolArray, FloatArray

ENOUGH: Final = 5  # ballots, below which a judge's habits are chance
FALSE_ALARMS: Final = 0.05  # of the judges whose fit is called unusual


@dataclass(frozen=True, slots=True)
class JudgeCheck:
    """The numbers of one judge, as above; None where a judge has too few ballots for them or nothing tells them.

    `unusual`: infit is farther from 1 than chance explains, among this many judges.
    """

    judge: str
    ballots: int
    constant: bool
    straight: float | None
    infit: float | None
    outfit: float | None
    unusual: bool
    rest: float | None
    halo: float | None


def judge_checks(estimates: MixedEstimates, ballots: Ballots, options: Options = DEFAULT) -> tuple[JudgeCheck, ...]:
    """A line for each judge, in the table's order, for `estimates` made of these ballots and options."""
    counts = np.bincount(ballots.judge, minlength=len(ballots.judges))
    enough = counts >= ENOUGH
    heard = ballots.only(estimates.heard)
    infit, outfit, unusual = _fit(heard, replace(options, integrated=False, start=None))
    columns = (
        counts,
        constant_judges(ballots),
        np.where(enough, _straight(ballots), np.nan),
        infit,
        outfit,
        unusual,
        _rest(residuals_of(estimates, ballots, options), len(ballots.judges)),
        np.where(enough, _halo(ballots), np.nan),
    )
    return tuple(
        JudgeCheck(judge, count, constant, _told(straight), _told(inner), _told(outer), odd, _told(rest), _told(halo))
        for judge, count, constant, straight, inner, outer, odd, rest, halo in zip(
            ballots.judges, *(column.tolist() for column in columns), strict=True
        )
    )


def _told(value: float) -> float | None:
    return None if np.isnan(value) else value


def _straight(ballots: Ballots) -> FloatArray:
    """The share (J) of ballots with one score on all criteria; NaN for a single criterion."""
    if ballots.units.shape[1] < 2:
        return np.full(len(ballots.judges), np.nan)
    same = np.ptp(ballots.units, axis=1) <= SAME * max(1.0, float(np.abs(ballots.units).max(initial=0.0)))
    return mean_by(ballots.judge, same.astype(np.float64), len(ballots.judges))


def _halo(ballots: Ballots) -> FloatArray:
    """The variance between criteria within ballots (J), over that of all; NaN where no criterion differs."""
    if ballots.units.shape[1] < 2 or not len(ballots):
        return np.full(len(ballots.judges), np.nan)
    within = (ballots.units - ballots.units.mean(axis=0)).var(axis=1, ddof=1)
    pooled = float(within.mean())
    scale = max(1.0, float(np.abs(ballots.units).max()))
    if pooled <= (SAME * scale) ** 2:
        return np.full(len(ballots.judges), np.nan)
    return mean_by(ballots.judge, within, len(ballots.judges)) / pooled


def _fit(heard: Ballots, options: Options) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Infit, outfit (J, NaN below enough ballots), and which infits are unusual."""
    judges = len(heard.judges)
    infit, outfit = np.full(judges, np.nan), np.full(judges, np.nan)
    unusual = np.zeros(judges, dtype=np.bool_)
    left = residuals_of(severity(heard, options), heard, options)
    if left is None or left.at.noise == 0:
        return infit, outfit, unusual
    judge = left.ballots.judge
    free = sum_by(judge, np.maximum(1 - left.hat, 0), judges)
    told = (np.bincount(judge, minlength=judges) >= ENOUGH) & (free > DETERMINED)
    squares = sum_by(judge, left.residual**2, judges) / left.at.noise
    infit[told] = squares[told] / free[told]
    outfit[told] = mean_by(judge, left.standardised**2, judges)[told]
    if told.any():
        below = chdtr(free[told], squares[told])
        chance = np.minimum(1.0, 2 * np.minimum(below, chdtrc(free[told], squares[told])))
        unusual[told] = false_discovery_rates(chance) <= FALSE_ALARMS
    return infit, outfit, unusual


def false_discovery_rates(chances: FloatArray) -> FloatArray:
    """The least share of false alarms at which each of some p-values (N) would be an alarm (N).

    Benjamini & Hochberg, Journal of the Royal Statistical Society B 57 (1995). (SciPy has it, too, in a part that takes
    longer to load than all else that a server needs.)
    """
    order = np.argsort(chances)
    rates = chances[order] * len(chances) / np.arange(1, len(chances) + 1)
    found = np.empty_like(rates)
    found[order] = np.minimum(1.0, np.minimum.accumulate(rates[::-1])[::-1])
    return found


def _rest(left: Residuals | None, judges: int) -> FloatArray:
    """The correlation (J) of totals with what the others predict; NaN where they predict no difference."""
    correlation = np.full(judges, np.nan)
    if left is None or len(np.unique(left.ballots.judge)) < 2:
        return correlation
    for judge in np.flatnonzero(np.bincount(left.ballots.judge, minlength=judges) >= ENOUGH).tolist():
        own = np.flatnonzero(left.ballots.judge == judge)
        team, of_judge, columns = left.ballots.team[own], left.ballots.judge[own], left.columns[own]
        answer = answered(left.at, ballot_side(left.at, team, of_judge, columns))
        hat = answer.at(team, of_judge, columns) * left.weight[own]
        alone = np.linalg.lstsq(np.eye(len(own)) - hat, left.residual[own], rcond=DETERMINED)[0]
        predicted = left.taken[own] - alone
        same = SAME * left.ballots.extent
        if np.ptp(predicted) > same and np.ptp(left.taken[own]) > same:
            correlation[judge] = np.corrcoef(left.taken[own], predicted)[0, 1]
    return correlation
