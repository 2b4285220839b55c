import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scores import Scores, ballots, panel, some_scores

from scoreboard.errors import InvalidInput
from scoreboard.scoring.methods.fixed import fixed_of
from scoreboard.scoring.options import DEFAULT, Options

TABLE = ballots({("A", "T"): 1, ("A", "U"): 2, ("A", "V"): 3, ("B", "U"): 4, ("B", "V"): 5, ("B", "T"): 6})


def test_without_being_asked_there_is_only_the_mean() -> None:
    fixed = fixed_of(TABLE, DEFAULT)
    assert fixed.columns.tolist() == [[1.0]] * 6
    assert fixed.of_team.tolist() == [[0.0]] * 3


def test_two_tracks_are_one_column_about_the_mean_and_belong_to_the_team() -> None:
    fixed = fixed_of(TABLE, Options(tracks={"T": "health", "U": "health", "V": "energy"}))
    assert fixed.columns.shape == (6, 2)
    assert fixed.columns[:, 1].sum() == pytest.approx(0)
    assert fixed.of_team[:, 1].tolist() == pytest.approx([-1 / 3, -1 / 3, 2 / 3])
    assert fixed.columns[:, 1].tolist() == fixed.of_team[TABLE.team, 1].tolist()


def test_a_track_without_ballots_takes_no_column_and_teams_of_none_are_one_more() -> None:
    tracks = {"T": "health", "U": "health", "X": "energy"}
    fixed = fixed_of(ballots(panel(1, teams=6), teams=[f"T{team:02d}" for team in range(6)]), Options(tracks=tracks))
    assert fixed.columns.shape[1] == 1
    assert fixed_of(TABLE, Options(tracks=tracks)).columns.shape[1] == 2


def test_time_is_standardised_and_makes_no_team_better() -> None:
    times = {
        (TABLE.judges[j], TABLE.teams[t]): 60.0 * k
        for k, (j, t) in enumerate(zip(TABLE.judge, TABLE.team, strict=True))
    }
    fixed = fixed_of(TABLE, Options(times=times))
    assert (fixed.columns[:, 1].mean(), fixed.columns[:, 1].std()) == pytest.approx((0, 1))
    assert fixed.of_team.tolist() == [[0.0, 0.0]] * 3


def test_a_time_that_never_changes_takes_no_column() -> None:
    times = {(judge, team): 9.0 for judge in "AB" for team in "TUV"}
    assert fixed_of(TABLE, Options(times=times)).columns.shape == (6, 1)


def test_a_ballot_without_its_time_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as refused:
        fixed_of(TABLE, Options(times={("A", "T"): 1.0}))
    assert refused.value.params == {"judge": "A", "team": "U"}


def test_where_ballots_are_few_there_is_only_the_mean() -> None:
    two = ballots({("A", "T"): 1.0, ("A", "U"): 2.0})
    assert fixed_of(two, Options(tracks={"T": "health", "U": "energy"})).columns.tolist() == [[1.0]] * 2


@given(some_scores, st.dictionaries(st.sampled_from("TUVWXYZ"), st.sampled_from("abc")))
def test_columns_can_always_be_told_apart(scores: Scores, tracks: dict[str, str]) -> None:
    columns = fixed_of(ballots(scores), Options(tracks=tracks)).columns
    assert np.linalg.matrix_rank(columns) == columns.shape[1]
    assert (columns[:, 0] == 1).all()
