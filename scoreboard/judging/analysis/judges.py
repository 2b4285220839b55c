"""How each judge judged: severity with its interval, the diagnostics' numbers, and how the totals are spread."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtrit

from scoreboard.judging.analysis.analysis import Analysis
from scoreboard.scoring.certainty.uncertainty import TAIL
from scoreboard.scoring.diagnosing.findings import Finding
from scoreboard.scoring.diagnosing.judge_checks import JudgeCheck
from scoreboard.scoring.methods.mixed import JudgeEstimate
from scoreboard.scoring.table import Ballots

MOST_DOTS: Final = 60  # in one row of a plot; with more of them a box tells more


@dataclass(frozen=True, slots=True)
class Distribution:
    """A judge's totals (0-100): least, quartiles, greatest, and each of them where they are few enough to be drawn."""

    least: float
    first: float
    median: float
    third: float
    greatest: float
    totals: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """What is known of a judge who gave a ballot. `interval` holds the severity with a probability of 90 %."""

    estimate: JudgeEstimate
    check: JudgeCheck
    interval: tuple[float, float]
    totals: Distribution
    findings: tuple[Finding, ...]


def judges_of(analysis: Analysis) -> tuple[JudgeLine, ...]:
    """A line for each judge with a ballot, the strictest first; none where no model could take the ballots."""
    model, found = analysis.model, analysis.diagnostics
    if model is None or found is None:
        return ()
    reach = float(stdtrit(model.posterior.degrees, 1 - TAIL)) if model.posterior else 0.0
    lines = [
        JudgeLine(
            estimate=line,
            check=check,
            interval=(line.severity - reach * line.se, line.severity + reach * line.se),
            totals=distribution(analysis.ballots, place),
            findings=tuple(finding for finding in found.findings if finding.judge == line.judge),
        )
        for place, (line, check) in enumerate(zip(model.judges, found.judges, strict=True))
        if line.ballots
    ]
    return tuple(sorted(lines, key=lambda line: -line.estimate.severity))


def distribution(ballots: Ballots, judge: int) -> Distribution:
    """How the totals of a judge, by the place among the ballots' judges, are spread."""
    totals = ballots.total[ballots.judge == judge]
    least, first, median, third, greatest = np.quantile(totals, (0, 0.25, 0.5, 0.75, 1)).tolist()
    dots = tuple(sorted(totals.tolist())) if len(totals) <= MOST_DOTS else ()
    return Distribution(least, first, median, third, greatest, dots)
