"""`severity`: team and judge as crossed random effects; strict and lenient judges are brought to the same mean.

    y = mean + team + judge + noise

The model of `model`, with every ballot of the same weight and judges who differ in severity only. With `prior` None it
is lme4's `score ~ 1 + (1 | team) + (1 | judge)` by REML. An effect is shrunk towards 0 the more, the fewer ballots
there are: g d / (1 + g d) of the mean by which d ballots, corrected for severity, are above the mean.
"""

import numpy as np

from scoreboard.scoring.crossed.fit import FIRST_GUESS, fit
from scoreboard.scoring.crossed.model import sums_of
from scoreboard.scoring.crossed.posterior import Posterior, posterior_of
from scoreboard.scoring.methods.mixed import Habits, MixedEstimates, Problem, estimates_of, problem_of
from scoreboard.scoring.options import DEFAULT, Options, Start
from scoreboard.scoring.table import Ballots, BoolArray


def severity(ballots: Ballots, options: Options = DEFAULT) -> MixedEstimates:
    """Estimate teams by the mixed model, judges differing in severity."""
    return severity_of(
        "severity", ballots, np.ones(len(ballots), dtype=np.bool_), problem_of(ballots, options), options
    )


def severity_of(method: str, ballots: Ballots, heard: BoolArray, problem: Problem, options: Options) -> MixedEstimates:
    """The same for `problem`, stated of those `ballots` that are `heard`, in the name of `method`."""
    posterior, start = None, None
    if not problem.flat:
        posterior = _posterior(problem, options)
        first, second = posterior.best.logs.tolist()
        start = Start((first, second))
    return estimates_of(method, ballots, heard, problem, posterior, Habits.alike(len(ballots.judges)), start)


def _posterior(problem: Problem, options: Options) -> Posterior:
    alike = np.ones(len(problem.response))
    sums = sums_of(problem.crossing, problem.response, alike, problem.fixed.columns)
    best = fit(sums, options.prior, FIRST_GUESS if options.start is None else np.array(options.start.logs))
    return posterior_of(best, options.prior, problem.fixed.of_team, None, integrated=options.integrated)
