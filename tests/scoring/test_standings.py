import itertools
import math
import random
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.errors import InvalidInput
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.normalise import raw
from scoreboard.scoring.standings import Standing, Standings, keys_of, rank, standings
from scoreboard.scoring.table import Scale, ScoreTable

Scores = dict[tuple[str, str], float]


def table(scores: Scores, teams: Iterable[str] | None = None) -> ScoreTable:
    rows = [(judge, team, "score", value) for (judge, team), value in scores.items()]
    return ScoreTable.from_rows(rows, teams=None if teams is None else list(teams))


def places(result: Standings) -> list[tuple[int | None, bool, str]]:
    return [(line.rank, line.tied, line.team) for line in result.standings]


def breaks(result: Standings) -> list[tuple[str, int | None, bool, str | None]]:
    return [(line.team, line.rank, line.tied, line.tie_break) for line in result.standings]


def test_ranks_are_shared_when_tied_and_the_next_is_left_out() -> None:
    result = standings(table({("Ada", "U"): 9, ("Ada", "W"): 7, ("Ada", "V"): 7, ("Ada", "X"): 5}))
    assert places(result) == [(1, False, "U"), (2, True, "V"), (2, True, "W"), (4, False, "X")]


def test_a_standing_carries_score_and_ballots() -> None:
    result = standings(table({("Ada", "U"): 9, ("Grace", "U"): 8}))
    assert result.standings == (Standing(1, False, "U", 8.5, 2, 0, None),)


def test_a_team_below_the_minimum_awaits_ballots_and_has_neither_rank_nor_score() -> None:
    scores: Scores = {("Ada", "U"): 5, ("Grace", "U"): 6, ("Ada", "W"): 10}
    result = standings(table(scores, teams=["X", "W", "V", "U"]), minimum_ballots=2)
    assert result.standings == (
        Standing(1, False, "U", 5.5, 2, 0, None),
        Standing(None, False, "V", None, 0, 2, None),
        Standing(None, False, "W", None, 1, 1, None),
        Standing(None, False, "X", None, 0, 2, None),
    )


def test_a_team_without_ballots_is_not_ranked_whatever_the_minimum() -> None:
    result = standings(table({}, teams=["U"]), minimum_ballots=0)
    assert result.standings == (Standing(None, False, "U", None, 0, 1, None),)


def test_a_team_that_a_method_cannot_score_is_not_ranked() -> None:
    ballots = table({("Ada", "U"): 5, ("Ada", "V"): 6}).ballots()
    known = raw(ballots)
    estimates = Estimates("other", np.array([5.0, math.nan]), known.ballots, 1.0, known.judges)
    assert places(rank(ballots, estimates)) == [(1, False, "U"), (None, False, "V")]


def test_teams_that_are_tied_or_wait_are_ordered_by_their_names() -> None:
    names = {"1": "falcon", "2": "Oryx", "3": "Addax", "4": "Zebra"}
    scores = table({("Ada", "1"): 5, ("Ada", "2"): 5, ("Ada", "3"): 5}, teams="12345")
    assert [line.team for line in standings(scores, names=names).standings] == ["3", "1", "2", "5", "4"]


def test_excluded_teams_are_out_of_the_ranking_altogether() -> None:
    result = standings(
        table({("Ada", "U"): 9, ("Ada", "V"): 7, ("Ada", "W"): 5}, teams="UVWX"), excluded={"U", "X", "unheard of"}
    )
    assert places(result) == [(1, False, "V"), (2, False, "W")]


def test_judges_of_excluded_teams_keep_their_lines() -> None:
    result = standings(table({("Ada", "U"): 9, ("Grace", "V"): 7}), excluded={"U"})
    assert [line.judge for line in result.judges] == ["Ada", "Grace"]


def rubric_table() -> ScoreTable:
    given_scores = {
        "U": [(8, 4), (4, 8)],
        "V": [(6, 6), (6, 6)],
        "W": [(6, 6), (6, 6)],
        "X": [(7, 6), (7, 4)],
        "Y": [(9, 9), (9, 9)],
    }
    rows = [
        (judge, team, criterion, float(value))
        for team, ballots in given_scores.items()
        for judge, ballot in zip(["Ada", "Grace"], ballots, strict=True)
        for criterion, value in zip(["idea", "code"], ballot, strict=True)
    ]
    return ScoreTable.from_rows(rows, [Scale("idea", 1, 0, 10), Scale("code", 1, 0, 10)])


