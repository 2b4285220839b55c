"""`additive`: two-way fixed effects, ordinary least squares of total = team + judge + noise.

    minimise sum (y_i - v_team(i) - b_judge(i))^2,    b summing to 0 over the judges of each component

Fisher's additive model for incomplete blocks; with confidences as weights it is that of MacKay, Kenna, Low and Parker,
"Calibration with confidence: a principled method for panel assessment", R. Soc. open sci. 4:160760, 2017. Nothing is
shrunk and nothing assumed of teams or judges, so it needs ballots that connect them: components are put on one scale by
their judges' means only, which is no more than a convention, and a team with one ballot is as good as that ballot.

    symbol       name here            what it is
    D_t, D_j     heard_of, given_by   ballots of each team and each judge
    N            counts (cells)       ballots of each team and judge
    L            -                    D_j - N' D_t^-1 N, the Laplacian of judges;  L b = s_j - N' D_t^-1 s_t
    P            together             projector onto the null space of L, a dimension for each component
    L^+          inverse              (L + P)^-1 - P
    s2           noise                sum of squares left, over n - T - J + components

Teams are eliminated. Var(v_t) = s2 (1 / d_t + N_t L^+ N_t' / d_t^2).
"""

import math
from dataclasses import dataclass

import numpy as np

from scoreboard.scoring.crossed.crossing import Crossing
from scoreboard.scoring.estimates import Estimates, sum_by
from scoreboard.scoring.linkage.graph import Graph, component_labels
from scoreboard.scoring.methods.mixed import Habits, JudgeEstimate, judge_estimates
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.table import Ballots, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class AdditiveEstimates(Estimates):
    """Estimates by least squares: `se` (T) of each team's score, and `residual`, the variance of the noise.

    Both are NaN, and so are the errors of severities, where no ballot is left to tell the noise by. `components`: how
    many groups of teams and judges have no ballot between them.
    """

    judges: tuple[JudgeEstimate, ...]
    se: FloatArray
    residual: float
    components: int


def additive(ballots: Ballots, _options: Options = DEFAULT) -> AdditiveEstimates:
    """Estimate teams by least squares. Raises InvalidTable for more judges than can be solved."""
    crossing = Crossing.of(ballots, teams_wide=True)
    of_judge, of_team = component_labels(Graph.of_ballots(ballots))
    components = int(of_team.max(initial=-1)) + 1
    centre = float(ballots.total.mean()) if len(ballots) else 0.0
    response = ballots.total - centre
    teams, judges = crossing.levels
    counts = np.bincount(crossing.cell, minlength=len(crossing.cell_wide)).astype(np.float64)
    heard_of = np.bincount(ballots.team, minlength=teams)
    given_by = np.bincount(ballots.judge, minlength=judges)
    share = 1 / np.maximum(heard_of, 1)
    team_sum = sum_by(ballots.team, response, teams)
    together = _projector(of_judge)
    inverse = np.linalg.inv(np.diag(given_by) - crossing.gram(counts, share) + together) - together
    lenient = inverse @ (sum_by(ballots.judge, response, judges) - crossing.back(counts, share * team_sum))
    effect = share * (team_sum - crossing.times(counts, lenient))
    left = response - effect[ballots.team] - lenient[ballots.judge]
    degrees = len(ballots) - int((heard_of > 0).sum()) - int((given_by > 0).sum()) + components
    noise = float(left @ left) / degrees if degrees > 0 else math.nan
    shared = sum_by(crossing.cell_wide, counts * crossing.at_cells(counts, inverse), teams)
    judge_se = np.sqrt(noise * np.maximum(np.diagonal(inverse), 0))
    return AdditiveEstimates(
        method="additive",
        score=np.where(heard_of > 0, centre + effect, np.nan),
        ballots=heard_of,
        extent=ballots.extent,
        judges=judge_estimates(
            ballots, -lenient, judge_se, Habits.alike(judges), np.ones(len(ballots), dtype=np.bool_)
        ),
        se=np.where(heard_of > 0, np.sqrt(noise * (share + share**2 * shared)), np.nan),
        residual=noise,
        components=components,
    )


def _projector(label: IntArray) -> FloatArray:
    """Onto vectors that are constant on each component and anything at all on judges without a ballot (label -1)."""
    member = label[:, None] == np.unique(label[label >= 0])[None, :]
    together: FloatArray = (member / np.maximum(member.sum(axis=0), 1)) @ member.T + np.diag(label < 0)
    return together
