"""Judges and teams as a graph, in which a visit joins a judge and a team.

Severity is told from quality by teams that judges have in common, so what is not joined by a chain of visits cannot be
compared. The graph is known before any score, from who will visit whom, and during the round from the ballots.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import scipy.sparse as sp
from scipy.linalg import eigh
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import LinearOperator, cg, eigsh

from scoreboard.scoring.table import Ballots, IntArray

DENSE: Final = 200
"""Up to so many judges and teams an eigenvalue is taken from a full matrix, which is quick and exact."""


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Judges and teams, and the visits between them.

    `judge` and `team` (E) index the tuples, each pair once; `times` (E) counts the ballots behind a pair.
    """

    judges: tuple[str, ...]
    teams: tuple[str, ...]
    judge: IntArray
    team: IntArray
    times: IntArray

    @classmethod
    def of_visits(
        cls, visits: Collection[tuple[str, str]], *, judges: Iterable[str] = (), teams: Iterable[str] = ()
    ) -> Self:
        """Build the graph of visits (judge, team); `judges` and `teams` name, in their order, those without one too."""
        judge_place = {name: place for place, name in enumerate(dict.fromkeys((*judges, *(j for j, _ in visits))))}
        team_place = {name: place for place, name in enumerate(dict.fromkeys((*teams, *(t for _, t in visits))))}
        return cls._of(
            tuple(judge_place),
            tuple(team_place),
            np.array([judge_place[judge] for judge, _ in visits], dtype=np.intp),
            np.array([team_place[team] for _, team in visits], dtype=np.intp),
        )

    @classmethod
    def of_ballots(cls, ballots: Ballots) -> Self:
        """Build the graph of the complete ballots."""
        return cls._of(ballots.judges, ballots.teams, ballots.judge, ballots.team)

    @classmethod
    def _of(cls, judges: tuple[str, ...], teams: tuple[str, ...], judge: IntArray, team: IntArray) -> Self:
        width = max(len(teams), 1)
        pair, times = np.unique(judge * width + team, return_counts=True)
        return cls(judges, teams, pair // width, pair % width, times)

    def matrix(self) -> sp.csr_array:
        """The symmetric adjacency matrix: judges first, then teams; an entry counts the ballots of a pair."""
        nodes = len(self.judges) + len(self.teams)
        ends = (self.judge, self.team + len(self.judges))
        half = sp.coo_array((self.times.astype(np.float64), ends), (nodes, nodes)).tocsr()
        return half + half.T


def component_labels(graph: Graph) -> tuple[IntArray, IntArray]:
    """For each judge and each team the number of its component, -1 without a visit.

    Components are numbered from the one with the most teams on; equal ones in the order of their first teams.
    """
    _, found = connected_components(graph.matrix(), directed=False)
    of_judge, of_team = np.split(found, [len(graph.judges)])
    visited = np.bincount(graph.team, minlength=len(graph.teams)) > 0
    holding, first, size = np.unique(of_team[visited], return_index=True, return_counts=True)
    number = np.full(len(found), -1)  # there are no more components than nodes
    number[holding[np.lexsort((first, -size))]] = np.arange(len(holding))
    return number[of_judge], number[of_team]


def algebraic_connectivity(graph: Graph) -> float:
    """How firmly the visits hang together: 0 when in more than one component, or when there is none.

    The second smallest eigenvalue of the Laplacian of the graph, over those with a visit (Fiedler, Czechoslovak
    Mathematical Journal 23:298, 1973). Errors of least squares estimates grow as it falls (MacKay, Kenna, Low & Parker,
    Royal Society Open Science 4:160760, 2017).
    """
    of_judge, of_team = component_labels(graph)
    label = np.concatenate([of_judge, of_team])
    if label.max(initial=-1) != 0:
        return 0.0
    matrix = graph.matrix()[label == 0][:, label == 0]
    degree = matrix.sum(axis=1)
    laplacian = sp.diags_array(degree) - matrix
    if len(degree) <= DENSE:
        return float(eigh(laplacian.toarray(), eigvals_only=True, subset_by_index=(1, 1))[0])
    # The smallest eigenvalue, 0, belongs to the constant vector; one more term lifts it out of the way.
    lifted = LinearOperator(matrix.shape, lambda vector: laplacian @ vector + 2 * degree.max() * vector.mean())
    inverse = LinearOperator(
        matrix.shape, lambda vector: cg(lifted, vector, rtol=1e-10, M=sp.diags_array(1 / degree))[0]
    )
    start = np.random.default_rng(0).standard_normal(len(degree))
    return float(eigsh(lifted, k=1, sigma=0, OPinv=inverse, v0=start, tol=1e-8, return_eigenvectors=False)[0])