def test_without_further_keys_equal_totals_stay_tied() -> None:
    assert breaks(standings(rubric_table())) == [
        ("Y", 1, False, None),
        ("U", 2, True, None),
        ("V", 2, True, None),
        ("W", 2, True, None),
        ("X", 2, True, None),
    ]


def test_a_criterion_breaks_a_tie_and_is_named() -> None:
    assert breaks(standings(rubric_table(), precedence=["total", "criterion:idea"])) == [
        ("Y", 1, False, None),
        ("X", 2, False, "criterion:idea"),
        ("U", 3, True, "criterion:idea"),
        ("V", 3, True, "criterion:idea"),
        ("W", 3, True, "criterion:idea"),
    ]


def test_keys_are_asked_in_order_and_the_one_that_settled_a_rank_is_named() -> None:
    scores: Scores = {}
    for judge, *values in (("A", 1, 4, 5, 6), ("B", 6, 5, 5, 6), ("C", 8, 6, 5, 3)):
        scores |= {(judge, team): value for team, value in zip("UVWX", values, strict=True)}
    assert breaks(standings(table(scores), precedence=["total", "median", "criterion:score"])) == [
        ("U", 1, True, "median"),
        ("X", 1, True, "median"),
        ("V", 3, True, "median"),
        ("W", 3, True, "median"),
    ]


def test_the_median_of_an_even_number_of_ballots_lies_between_the_two_in_the_middle() -> None:
    scores: Scores = {("A", "U"): 1, ("B", "U"): 4, ("C", "U"): 5, ("D", "U"): 10}
    scores |= {("A", "V"): 5, ("B", "V"): 5, ("C", "V"): 4, ("D", "V"): 6, ("A", "W"): 5}
    assert breaks(standings(table(scores, teams="UTVW"), precedence=["total", "median"])) == [
        ("V", 1, True, "median"),
        ("W", 1, True, "median"),
        ("U", 3, False, "median"),
        ("T", None, False, None),
    ]


def test_the_last_digits_of_a_float_never_break_a_tie_nor_order_it() -> None:
    noisy = table(
        {(judge, "U"): value for judge, value in zip("ABC", (0.3, 0.2, 0.1), strict=True)}
        | {(judge, "V"): value for judge, value in zip("ABC", (0.1, 0.2, 0.3), strict=True)}
    )
    score = raw(noisy.ballots()).score
    assert score[1] > score[0]
    assert places(standings(noisy)) == [(1, True, "U"), (1, True, "V")]


def test_noise_on_both_sides_of_a_rounding_edge_is_still_a_tie() -> None:
    edge = 0.5e-9
    near: Scores = {
        ("A", "U"): np.nextafter(edge, 0),
        ("A", "V"): edge,
        ("A", "W"): np.nextafter(edge, 1),
        ("A", "X"): 1,
    }
    assert [line.rank for line in standings(table(near)).standings] == [1, 2, 2, 2]


def test_a_small_true_difference_is_not_a_tie() -> None:
    result = standings(table({("A", "U"): 10.0, ("A", "V"): 10.0 + 1e-6, ("A", "W"): 0}))
    assert [line.rank for line in result.standings] == [1, 2, 3]


def test_all_scores_equal_ties_all_teams() -> None:
    result = standings(table({(judge, team): 0.1 + 0.2 for judge in "AB" for team in "UVW"}))
    assert [(line.rank, line.tied) for line in result.standings] == [(1, True)] * 3


def test_a_precedence_with_an_unknown_key_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InvalidInput) as refused:
        standings(rubric_table(), precedence=["total", "criterion:looks"])
    assert str(refused.value) == (
        "The precedence has no key criterion:looks; known are: total, median, criterion:idea, criterion:code."
    )


@pytest.mark.parametrize("precedence", [[], ["median"], ["criterion:idea", "total"]])
def test_a_precedence_that_does_not_begin_with_the_total_is_refused(precedence: list[str]) -> None:
    with pytest.raises(InvalidInput):
        standings(rubric_table(), precedence=precedence)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(InvalidInput):
        standings(rubric_table(), "astrology")


