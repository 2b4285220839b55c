"""The ranking that decides, with what normalising changed and how sure each rank is beside it.

Ranks by raw and by normalised scores are counted among teams that can be compared: within a group of teams that
chains of common judges join. A probability is not told where nothing tells it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from scoreboard.judging.outcome import SEED, Outcome
from scoreboard.judging.results import Contest
from scoreboard.scoring.certainty.uncertainty import Chances, chances_within
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.explaining.contrast import chance_above
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.normalise import raw
from scoreboard.scoring.standings import Standing, rank
from scoreboard.scoring.table import Ballots, IntArray

TOP: Final = 3
MOST_PAIRS: Final = 60  # neighbours whose order is told: each is a solve of the model, and nobody asks about the last


@dataclass(frozen=True, slots=True)
class Normalised:
    """What the model makes of a team: total ± `se`, an interval of 90 % for it, and the rank within the group.

    `ranks` are those that it has with a probability of 90 % at least; `first` and `top` the probabilities of the first
    rank and of one of the first three.
    """

    total: float
    se: float
    interval: tuple[float, float]
    rank: int
    ranks: tuple[int, int]
    first: float
    top: float


@dataclass(frozen=True, slots=True)
class Line:
    """A team's line of the ranking that decides.

    `raw` is the mean of the totals of its ballots, None without any; `raw_rank` its rank by that among the ranked teams
    of its `group`, which is 1-based and None where nothing was heard of a team. `above`: how likely the team is above
    the next line's, None where the two cannot be compared, or far down.
    """

    standing: Standing
    raw: float | None
    raw_rank: int | None
    group: int | None
    normalised: Normalised | None
    above: float | None

    @property
    def moved(self) -> int:
        """How many ranks normalising moves the team up; negative for down."""
        if self.raw_rank is None or self.normalised is None:
            return 0
        return self.raw_rank - self.normalised.rank


def lines_of(
    contest: Contest, ballots: Ballots, outcome: Outcome, model: MixedEstimates | None, group_of: Mapping[str, int]
) -> tuple[Line, ...]:
    """Each team of the outcome, in its order; `group_of` tells those that can be compared, 1-based."""
    place = {team: index for index, team in enumerate(ballots.teams)}
    lines = outcome.standings.standings
    groups = {line.team: group_of[line.team] for line in lines if line.rank is not None and line.team in group_of}
    members = [[team for team in groups if groups[team] == number] for number in sorted(set(groups.values()))]
    plain = raw(ballots)
    raw_ranks = _ranks(contest, ballots, plain, members)
    normalised = _normalised(contest, ballots, outcome, model, members) if model and model.posterior else {}
    above = _above(model, lines, groups, place) if model and model.posterior else {}
    return tuple(
        Line(
            standing=line,
            raw=float(plain.score[place[line.team]]) if line.ballots else None,
            raw_rank=raw_ranks.get(line.team),
            group=group_of.get(line.team),
            normalised=normalised.get(line.team),
            above=above.get(line.team),
        )
        for line in lines
    )


def _ranks(
    contest: Contest, ballots: Ballots, estimates: Estimates, members: Sequence[Sequence[str]]
) -> dict[str, int]:
    """The rank of each team within its group, by what a method estimated."""
    found: dict[str, int] = {}
    for teams in members:
        others = frozenset(ballots.teams).difference(teams)
        result = rank(ballots, estimates, precedence=contest.precedence, names=contest.names, excluded=others)
        found |= {line.team: line.rank for line in result.standings if line.rank is not None}
    return found


def _normalised(
    contest: Contest, ballots: Ballots, outcome: Outcome, model: MixedEstimates, members: Sequence[Sequence[str]]
) -> dict[str, Normalised]:
    ranks = _ranks(contest, ballots, model, members)
    found: dict[str, Normalised] = {}
    for sure in _chances(ballots, outcome, model, members):
        columns = (sure.teams, sure.rank_interval, sure.first, sure.top(TOP))
        for index, (low, high), first, top in zip(*(column.tolist() for column in columns), strict=True):
            own = ranks[ballots.teams[index]]
            found[ballots.teams[index]] = Normalised(
                total=float(model.score[index]),
                se=float(model.se[index]),
                interval=(float(model.interval[index, 0]), float(model.interval[index, 1])),
                rank=own,
                ranks=(min(low, own), max(high, own)),
                first=first,
                top=top,
            )
    return found


def _chances(
    ballots: Ballots, outcome: Outcome, model: MixedEstimates, members: Sequence[Sequence[str]]
) -> Sequence[Chances]:
    """Those that the outcome has, so that this page and the board say the same; else they are counted."""
    place = {team: index for index, team in enumerate(ballots.teams)}
    groups: list[IntArray] = [np.array(sorted(place[team] for team in teams), dtype=np.intp) for teams in members]
    counted = [sorted(sure.teams.tolist()) for sure in outcome.table_chances]
    if sorted(counted) == sorted(group.tolist() for group in groups):
        return outcome.table_chances
    return chances_within(model, ballots.teams, groups, seed=SEED)


def _above(
    model: MixedEstimates, lines: Sequence[Standing], groups: Mapping[str, int], place: Mapping[str, int]
) -> dict[str, float]:
    """For each of the first teams how likely it is above the next one, if the two can be compared."""
    ranked = [line.team for line in lines if line.rank is not None][: MOST_PAIRS + 1]
    return {
        one: chance_above(model.posterior, place[one], place[other])[1]
        for one, other in pairwise(ranked)
        if one in groups and groups[one] == groups.get(other)
    }
