"""Which results can be compared at all, how firmly, and which visits would join what cannot.

Teams in different components of the graph share no chain of judges, so no score says which is better, and each
component has a table of its own.
"""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from scoreboard.scoring.linkage.bridges import Bridge, bridges
from scoreboard.scoring.linkage.graph import Graph, component_labels
from scoreboard.scoring.table import IntArray


@dataclass(frozen=True, slots=True)
class Component:
    """Judges and teams that can be compared with each other, in the graph's order."""

    judges: tuple[str, ...]
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Structure:
    """What holds a comparison together, and where it is weak.

    `components` are those with a visit, most teams first. `thin_teams` have fewer visits than they need, each with
    their number, 0 included. `lone_judges` have one visit only: their severity cannot be told from the team's worth.
    """

    components: tuple[Component, ...]
    bridges: tuple[Bridge, ...]
    thin_teams: tuple[tuple[str, int], ...]
    lone_judges: tuple[str, ...]

    @property
    def comparable(self) -> bool:
        """Whether everything that was visited can be compared."""
        return len(self.components) < 2


def structure(graph: Graph, minimum_visits: int = 2) -> Structure:
    """Describe a graph whose teams need `minimum_visits` each."""
    of_judge, of_team = visit_counts(graph)
    return Structure(
        components(graph),
        bridges(graph),
        tuple((team, count) for team, count in of_team.items() if count < minimum_visits),
        tuple(judge for judge, count in of_judge.items() if count == 1),
    )


def visit_counts(graph: Graph) -> tuple[dict[str, int], dict[str, int]]:
    """How many visits each judge and each team has."""
    of_judge = np.bincount(np.repeat(graph.judge, graph.times), minlength=len(graph.judges)).tolist()
    of_team = np.bincount(np.repeat(graph.team, graph.times), minlength=len(graph.teams)).tolist()
    return dict(zip(graph.judges, of_judge, strict=True)), dict(zip(graph.teams, of_team, strict=True))


def components(graph: Graph) -> tuple[Component, ...]:
    """The components that hold a visit, most teams first; equal ones in the order of their first teams."""
    of_judge, of_team = component_labels(graph)
    count = int(of_team.max(initial=-1)) + 1
    return tuple(map(Component, _grouped(graph.judges, of_judge, count), _grouped(graph.teams, of_team, count)))


def joining_visits(graph: Graph, forbidden: Collection[tuple[str, str]] = frozenset()) -> tuple[tuple[str, str], ...]:
    """The fewest visits (judge, team) that join all components: one less than there are of them.

    Each of the smaller components sends a judge to the largest, those with the fewest visits to those with the fewest
    in turn, so that nobody's load grows by more than it must; where conflicts (`forbidden`) allow no such pair, a judge
    goes the other way. What no allowed visit can join stays apart, and there are fewer visits then.
    """
    of_judge, of_team = visit_counts(graph)
    barred = frozenset(forbidden)
    apart = [
        (deque(sorted(part.judges, key=of_judge.__getitem__)), deque(sorted(part.teams, key=of_team.__getitem__)))
        for part in components(graph)
    ]
    visits: list[tuple[str, str]] = []
    while apart:
        (hub_judges, hub_teams), *others = apart
        apart = []
        for judges, teams in others:
            visit = _take(judges, hub_teams, barred) or _take(hub_judges, teams, barred)
            if visit is None:
                apart.append((judges, teams))
                continue
            visits.append(visit)
            hub_judges += judges
            hub_teams += teams
        if len(apart) < len(others):
            apart.insert(0, (hub_judges, hub_teams))  # those who have come may join what the hub could not
    return tuple(visits)


def _take(judges: deque[str], teams: deque[str], barred: frozenset[tuple[str, str]]) -> tuple[str, str] | None:
    """Take the first pair that is not barred, and put both at the end of their queues; None when all are barred."""
    for judge in judges:
        for team in teams:
            if (judge, team) not in barred:
                judges.remove(judge)
                teams.remove(team)
                judges.append(judge)
                teams.append(team)
                return judge, team
    return None


def _grouped(names: Iterable[str], numbers: IntArray, groups: int) -> list[tuple[str, ...]]:
    """The names of each group in their order; those with the number -1 are in none."""
    members: list[list[str]] = [[] for _ in range(groups)]
    for name, number in zip(names, numbers.tolist(), strict=True):
        if number >= 0:
            members[number].append(name)
    return [tuple(some) for some in members]
