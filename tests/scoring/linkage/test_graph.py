import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.scoring.linkage.graph import DENSE, Graph, algebraic_connectivity, component_labels
from scoreboard.scoring.table import ScoreTable

Visit = tuple[str, str]

visits = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("UVWXYZ")), max_size=14)


def chain(length: int) -> list[Visit]:
    """A path of `length` judges and as many teams."""
    return [(f"judge {place}", f"team {place + step}") for place in range(length) for step in (0, 1)][:-1]


def reached(start: str, visits: list[Visit]) -> frozenset[str]:
    """Who is joined to one by visits, found by asking again and again."""
    group = {start}
    while True:
        grown = group | {name for visit in visits if group & set(visit) for name in visit}
        if grown == group:
            return frozenset(group)
        group = grown


def test_a_graph_keeps_the_order_given_and_adds_who_else_occurs() -> None:
    graph = Graph.of_visits([("B", "V"), ("C", "U"), ("B", "V")], judges=["A", "B"], teams=["U", "W"])
    assert (graph.judges, graph.teams) == (("A", "B", "C"), ("U", "W", "V"))
    assert (graph.judge.tolist(), graph.team.tolist(), graph.times.tolist()) == ([1, 2], [2, 0], [2, 1])


def test_ballots_make_the_graph_of_their_judges_and_teams() -> None:
    table = ScoreTable.from_columns(
        ["A", "A", "B"], ["U", "U", "V"], ["score"] * 3, [1, 2, 3], ["first", "second", "first"], teams=["V", "U", "W"]
    )
    graph = Graph.of_ballots(table.ballots())
    assert (graph.judges, graph.teams) == (("A", "B"), ("V", "U", "W"))
    assert (graph.judge.tolist(), graph.team.tolist(), graph.times.tolist()) == ([0, 1], [1, 0], [2, 1])


@given(visits)
def test_components_are_those_found_by_asking_again_and_again(visits: list[Visit]) -> None:
    graph = Graph.of_visits(visits, judges=["idle"], teams=["unseen"])
    of_judge, of_team = (labels.tolist() for labels in component_labels(graph))
    assert (of_judge[0], of_team[0]) == (-1, -1)
    number = dict(zip(graph.judges, of_judge, strict=True)) | dict(zip(graph.teams, of_team, strict=True))
    groups = {reached(judge, visits) for judge, _ in visits}
    assert {frozenset(name for name in number if number[name] == one) for one in set(number.values()) - {-1}} == groups


@given(visits)
def test_components_are_numbered_from_the_one_with_the_most_teams_on(visits: list[Visit]) -> None:
    graph = Graph.of_visits(visits)
    of_team = component_labels(graph)[1].tolist()
    keys = [(-of_team.count(number), of_team.index(number)) for number in range(len(set(of_team)))]
    assert keys == sorted(keys)


@pytest.mark.parametrize("length", [2, 10, DENSE])
def test_the_connectivity_of_a_chain_is_the_one_in_closed_form(length: int) -> None:
    # Fiedler 1973, 4.3: a path of n nodes has 2 (1 - cos(pi / n)).
    expected = 2 * (1 - math.cos(math.pi / (2 * length)))
    assert algebraic_connectivity(Graph.of_visits(chain(length))) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("judges", "teams"), [(1, 1), (3, 5), (70, 190)])
def test_the_connectivity_of_a_complete_table_is_its_shorter_side(judges: int, teams: int) -> None:
    graph = Graph.of_visits([(f"judge {judge}", f"team {team}") for judge in range(judges) for team in range(teams)])
    assert algebraic_connectivity(graph) == pytest.approx(2 if judges == teams == 1 else min(judges, teams))


def test_connectivity_is_taken_alike_from_large_graphs_and_small() -> None:
    draw = np.random.default_rng(5)
    some = [(f"judge {judge}", f"team {team}") for team in range(160) for judge in draw.choice(50, 3, replace=False)]
    graph = Graph.of_visits(some)
    full = graph.matrix().toarray()
    expected = np.linalg.eigvalsh(np.diag(full.sum(axis=1)) - full)[1]
    assert len(full) > DENSE
    assert algebraic_connectivity(graph) == pytest.approx(expected, rel=1e-7)


@given(visits)
def test_connectivity_is_0_just_where_there_is_not_one_component(visits: list[Visit]) -> None:
    found = algebraic_connectivity(Graph.of_visits(visits, teams=["unseen"]))
    assert (found > 1e-9) == (len({reached(judge, visits) for judge, _ in visits}) == 1)
