"""Why one team stands above another: the explanation by a method of choice, ballot by ballot.

What decides is the rule; where its scores are no sums over ballots, the model explains in its place. The mean is always
on offer beside it, for what would be said if all judges were alike.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoreboard.errors import InvalidInput
from scoreboard.judging.analysis.analysis import Analysis
from scoreboard.judging.analysis.lines import Line
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.explaining.contrast import chance_above
from scoreboard.scoring.explaining.explain import why
from scoreboard.scoring.explaining.explanation import Why
from scoreboard.scoring.normalise import method_named
from scoreboard.scoring.table import Ballots

PLAIN: Final = "raw"
ADDED_UP: Final = frozenset({PLAIN, "additive"})  # besides mixed models
MOST_SHARES: Final = 40  # listed one by one
NOTHING: Final = 1e-9  # of the greatest weight


@dataclass(frozen=True, slots=True)
class Share:
    """What a ballot adds to the difference of the two scores: its total times its contrast weight."""

    judge: str
    team: str
    total: float
    weight: float

    @property
    def adds(self) -> float:
        """The ballot's part of the difference."""
        return self.total * self.weight


@dataclass(frozen=True, slots=True)
class Rest:
    """Ballots that are told together: how many, the sum of their weights, and what they add to the difference."""

    ballots: int
    weight: float
    adds: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two teams, the one that stands higher first; where they are in tables `apart`, the one with the higher mean.

    `method` explains, `methods` could. `why` is None where the two cannot be compared by it. `above`: how likely one is
    above other by the model, None where it cannot tell. `shares` are the ballots that weigh most, `rest` the others.
    """

    one: Line
    other: Line
    apart: bool
    method: str
    methods: tuple[str, ...]
    why: Why | None
    above: float | None
    shares: tuple[Share, ...] = ()
    rest: Rest = Rest(0, 0.0, 0.0)

    @property
    def whole(self) -> Rest:
        """All ballots together: their weights sum to 0, and they add the difference."""
        return Rest(
            len(self.shares) + self.rest.ballots,
            sum(share.weight for share in self.shares) + self.rest.weight,
            sum(share.adds for share in self.shares) + self.rest.adds,
        )


def methods_of(analysis: Analysis) -> tuple[str, ...]:
    """The methods that can explain this result, the one that is nearest to what decides first."""
    model = analysis.model.method if analysis.model is not None and analysis.told else PLAIN
    decides = analysis.rule if analysis.rule in ADDED_UP | {model} else model
    return tuple(dict.fromkeys((decides, model, PLAIN)))


def compared(analysis: Analysis, first: str, second: str, method: str = "") -> Comparison:
    """Compare two teams by one of `methods_of`, the first of them without a `method`.

    Raises InvalidInput for a team that is unknown or has no score, for a team and itself, and for another method.
    """
    lines = {line.standing.team: line for line in analysis.lines}
    for team in (first, second):
        if team not in lines:
            raise InvalidInput("The team %(label)s is not known.", label=team)
        if lines[team].raw is None:
            raise InvalidInput("%(team)s has no score to explain.", team=team)
    if first == second:
        raise InvalidInput("A team cannot be compared with itself.")
    methods = methods_of(analysis)
    chosen = method or methods[0]
    if chosen not in methods:
        raise InvalidInput("The method %(method)s cannot be explained ballot by ballot.", method=chosen)
    one, other, apart = _ordered(analysis, lines[first], lines[second])
    joined = one.group is not None and one.group == other.group
    if chosen != PLAIN and not joined:
        return Comparison(one, other, apart, chosen, methods, None, None)
    reasons = why(_estimates(analysis, chosen), analysis.ballots, one.standing.team, other.standing.team)
    shares, left = _shares(analysis.ballots, reasons)
    above = _above(analysis, one, other) if joined else None
    return Comparison(one, other, apart, chosen, methods, reasons, above, shares, left)


def _ordered(analysis: Analysis, first: Line, second: Line) -> tuple[Line, Line, bool]:
    """Put the team that stands higher first, and tell whether the two are in tables apart."""
    table = analysis.outcome.group_of.get
    if table(first.standing.team) != table(second.standing.team):
        one, other = sorted((first, second), key=lambda line: -(line.raw or 0.0))
        return one, other, True
    one, other = sorted((first, second), key=analysis.lines.index)
    return one, other, False


def _estimates(analysis: Analysis, method: str) -> Estimates:
    if analysis.model is not None and method == analysis.model.method:
        return analysis.model
    return method_named(method)(analysis.ballots)


def _above(analysis: Analysis, one: Line, other: Line) -> float | None:
    """By the model, whichever method explains: it alone knows judges apart."""
    if analysis.model is None or analysis.model.posterior is None:
        return None
    place = analysis.ballots.teams.index
    return chance_above(analysis.model.posterior, place(one.standing.team), place(other.standing.team))[1]


def _shares(ballots: Ballots, reasons: Why) -> tuple[tuple[Share, ...], Rest]:
    """The ballots that weigh most, the heaviest first, and the sum of those after them."""
    size = np.abs(reasons.weight)
    order = np.argsort(-size, kind="stable")
    count = min(MOST_SHARES, int((size > NOTHING * size.max(initial=0.0)).sum()))
    listed, others = order[:count], order[count:]
    weight = reasons.weight[others]
    rest = Rest(len(others), float(weight.sum()), float(weight @ ballots.total[others]))
    return tuple(
        Share(
            ballots.judges[ballots.judge[place]],
            ballots.teams[ballots.team[place]],
            float(ballots.total[place]),
            float(reasons.weight[place]),
        )
        for place in listed.tolist()
    ), rest
