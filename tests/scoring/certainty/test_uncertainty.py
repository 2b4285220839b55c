import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from scores import Scores, ballots, panel, some_scores

from scoreboard.scoring.certainty.uncertainty import chances, draw
from scoreboard.scoring.crossed.posterior import Posterior, effects_of
from scoreboard.scoring.methods.adaptive import adaptive
from scoreboard.scoring.methods.mixed import MixedEstimates, problem_of
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import Ballots, FloatArray

QUICK = Options(integrated=False)
MANY = 100_000


def posterior(estimates: MixedEstimates) -> Posterior:
    assert estimates.posterior is not None
    return estimates.posterior


def covariance(table: Ballots, options: Options, best: Posterior) -> FloatArray:
    """Of the errors of prediction of teams, by the full mixed-model equations."""
    problem, point = problem_of(table, options), best.best
    teams, judges, fixed = len(table.teams), len(table.judges), problem.fixed.columns.shape[1]
    design = np.column_stack([problem.fixed.columns, np.eye(teams)[table.team], np.eye(judges)[table.judge]])
    penalty = np.repeat([0, 1 / point.ratios[0], 1 / point.ratios[1]], [fixed, teams, judges])
    pick = np.column_stack([best.of_team, np.eye(teams), np.zeros((teams, judges))])
    full: FloatArray = point.noise * pick @ np.linalg.inv(design.T @ design + np.diag(penalty)) @ pick.T
    return full


@pytest.mark.parametrize("shape", [{"teams": 9, "judges": 5}, {"teams": 5, "judges": 9, "each": 4}])
@pytest.mark.parametrize("tracks", [{}, {"T00": "left", "T02": "left", "T03": "left"}])
def test_draws_have_the_mean_and_covariance_of_the_full_equations(
    shape: dict[str, int], tracks: dict[str, str]
) -> None:
    table, options = ballots(panel(3, **shape)), Options(integrated=False, tracks=tracks)
    known = posterior(severity(table, options))
    drawn = draw(known, table.teams, table.judges, draws=MANY, seed=1)
    degrees = known.best.sums.degrees
    expected = covariance(table, options, known) * degrees / (degrees - 2)  # Student's t
    assert drawn.mean(axis=1) == pytest.approx(effects_of(known.best, known.of_team), abs=1e-9)
    assert np.cov(drawn) == pytest.approx(expected, abs=0.04 * expected.max())


def test_draws_spread_as_the_intervals_say() -> None:
    scores = panel(3, spread=0.4, noisy=2)
    table = ballots(scores)
    for options in (Options(), QUICK):
        found = adaptive(table, options)
        drawn = draw(posterior(found), table.teams, table.judges, draws=20_000, seed=1)
        width = np.ptp(np.quantile(drawn, [0.05, 0.95], axis=1), axis=0)
        assert width == pytest.approx(np.ptp(found.interval, axis=1), rel=0.05)


def test_one_team_above_another_is_as_likely_as_the_normal_distribution_says() -> None:
    table = ballots(panel(3, teams=40, judges=20))
    found = severity(table, QUICK)
    known = posterior(found)
    full = covariance(table, QUICK, known)
    counted = chances(found, table.teams, draws=20_000)
    for one, other in ((0, 1), (0, 5), (10, 30)):
        deviation = math.sqrt(full[one, one] + full[other, other] - 2 * full[one, other])
        expected = norm.cdf((found.effect[one] - found.effect[other]) / deviation)
        assert counted.above(one, other) == pytest.approx(expected, abs=0.02)
        assert counted.above(one, other) + counted.above(other, one) == pytest.approx(1)


@given(some_scores, st.integers(1, 7))
@settings(max_examples=30)
def test_chances_add_up(scores: Scores, places: int) -> None:
    found = severity(ballots(scores), QUICK)
    counted = chances(found, ballots(scores).teams, draws=50)
    teams = len(counted.teams)
    assert counted.rank.sum(axis=0) == pytest.approx(np.ones(teams))
    assert counted.rank.sum(axis=1) == pytest.approx(np.ones(teams))
    assert counted.top(places).sum() == pytest.approx(min(places, teams))
    assert counted.first.tolist() == counted.top(1).tolist()
    assert counted.expected_rank.sum() == pytest.approx(teams * (teams + 1) / 2)
    low, high = counted.rank_interval.T
    assert (low >= 1).all()
    assert (low <= high).all()
    assert (high <= teams).all()


