"""What an organiser should know of a panel: how reliable it is, how judges agree, and what to ask about.

Everything here informs. Nothing changes a score: people decide, and where a number crosses its threshold, `findings`
says so in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scoreboard.scoring.diagnosing.agreement import Agreement, agreement, icc_agreement, icc_consistency
from scoreboard.scoring.diagnosing.drift import Drift, drift
from scoreboard.scoring.diagnosing.findings import Finding, of_drift, of_odd_ballots, of_panel, of_structure
from scoreboard.scoring.diagnosing.judge_checks import JudgeCheck, judge_checks
from scoreboard.scoring.diagnosing.judge_findings import of_judges
from scoreboard.scoring.diagnosing.odd import OddBallot, odd_ballots
from scoreboard.scoring.linkage.graph import Graph, algebraic_connectivity
from scoreboard.scoring.linkage.structure import Structure, structure
from scoreboard.scoring.methods.mixed import MixedEstimates, Variance
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.table import Ballots


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """The numbers, and what of them is beyond its threshold (`findings`).

    `variance` components and the intraclass correlations of a single ballot that they imply, `reliability` of the
    teams' scores (1 - mean PEV / team variance), None where they tell nothing. `agreement`: coefficients that others
    report. `structure` and `connectivity` (the second eigenvalue of its Laplacian): how firmly ballots join the teams.
    `judges`, `odd` ballots and `drift` (None without times) as their modules say.
    """

    method: str
    variance: Variance
    icc_agreement: float | None
    icc_consistency: float | None
    reliability: float | None
    agreement: Agreement
    structure: Structure
    connectivity: float
    judges: tuple[JudgeCheck, ...]
    odd: tuple[OddBallot, ...]
    drift: Drift | None
    findings: tuple[Finding, ...]


def diagnostics(
    estimates: MixedEstimates,
    ballots: Ballots,
    options: Options = DEFAULT,
    *,
    minimum_ballots: int = 2,
    times: Mapping[tuple[str, str], float] | None = None,
) -> Diagnostics:
    """Everything that can be said of `estimates`, made of these ballots with these options.

    `times`, (judge, team) -> any number that grows with time, tells a drift; those of the options do without it. Raises
    InvalidInput when some ballots lack a time.
    """
    graph = Graph.of_ballots(ballots)
    built = structure(graph, minimum_ballots)
    checks = judge_checks(estimates, ballots, options)
    odd = odd_ballots(estimates, ballots, options)
    drifting = drift(ballots.only(estimates.heard), options.times if times is None else times, options)
    variance, known = estimates.variance, reliability(estimates)
    return Diagnostics(
        method=estimates.method,
        variance=variance,
        icc_agreement=icc_agreement(variance.team, variance.judge, variance.residual),
        icc_consistency=icc_consistency(variance.team, variance.residual),
        reliability=known,
        agreement=agreement(ballots),
        structure=built,
        connectivity=algebraic_connectivity(graph),
        judges=checks,
        odd=odd,
        drift=drifting,
        findings=(
            *of_structure(built, minimum_ballots),
            *of_panel(estimates, known),
            *of_judges(estimates, checks),
            *of_odd_ballots(odd, ballots.extent),
            *of_drift(drifting, ballots.extent),
        ),
    )


def reliability(estimates: MixedEstimates) -> float | None:
    """The share of the teams' variance that their scores tell, from 0 to 1, over teams with a ballot.

    None when the ballots show no difference between teams.
    """
    scored = np.isfinite(estimates.score)
    if estimates.variance.team == 0 or not scored.any():
        return None
    return max(0.0, 1 - float((estimates.se[scored] ** 2).mean()) / estimates.variance.team)
