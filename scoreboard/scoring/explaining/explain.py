"""Why one team is above another: every number between the ballots and the difference, each to be checked by hand.

    adjusted_i = centre + (y_i - centre) / spread + severity        a ballot, on the scale of an average judge
    mean       = sum w_i adjusted_i / sum w_i                       w: precision
    kept       = g d / (1 + g d),  d = sum w_i                      shrinkage: what is kept of the distance
    score      = expected + kept (mean - expected)                  expected: of a team that nobody has seen

With g the ratio of the teams' variance to that of noise. `additive` has spread, precision and kept 1, `raw` severity 0
as well. Time, where it is a fixed effect, is taken off adjusted totals, and a track's effect is in `expected`. The
difference of two scores is also a sum over all ballots, see `contrast`; a ballot's share of that tells its influence.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoreboard.errors import InvalidInput
from scoreboard.scoring.diagnosing.residuals import residuals_of
from scoreboard.scoring.estimates import Estimates, mean_by, sum_by
from scoreboard.scoring.explaining.contrast import Contrast, contrast_of
from scoreboard.scoring.explaining.explanation import Flip, Given, Side, Why
from scoreboard.scoring.explaining.reasons import reasons
from scoreboard.scoring.linkage.graph import Graph, component_labels
from scoreboard.scoring.methods.additive import AdditiveEstimates
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.ranks import SAME
from scoreboard.scoring.table import Ballots, BoolArray, FloatArray

NOTHING: Final = 1e-12  # of the greatest contrast weight


def why(estimates: Estimates, ballots: Ballots, one: str, other: str, options: Options = DEFAULT) -> Why:
    """Explain two scored teams, for `estimates` made of these ballots and options.

    Raises InvalidInput for a team that is unknown or has no score, for a team and itself, and for a method whose scores
    are no sums over ballots.
    """
    first, second = _place(estimates, ballots, one), _place(estimates, ballots, other)
    if first == second:
        raise InvalidInput("A team cannot be compared with itself.")
    contrast = contrast_of(estimates, ballots, first, second, options)
    taken = _taken(estimates, ballots, options)
    sides = tuple(_side(taken, estimates, ballots, contrast, place) for place in (first, second))
    _, of_team = component_labels(Graph.of_ballots(ballots))
    flip = _flip(contrast, ballots)
    comparable = bool(of_team[first] == of_team[second])
    return Why(
        method=estimates.method,
        one=sides[0],
        other=sides[1],
        difference=contrast.difference,
        error=contrast.error,
        above=contrast.above,
        weight=contrast.weight,
        influence=_influence(contrast, ballots),
        flip=flip,
        comparable=comparable,
        remarks=reasons(estimates, sides[0], sides[1], contrast, flip, comparable=comparable),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Taken:
    """How a method takes ballots (B) and judges (J), and what it holds of teams (T) beforehand."""

    adjusted: FloatArray
    weight: FloatArray
    heard: BoolArray
    severity: FloatArray
    se: FloatArray
    spread: FloatArray
    kept: FloatArray
    expected: FloatArray


def _taken(estimates: Estimates, ballots: Ballots, options: Options) -> _Taken:
    judges, teams, everyone = len(ballots.judges), len(ballots.teams), np.ones(len(ballots), dtype=np.bool_)
    if isinstance(estimates, MixedEstimates):
        return _taken_by_mixed(estimates, ballots, options)
    severity = se = np.zeros(judges)
    if isinstance(estimates, AdditiveEstimates):
        severity = np.array([line.severity for line in estimates.judges])
        se = np.array([line.se for line in estimates.judges])
    adjusted = ballots.total + severity[ballots.judge]
    alike = np.ones(judges)
    return _Taken(adjusted, np.ones(len(ballots)), everyone, severity, se, alike, np.ones(teams), np.zeros(teams))


def _taken_by_mixed(estimates: MixedEstimates, ballots: Ballots, options: Options) -> _Taken:
    lines, teams = estimates.judges, len(ballots.teams)
    severity, se, spread, precision = np.array(
        [(line.severity, line.se, line.spread, line.precision) for line in lines]
    ).T
    adjusted = estimates.centre + (ballots.total - estimates.centre) / spread[ballots.judge] + severity[ballots.judge]
    weight = np.where(estimates.heard, precision[ballots.judge], 0.0)
    kept, expected = np.zeros(teams), np.full(teams, estimates.mean)
    left, posterior = residuals_of(estimates, ballots, options), estimates.posterior
    if left is not None and posterior is not None:
        fixed, told = posterior.best.solution.fixed, posterior.of_team
        strength = posterior.best.ratios[0] * sum_by(ballots.team, weight, teams)
        kept, expected = strength / (1 + strength), estimates.mean + told @ fixed
        beside = left.columns - told[left.ballots.team]  # the mean, and time
        adjusted[estimates.heard] -= beside[:, 1:] @ fixed[1:]
    return _Taken(adjusted, weight, estimates.heard, severity, se, spread, kept, expected)


def _side(taken: _Taken, estimates: Estimates, ballots: Ballots, contrast: Contrast, place: int) -> Side:
    own = np.flatnonzero(ballots.team == place)
    weight = taken.weight[own]
    given = [
        Given(
            judge=ballots.judges[judge],
            given=float(ballots.total[ballot]),
            severity=float(taken.severity[judge]),
            se=float(taken.se[judge]),
            spread=float(taken.spread[judge]),
            precision=float(taken.weight[ballot]),
            adjusted=float(taken.adjusted[ballot]),
            heard=bool(taken.heard[ballot]),
            weight=float(contrast.weight[ballot]),
        )
        for ballot, judge in zip(own.tolist(), ballots.judge[own].tolist(), strict=True)
    ]
    return Side(
        team=ballots.teams[place],
        score=float(estimates.score[place]),
        raw=float(mean_by(ballots.team, ballots.total, len(ballots.teams))[place]),
        ballots=tuple(given),
        mean=float(weight @ taken.adjusted[own] / weight.sum()) if weight.sum() > 0 else None,
        kept=float(taken.kept[place]),
        expected=float(taken.expected[place]),
    )


def _influence(contrast: Contrast, ballots: Ballots) -> tuple[tuple[str, float], ...]:
    by_judge = sum_by(ballots.judge, np.abs(contrast.weight), len(ballots.judges))
    whole = by_judge.sum() or 1.0
    order = np.argsort(-by_judge, kind="stable").tolist()
    return tuple((ballots.judges[judge], float(by_judge[judge] / whole)) for judge in order if by_judge[judge] > 0)


def _flip(contrast: Contrast, ballots: Ballots) -> Flip | None:
    size = np.abs(contrast.weight)
    able = np.flatnonzero(size > NOTHING * size.max(initial=0.0))
    if abs(contrast.difference) <= SAME * ballots.extent or not len(able):
        return None
    change = -contrast.difference / contrast.weight[able]
    if any(scale.ranged for scale in ballots.scales):
        after = ballots.total[able] + change
        within = (after >= 0) & (after <= ballots.extent)
        able, change = able[within], change[within]
    if not len(able):
        return None
    least = int(np.abs(change).argmin())
    ballot = int(able[least])
    return Flip(
        ballots.judges[ballots.judge[ballot]],
        ballots.teams[ballots.team[ballot]],
        float(ballots.total[ballot]),
        float(change[least]),
    )


def _place(estimates: Estimates, ballots: Ballots, team: str) -> int:
    if team not in ballots.teams:
        raise InvalidInput("The team %(label)s is not known.", label=team)
    place = ballots.teams.index(team)
    if not np.isfinite(estimates.score[place]):
        raise InvalidInput("%(team)s has no score to explain.", team=team)
    return place