def test_an_interval_of_ranks_leaves_a_twentieth_on_either_side() -> None:
    table = ballots(panel(3))
    counted = chances(severity(table), table.teams, draws=4_000)
    for shares, (low, high) in zip(counted.rank, counted.rank_interval, strict=True):
        assert shares[: low - 1].sum() <= 0.05 + 1e-9
        assert shares[:low].sum() > 0.05
        assert shares[high:].sum() <= 0.05 + 1e-9
        assert shares[high - 1 :].sum() > 0.05


def test_a_clear_winner_is_sure_and_a_close_race_is_not() -> None:
    rows = {"A": (1.1, 5.2, 9.0, 4.6), "B": (0.7, 4.4, 8.5, 5.1), "C": (1.3, 5.3, 9.3, 4.9), "D": (0.9, 4.6, 8.8, 5.0)}
    table = ballots(
        {(judge, team): value for judge, row in rows.items() for team, value in zip("TUVW", row, strict=True)}
    )
    counted = chances(severity(table), table.teams, draws=4_000)
    assert counted.first[2] > 0.99
    assert counted.rank_interval.tolist() == [[4, 4], [2, 3], [1, 1], [2, 3]]
    assert counted.expected_rank == pytest.approx([4, 2.5, 1, 2.5], abs=0.3)
    assert 0.2 < counted.above(1, 3) < 0.8


def test_only_competing_teams_are_ranked() -> None:
    table = ballots(panel(3), teams=[f"T{team:02d}" for team in range(31)])
    found = severity(table, QUICK)
    assert chances(found, table.teams).teams.tolist() == list(range(30))
    some = np.zeros(31, dtype=np.bool_)
    some[[4, 7, 9]] = True
    counted = chances(found, table.teams, some)
    assert counted.teams.tolist() == [4, 7, 9]
    assert counted.first.sum() == pytest.approx(1)


def test_without_a_difference_every_order_is_as_likely() -> None:
    same = ballots({("A", team): 6.0 for team in "TUVW"})
    nothing = ballots({(f"J{judge}", f"T{team}"): float((judge + team) % 3) for judge in range(6) for team in range(6)})
    for found, table in ((severity(same), same), (severity(nothing, Options(prior=None)), nothing)):
        counted = chances(found, table.teams)
        teams = len(table.teams)
        assert counted.first.tolist() == [1 / teams] * teams
        assert counted.expected_rank.tolist() == pytest.approx([(teams + 1) / 2] * teams)
        assert counted.rank_interval.tolist() == [[1, teams]] * teams
        assert counted.above(0, 1) == 0.5


def test_nobody_has_no_chances() -> None:
    table = ballots({})
    counted = chances(severity(table), table.teams)
    assert (counted.first.tolist(), counted.rank_interval.tolist()) == ([], [])


def test_the_same_ballots_and_seed_give_the_same_chances_and_another_seed_nearly() -> None:
    table = ballots(panel(3))
    found = severity(table)
    assert chances(found, table.teams).first.tolist() == chances(severity(table), table.teams).first.tolist()
    other = chances(found, table.teams, seed=1).first
    assert other.tolist() != chances(found, table.teams).first.tolist()
    assert other == pytest.approx(chances(found, table.teams).first, abs=0.06)


def test_a_small_correction_does_not_reshuffle_the_draws() -> None:
    scores = panel(3, teams=60, judges=20)
    corrected = {**scores, ("J00", "T00"): scores["J00", "T00"] + 0.01}
    before, after = severity(ballots(scores), QUICK), severity(ballots(corrected), QUICK)
    teams = ballots(scores).teams
    was = chances(before, teams).expected_rank
    same, fresh = (np.abs(chances(after, teams, seed=seed).expected_rank - was).mean() for seed in (0, 1))
    assert same < fresh / 20


def test_a_ballot_and_a_team_more_do_not_reshuffle_the_draws() -> None:
    scores = panel(3, teams=60, judges=20)
    more = {**scores, ("J00", "T000"): 5.0}
    one, other = ballots(scores), ballots(more)
    drawn = draw(posterior(severity(one, QUICK)), one.teams, one.judges, draws=1_000, seed=0)
    then = draw(posterior(severity(other, QUICK)), other.teams, other.judges, draws=1_000, seed=0)
    kept = [other.teams.index(team) for team in one.teams]
    assert kept != list(range(60))
    assert np.corrcoef(drawn.ravel(), then[kept].ravel())[0, 1] > 0.995


def test_an_odd_number_of_draws_is_made_even() -> None:
    table = ballots(panel(3))
    assert draw(posterior(severity(table)), table.teams, table.judges, draws=7, seed=0).shape == (30, 8)
