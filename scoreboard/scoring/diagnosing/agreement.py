"""How far judges agree, by the coefficients that others report; they describe a panel and decide nothing.

    ICC(A,1), ICC(C,1)   from variance components of any panel, complete or not        McGraw & Wong 1996
    ICC(1,1) to (3,k)    from mean squares of a complete panel                         Shrout & Fleiss 1979
    alpha                interval and ordinal, with missing values                     Krippendorff 2011
    W                    Kendall's, of a complete panel, corrected for ties            Kendall & Babington Smith 1939

A coefficient that a panel does not define (one judge, one team, all values equal) is None.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from scoreboard.scoring.estimates import mean_by
from scoreboard.scoring.ranks import SAME, mid_ranks
from scoreboard.scoring.table import Ballots, FloatArray, extent


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A complete panel: J judges who each scored the same T teams once; `total` is J x T."""

    judges: tuple[str, ...]
    teams: tuple[str, ...]
    total: FloatArray


@dataclass(frozen=True, slots=True)
class Intraclass:
    """The six intraclass correlations of Shrout & Fleiss, Psychological Bulletin 86:420 (1979), for k judges.

    `icc1` takes judges as different for each team, `icc2` as a sample of all judges (agreement), `icc3` as these judges
    only (consistency); `..k` is that of the mean of k judges. With them the mean squares they are made of: between
    teams, within teams, between judges, and residual.
    """

    icc1: float | None
    icc2: float | None
    icc3: float | None
    icc1k: float | None
    icc2k: float | None
    icc3k: float | None
    between_teams: float
    within_teams: float
    between_judges: float
    residual: float


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's W, from 0 (none) to 1 (all judges rank alike).

    `rank_sums` are the sums of each team's ranks, 1 for a judge's best; `p` is the probability of a `chi_square` this
    high, or higher, with `freedom` degrees when judges rank by chance (an approximation that is poor below 8 teams).
    """

    w: float
    chi_square: float
    freedom: int
    p: float
    rank_sums: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """All coefficients of one table: `values` counts the ballots that can be paired with another of the same team.

    `intraclass` and `concordance` are None unless the panel is complete.
    """

    values: int
    alpha_interval: float | None
    alpha_ordinal: float | None
    intraclass: Intraclass | None
    concordance: Concordance | None


def agreement(ballots: Ballots) -> Agreement:
    """Every coefficient that these ballots define."""
    panel = complete_panel(ballots)
    return Agreement(
        int(_pairable(ballots).sum()),
        krippendorff_alpha(ballots, "interval"),
        krippendorff_alpha(ballots, "ordinal"),
        None if panel is None else intraclass(panel),
        None if panel is None else concordance(panel),
    )


def complete_panel(ballots: Ballots) -> Panel | None:
    """The panel of everyone who has a ballot, if each judge scored each team exactly once; else None."""
    judges, judge = np.unique(ballots.judge, return_inverse=True)
    teams, team = np.unique(ballots.team, return_inverse=True)
    place = judge * len(teams) + team
    if not len(place) or not np.array_equal(np.sort(place), np.arange(len(judges) * len(teams))):
        return None
    total = np.empty(len(place))
    total[place] = ballots.total
    return Panel(
        tuple(ballots.judges[number] for number in judges),
        tuple(ballots.teams[number] for number in teams),
        total.reshape(len(judges), len(teams)),
    )


def icc_agreement(team: float, judge: float, residual: float) -> float | None:
    """ICC(A,1): the share of variance between teams in a single score, severity counting as disagreement.

    Takes variance components; McGraw & Wong, Psychological Methods 1:30 (1996), case 2A.
    """
    return _quotient(team, team, judge, residual)


def icc_consistency(team: float, residual: float) -> float | None:
    """ICC(C,1): the same when severity is corrected for; McGraw & Wong, Psychological Methods 1:30 (1996), case 3A."""
    return _quotient(team, team, residual)


def intraclass(panel: Panel) -> Intraclass | None:
    """The correlations of Shrout & Fleiss, by their table of mean squares; None below two judges or two teams."""
    judges, teams = panel.total.shape
    if judges < 2 or teams < 2:
        return None
    noise = (SAME * extent(panel.total)) ** 2
    centred = panel.total - panel.total.mean()
    of_team, of_judge = centred.mean(axis=0), centred.mean(axis=1)
    between = _mean_square(of_team * judges**0.5, teams - 1, noise)
    within = _mean_square(centred - of_team, teams * (judges - 1), noise)
    severity = _mean_square(of_judge * teams**0.5, judges - 1, noise)
    residual = _mean_square(centred - of_team - of_judge[:, None], (teams - 1) * (judges - 1), noise)
    return Intraclass(
        icc1=_quotient(between - within, between, (judges - 1) * within),
        icc2=_quotient(
            between - residual, between, (judges - 1 - judges / teams) * residual, judges * severity / teams
        ),
        icc3=_quotient(between - residual, between, (judges - 1) * residual),
        icc1k=_quotient(between - within, between),
        icc2k=_quotient(between - residual, between, severity / teams, -residual / teams),
        icc3k=_quotient(between - residual, between),
        between_teams=between,
        within_teams=within,
        between_judges=severity,
        residual=residual,
    )


def concordance(panel: Panel) -> Concordance | None:
    """Kendall's W with the correction for ties; None below two judges or two teams, or when no judge prefers any.

    Kendall & Babington Smith, Annals of Mathematical Statistics 10:275 (1939). With mid-ranks r of m judges, W is the
    squared deviation of the rank sums over the most it could be, m * sum (r - mean r)^2, which holds with ties too.
    """
    judges, teams = panel.total.shape
    if judges < 2 or teams < 2:
        return None
    of_judge = np.repeat(np.arange(judges), teams)
    ranks = mid_ranks(-panel.total.ravel(), of_judge, SAME * extent(panel.total)).reshape(judges, teams)
    sums = ranks.sum(axis=0)
    most = judges * float(((ranks - (teams + 1) / 2) ** 2).sum())
    if most == 0:
        return None
    w = float(((sums - judges * (teams + 1) / 2) ** 2).sum()) / most
    chi_square = judges * (teams - 1) * w
    return Concordance(w, chi_square, teams - 1, float(chdtrc(teams - 1, chi_square)), tuple(sums.tolist()))


def krippendorff_alpha(ballots: Ballots, level: Literal["interval", "ordinal"] = "interval") -> float | None:
    """Krippendorff's alpha: 1 for full agreement, 0 for what chance would give, below 0 for less than that.

    Krippendorff, Computing Krippendorff's Alpha-Reliability (2011). Of teams with two ballots or more; a judge who
    scored a team on two occasions counts as two. The interval metric makes alpha 1 - (mean variance within a team) /
    (variance of all values), variances with divisor n - 1 and the mean weighted by a team's number of values; the
    ordinal metric is the interval metric of mid-ranks, as the sum of the frequencies between two values is the
    difference of their mid-ranks. None when there is no such team, or when all their values are equal.
    """
    pairable = _pairable(ballots)
    team, values = ballots.team[pairable], ballots.total[pairable]
    if not len(values) or np.ptp(values) <= SAME * extent(values):
        return None
    if level == "ordinal":
        values = mid_ranks(values, np.zeros_like(team), SAME * ballots.extent)
    counts = np.bincount(team)[team]
    within = (values - mean_by(team, values, len(ballots.teams))[team]) ** 2 * counts / (counts - 1)
    return 1 - float(within.mean() / values.var(ddof=1))


def _pairable(ballots: Ballots) -> npt.NDArray[np.bool_]:
    """Whether a ballot's team has another ballot (B)."""
    return np.bincount(ballots.team, minlength=len(ballots.teams))[ballots.team] > 1


def _mean_square(deviations: FloatArray, freedom: int, noise: float) -> float:
    """The sum of squares over `freedom`; 0 when it is not above `noise`, the last digits of a float."""
    mean = float((deviations**2).sum()) / freedom
    return mean if mean > noise else 0.0


def _quotient(part: float, *whole: float) -> float | None:
    """A part of what the others sum up to; None where they cancel out, but for rounding."""
    total = math.fsum(whole)
    return part / total if abs(total) > SAME * math.fsum(map(abs, whole)) else None
