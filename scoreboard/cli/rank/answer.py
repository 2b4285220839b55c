"""What `scoreboard rank` answers with: standings, in one table or in one for each group that stands alone.

Teams that no chain of ballots connects cannot be compared by a method that corrects for judges, and so each component
has a table of its own and there is no overall winner. A method that does not correct for judges has one table always.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np

from scoreboard.scoring.certainty.uncertainty import PUBLISHED, Chances, chances_within
from scoreboard.scoring.estimates import Estimates, mean_by
from scoreboard.scoring.linkage.graph import Graph, component_labels
from scoreboard.scoring.methods.additive import AdditiveEstimates
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.standings import Standing, rank
from scoreboard.scoring.table import Ballots, FloatArray, IntArray

MOST_COMPARED: Final = 5_000  # teams in a table: the probability of each rank for each of them is a square matrix
MOST_NUMBERS: Final = 5_000_000  # drawn in all: with more teams each has fewer draws, 1,000 at the least
FEWEST_DRAWS: Final = 1_000
CHANCES: Final = ("rank_interval", "p_first", "p_top3")

Record: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Standings of teams that are compared with each other: `lines`, ranked ones first.

    `component` is the number of their group, 1-based; None where all teams share a table, and for teams of which
    nothing was heard. `chances` are those of the ranked teams, None where they were not counted.
    """

    component: int | None
    lines: tuple[Standing, ...]
    chances: Chances | None


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The answer: the ballots, what the method made of them, and the tables. `raw` (T) are the means of totals.

    `graph` tells who met whom in the ballots that the method took, `components` counts groups with no ballot between
    them; None for a method that compares whatever it is given.
    """

    ballots: Ballots
    estimates: Estimates
    raw: FloatArray
    graph: Graph | None
    components: int | None
    tables: tuple[Table, ...]

    @property
    def apart(self) -> bool:
        """Whether there is a table for each group."""
        return self.tables[0].component is not None


def ranking_of(ballots: Ballots, estimates: Estimates, *, groups_equal: bool = False, seed: int = 0) -> Ranking:
    """Rank by what a method estimated; `groups_equal` puts groups into one table that nothing connects."""
    graph = _graph(ballots, estimates)
    label = np.zeros(len(ballots.teams), dtype=np.intp)
    components = None
    if graph is not None:
        group_of = component_labels(graph)[1]
        components = int(group_of.max(initial=-1)) + 1
        label = group_of if components > 1 and not groups_equal else label
    numbers = np.unique(label)
    numbers = np.concatenate([numbers[numbers >= 0], numbers[numbers < 0]])  # teams that nobody heard come last
    groups = [np.flatnonzero(label == number) for number in numbers]
    apart = len(groups) > 1
    label_of = dict(zip(ballots.teams, label.tolist(), strict=True))
    lines: dict[int, list[Standing]] = {number: [] for number in numbers.tolist()}
    for line in rank(ballots, estimates).standings:
        lines[label_of[line.team]].append(line)
    tables = tuple(
        Table(number + 1 if apart and number >= 0 else None, _within(lines[number], heard=number >= 0), chances)
        for number, chances in zip(lines, _chances(ballots, estimates, groups, seed), strict=True)
    )
    raw = mean_by(ballots.team, ballots.total, len(ballots.teams))
    return Ranking(ballots, estimates, raw, graph, components, tables)


def lines_of(ranking: Ranking) -> Iterator[tuple[Table, list[Record]]]:
    """For each table its standings as records, whose keys are those of the answer for programs.

    A mixed model tells `estimate`, `se`, `effect`, `interval`, `rank_interval`, `p_first`, `p_top3` and `raw` beside
    rank, team and ballots, others the `score`; what is not known is None. With tables apart, `component` is the last.
    """
    place = {team: index for index, team in enumerate(ranking.ballots.teams)}
    for table in ranking.tables:
        chances = _chances_by_team(table.chances)
        lines: list[Record] = []
        for line in table.lines:
            found: Record = {"rank": line.rank, "tied": line.tied, "team": line.team}
            index = place[line.team]
            if isinstance(ranking.estimates, MixedEstimates):
                known = line.rank is not None
                found |= _estimated(ranking.estimates, index, known=known)
                found |= chances[index] if known and index in chances else dict.fromkeys(CHANCES)
                found["raw"] = float(ranking.raw[index]) if line.ballots else None
            else:
                found["score"] = line.score
            found["ballots"] = line.ballots
            lines.append(found | ({"component": table.component} if ranking.apart else {}))
        yield table, lines


def judges_of(ranking: Ranking) -> list[Record]:
    """What is told of each judge, as records; a mixed model tells more."""
    if isinstance(ranking.estimates, MixedEstimates):
        return [
            {
                "judge": line.judge,
                "severity": line.severity,
                "se": line.se,
                "spread": line.spread,
                "precision": line.precision,
                "ballots": line.ballots,
                "flags": list(line.flags),
            }
            for line in ranking.estimates.judges
        ]
    return [{"judge": line.judge, "ballots": line.ballots, "mean": line.mean} for line in ranking.estimates.judges]


def _graph(ballots: Ballots, estimates: Estimates) -> Graph | None:
    if isinstance(estimates, MixedEstimates):
        return estimates.graph
    return Graph.of_ballots(ballots) if isinstance(estimates, AdditiveEstimates) else None


def _chances(
    ballots: Ballots, estimates: Estimates, groups: list[IntArray], seed: int
) -> tuple[Chances, ...] | tuple[None, ...]:
    if not isinstance(estimates, MixedEstimates) or max(map(len, groups), default=0) > MOST_COMPARED:
        return (None,) * len(groups)
    ranked = [group[np.isfinite(estimates.score[group])] for group in groups]
    draws = min(PUBLISHED, max(FEWEST_DRAWS, MOST_NUMBERS // max(len(ballots.teams), 1)))
    return chances_within(estimates, ballots.teams, ranked, draws=draws, seed=seed)


def _within(lines: Sequence[Standing], *, heard: bool) -> tuple[Standing, ...]:
    """The lines of one table, their ranks counted within it; none for teams of which nothing was heard."""
    if not heard:
        return tuple(replace(line, rank=None, tied=False, score=None) for line in lines)
    shared = Counter(line.rank for line in lines)
    first: dict[int | None, int] = {}
    for place, line in enumerate(lines, 1):
        first.setdefault(line.rank, place)
    return tuple(
        line if line.rank is None else replace(line, rank=first[line.rank], tied=shared[line.rank] > 1)
        for line in lines
    )


def _estimated(estimates: MixedEstimates, index: int, *, known: bool) -> Record:
    if not known:
        return dict.fromkeys(("estimate", "se", "effect", "interval"))
    return {
        "estimate": float(estimates.score[index]),
        "se": float(estimates.se[index]),
        "effect": float(estimates.effect[index]),
        "interval": estimates.interval[index].tolist(),
    }


def _chances_by_team(chances: Chances | None) -> dict[int, Record]:
    """What each team may expect, by its place among the ballots' teams."""
    if chances is None:
        return {}
    columns = zip(chances.rank_interval.tolist(), chances.first.tolist(), chances.top(3).tolist(), strict=True)
    return {
        index: dict(zip(CHANCES, found, strict=True))
        for index, found in zip(chances.teams.tolist(), columns, strict=True)
    }
