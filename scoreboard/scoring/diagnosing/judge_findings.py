"""What diagnostics found of judges beyond a threshold, in words that inform and ask."""

from collections.abc import Iterator
from typing import Final

from scoreboard.scoring.diagnosing.findings import ERRORS, Finding
from scoreboard.scoring.diagnosing.judge_checks import JudgeCheck
from scoreboard.scoring.diagnosing.remark import decimal, percent, points, remark
from scoreboard.scoring.methods.adaptive import CONSTANT_FROM
from scoreboard.scoring.methods.mixed import (
    INCONSISTENT_BELOW,
    NARROW_BELOW,
    WIDE_ABOVE,
    JudgeEstimate,
    MixedEstimates,
)

STRAIGHT: Final = 0.8
NOISY: Final = 1.5  # infit; with MUTED the range that Linacre calls productive
MUTED: Final = 0.5
AGAINST: Final = 0.0
HALO: Final = 0.3


def of_judges(estimates: MixedEstimates, checks: tuple[JudgeCheck, ...]) -> Iterator[Finding]:
    """Judges with unusual habits, judge by judge."""
    for line, check in zip(estimates.judges, checks, strict=True):
        if check.constant:
            words = remark(
                "%(judge)s gave the same total on all ballots (%(count)s; the threshold is %(threshold)s): "
                "they tell nothing of the order.",
                judge=line.judge,
                count=line.ballots,
                threshold=CONSTANT_FROM,
            )
            yield Finding("constant", line.ballots, CONSTANT_FROM, words, line.judge)
        yield from _of_estimate(line, estimates.extent)
        yield from _of_check(check)


def _of_estimate(line: JudgeEstimate, extent: float) -> Iterator[Finding]:
    name = line.judge
    if abs(line.severity) > ERRORS * line.se:
        size, error = points(abs(line.severity), extent), points(line.se, extent)
        words = (
            remark(
                "%(judge)s is stricter than the average judge by %(points)s ± %(error)s points, "
                "more than %(threshold)s standard errors. Normalised scores correct for it.",
                judge=name,
                points=size,
                error=error,
                threshold=f"{ERRORS:g}",
            )
            if line.severity > 0
            else remark(
                "%(judge)s is more generous than the average judge by %(points)s ± %(error)s points, "
                "more than %(threshold)s standard errors. Normalised scores correct for it.",
                judge=name,
                points=size,
                error=error,
                threshold=f"{ERRORS:g}",
            )
        )
        yield Finding("severity", line.severity, ERRORS * line.se, words, name)
    shown = {"judge": name, "value": decimal(line.spread)}
    if line.spread < NARROW_BELOW:
        words = remark(
            "%(judge)s uses a narrow part of the scale: spread %(value)s, below %(threshold)s.",
            **shown,
            threshold=decimal(NARROW_BELOW),
        )
        yield Finding("narrow", line.spread, NARROW_BELOW, words, name)
    if line.spread > WIDE_ABOVE:
        words = remark(
            "%(judge)s puts teams far apart: spread %(value)s, above %(threshold)s.",
            **shown,
            threshold=decimal(WIDE_ABOVE),
        )
        yield Finding("wide", line.spread, WIDE_ABOVE, words, name)
    if line.precision < INCONSISTENT_BELOW:
        words = remark(
            "%(judge)s is less consistent than others: precision %(value)s, below %(threshold)s.",
            judge=name,
            value=decimal(line.precision),
            threshold=decimal(INCONSISTENT_BELOW),
        )
        yield Finding("inconsistent", line.precision, INCONSISTENT_BELOW, words, name)


def _of_check(check: JudgeCheck) -> Iterator[Finding]:
    name = check.judge
    if check.straight is not None and check.straight > STRAIGHT:
        words = remark(
            "%(judge)s gave all criteria the same score on %(percent)s%% of ballots, above %(threshold)s%%.",
            judge=name,
            percent=percent(check.straight),
            threshold=percent(STRAIGHT),
        )
        yield Finding("straight", check.straight, STRAIGHT, words, name)
    if check.infit is not None and check.outfit is not None and check.unusual:
        shown = {"judge": name, "infit": decimal(check.infit), "outfit": decimal(check.outfit)}
        if check.infit > NOISY:
            words = remark(
                "Ballots of %(judge)s are farther from the panel than chance explains: "
                "infit %(infit)s, outfit %(outfit)s, above %(threshold)s.",
                **shown,
                threshold=decimal(NOISY),
            )
            yield Finding("noisy", check.infit, NOISY, words, name)
        if check.infit < MUTED:
            words = remark(
                "Ballots of %(judge)s are closer to the panel than chance explains: "
                "infit %(infit)s, outfit %(outfit)s, below %(threshold)s.",
                **shown,
                threshold=decimal(MUTED),
            )
            yield Finding("muted", check.infit, MUTED, words, name)
    if check.rest is not None and check.rest < AGAINST:
        words = remark(
            "%(judge)s orders teams against the other judges: correlation %(value)s, below %(threshold)s.",
            judge=name,
            value=decimal(check.rest),
            threshold=decimal(AGAINST),
        )
        yield Finding("against", check.rest, AGAINST, words, name)
    if check.halo is not None and check.halo < HALO:
        words = remark(
            "%(judge)s hardly tells criteria apart: %(value)s of what others do, below %(threshold)s.",
            judge=name,
            value=decimal(check.halo),
            threshold=decimal(HALO),
        )
        yield Finding("halo", check.halo, HALO, words, name)
