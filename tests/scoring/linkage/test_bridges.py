import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.scoring.linkage.bridges import Bridge, bridges
from scoreboard.scoring.linkage.graph import Graph

Visit = tuple[str, str]

visits = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("UVWXYZ")), max_size=14)


def groups(visits: list[Visit]) -> int:
    """How many groups of visits there are without a judge or a team in common."""
    found: list[set[str]] = []
    for visit in visits:
        joined = [group for group in found if group & set(visit)]
        found = [group for group in found if group not in joined] + [set(visit).union(*joined)]
    return len(found)


def parts(visits: list[Visit], left: list[Visit]) -> int:
    """Into how many parts a component falls that loses what is not `left`."""
    return groups(left) - groups(visits) + 1


@given(visits)
def test_bridges_are_what_leaves_more_groups_when_it_is_taken_away(visits: list[Visit]) -> None:
    graph = Graph.of_visits(visits, judges="FEDCBA", teams="XYZUVW")
    judges = [
        Bridge(judge, None, parts(visits, [visit for visit in visits if visit[0] != judge])) for judge in "FEDCBA"
    ]
    teams = [Bridge(None, team, parts(visits, [visit for visit in visits if visit[1] != team])) for team in "XYZUVW"]
    ballots = []
    for judge in "FEDCBA":
        for team in "XYZUVW":
            left = visits.copy()
            if (judge, team) in visits:
                left.remove((judge, team))
            ballots.append(Bridge(judge, team, parts(visits, left)))
    assert list(bridges(graph)) == [bridge for bridge in (*judges, *teams, *ballots) if bridge.parts > 1]


def test_two_rooms_hang_together_by_the_judge_who_was_in_both() -> None:
    rooms = [(judge, team) for judge in "AB" for team in "UV"] + [(judge, team) for judge in "CD" for team in "XY"]
    assert bridges(Graph.of_visits([*rooms, ("E", "U"), ("E", "V"), ("E", "X"), ("E", "Y")])) == (Bridge("E", None, 2),)


def test_a_single_ballot_between_two_rooms_is_a_bridge_and_so_are_its_judge_and_team() -> None:
    rooms = [(judge, team) for judge in "AB" for team in "UV"] + [(judge, team) for judge in "CD" for team in "XY"]
    assert bridges(Graph.of_visits([*rooms, ("A", "X")])) == (
        Bridge("A", None, 2),
        Bridge(None, "X", 2),
        Bridge("A", "X", 2),
    )


def test_a_ballot_given_twice_can_lose_one() -> None:
    rooms = [(judge, team) for judge in "AB" for team in "UV"] + [(judge, team) for judge in "CD" for team in "XY"]
    twice = bridges(Graph.of_visits([*rooms, ("A", "X"), ("A", "X")]))
    assert twice == (Bridge("A", None, 2), Bridge(None, "X", 2))


@pytest.mark.parametrize("visits", [[], [("A", "U")], [("A", "U"), ("A", "V"), ("A", "W")], [("A", "U"), ("B", "U")]])
def test_a_team_or_a_judge_left_without_a_visit_is_not_a_part(visits: list[Visit]) -> None:
    assert bridges(Graph.of_visits(visits)) == ()
