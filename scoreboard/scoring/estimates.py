"""What every method answers with: one score for each team, and a line for each judge.

A method takes the complete ballots and answers with `Estimates`. One that knows more than a score (an error, a
severity) answers with a subclass of it, and whatever only ranks need not know.
"""

from dataclasses import dataclass

import numpy as np

from scoreboard.scoring.table import Ballots, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """What is told of a judge: complete ballots, and the mean of their totals (None without any)."""

    judge: str
    ballots: int
    mean: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """A method's answer for T teams.

    `score` (T) is on the method's own scale, higher is better, NaN for a team that it cannot score. `ballots` (T)
    counts the complete ballots. `extent` is the width of the scale that scores are on: what differs by less than 1e-9
    of it is the same score.
    """

    method: str
    score: FloatArray
    ballots: IntArray
    extent: float
    judges: tuple[JudgeLine, ...]


def judge_lines(ballots: Ballots) -> tuple[JudgeLine, ...]:
    """One line for each judge, in the table's order."""
    counts = np.bincount(ballots.judge, minlength=len(ballots.judges)).tolist()
    means = mean_by(ballots.judge, ballots.total, len(ballots.judges)).tolist()
    return tuple(
        JudgeLine(judge, count, mean if count else None)
        for judge, count, mean in zip(ballots.judges, counts, means, strict=True)
    )


def sum_by(group: IntArray, values: FloatArray, groups: int) -> FloatArray:
    """The sum of `values` (B) within each of `groups`, told by `group` (B)."""
    return np.bincount(group, values, groups).astype(np.float64, copy=False)


def mean_by(group: IntArray, values: FloatArray, groups: int) -> FloatArray:
    """The mean of `values` (B) within each of `groups`, told by `group` (B); NaN for a group without any."""
    counts = np.bincount(group, minlength=groups)
    sums = np.bincount(group, values, minlength=groups)
    means = np.full(groups, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means
