from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from scoreboard.judging.duty.visits import Pair, matching, order_visits


def keys(letter: str, count: int) -> list[str]:
    return [f"{letter}{number}" for number in range(count)]


def orders(pairs: list[Pair]) -> dict[str, list[str]]:
    order = defaultdict(list)
    for judge, team in pairs:
        order[judge].append(team)
    return order


def meetings(pairs: list[Pair]) -> int:
    """How often a judge comes to a table where another one stands, if all keep step."""
    by_judge = orders(pairs).values()
    steps = range(max(map(len, by_judge), default=0))
    at = [[order[step] for order in by_judge if step < len(order)] for step in steps]
    return sum(len(teams) - len(set(teams)) for teams in at)


@given(st.integers(1, 12), st.integers(0, 8))
def test_without_conflicts_no_two_judges_ever_stand_at_one_table(judges: int, more: int) -> None:
    names, teams = keys("J", judges), keys("T", judges + more)
    pairs = {(judge, team) for judge in names for team in teams}
    ordered = order_visits(names, teams, pairs)
    assert sorted(ordered) == sorted(pairs)
    assert meetings(ordered) == 0


def test_judges_begin_spread_over_the_hall_and_walk_in_one_direction() -> None:
    names, teams = keys("J", 2), keys("T", 4)
    assert orders(order_visits(names, teams, [(judge, team) for judge in names for team in teams])) == {
        "J0": ["T0", "T1", "T2", "T3"],
        "J1": ["T2", "T3", "T0", "T1"],
    }


@given(st.data(), st.integers(1, 8), st.integers(1, 8))
def test_every_visit_is_laid_out_once_whatever_the_conflicts(data: st.DataObject, judges: int, teams: int) -> None:
    names, tables = keys("J", judges), keys("T", teams)
    pairs = data.draw(st.sets(st.tuples(st.sampled_from(names), st.sampled_from(tables))))
    assert sorted(order_visits(names, tables, pairs)) == sorted(pairs)


def test_where_one_judge_skips_a_table_the_others_make_way() -> None:
    names, teams = keys("J", 4), keys("T", 8)
    pairs = {(judge, team) for judge in names for team in teams} - {("J0", "T1"), ("J1", "T5")}
    assert meetings(order_visits(names, teams, pairs)) == 0


def test_a_matching_seats_as_many_as_can_be() -> None:
    assert matching({"J0": ["T0", "T1"], "J1": ["T0"], "J2": ["T0"]}) == {"J0": "T1", "J1": "T0"}