def test_the_keys_of_a_precedence_begin_with_the_total() -> None:
    assert keys_of(["idea"]) == ("total", "median", "criterion:idea")


scored = st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("UVWXYZ")), st.integers(0, 10).map(float), min_size=1
)
TEAMS = "UVWXYZ"
PRECEDENCE = ("total", "median")


@given(scored, st.integers(0, 3))
def test_ranks_are_competition_ranks(scores: Scores, minimum: int) -> None:
    result = standings(table(scores, TEAMS), precedence=PRECEDENCE, minimum_ballots=minimum)
    ranks = [line.rank for line in result.standings if line.rank is not None]
    assert ranks == [1 + sum(other < rank for other in ranks) for rank in ranks]
    assert [line.tied for line in result.standings[: len(ranks)]] == [ranks.count(rank) > 1 for rank in ranks]
    assert [line.rank for line in result.standings[len(ranks) :]] == [None] * (len(TEAMS) - len(ranks))
    assert sorted(line.team for line in result.standings) == list(TEAMS)


@given(scored)
def test_a_higher_score_is_never_ranked_lower(scores: Scores) -> None:
    lines = [line for line in standings(table(scores), precedence=PRECEDENCE).standings if line.score is not None]
    for better, worse in itertools.pairwise(lines):
        assert better.score is not None
        assert worse.score is not None
        assert better.score >= worse.score - 1e-8


@given(scored, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(scores: Scores, chance: random.Random) -> None:
    shuffled = list(scores.items())
    chance.shuffle(shuffled)
    assert standings(table(dict(shuffled)), precedence=PRECEDENCE) == standings(table(scores), precedence=PRECEDENCE)


@given(scored, st.permutations(TEAMS))
def test_new_ids_for_teams_change_nothing_else(scores: Scores, ids: list[str]) -> None:
    new = dict(zip(TEAMS, ids, strict=True))
    renamed = {(judge, new[team]): value for (judge, team), value in scores.items()}
    result = standings(table(scores, TEAMS), precedence=PRECEDENCE)
    other = standings(table(renamed, ids), precedence=PRECEDENCE, names={new[team]: team for team in TEAMS})
    assert [(new[team], rank, tied) for rank, tied, team in places(result)] == [
        (team, rank, tied) for rank, tied, team in places(other)
    ]


@given(scored, st.sets(st.sampled_from(TEAMS)))
def test_exclusion_takes_teams_out_and_leaves_the_order_and_scores_of_the_others(
    scores: Scores, excluded: set[str]
) -> None:
    everyone = standings(table(scores, TEAMS), precedence=PRECEDENCE).standings
    rest = standings(table(scores, TEAMS), precedence=PRECEDENCE, excluded=excluded).standings
    stayed = [line for line in everyone if line.team not in excluded]
    assert [(line.team, line.score, line.ballots) for line in rest] == [
        (line.team, line.score, line.ballots) for line in stayed
    ]
    old_ranks = [line.rank for line in stayed if line.rank is not None]
    assert [line.rank for line in rest if line.rank is not None] == [
        1 + sum(other < rank for other in old_ranks) for rank in old_ranks
    ]


@given(scored, st.integers(-1000, 1000), st.sampled_from([0.001, 1 / 3, 7.0, 1e6]))
def test_a_change_of_scale_keeps_every_rank(scores: Scores, shift: int, factor: float) -> None:
    moved = {key: factor * (value + shift) for key, value in scores.items()}
    assert breaks(standings(table(moved), precedence=PRECEDENCE)) == breaks(
        standings(table(scores), precedence=PRECEDENCE)
    )


@given(scored, scored)
def test_scores_added_and_withdrawn_leave_no_trace(scores: Scores, more: Scores) -> None:
    before = standings(table(scores, TEAMS), precedence=PRECEDENCE)
    grown = more | scores
    standings(table(grown, TEAMS), precedence=PRECEDENCE)
    withdrawn = {key: value for key, value in grown.items() if key in scores}
    assert standings(table(withdrawn, TEAMS), precedence=PRECEDENCE) == before
