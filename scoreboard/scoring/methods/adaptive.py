"""`adaptive`: the mixed model of `severity`, with a spread and a precision for each judge.

    (y - centre) / spread = mean + team + judge + noise / sqrt(precision)

Habits and variance ratios are estimated together, each by a step of Newton's method for the fit of the others, see
`habits` and `fit`, until no step is left: steps are mixed, see `mixing`, and wherever they begin they end at the same
place. Judges who gave three or more teams the same total each, to all, have told nothing of the order and
are set aside. With fewer than eight judges of four ballots habits cannot be told from chance, and the model is that of
`severity`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoreboard.scoring.crossed.fit import FIRST_GUESS, HIGHEST, LOWEST, Fit, Prior, evaluate, newton_step, started
from scoreboard.scoring.crossed.habits import Evidence, State
from scoreboard.scoring.crossed.leverage import leverages
from scoreboard.scoring.crossed.mixing import Mixing
from scoreboard.scoring.crossed.model import sums_of
from scoreboard.scoring.crossed.posterior import posterior_of
from scoreboard.scoring.crossed.sway import Sway
from scoreboard.scoring.estimates import sum_by
from scoreboard.scoring.methods.mixed import Habits, MixedEstimates, Problem, estimates_of, problem_of
from scoreboard.scoring.methods.severity import severity_of
from scoreboard.scoring.options import DEFAULT, Options, Start
from scoreboard.scoring.ranks import SAME
from scoreboard.scoring.table import Ballots, BoolArray, FloatArray

CONSTANT_FROM: Final = 3  # ballots
JUDGES_NEEDED: Final = 8
BALLOTS_NEEDED: Final = 4
STEPS: Final = 300
CLOSE: Final = 1e-9  # a step that shows in no total's seventh decimal
LONGEST_STEP: Final = 1.0


def adaptive(ballots: Ballots, options: Options = DEFAULT) -> MixedEstimates:
    """Estimate teams by the mixed model, judges differing in severity, spread and precision."""
    heard = ~constant_judges(ballots)[ballots.judge]
    if not heard.any():
        heard = np.ones(len(ballots), dtype=np.bool_)
    problem = problem_of(ballots.only(heard), options)
    counts = np.bincount(problem.ballots.judge, minlength=len(ballots.judges))
    if problem.flat or (counts >= BALLOTS_NEEDED).sum() < JUDGES_NEEDED:
        return severity_of("adaptive", ballots, heard, problem, options)
    found = _searched(problem, options)
    state = found.state
    posterior = posterior_of(
        found.fit,
        options.prior,
        problem.fixed.of_team,
        found.sway(problem),
        integrated=options.integrated,
        spent=state.spent(found.seen),
    )
    first, second = found.fit.logs.tolist()
    start = Start(
        (first, second),
        dict(zip(ballots.judges, state.log_spread.tolist(), strict=True)),
        dict(zip(ballots.judges, state.log_precision.tolist(), strict=True)),
        state.spread_sd,
        state.precision_sd,
    )
    habits = Habits(np.exp(state.log_spread), np.exp(state.log_precision))
    return estimates_of("adaptive", ballots, heard, problem, posterior, habits, start)


def constant_judges(ballots: Ballots) -> BoolArray:
    """Which judges (J) gave the same total on all of three ballots or more."""
    judges = len(ballots.judges)
    highest, lowest = np.full(judges, -np.inf), np.full(judges, np.inf)
    np.maximum.at(highest, ballots.judge, ballots.total)
    np.minimum.at(lowest, ballots.judge, ballots.total)
    many = np.bincount(ballots.judge, minlength=judges) >= CONSTANT_FROM
    constant: BoolArray = many & (highest - lowest <= SAME * ballots.extent)
    return constant


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The state of habits, and the fit and the evidence for it."""

    state: State
    fit: Fit
    seen: Evidence
    residual: FloatArray
    response: FloatArray

    def sway(self, problem: Problem) -> Sway:
        """What errors of the habits, first spreads and then precisions, move the teams' effects by."""
        errors = self.state.spread_error(self.seen), self.state.precision_error(self.seen)
        weight = np.exp(self.state.log_precision)
        moved = tuple(
            (weight * error)[problem.ballots.judge] * values
            for error, values in zip(errors, (-self.response, self.residual), strict=True)
        )
        return Sway.of(self.fit, problem.fixed.columns, problem.fixed.of_team, moved)


def _searched(problem: Problem, options: Options) -> Found:
    start = options.start
    state = State.alike(len(problem.ballots.judges))
    logs = FIRST_GUESS
    if start is not None:
        logs = started(np.array(start.logs))
        state = State(
            np.array([start.log_spread.get(judge, 0.0) for judge in problem.ballots.judges]),
            np.array([start.log_precision.get(judge, 0.0) for judge in problem.ballots.judges]),
            start.spread_sd or state.spread_sd,
            start.precision_sd or state.precision_sd,
        )
    place, mixing = np.concatenate([logs, state.place]), Mixing()
    for _ in range(STEPS):
        logs, state = np.clip(place[:2], LOWEST, HIGHEST), State.at(place[2:])
        found = fitted(problem, state, np.exp(logs), options.prior)
        nearer = newton_step(found.fit, LONGEST_STEP, vanishing=options.prior is None)
        step = np.concatenate([logs + nearer, state.moved(found.seen).place]) - place
        if np.abs(step).max() < CLOSE:
            break
        place = mixing.next(place, step)
    return found


def fitted(problem: Problem, state: State, ratios: FloatArray, prior: Prior | None) -> Found:
    """The fit, at ratios (team, judge), for judges of these habits, and what it says of them."""
    judge, judges = problem.ballots.judge, len(problem.ballots.judges)
    response = problem.response * np.exp(-state.log_spread)[judge]
    weight = np.exp(state.log_precision)[judge]
    sums = sums_of(problem.crossing, response, weight, problem.fixed.columns)
    at = evaluate(sums, ratios, prior)
    fitted = problem.fixed.columns @ at.solution.fixed + at.team[problem.ballots.team] + at.judge[judge]
    residual = response - fitted
    weights = sum_by(judge, weight, judges)
    mean = sum_by(judge, weight * response, judges) / np.maximum(weights, 1e-9)
    within = sum_by(judge, weight * (response - mean[judge]) ** 2, judges)
    seen = Evidence(
        ballots=np.bincount(judge, minlength=judges).astype(np.float64),
        along=sum_by(judge, weight * response * residual, judges) / at.noise,
        noise=sum_by(judge, weight * residual**2, judges) / at.noise,
        hat=sum_by(judge, weight * leverages(at, problem.fixed.columns), judges),
        stretch=(0.7 * within + weights * mean**2 / (1 + weights * at.ratios[1])) / at.noise,
    )
    return Found(state, at, seen, residual, response)
