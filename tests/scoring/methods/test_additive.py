import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from references import expected, reference
from scores import Scores, ballots, panel, some_scores

from scoreboard.scoring.methods.additive import additive
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.normalise import raw
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import FloatArray

TABLES = [
    "appletaste",
    "conference_kuhlisch2016",
    "french_fries_potato",
    "irr_anxiety",
    "irr_video",
    "paris1976_white",
    "shrout_fleiss",
    "sirt_ratings2",
    "wine_bitterness",
]


@pytest.mark.parametrize("name", TABLES)
def test_estimates_and_errors_are_those_of_a_linear_model_in_r(name: str) -> None:
    answer, table = expected(name)["fixed_effects"], reference(name)
    found = additive(table)
    scores = dict(zip(table.teams, found.score.tolist(), strict=True))
    errors = dict(zip(table.teams, found.se.tolist(), strict=True))
    assert scores == pytest.approx({team: line["est"] for team, line in answer["team"].items()}, abs=1e-10)
    assert errors == pytest.approx({team: line["se"] for team, line in answer["team"].items()}, abs=1e-10)
    assert math.sqrt(found.residual) == pytest.approx(answer["sigma"], abs=1e-10)


def test_severities_and_their_errors_are_those_of_the_same_model_with_judges_for_teams() -> None:
    scores = panel(2, teams=8, judges=8)
    table, turned = ballots(scores), ballots({(team, judge): value for (judge, team), value in scores.items()})
    judges, teams = additive(table).judges, additive(turned)
    lenient = -np.array([line.severity for line in judges])
    assert lenient.sum() == pytest.approx(0, abs=1e-12)
    assert np.diff(lenient) == pytest.approx(np.diff(teams.score))


def test_a_connected_table_is_solved_exactly_when_nothing_is_noise() -> None:
    quality, harsh = dict(zip("TUVW", (5.0, 6, 8, 9), strict=True)), dict(zip("ABC", (1.0, 0, -1), strict=True))
    pairs = [("A", "T"), ("A", "U"), ("B", "U"), ("B", "V"), ("C", "V"), ("C", "W"), ("A", "W")]
    found = additive(ballots({(judge, team): quality[team] - harsh[judge] for judge, team in pairs}))
    assert found.score.tolist() == pytest.approx(list(quality.values()))
    assert [line.severity for line in found.judges] == pytest.approx(list(harsh.values()))
    assert found.residual == pytest.approx(0, abs=1e-20)


def test_groups_are_set_side_by_side_by_the_mean_of_their_judges() -> None:
    two = {("A", "T"): 3.0, ("A", "U"): 7, ("B", "T"): 5, ("B", "U"): 9, ("C", "V"): 4, ("C", "W"): 6}
    found = additive(ballots(two))
    assert found.components == 2
    assert found.score.tolist() == pytest.approx([4, 8, 4, 6])
    assert [line.severity for line in found.judges] == pytest.approx([1, -1, 0])


def test_without_a_ballot_to_spare_errors_are_not_known() -> None:
    found = additive(ballots({("A", "T"): 3, ("A", "U"): 7}))
    assert found.score.tolist() == pytest.approx([3, 7])
    assert np.isnan([found.residual, *found.se]).all()


def test_a_complete_table_gives_means() -> None:
    table = ballots(panel(4, teams=7, judges=5, each=5))
    assert additive(table).score.tolist() == pytest.approx(raw(table).score.tolist())


def test_it_is_the_limit_of_the_mixed_model_with_ratios_without_end() -> None:
    class Flat:
        def penalty(self, logs: FloatArray) -> float:
            return float(((logs - 13.0) ** 2).sum() * 1e6)

        def slope(self, logs: FloatArray) -> FloatArray:
            return 2e6 * (logs - 13.0)

        def bend(self, logs: FloatArray) -> FloatArray:
            return np.full_like(logs, 2e6)

    table = ballots(panel(6))
    mixed = severity(table, Options(prior=Flat(), integrated=False))
    assert mixed.effect - mixed.effect.mean() == pytest.approx(
        additive(table).score - additive(table).score.mean(), abs=1e-3
    )


@given(some_scores, st.sampled_from([-50.0, 0.0, 3.0]), st.sampled_from([0.25, 1.0, 10.0]))
def test_it_follows_a_change_of_scale(scores: Scores, shift: float, factor: float) -> None:
    moved = additive(ballots({key: shift + factor * value for key, value in scores.items()}))
    plain = additive(ballots(scores))
    assert moved.score.tolist() == pytest.approx((shift + factor * plain.score).tolist(), abs=1e-9 * (50 + factor))
