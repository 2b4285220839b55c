"""What diagnostics found beyond a threshold, in words; each finding names its threshold and asks, never decides."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scoreboard.scoring.diagnosing.drift import Drift
from scoreboard.scoring.diagnosing.odd import FAR, OddBallot
from scoreboard.scoring.diagnosing.remark import Remark, decimal, points, remark
from scoreboard.scoring.linkage.bridges import Bridge
from scoreboard.scoring.linkage.structure import Structure
from scoreboard.scoring.methods.mixed import MixedEstimates

RELIABLE: Final = 0.5
ALIKE: Final = 0.25  # standard deviation of judges, of that of teams
ERRORS: Final = 2.0  # standard errors


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: its stable `code`, the `value` found and the `threshold` it is beyond, and whom it names.

    Codes: groups, bridge, thin, lone, flat, unreliable, alike, severity, narrow, wide, inconsistent, constant,
    straight, noisy, muted, against, halo, odd, drift.
    """

    code: str
    value: float
    threshold: float
    remark: Remark
    judge: str | None = None
    team: str | None = None


def of_structure(found: Structure, minimum_ballots: int) -> Iterator[Finding]:
    """Groups, bridges, teams and judges with too few ballots."""
    groups = len(found.components)
    if groups > 1:
        words = remark("%(groups)s groups of teams share no judge and cannot be compared.", groups=groups)
        yield Finding("groups", groups, 1, words)
    for bridge in found.bridges:
        yield Finding("bridge", bridge.parts, 1, _bridging(bridge), bridge.judge, bridge.team)
    for team, count in found.thin_teams:
        words = remark(
            "%(team)s has too few ballots: %(count)s of %(threshold)s.",
            team=team,
            count=count,
            threshold=minimum_ballots,
        )
        yield Finding("thin", count, minimum_ballots, words, team=team)
    for judge in found.lone_judges:
        words = remark("%(judge)s has a single ballot, so that severity cannot be told from quality.", judge=judge)
        yield Finding("lone", 1, 2, words, judge)


def _bridging(bridge: Bridge) -> Remark:
    if bridge.judge is not None and bridge.team is not None:
        return remark(
            "Only the ballot of %(judge)s for %(team)s makes %(parts)s groups of teams comparable.",
            judge=bridge.judge,
            team=bridge.team,
            parts=bridge.parts,
        )
    if bridge.judge is not None:
        return remark(
            "Only %(judge)s makes %(parts)s groups of teams comparable.", judge=bridge.judge, parts=bridge.parts
        )
    return remark(
        "Only %(team)s makes %(parts)s groups of judges comparable.", team=bridge.team or "", parts=bridge.parts
    )


def of_panel(estimates: MixedEstimates, reliability: float | None) -> Iterator[Finding]:
    """Whether the panel can separate teams, and whether severity matters."""
    if reliability is None:
        yield Finding("flat", 0, 0, remark("The ballots show no difference between teams."))
        return
    if reliability < RELIABLE:
        words = remark(
            "This panel cannot separate teams: the reliability of their scores is %(value)s, below %(threshold)s.",
            value=decimal(reliability),
            threshold=decimal(RELIABLE),
        )
        yield Finding("unreliable", reliability, RELIABLE, words)
    ratio = math.sqrt(estimates.variance.judge / estimates.variance.team)
    if ratio < ALIKE and len(estimates.judges) > 1:
        words = remark(
            "Judges hardly differ in severity: by %(value)s of what teams differ by, below %(threshold)s. "
            "Raw and normalised scores nearly agree.",
            value=decimal(ratio),
            threshold=decimal(ALIKE),
        )
        yield Finding("alike", ratio, ALIKE, words)


def of_odd_ballots(odd: tuple[OddBallot, ...], extent: float) -> Iterator[Finding]:
    """Single ballots that may be a slip."""
    for ballot in odd:
        words = remark(
            "%(judge)s gave %(team)s %(points)s points where %(expected)s were expected: %(value)s standard deviations "
            "apart, more than %(threshold)s. Ask the judge.",
            judge=ballot.judge,
            team=ballot.team,
            points=points(ballot.total, extent),
            expected=points(ballot.expected, extent),
            value=f"{abs(ballot.deviations):.1f}",
            threshold=f"{FAR:g}",
        )
        yield Finding("odd", abs(ballot.deviations), FAR, words, ballot.judge, ballot.team)


def of_drift(drift: Drift | None, extent: float) -> Iterator[Finding]:
    """Scores that rise or fall over the day."""
    if drift is None or abs(drift.z) <= ERRORS:
        return
    shown = {"points": points(abs(drift.change), extent), "error": points(drift.se, extent), "threshold": f"{ERRORS:g}"}
    words = (
        remark(
            "Scores rise by %(points)s ± %(error)s points from the first ballot to the last, more than %(threshold)s "
            "standard errors. Compare the ranking that takes time into account.",
            **shown,
        )
        if drift.z > 0
        else remark(
            "Scores fall by %(points)s ± %(error)s points from the first ballot to the last, more than %(threshold)s "
            "standard errors. Compare the ranking that takes time into account.",
            **shown,
        )
    )
    yield Finding("drift", abs(drift.z), ERRORS, words)
