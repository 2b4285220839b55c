"""Methods that turn ballots into one score for each team; every method has the same signature.

A method takes the complete ballots and its options, and answers with `Estimates`. One that knows more than a score (an
error, a severity) answers with a subclass of it, and whatever only ranks need not know.

    adaptive, severity                 mixed models, with the errors of their estimates: `MixedEstimates`
    additive                           least squares
    raw, trimmed                       plain means
    zscore, minmax, borda              each judge's ballots brought to one scale first
    bradley_terry                      only who is above whom

A method's scores are points, as totals are, or on a scale of its own (shares, standard scores, logits); `decimals` says
how many of a score's decimals tell anything where totals are points of 100.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from scoreboard.errors import InvalidInput
from scoreboard.scoring.estimates import Estimates, judge_lines, mean_by
from scoreboard.scoring.methods.adaptive import adaptive
from scoreboard.scoring.methods.additive import additive
from scoreboard.scoring.methods.baselines import borda, bradley_terry, minmax, trimmed, zscore
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.table import Ballots


@dataclass(frozen=True, slots=True)
class Method:
    """What every method is: how it estimates, and with how many `decimals` its scores are shown."""

    estimate: Callable[[Ballots, Options], Estimates]
    decimals: int

    def __call__(self, ballots: Ballots, options: Options = DEFAULT, /) -> Estimates:
        """Estimate the teams of `ballots`."""
        return self.estimate(ballots, options)


def raw(ballots: Ballots) -> Estimates:
    """The mean of the totals of a team's complete ballots, as if all judges were alike."""
    return Estimates(
        method="raw",
        score=mean_by(ballots.team, ballots.total, len(ballots.teams)),
        ballots=np.bincount(ballots.team, minlength=len(ballots.teams)),
        extent=ballots.extent,
        judges=judge_lines(ballots),
    )


def plain(method: Callable[[Ballots], Estimates], decimals: int) -> Method:
    """A method that has no options."""

    def estimate(ballots: Ballots, _options: Options) -> Estimates:
        return method(ballots)

    return Method(estimate, decimals)


IN_POINTS: Final = 1
ON_ITS_OWN_SCALE: Final = 2


METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "adaptive": Method(adaptive, IN_POINTS),
        "severity": Method(severity, IN_POINTS),
        "additive": Method(additive, IN_POINTS),
        "raw": plain(raw, IN_POINTS),
        "trimmed": plain(trimmed, IN_POINTS),
        "zscore": plain(zscore, ON_ITS_OWN_SCALE),
        "minmax": plain(minmax, ON_ITS_OWN_SCALE),
        "borda": plain(borda, ON_ITS_OWN_SCALE),
        "bradley_terry": plain(bradley_terry, ON_ITS_OWN_SCALE),
    }
)


def method_named(name: str) -> Method:
    """The method of that name; InvalidInput if there is none."""
    if name not in METHODS:
        raise InvalidInput(
            "There is no method %(method)s; known are: %(known)s.", method=name, known=", ".join(METHODS)
        )
    return METHODS[name]
