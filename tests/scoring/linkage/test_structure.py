import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.scoring.linkage.bridges import Bridge
from scoreboard.scoring.linkage.graph import Graph
from scoreboard.scoring.linkage.structure import (
    Component,
    Structure,
    components,
    joining_visits,
    structure,
    visit_counts,
)

Visit = tuple[str, str]

JUDGES = "ABCDEF"
TEAMS = "UVWXYZ"
visit = st.tuples(st.sampled_from(JUDGES), st.sampled_from(TEAMS))
visits = st.lists(visit, max_size=14)

TWO_ROOMS = [("A", "U"), ("A", "V"), ("B", "U"), ("B", "V"), ("B", "W"), ("C", "X"), ("C", "Y"), ("D", "X")]


def groups(visits: list[Visit]) -> set[frozenset[str]]:
    """Groups of visits without a judge or a team in common, by joining one after the other."""
    found: list[set[str]] = []
    for visit in visits:
        joined = [group for group in found if group & set(visit)]
        found = [group for group in found if group not in joined] + [set(visit).union(*joined)]
    return set(map(frozenset, found))


def test_a_structure_tells_components_bridges_thin_teams_and_lone_judges() -> None:
    graph = Graph.of_visits(TWO_ROOMS, judges="EABCD", teams="ZUVWXY")
    found = structure(graph, minimum_visits=2)
    assert found.components == (Component(("A", "B"), ("U", "V", "W")), Component(("C", "D"), ("X", "Y")))
    assert found.bridges == (Bridge("C", "X", 2),)
    assert found.thin_teams == (("Z", 0), ("W", 1), ("Y", 1))
    assert found.lone_judges == ("D",)
    assert not found.comparable


def test_what_is_joined_by_one_judge_is_comparable_and_hangs_by_that_judge() -> None:
    rooms = [(judge, team) for judge in "AB" for team in "UV"] + [(judge, team) for judge in "CD" for team in "XY"]
    found = structure(Graph.of_visits([*rooms, *(("E", team) for team in "UVXY")]))
    assert found.comparable
    assert found.bridges == (Bridge("E", None, 2),)


def test_nothing_has_no_components_and_lacks_nothing() -> None:
    found = structure(Graph.of_visits([]))
    assert (found.components, found.bridges, found.thin_teams, found.lone_judges) == ((), (), (), ())
    assert found.comparable


@given(visits)
def test_components_are_those_found_by_joining_one_visit_after_the_other(visits: list[Visit]) -> None:
    found = components(Graph.of_visits(visits, judges=JUDGES, teams=TEAMS))
    assert {frozenset(component.judges + component.teams) for component in found} == groups(visits)
    assert sum(len(component.judges + component.teams) for component in found) == len(
        set("".join(map("".join, visits)))
    )


@given(visits)
def test_every_visit_is_counted_repeats_too(visits: list[Visit]) -> None:
    of_judge, of_team = visit_counts(Graph.of_visits(visits, judges=JUDGES, teams=TEAMS))
    assert of_judge == {name: [judge for judge, _ in visits].count(name) for name in JUDGES}
    assert of_team == {name: [team for _, team in visits].count(name) for name in TEAMS}


@given(visits)
def test_joining_visits_join_all_and_are_as_few_as_can_be(visits: list[Visit]) -> None:
    more = joining_visits(Graph.of_visits(visits))
    assert len(more) == max(len(groups(visits)) - 1, 0)
    assert len(groups([*visits, *more])) == min(len(groups(visits)), 1)


@given(visits, st.frozensets(visit, max_size=36))
def test_visits_that_conflicts_forbid_are_avoided_and_all_others_join(
    visits: list[Visit], forbidden: frozenset[Visit]
) -> None:
    more = joining_visits(Graph.of_visits(visits), forbidden)
    assert not forbidden.intersection(more)
    judges, teams = {judge for judge, _ in visits}, {team for _, team in visits}
    allowed = [(judge, team) for judge in sorted(judges) for team in sorted(teams) if (judge, team) not in forbidden]
    assert groups([*visits, *more]) == groups([*visits, *allowed])
    assert len(more) == len(groups(visits)) - len(groups([*visits, *more]))


def test_each_room_sends_the_judge_with_the_fewest_visits_and_teams_are_visited_in_turn() -> None:
    hall = [(judge, team) for judge in "AB" for team in "UVW"]
    rooms = [(f"{judge}{room}", f"{team}{room}") for room in range(4) for judge in "LM" for team in "PQ"]
    more = joining_visits(Graph.of_visits([*hall, ("A", "U"), *rooms[1:]]))
    assert more == (("L0", "V"), ("L1", "W"), ("L2", "U"), ("L3", "V"))


def test_a_hundred_thousand_visits_are_described_and_joined() -> None:
    draw = np.random.default_rng(1)
    rooms = [
        (f"judge {room}-{judge}", f"team {room}-{team}")
        for room in range(100)
        for team in range(200)
        for judge in draw.choice(20, 5, replace=False)
    ]
    graph = Graph.of_visits(rooms)
    assert len(structure(graph).components) == 100
    assert len(joining_visits(graph)) == 99


@given(visits, st.permutations(JUDGES), st.permutations(TEAMS), st.randoms(use_true_random=False))
def test_names_and_the_order_of_visits_do_not_matter(
    visits: list[Visit], judges: list[str], teams: list[str], order: random.Random
) -> None:
    name = dict(zip(JUDGES + TEAMS, judges + teams, strict=True))
    renamed = [(name[judge], name[team]) for judge, team in visits]
    order.shuffle(renamed)
    plain = structure(Graph.of_visits(visits, judges=JUDGES, teams=TEAMS))
    other = structure(Graph.of_visits(renamed, judges=judges, teams=teams))
    assert other == Structure(
        tuple(
            Component(tuple(name[judge] for judge in component.judges), tuple(name[team] for team in component.teams))
            for component in plain.components
        ),
        tuple(
            Bridge(bridge.judge and name[bridge.judge], bridge.team and name[bridge.team], bridge.parts)
            for bridge in plain.bridges
        ),
        tuple((name[team], count) for team, count in plain.thin_teams),
        tuple(name[judge] for judge in plain.lone_judges),
    )


def test_a_room_that_conflicts_keep_from_the_largest_is_joined_through_another() -> None:
    largest = [(judge, team) for judge in "AB" for team in "UVW"]
    barred = frozenset({*(("C", team) for team in "UVW"), *((judge, "X") for judge in "AB")})
    more = joining_visits(Graph.of_visits([*largest, ("C", "X"), ("D", "Y")]), barred)
    assert more == (("D", "U"), ("C", "Y"))
