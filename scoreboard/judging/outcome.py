"""A round's outcome while it is computed: who stands where by the rule, and how sure that is by a mixed model.

A method that the ballots do not suffice for yet (too few of them, or teams that no chain of judges joins) is not used:
the plain mean ranks in its place, and the outcome says so. Where the rule itself is no mixed model, ranks are as sure
as the one that is shown beside it says.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from scoreboard.errors import InvalidTable
from scoreboard.scoring.certainty.uncertainty import Chances, chances
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.linkage.graph import Graph, component_labels
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.normalise import Method, method_named, raw
from scoreboard.scoring.options import DEFAULT, Options, Start
from scoreboard.scoring.standings import Standings, rank
from scoreboard.scoring.table import Ballots, BoolArray, ScoreTable

SEED: Final = 0  # always the same draws, so that what is shown changes only as far as the ballots do
JOINING: Final = frozenset({"adaptive", "severity", "additive", "bradley_terry"})
"""Methods that compare teams of different judges by way of the teams that the judges have in common."""

Starts = Mapping[str, Start]
COLD: Final[Starts] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A ranking and how sure it is.

    `standings.method` tells what was used. `model` is the mixed model that `chances` and `intervals` are of: the rule,
    or else the method beside it; None where neither is one that could be used. `intervals` holds for each ranked team
    the ranks that it has with a probability of 90 % at least, its own among them. `starts` is where the next fit of
    each method may begin.
    """

    standings: Standings
    model: MixedEstimates | None
    chances: Chances | None
    intervals: Mapping[str, tuple[int, int]]
    starts: Starts


def outcome_of(
    table: ScoreTable,
    rule: str,
    beside: str = "",
    *,
    precedence: Sequence[str] = ("total",),
    names: Mapping[str, str] | None = None,
    minimum_ballots: int = 1,
    excluded: Collection[str] = frozenset(),
    starts: Starts = COLD,
) -> Outcome:
    """Rank the teams of a table by `rule`, and say how sure that is; see `rank` for the rest.

    `starts` are those of the last outcome: what is found from there is the same as without them, only sooner. Raises
    InvalidInput for a method or a precedence that there is not.
    """
    ballots = table.ballots()
    counts = np.bincount(ballots.team, minlength=len(ballots.teams))
    competing = (counts >= max(minimum_ballots, 1)) & np.array([team not in excluded for team in ballots.teams], bool)
    found = [estimated(name, ballots, competing, starts.get(name)) for name in dict.fromkeys((rule, beside)) if name]
    standings = rank(
        ballots,
        found[0] or raw(ballots),
        precedence=precedence,
        names=names,
        minimum_ballots=minimum_ballots,
        excluded=excluded,
    )
    models = [each for each in found if isinstance(each, MixedEstimates)]
    sure = chances(models[0], ballots.teams, competing, seed=SEED) if models and competing.any() else None
    return Outcome(
        standings=standings,
        model=models[0] if models else None,
        chances=sure,
        intervals=intervals(standings, ballots.teams, sure) if sure else {},
        starts={model.method: model.start for model in models if model.start},
    )


def estimated(name: str, ballots: Ballots, competing: BoolArray, start: Start | None) -> Estimates | None:
    """What a method makes of the ballots, from `start` on where that works; None where they do not suffice for it.

    `competing` (T) are the teams that are to be compared.
    """
    method = method_named(name)
    if name in JOINING and not joined(ballots, competing):
        return None
    return fitted(method, ballots, start)


def joined(ballots: Ballots, competing: BoolArray) -> bool:
    """Whether chains of common judges join all the `competing` teams (T)."""
    _, of_team = component_labels(Graph.of_ballots(ballots))
    return len(np.unique(of_team[competing])) <= 1


def fitted(method: Method, ballots: Ballots, start: Start | None) -> Estimates | None:
    """Try a method from where its last fit ended, and from the beginning where that leads nowhere."""
    warm = attempt(method, ballots, Options(start=start)) if start else None
    return warm or attempt(method, ballots, DEFAULT)


def attempt(method: Method, ballots: Ballots, options: Options) -> Estimates | None:
    """Try a method. None where it cannot take the table, finds no solution, or sees no difference between teams."""
    try:
        found = method(ballots, options)
    except (InvalidTable, np.linalg.LinAlgError):
        return None
    if isinstance(found, MixedEstimates) and found.posterior is None:
        return None
    return found if np.isfinite(found.score[found.ballots > 0]).all() else None


def intervals(standings: Standings, teams: Sequence[str], sure: Chances) -> dict[str, tuple[int, int]]:
    """For each ranked team the ranks from and to, 1-based, widened to its own rank where that is another method's."""
    ranks = {line.team: line.rank for line in standings.standings if line.rank is not None}
    of_teams = zip((teams[place] for place in sure.teams), sure.rank_interval.tolist(), strict=True)
    return {team: (min(low, ranks[team]), max(high, ranks[team])) for team, (low, high) in of_teams}
