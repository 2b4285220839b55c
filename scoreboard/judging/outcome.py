"""A round's outcome while it is computed: who stands where by the rule, and how sure that is by a mixed model.

A method that the ballots do not suffice for yet (too few of them, or teams that ballots still to come will join) is not
used: the plain mean ranks in its place, and the outcome says so. Where the rule itself is no mixed model, ranks are as
sure as the one that is shown beside it says. Teams that cannot be compared at all are in tables of their own, see
`groups`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from scoreboard.errors import InvalidTable
from scoreboard.judging.groups import JOINING, Groups, groups_of, joined
from scoreboard.scoring.certainty.uncertainty import LIVE, Chances, chances_within
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.normalise import Method, method_named, raw
from scoreboard.scoring.options import Options, Start
from scoreboard.scoring.standings import Standing, Standings, rank
from scoreboard.scoring.table import Ballots, ScoreTable

SEED: Final = 0  # always the same draws, so that what is shown changes only as far as the ballots do

Starts = Mapping[str, Start]
COLD: Final[Starts] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A ranking and how sure it is.

    `standings.method` tells what was used. With tables apart its lines are those of one table after the other, each
    with ranks of its own, and `group_of` tells a team's table, 1-based. `model` is the mixed model that `intervals` and
    `table_chances` (of the ranked teams of each table) are of: the rule, or else the method beside it; None where
    neither is one that could be used. `intervals` holds for each ranked team the ranks that it has with a probability
    of 90 % at least, its own among them. `starts` is where the next fit of each method may begin.
    """

    standings: Standings
    groups: Groups
    group_of: Mapping[str, int]
    model: MixedEstimates | None
    table_chances: tuple[Chances, ...]
    intervals: Mapping[str, tuple[int, int]]
    starts: Starts

    @property
    def chances(self) -> Chances | None:
        """What the ranked teams may expect where they are all in one table."""
        return self.table_chances[0] if len(self.table_chances) == 1 and not self.group_of else None


def outcome_of(
    table: ScoreTable,
    rule: str,
    beside: str = "",
    *,
    precedence: Sequence[str] = ("total",),
    names: Mapping[str, str] | None = None,
    minimum_ballots: int = 1,
    excluded: Collection[str] = frozenset(),
    to_come: Collection[tuple[str, str]] = (),
    accepted: Sequence[Collection[str]] = (),
    integrated: bool = True,
    draws: int = LIVE,
    starts: Starts = COLD,
) -> Outcome:
    """Rank the teams of a table by `rule`, and say how sure that is; see `rank` and `groups_of` for the rest.

    `integrated`: what is said of certainty allows for variances that are not known. `starts` are those of the last
    outcome: what is found from there is the same as without them, only sooner. Raises InvalidInput for a method or a
    precedence that there is not.
    """
    ballots = table.ballots()
    counts = np.bincount(ballots.team, minlength=len(ballots.teams))
    ranked = (counts >= max(minimum_ballots, 1)) & np.array([team not in excluded for team in ballots.teams], bool)
    groups = groups_of(
        rule, ballots, to_come=to_come, minimum_ballots=minimum_ballots, excluded=excluded, accepted=accepted
    )
    methods = {name: method_named(name) for name in dict.fromkeys((rule, beside)) if name}
    found = {
        name: fitted(method, ballots, Options(integrated=integrated), starts.get(name))
        for name, method in methods.items()
        if (not groups.awaited if rule in JOINING else joined(name, ballots, ranked))
    }
    decided = found.get(rule) or raw(ballots)
    models = [each for each in found.values() if isinstance(each, MixedEstimates)]
    inside = frozenset(ballots.teams).difference(excluded)
    tables = [frozenset(part.teams) for part in groups.tables] or [inside]

    def lines_of(members: frozenset[str]) -> tuple[Standing, ...]:
        others = frozenset(ballots.teams) - members
        return rank(
            ballots, decided, precedence=precedence, names=names, minimum_ballots=minimum_ballots, excluded=others
        ).standings

    lines = [line for members in tables for line in lines_of(members)]
    # A team that is in no group has no ballot, or none that says anything: it has no place in any table.
    nowhere = [replace(line, rank=None, tied=False, score=None) for line in lines_of(inside.difference(*tables))]
    competing = [
        np.flatnonzero(ranked & np.array([team in members for team in ballots.teams], bool)) for members in tables
    ]
    compared = [places for places in competing if len(places)]
    sure = chances_within(models[0], ballots.teams, compared, draws=draws, seed=SEED) if models and compared else ()
    return Outcome(
        standings=Standings(decided.method, (*lines, *nowhere), decided.judges),
        groups=groups,
        group_of={team: number for number, part in enumerate(groups.tables, 1) for team in part.teams},
        model=models[0] if models else None,
        table_chances=sure,
        intervals=intervals(lines, ballots.teams, sure),
        starts={model.method: model.start for model in models if model.start},
    )


def fitted(method: Method, ballots: Ballots, options: Options, start: Start | None) -> Estimates | None:
    """Try a method from where its last fit ended, and from the beginning where that leads nowhere."""
    warm = attempt(method, ballots, replace(options, start=start)) if start else None
    return warm or attempt(method, ballots, options)


def attempt(method: Method, ballots: Ballots, options: Options) -> Estimates | None:
    """Try a method. None where it cannot take the table, finds no solution, or sees no difference between teams."""
    try:
        found = method(ballots, options)
    except (InvalidTable, np.linalg.LinAlgError):
        return None
    if isinstance(found, MixedEstimates) and found.posterior is None:
        return None
    return found if np.isfinite(found.score[found.ballots > 0]).all() else None


def intervals(lines: Sequence[Standing], teams: Sequence[str], sure: Sequence[Chances]) -> dict[str, tuple[int, int]]:
    """For each ranked team the ranks from and to, 1-based, widened to its own rank where that is another method's."""
    ranks = {line.team: line.rank for line in lines if line.rank is not None}
    of_teams = [
        (teams[place], low, high)
        for chances in sure
        for place, (low, high) in zip(chances.teams, chances.rank_interval.tolist(), strict=True)
    ]
    return {team: (min(low, ranks[team]), max(high, ranks[team])) for team, low, high in of_teams}
