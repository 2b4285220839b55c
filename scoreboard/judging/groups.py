"""Who can be compared with whom: groups of teams and judges that no chain of visits joins.

A method that corrects for strict and lenient judges compares teams of different judges by way of the teams that these
have in common; so between groups there is no comparing, unless the organisers accept on record that the groups are
equally strong. While judging runs, ballots that are still to come count as visits, too: what they are going to join is
not torn apart because the first ballots have not yet met. Once a round is closed, and in a result that is kept (a
freeze stays on the wall), nothing is to come, and what the ballots have not joined is apart.

    visits in and to come     of those, in     shown is                                                 linkage
    joined                    joined           one table, by the rule                                   joined
    joined                    not yet          one table, by the mean until the ballots have met        awaited
    apart                     joined           a table for each group, and no overall winner            apart
    apart                     not yet          the same, by the mean until each group's ballots met     apart
    apart, accepted           as above         one table, which rests on the acceptance                 accepted

An acceptance holds for the groups that were accepted, also where later visits have joined some of them. Where one of
them has since come apart itself, or another has been added, it does not hold any more, and tables are separate again.
A method that compares whatever it is given (the mean) has one table always.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from scoreboard.scoring.linkage.graph import Graph, component_labels
from scoreboard.scoring.linkage.structure import Component
from scoreboard.scoring.methods.adaptive import constant_judges
from scoreboard.scoring.table import Ballots, BoolArray, IntArray

JOINING: Final = frozenset({"adaptive", "severity", "additive", "bradley_terry"})
"""Methods that compare teams of different judges by way of the teams that the judges have in common."""


class Linkage(StrEnum):
    """What one table, or the lack of it, rests on; see above."""

    JOINED = "joined"
    AWAITED = "awaited"
    APART = "apart"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Groups:
    """How the teams of a round fall into groups.

    `parts` are the groups that no visit joins, two or more of them, and none where all is joined: the largest first,
    equal ones by their first teams, T2 before T10. Teams that are out are not in them. `awaited`: within a part (or the
    whole) the ballots that are in have not met yet, and those to come will. `accepted`: the parts count as equally
    strong.
    """

    parts: tuple[Component, ...] = ()
    awaited: bool = False
    accepted: bool = False

    @property
    def linkage(self) -> Linkage:
        """The one word for it."""
        if self.parts:
            return Linkage.ACCEPTED if self.accepted else Linkage.APART
        return Linkage.AWAITED if self.awaited else Linkage.JOINED

    @property
    def fingerprint(self) -> str:
        """A short text that is another one for other groups of teams."""
        return hashlib.sha256(repr([part.teams for part in self.parts]).encode()).hexdigest()[:16]

    @property
    def tables(self) -> tuple[Component, ...]:
        """The parts that have a table of their own."""
        return self.parts if self.linkage is Linkage.APART else ()


WHOLE: Final = Groups()


def groups_of(
    rule: str,
    ballots: Ballots,
    *,
    to_come: Collection[tuple[str, str]] = (),
    minimum_ballots: int = 1,
    excluded: Collection[str] = frozenset(),
    accepted: Sequence[Collection[str]] = (),
) -> Groups:
    """How the teams fall apart for a rule.

    `to_come` are visits (judge, team) whose ballots are awaited; groups are told by the teams that have, or will have,
    the minimum of ballots. `accepted` are groups (of teams) that count as equally strong.
    """
    if rule not in JOINING:
        return WHOLE
    inside = np.array([team not in excluded for team in ballots.teams], bool)
    counts = np.bincount(ballots.team, minlength=len(ballots.teams))
    ranked = inside & (counts >= max(minimum_ballots, 1))
    contending = inside & (counts + visits_to(ballots.teams, to_come) >= max(minimum_ballots, 1))
    heard = heard_graph(rule, ballots)
    met = component_labels(heard)[1]
    if set(met[contending].tolist()) == {0}:
        return WHOLE  # nearly always, and quick
    planned = with_visits(heard, to_come)
    of_judge, of_team = component_labels(planned)
    numbers = np.unique(of_team[contending & (of_team >= 0)]).tolist()
    parts = sorted(
        (
            Component(named(planned.judges, of_judge == number), named(planned.teams, inside & (of_team == number)))
            for number in numbers
        ),
        key=lambda part: (-len(part.teams), min((len(team), team) for team in part.teams)),
    )
    awaited = any(fragments(met[ranked & (of_team == number)]) > 1 for number in numbers)
    if len(parts) < 2:
        return Groups(awaited=awaited)
    return Groups(tuple(parts), awaited, covered([part.teams for part in parts], accepted))


def joined(rule: str, ballots: Ballots, ranked: BoolArray) -> bool:
    """Whether chains of common judges join all the `ranked` teams (T), as far as the rule needs that."""
    return rule not in JOINING or fragments(component_labels(heard_graph(rule, ballots))[1][ranked]) <= 1


def heard_graph(rule: str, ballots: Ballots) -> Graph:
    """Who met whom in the ballots that the rule listens to: `adaptive` leaves out judges who told nothing apart."""
    if rule == "adaptive":
        heard = ~constant_judges(ballots)[ballots.judge]
        ballots = ballots.only(heard) if heard.any() else ballots
    return Graph.of_ballots(ballots)


def with_visits(graph: Graph, visits: Collection[tuple[str, str]]) -> Graph:
    """The same graph with more visits (judge, team) between those who are in it."""
    judge_place = {judge: index for index, judge in enumerate(graph.judges)}
    team_place = {team: index for index, team in enumerate(graph.teams)}
    width = max(len(team_place), 1)
    more = np.fromiter((judge_place[judge] * width + team_place[team] for judge, team in visits), np.intp, len(visits))
    pairs = np.unique(np.concatenate([graph.judge * width + graph.team, more]))
    return Graph(graph.judges, graph.teams, pairs // width, pairs % width, np.ones_like(pairs))


def visits_to(teams: Sequence[str], visits: Collection[tuple[str, str]]) -> IntArray:
    """How many of the visits go to each team (T)."""
    place = {team: index for index, team in enumerate(teams)}
    return np.bincount(np.array([place[team] for _judge, team in visits], dtype=np.intp), minlength=len(teams))


def fragments(labels: IntArray) -> int:
    """How many components the labels name; -1 is none."""
    return len(np.unique(labels[labels >= 0]))


def covered(groups: Sequence[Collection[str]], accepted: Sequence[Collection[str]]) -> bool:
    """Whether an acceptance of some groups still holds for `groups`: joined since, perhaps, but not fallen apart."""
    number = {team: index for index, group in enumerate(groups) for team in group}
    now = [{number[team] for team in group if team in number} for group in accepted]
    return all(len(places) <= 1 for places in now) and set().union(*now) == set(range(len(groups)))


def named(names: Sequence[str], chosen: BoolArray) -> tuple[str, ...]:
    """The chosen names, in their order."""
    return tuple(name for name, taken in zip(names, chosen.tolist(), strict=True) if taken)
