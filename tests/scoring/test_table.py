import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.errors import InvalidTable
from scoreboard.scoring.table import Scale, ScoreTable, extent

RUBRIC = (Scale("idea", 3, 0, 10), Scale("code", 1, 1, 5))


def total_of(table: ScoreTable) -> dict[tuple[str, str], float]:
    ballots = table.ballots()
    return {
        (ballots.judges[judge], ballots.teams[team]): total
        for judge, team, total in zip(ballots.judge, ballots.team, ballots.total.tolist(), strict=True)
    }


def refusal(*rows: tuple[str, str, str, float], **known: list[str]) -> str:
    with pytest.raises(InvalidTable) as refused:
        ScoreTable.from_rows(rows, RUBRIC, **known)
    return str(refused.value)


def test_a_total_is_the_weighted_mean_of_criteria_brought_to_their_ranges() -> None:
    table = ScoreTable.from_rows([("Ada", "Oryx", "idea", 5), ("Ada", "Oryx", "code", 2)], RUBRIC)
    assert total_of(table) == {("Ada", "Oryx"): 100 * (3 * 0.5 + 1 * 0.25) / 4}


def test_without_ranges_a_table_keeps_its_own_scale_and_its_criteria_weigh_alike() -> None:
    table = ScoreTable.from_rows([("Ada", "Oryx", "idea", 5), ("Ada", "Oryx", "code", 2)])
    assert table.scales == (Scale("code"), Scale("idea"))
    assert total_of(table) == {("Ada", "Oryx"): 3.5}


def test_weights_count_without_ranges_too() -> None:
    rows = [("Ada", "Oryx", "idea", 5.0), ("Ada", "Oryx", "code", 1.0)]
    assert total_of(ScoreTable.from_rows(rows, [Scale("idea", 3), Scale("code", 1)])) == {("Ada", "Oryx"): 4.0}


def test_only_complete_ballots_enter_and_what_was_not_scored_is_not_0() -> None:
    rows = [("Ada", "Oryx", "idea", 10.0), ("Ada", "Oryx", "code", 5.0), ("Grace", "Oryx", "idea", 10.0)]
    table = ScoreTable.from_rows(rows, RUBRIC)
    assert total_of(table) == {("Ada", "Oryx"): 100.0}
    assert table.ballots().incomplete == 1


def test_units_stand_in_the_order_of_the_scales() -> None:
    table = ScoreTable.from_rows([("Ada", "Oryx", "code", 2), ("Ada", "Oryx", "idea", 5)], RUBRIC)
    assert table.ballots().units.tolist() == [[0.5, 0.25]]


def test_judges_and_teams_without_scores_are_kept_in_the_order_given() -> None:
    table = ScoreTable.from_rows([], RUBRIC, judges=["Grace", "Ada"], teams=["Oryx", "Falcon"])
    ballots = table.ballots()
    assert (ballots.judges, ballots.teams, len(ballots)) == (("Grace", "Ada"), ("Oryx", "Falcon"), 0)


def test_a_table_of_nothing_has_no_ballots() -> None:
    ballots = ScoreTable.from_rows([]).ballots()
    assert (len(ballots), ballots.units.shape, ballots.extent, ballots.incomplete) == (0, (0, 0), 0.0, 0)


def test_an_occasion_makes_a_ballot_of_its_own() -> None:
    table = ScoreTable.from_columns(
        ["Ada"] * 3, ["Oryx"] * 3, ["score"] * 3, [1, 3, 8], ["monday", "tuesday", "sunday"]
    )
    ballots = table.ballots()
    assert table.occasions == ("monday", "sunday", "tuesday")
    assert ballots.occasion.tolist() == [0, 1, 2]
    assert ballots.total.tolist() == [1, 8, 3]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_a_finite_number_is_refused(value: float) -> None:
    assert refusal(("Ada", "Oryx", "idea", value)) == "The score of judge Ada for team Oryx on idea is not a number."


