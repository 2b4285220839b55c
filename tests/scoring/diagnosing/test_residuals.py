import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.scoring.diagnosing.residuals import residuals_of
from scoreboard.scoring.methods.adaptive import adaptive
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import Options


def test_a_ballot_is_what_was_expected_and_what_is_left() -> None:
    table = ballots(panel(1, spread=0.3, noisy=2, teams=60))
    times = {(table.judges[j], table.teams[t]): float(j * t) for j, t in zip(table.judge, table.team, strict=True)}
    options = Options(times=times)
    found = adaptive(table, options)
    left = residuals_of(found, table, options)
    assert left is not None
    severe = np.array([line.severity for line in found.judges])[table.judge]
    slope = left.columns[:, 1] * left.at.solution.fixed[1]
    expected = found.mean - found.centre + found.effect[table.team] - severe + slope
    assert left.taken == pytest.approx((table.total - found.centre) / left.spread)
    assert left.residual == pytest.approx(left.taken - expected)


def test_residuals_are_standardised_by_their_own_variance() -> None:
    table = ballots(panel(1, teams=60, judges=20))
    left = residuals_of(severity(table), table)
    assert left is not None
    assert left.variance == pytest.approx(left.at.noise * (1 - left.hat))
    assert left.standardised == pytest.approx(left.residual / np.sqrt(left.variance))
    assert np.mean(left.standardised**2) == pytest.approx(1, abs=0.1)


def test_ballots_of_judges_who_were_set_aside_are_not_among_them() -> None:
    scores = panel(1) | {("Idle", f"T{team:02d}"): 6.0 for team in range(4)}
    table = ballots(scores)
    left = residuals_of(adaptive(table), table)
    assert left is not None
    assert len(left.residual) == len(table) - 4
    assert np.bincount(left.ballots.judge, minlength=len(table.judges))[table.judges.index("Idle")] == 0


def test_nothing_is_left_where_nothing_differs() -> None:
    for scores in ({}, {("A", "T"): 1.0}, {("A", "T"): 5.0, ("A", "U"): 5.0}):
        assert residuals_of(severity(ballots(scores)), ballots(scores)) is None


def test_a_perfect_fit_leaves_nothing_odd() -> None:
    table = ballots({("A", "T"): 1.0, ("A", "U"): 2.0, ("B", "T"): 2.0, ("B", "U"): 3.0})
    left = residuals_of(severity(table), table)
    assert left is not None
    assert np.isfinite(left.standardised).all()
