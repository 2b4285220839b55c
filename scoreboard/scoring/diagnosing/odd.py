"""Ballots that are far from what the model expects: a typo, a conflict of interest, or an opinion. Ask the judge."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoreboard.scoring.diagnosing.residuals import residuals_of
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.table import Ballots, BoolArray

FAR: Final = 3.0  # standard deviations of a residual


@dataclass(frozen=True, slots=True)
class OddBallot:
    """A ballot (its place in the table's ballots) with its total, what was `expected`, and how far off it is."""

    place: int
    judge: str
    team: str
    total: float
    expected: float
    deviations: float


def odd_ballots(
    estimates: MixedEstimates, ballots: Ballots, options: Options = DEFAULT, *, far: float = FAR
) -> tuple[OddBallot, ...]:
    """The ballots more than `far` standard deviations from what is expected of that judge for that team.

    Farthest first. What is expected is on the judge's own scale.
    """
    left = residuals_of(estimates, ballots, options)
    if left is None:
        return ()
    deviations = left.standardised
    place = np.flatnonzero(estimates.heard)
    found = np.flatnonzero(np.abs(deviations) > far)
    return tuple(
        OddBallot(
            place=int(place[index]),
            judge=ballots.judges[left.ballots.judge[index]],
            team=ballots.teams[left.ballots.team[index]],
            total=float(left.ballots.total[index]),
            expected=float(left.ballots.total[index] - left.residual[index] * left.spread[index]),
            deviations=float(deviations[index]),
        )
        for index in found[np.argsort(-np.abs(deviations[found]), kind="stable")]
    )


def without(ballots: Ballots, odd: tuple[OddBallot, ...]) -> BoolArray:
    """Which ballots (B) are not among the odd ones."""
    kept = np.ones(len(ballots), dtype=np.bool_)
    kept[[ballot.place for ballot in odd]] = False
    return kept
