"""What a mixed model answers with: effects with their errors, variances, and what it found of each judge."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoreboard.scoring.crossed.crossing import Crossing
from scoreboard.scoring.crossed.posterior import (
    Posterior,
    conditional_variance,
    effects_of,
    interval,
    judge_variance,
    standard_errors,
)
from scoreboard.scoring.estimates import Estimates, JudgeLine, judge_lines
from scoreboard.scoring.linkage.graph import Graph, component_labels
from scoreboard.scoring.methods.fixed import Fixed, fixed_of
from scoreboard.scoring.options import Options, Start
from scoreboard.scoring.ranks import SAME
from scoreboard.scoring.table import Ballots, BoolArray, FloatArray

CONSTANT: Final = "constant"  # gave the same total to all teams, and was set aside
NARROW: Final = "narrow"  # spread below .6
WIDE: Final = "wide"  # spread above 1.6
INCONSISTENT: Final = "inconsistent"  # precision below .5
SINGLE: Final = "single"  # one ballot only

NARROW_BELOW: Final = 0.6
WIDE_ABOVE: Final = 1.6
INCONSISTENT_BELOW: Final = 0.5


@dataclass(frozen=True, slots=True)
class JudgeEstimate(JudgeLine):
    """What a mixed model found of a judge.

    `severity` +- `se`: how much lower than the average judge, positive is harsher; `spread`: how far apart the judge
    puts teams, 1 is average; `precision`: weight of a ballot, 1 at most. A total y is taken as
    centre + (y - centre) / spread + severity. A judge who is not heard has severity 0 with the error of not knowing.
    """

    severity: float
    se: float
    spread: float
    precision: float
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variance:
    """Variance components, on the square of the score's scale."""

    team: float
    judge: float
    residual: float


@dataclass(frozen=True, slots=True, eq=False)
class MixedEstimates(Estimates):
    """Estimates of a mixed model for T teams: score = `mean` + `effect`.

    `effect` (T) is 0 for a team of which nothing was heard. `se` (T) is the standard error of the effect with the mean
    estimated (PEV), `conditional_se` (T) that with the mean known (lme4's condVar). `interval` (T x 2) holds the score
    with a probability of 90 %. `heard` (B) tells which ballots the model took and `graph` who met whom in them,
    `centre` is what spread stretches about. `posterior` is None, and all errors are 0, where the ballots show no
    difference between teams. `start` is where the next fit may begin.
    """

    judges: tuple[JudgeEstimate, ...]
    mean: float
    centre: float
    effect: FloatArray
    se: FloatArray
    conditional_se: FloatArray
    interval: FloatArray
    variance: Variance
    heard: BoolArray
    graph: Graph
    posterior: Posterior | None
    start: Start | None

    @property
    def components(self) -> int:
        """How many groups of teams and judges have no ballot between them.

        Effects of different groups compare only as far as the groups are equally strong.
        """
        return int(component_labels(self.graph)[1].max(initial=-1)) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is fitted: the ballots heard, their crossing, fixed effects, and totals (B) less their mean, `centre`."""

    ballots: Ballots
    crossing: Crossing
    fixed: Fixed
    response: FloatArray
    centre: float

    @property
    def flat(self) -> bool:
        """Whether there is nothing to fit: no degree of freedom, or totals that are all the same."""
        difference = float(np.ptp(self.response)) if len(self.response) else 0.0
        return self.fixed.columns.shape[0] <= self.fixed.columns.shape[1] or difference <= SAME * self.ballots.extent


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """Spread and precision of each judge (J), both 1 where they are not estimated."""

    spread: FloatArray
    precision: FloatArray

    @classmethod
    def alike(cls, judges: int) -> "Habits":
        """Judges that all have the same habits."""
        return cls(np.ones(judges), np.ones(judges))


def problem_of(ballots: Ballots, options: Options) -> Problem:
    """State the problem of these ballots. Raises InvalidTable and InvalidInput as `Crossing.of` and `fixed_of` do."""
    centre = float(ballots.total.mean()) if len(ballots) else 0.0
    return Problem(
        ballots=ballots,
        crossing=Crossing.of(ballots),
        fixed=fixed_of(ballots, options),
        response=ballots.total - centre,
        centre=centre,
    )


def estimates_of(
    method: str,
    ballots: Ballots,
    heard: BoolArray,
    problem: Problem,
    posterior: Posterior | None,
    habits: Habits,
    start: Start | None,
) -> MixedEstimates:
    """Put together what `method` found in `problem`, the ballots of `ballots` that are `heard`."""
    teams, judges = len(ballots.teams), len(ballots.judges)
    counts = np.bincount(ballots.team, minlength=teams)
    mean, effect, between = problem.centre, np.zeros(teams), np.zeros((teams, 2))
    se = conditional = np.zeros(teams)
    severity = severity_se = np.zeros(judges)
    variance = Variance(0.0, 0.0, 0.0)
    if posterior is not None:
        best = posterior.best
        mean += float(best.solution.fixed[0])
        effect, between = effects_of(best, posterior.of_team), interval(posterior)
        se = standard_errors(posterior)
        conditional = np.sqrt(posterior.inflation * conditional_variance(best))
        severity, severity_se = -best.judge, np.sqrt(posterior.inflation * judge_variance(best))
        noise = posterior.inflation * best.noise
        variance = Variance(best.ratios[0] * noise, best.ratios[1] * noise, noise)
    return MixedEstimates(
        method=method,
        score=np.where(counts > 0, mean + effect, np.nan),
        ballots=counts,
        extent=ballots.extent,
        judges=judge_estimates(ballots, severity, severity_se, habits, heard),
        mean=mean,
        centre=problem.centre,
        effect=effect,
        se=se,
        conditional_se=conditional,
        interval=mean + between,
        variance=variance,
        heard=heard,
        graph=Graph.of_ballots(problem.ballots),
        posterior=posterior,
        start=start,
    )


def judge_estimates(
    ballots: Ballots, severity: FloatArray, se: FloatArray, habits: Habits, heard: BoolArray
) -> tuple[JudgeEstimate, ...]:
    """A line for each judge (J), with what is remarkable about it; `heard` (B) tells the ballots that were taken."""
    aside = np.bincount(ballots.judge[~heard], minlength=len(ballots.judges)) > 0
    columns = (severity, se, habits.spread, habits.precision, aside)
    return tuple(
        JudgeEstimate(
            line.judge,
            line.ballots,
            line.mean,
            severity=harsher,
            se=error,
            spread=spread,
            precision=precision,
            flags=flags_of(line.ballots, spread, precision, aside=left_out),
        )
        for line, harsher, error, spread, precision, left_out in zip(
            judge_lines(ballots), *(column.tolist() for column in columns), strict=True
        )
    )


def flags_of(ballots: int, spread: float, precision: float, *, aside: bool) -> tuple[str, ...]:
    """What is remarkable about a judge, for people to decide upon."""
    raised = {
        CONSTANT: aside,
        NARROW: spread < NARROW_BELOW,
        WIDE: spread > WIDE_ABOVE,
        INCONSISTENT: precision < INCONSISTENT_BELOW,
        SINGLE: ballots == 1,
    }
    return tuple(flag for flag, up in raised.items() if up)