@pytest.mark.parametrize("value", [0.5, 5.5])
def test_a_value_out_of_its_own_criterions_range_is_refused(value: float) -> None:
    assert refusal(("Ada", "Oryx", "idea", 0), ("Ada", "Oryx", "code", value)) == (
        f"The score of judge Ada for team Oryx on code is out of range: {value}."
    )


def test_a_judge_who_scores_a_team_twice_on_a_criterion_is_refused() -> None:
    twice = [("Ada", "Oryx", "idea", 1.0), ("Grace", "Oryx", "idea", 1.0), ("Ada", "Oryx", "idea", 2.0)]
    assert refusal(*twice) == "Judge Ada scored team Oryx more than once on idea."


def test_who_and_what_is_not_known_is_refused() -> None:
    row = ("Ada", "Oryx", "idea", 1.0)
    assert refusal(row, judges=["Grace"]) == "The judge Ada is not known."
    assert refusal(row, teams=["Falcon"]) == "The team Oryx is not known."
    assert refusal(("Ada", "Oryx", "looks", 1.0)) == "The criterion looks is not known."
    assert refusal(row, teams=["Oryx", "Oryx"]) == "Oryx is declared twice."


@pytest.mark.parametrize(
    ("weight", "minimum", "maximum"),
    [
        (-1, 0, 1),
        (math.nan, 0, 1),
        (1, 0, None),
        (1, None, 1),
        (1, 1, 1),
        (1, 2, 1),
        (1, 0, math.inf),
        (1, math.nan, 1),
    ],
)
def test_a_scale_that_makes_no_sense_is_refused(weight: float, minimum: float | None, maximum: float | None) -> None:
    with pytest.raises(InvalidTable):
        Scale("idea", weight, minimum, maximum)


@pytest.mark.parametrize("scales", [[Scale("idea", 1, 0, 1), Scale("code")], [Scale("idea", 0), Scale("code", 0)]])
def test_ranges_for_some_criteria_or_no_weight_at_all_are_refused(scales: list[Scale]) -> None:
    with pytest.raises(InvalidTable):
        ScoreTable.from_rows([], scales)


def test_minus_zero_is_zero() -> None:
    table = ScoreTable.from_rows([("Ada", "Oryx", "score", -0.0)])
    assert not np.signbit(table.value).any()


scored = st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("UVWXYZ"), st.sampled_from(["code", "idea"])),
    st.floats(1, 5),
    max_size=30,
)


@given(scored, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(values: dict[tuple[str, str, str], float], chance: random.Random) -> None:
    rows = [(*key, value) for key, value in values.items()]
    ballots = ScoreTable.from_rows(rows, RUBRIC).ballots()
    chance.shuffle(rows)
    shuffled = ScoreTable.from_rows(rows, RUBRIC).ballots()
    assert ballots.total.tolist() == shuffled.total.tolist()
    assert ballots.units.tolist() == shuffled.units.tolist()
    assert (ballots.judge.tolist(), ballots.team.tolist()) == (shuffled.judge.tolist(), shuffled.team.tolist())


@given(scored)
def test_totals_agree_with_the_formula_written_out(values: dict[tuple[str, str, str], float]) -> None:
    expected = {
        (judge, team): 100 * (3 * value / 10 + (values[judge, team, "code"] - 1) / 4) / 4
        for (judge, team, criterion), value in values.items()
        if criterion == "idea" and (judge, team, "code") in values
    }
    table = ScoreTable.from_rows([(*key, value) for key, value in values.items()], RUBRIC)
    assert total_of(table) == pytest.approx(expected, abs=1e-9)


@given(scored)
def test_every_ballot_is_complete_or_counted_as_incomplete(values: dict[tuple[str, str, str], float]) -> None:
    ballots = ScoreTable.from_rows([(*key, value) for key, value in values.items()], RUBRIC).ballots()
    assert len(ballots) + ballots.incomplete == len({key[:2] for key in values})


def test_extent_is_what_values_span_and_never_down_in_the_noise() -> None:
    assert extent(np.array([2.0, 7.0])) == 5.0
    assert extent(np.array([0.0, 0.0])) == 0.0
    assert extent(np.array([])) == 0.0
    assert extent(np.array([10.0, 10.0])) == pytest.approx(1e-3)
