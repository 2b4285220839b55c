"""What a comparison hangs by: the judge, the team or the ballot whose loss leaves groups that cannot be compared.

A depth-first walk tells for each node the earliest one that it, or what was found through it, reaches without the edge
by which it was found (Tarjan, SIAM Journal on Computing 1:146, 1972). Time and space grow with the visits.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from scoreboard.scoring.linkage.graph import Graph


@dataclass(frozen=True, slots=True)
class Bridge:
    """A judge, a team, or a ballot (both), without which a component falls into `parts` that cannot be compared.

    Only parts that still hold a visit count: a team that loses its only ballot has no score at all, and a judge who
    loses the only one takes no team along.
    """

    judge: str | None
    team: str | None
    parts: int


def bridges(graph: Graph) -> tuple[Bridge, ...]:
    """Every bridge of the graph: judges, then teams, then ballots, each in the graph's order."""
    walk = _Walk.through(graph)
    judges = len(graph.judges)
    nodes = list(walk.cut_nodes())
    more_than_one = {
        (judge, judges + team)
        for judge, team, times in zip(graph.judge.tolist(), graph.team.tolist(), graph.times.tolist(), strict=True)
        if times > 1
    }
    return (
        *(Bridge(graph.judges[node], None, parts) for node, parts in nodes if node < judges),
        *(Bridge(None, graph.teams[node - judges], parts) for node, parts in nodes if node >= judges),
        *(
            Bridge(graph.judges[judge], graph.teams[node - judges], 2)
            for judge, node in sorted(walk.cut_edges())
            if (judge, node) not in more_than_one
        ),
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """A depth-first walk through a graph of N nodes, judges first, then teams.

    `order` (N) is the order in which they were found. For each node: `parent`, the node by which it was found (itself
    at a start); `size`, how many were found through it, itself included; `whole`, how many its component has; `low`,
    the earliest place in the order that those reach without the edge to the parent.
    """

    order: list[int]
    parent: list[int]
    size: list[int]
    whole: list[int]
    low: list[int]

    @classmethod
    def through(cls, graph: Graph) -> "_Walk":
        neighbours = _neighbours(graph)
        order, parent = _found(neighbours)
        place = {node: position for position, node in enumerate(order)}
        size = [1] * len(order)
        low = [
            min((place[other] for other in others if other != parent[node]), default=place[node])
            for node, others in enumerate(neighbours)
        ]
        for node in reversed(order):
            if parent[node] != node:
                size[parent[node]] += size[node]
                low[parent[node]] = min(low[parent[node]], low[node])
        whole = size.copy()
        for node in order:
            whole[node] = whole[parent[node]]
        return cls(order, parent, size, whole, low)

    def cut_nodes(self) -> Iterator[tuple[int, int]]:
        """Each node whose loss leaves two or more parts with a visit, and how many."""
        place = {node: position for position, node in enumerate(self.order)}
        # Of what is reached through a node only: how many nodes, and how many parts with a visit. A part of two or more
        # nodes has one, for it hangs together.
        hanging = [0] * len(place)
        parts = [0] * len(place)
        for node, by in enumerate(self.parent):
            if by != node and self.low[node] >= place[by]:
                hanging[by] += self.size[node]
                parts[by] += self.size[node] > 1
        for node, whole in enumerate(self.whole):
            count = parts[node] + (whole - 1 - hanging[node] > 1)
            if count > 1:
                yield node, count

    def cut_edges(self) -> Iterator[tuple[int, int]]:
        """Each edge, the lower node first, whose loss leaves two parts with a visit."""
        place = {node: position for position, node in enumerate(self.order)}
        for node, by in enumerate(self.parent):
            if by != node and self.low[node] > place[by] and 1 < self.size[node] < self.whole[node] - 1:
                yield min(node, by), max(node, by)


def _neighbours(graph: Graph) -> list[list[int]]:
    judges = len(graph.judges)
    neighbours: list[list[int]] = [[] for _ in range(judges + len(graph.teams))]
    for judge, team in zip(graph.judge.tolist(), graph.team.tolist(), strict=True):
        neighbours[judge].append(judges + team)
        neighbours[judges + team].append(judge)
    return neighbours


def _found(neighbours: list[list[int]]) -> tuple[list[int], list[int]]:
    """Nodes in the order of a depth-first walk, and for each node the one by which it was found, itself at a start."""
    order: list[int] = []
    parent = [-1] * len(neighbours)
    for start in range(len(neighbours)):
        if parent[start] >= 0:
            continue
        parent[start] = start
        order.append(start)
        path = [(start, iter(neighbours[start]))]
        while path:
            node, ahead = path[-1]
            other = next((other for other in ahead if parent[other] < 0), None)
            if other is None:
                path.pop()
                continue
            parent[other] = node
            order.append(other)
            path.append((other, iter(neighbours[other])))
    return order, parent
