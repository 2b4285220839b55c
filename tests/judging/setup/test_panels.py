from collections import Counter
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from scoreboard.judging.duty.visits import Pair
from scoreboard.judging.setup.panels import choose, connect, groups_of, level_loads

JUDGES, TEAMS = ("A", "B", "C", "D"), ("1", "2", "3", "4")


def free_of(conflicts: set[Pair]) -> dict[str, list[str]]:
    return {team: [judge for judge in JUDGES if (judge, team) not in conflicts] for team in TEAMS}


def unevenness(pairs: set[Pair]) -> int:
    load = Counter(judge for judge, _ in pairs)
    return sum(count**2 for count in load.values())


def least_unevenness(free: dict[str, list[str]], ballots_per_team: int) -> int:
    """Try every way to give each team its judges."""
    panels = [list(combinations(free[team], ballots_per_team)) for team in TEAMS]
    return min(
        sum(count**2 for count in Counter(judge for panel in way for judge in panel).values())
        for way in product(*panels)
    )


@given(st.sets(st.tuples(st.sampled_from(JUDGES), st.sampled_from(TEAMS)), max_size=8), st.integers(1, 2))
@settings(deadline=None)
def test_loads_are_as_equal_as_conflicts_allow(conflicts: set[Pair], ballots_per_team: int) -> None:
    free = free_of(conflicts)
    if min(map(len, free.values())) < ballots_per_team:
        return
    chosen = choose(JUDGES, TEAMS, free, ballots_per_team, frozenset())
    level_loads(JUDGES, chosen, free, frozenset())
    assert unevenness(chosen) == least_unevenness(free, ballots_per_team)


def test_teams_are_passed_along_a_chain_of_judges() -> None:
    chosen = {("A", "1"), ("A", "2"), ("B", "3")}
    level_loads(("A", "B", "C"), chosen, {"1": ["A"], "2": ["A", "B"], "3": ["B", "C"]}, frozenset())
    assert chosen == {("A", "1"), ("B", "2"), ("C", "3")}


def test_what_exists_is_never_passed_on() -> None:
    existing = frozenset({("A", "1"), ("A", "2"), ("A", "3")})
    chosen: set[Pair] = set()
    level_loads(("A", "B"), chosen, {"1": ["B"], "2": ["B"], "3": ["B"]}, existing)
    assert chosen == set()


def test_panels_mix() -> None:
    judges, teams = tuple("ABCDEF"), tuple("123456789")
    chosen = choose(judges, teams, {team: list(judges) for team in teams}, 2, frozenset())
    panels = Counter(frozenset(judge for judge, other in chosen if other == team) for team in teams)
    assert max(panels.values()) == 1


def test_separate_groups_are_joined_without_a_change_of_loads() -> None:
    chosen = {(judge, team) for judge in "AB" for team in "12"} | {(judge, team) for judge in "CD" for team in "34"}
    before = Counter(judge for judge, _ in chosen), Counter(team for _, team in chosen)
    assert len(groups_of(chosen)) == 2
    connect(chosen, frozenset(), frozenset())
    assert len(groups_of(chosen)) == 1
    assert (Counter(judge for judge, _ in chosen), Counter(team for _, team in chosen)) == before


def test_groups_that_conflicts_keep_apart_stay_apart() -> None:
    groups = {(judge, team) for judge in "AB" for team in "12"} | {(judge, team) for judge in "CD" for team in "34"}
    chosen = set(groups)
    connect(chosen, frozenset((judge, team) for judge in "CD" for team in "12"), frozenset())
    assert chosen == groups


def test_groups_share_neither_a_judge_nor_a_team() -> None:
    assert groups_of({("A", "1"), ("B", "1"), ("B", "2"), ("C", "3")}) == [
        {("A", "1"), ("B", "1"), ("B", "2")},
        {("C", "3")},
    ]
