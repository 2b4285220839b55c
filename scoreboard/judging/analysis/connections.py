"""What the comparison hangs together by: groups that cannot be compared, visits that would join them, the best next.

Groups are told from the ballots that are in, and from the plan, which is those ballots and all that are awaited: where
the plan joins what ballots do not yet, it is enough to wait.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from scoreboard.judging.analysis.inputs import Inputs
from scoreboard.judging.groups import with_visits
from scoreboard.judging.terms import Pair
from scoreboard.scoring.certainty.visits import next_best
from scoreboard.scoring.linkage.bridges import Bridge
from scoreboard.scoring.linkage.graph import Graph
from scoreboard.scoring.linkage.structure import Component, components, joining_visits, structure
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.table import Ballots

MOST_TEAMS: Final = 40  # that a best next visit is sought for: those nearest to the first places
PROPOSED: Final = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A visit that would help; `planned`: its ballot is awaited. `gain` is the share of what is open that it settles.

    A visit that joins groups has no gain in numbers: without it nothing is known.
    """

    judge: str
    team: str
    planned: bool
    gain: float | None = None


@dataclass(frozen=True, slots=True)
class Connections:
    """What can be compared, and what would help.

    `groups` hold teams that compete and have a ballot, `planned` how they would fall with every awaited ballot.
    `joining` are the fewest visits that would join the groups. `bridges`: what the comparison hangs by. `best`: the
    visits that would settle most of the first places.
    """

    groups: tuple[Component, ...]
    planned: tuple[Component, ...]
    joining: tuple[Proposal, ...]
    bridges: tuple[Bridge, ...]
    best: tuple[Proposal, ...]


def connections_of(inputs: Inputs, ballots: Ballots, model: MixedEstimates | None) -> Connections:
    """Tell what hangs together, and which visits would help. A model says which ballots it listened to."""
    contest = inputs.contest
    graph = model.graph if model else Graph.of_ballots(ballots)
    plan = with_visits(graph, contest.to_come)
    competing = frozenset(ballots.teams) - contest.excluded
    groups, planned = _competing(components(graph), competing), _competing(components(plan), competing)
    made = zip(ballots.judge.tolist(), ballots.team.tolist(), strict=True)
    free = frozenset((judge, team) for judge in inputs.judges for team in competing)
    free -= inputs.barred | {(ballots.judges[judge], ballots.teams[team]) for judge, team in made}
    joining: tuple[Pair, ...] = ()
    if len(groups) > 1:
        every = frozenset((judge, team) for judge in ballots.judges for team in ballots.teams)
        joining = joining_visits(plan if len(planned) > 1 else graph, forbidden=every - free)
    return Connections(
        groups=groups,
        planned=planned,
        joining=tuple(Proposal(*pair, planned=pair in contest.to_come) for pair in joining),
        bridges=structure(graph).bridges if len(groups) == 1 else (),
        best=_best(inputs, ballots, model, free) if model and len(groups) == 1 else (),
    )


def _competing(found: tuple[Component, ...], competing: Collection[str]) -> tuple[Component, ...]:
    """The components with a team that competes, and of their teams those that do."""
    parts = (Component(part.judges, tuple(team for team in part.teams if team in competing)) for part in found)
    return tuple(part for part in parts if part.teams)


def _best(inputs: Inputs, ballots: Ballots, model: MixedEstimates, free: Collection[Pair]) -> tuple[Proposal, ...]:
    """The visits that would settle most, to teams of which nothing is known or that stand near the first places."""
    score = np.where(np.isnan(model.score), np.inf, model.score)
    near = {ballots.teams[place] for place in np.argsort(-score, kind="stable")[:MOST_TEAMS].tolist()}
    pairs = sorted((judge, team) for judge, team in free if team in near)
    found = next_best(model, ballots, pairs, limit=PROPOSED, excluded=inputs.contest.excluded)
    return tuple(
        Proposal(visit.judge, visit.team, (visit.judge, visit.team) in inputs.contest.to_come, visit.gain)
        for visit in found
    )
