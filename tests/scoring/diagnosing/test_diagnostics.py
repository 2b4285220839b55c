import numpy as np
import pytest
from hypothesis import given, settings
from references import reference
from scores import Scores, ballots, panel, some_scores

from scoreboard.scoring.diagnosing.diagnostics import Diagnostics, diagnostics, reliability
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import Ballots

PLAIN = Options(prior=None, integrated=False)


def diagnosed(table: Ballots, options: Options = PLAIN) -> Diagnostics:
    return diagnostics(severity(table, options), table, options)


def codes(found: Diagnostics) -> set[str]:
    return {finding.code for finding in found.findings}


def test_the_table_of_shrout_and_fleiss_has_its_published_correlations() -> None:
    found = diagnosed(reference("shrout_fleiss"))
    assert found.icc_agreement == pytest.approx(0.2898, abs=1e-4)
    assert found.icc_consistency == pytest.approx(0.7148, abs=1e-4)
    assert found.agreement.intraclass is not None
    assert found.agreement.intraclass.icc2 == pytest.approx(0.2898, abs=1e-4)
    assert found.agreement.concordance is not None
    assert found.agreement.concordance.w == pytest.approx(0.8870, abs=1e-4)
    assert found.structure.comparable
    assert found.connectivity == pytest.approx(4)


def test_reliability_is_the_share_of_variance_that_scores_tell() -> None:
    table = ballots(panel(2), teams=[*(f"T{team:02d}" for team in range(30)), "New"])
    estimates = severity(table, PLAIN)
    error = float((estimates.se[:30] ** 2).mean())
    assert reliability(estimates) == pytest.approx(1 - error / estimates.variance.team)


def test_it_is_near_the_squared_correlation_with_the_truth() -> None:
    told, true = [], []
    for seed in range(30):
        estimates = severity(ballots(panel(seed, teams=40, judges=12)))
        quality = np.sort(np.random.default_rng(seed).normal(size=40))[::-1]
        told.append(reliability(estimates) or 0.0)
        true.append(np.corrcoef(quality, estimates.effect)[0, 1] ** 2)
    assert np.mean(told) == pytest.approx(np.mean(true), abs=0.06)


def test_a_panel_of_chance_cannot_separate_teams() -> None:
    chance = np.random.default_rng(3)
    table = ballots({(f"J{judge}", f"T{team}"): float(chance.normal()) for judge in range(4) for team in range(12)})
    found = diagnosed(table, Options())
    assert "unreliable" in codes(found)


def test_nothing_is_said_of_a_sound_panel() -> None:
    found = diagnosed(ballots(panel(8, teams=40, judges=10, each=5, severity=0.4, noise=0.5)), Options())
    assert codes(found) <= {"severity", "odd"}  # of 200 ballots one is odd by chance, now and then
    assert found.drift is None


def test_what_is_wrong_is_found() -> None:
    scores = panel(8, teams=40, judges=10, each=5, severity=0.4, noise=0.5)
    scores["J01", next(team for judge, team in scores if judge == "J01")] -= 9
    scores |= {("Idle", f"T{team:02d}"): 6.0 for team in range(5)} | {("Guest", "T00"): 6.0}
    table = ballots(scores)
    times = {pair: float(place) for place, pair in enumerate(scores)}
    found = diagnostics(severity(table), table, times=times)
    assert {"odd", "constant", "lone"} <= codes(found)
    assert found.drift is not None
    assert [finding.judge for finding in found.findings if finding.code == "constant"] == ["Idle"]
    for finding in found.findings:
        assert str(finding.remark)


def test_it_changes_no_score() -> None:
    table = ballots(panel(8))
    estimates = severity(table)
    before = estimates.score.copy()
    diagnostics(estimates, table)
    assert estimates.score.tolist() == before.tolist()


@given(some_scores)
@settings(max_examples=30)
def test_any_table_is_diagnosed(scores: Scores) -> None:
    found = diagnosed(ballots(scores), Options(integrated=False))
    for value in (found.reliability, found.icc_agreement, found.icc_consistency):
        assert value is None or 0 <= value <= 1
    for finding in found.findings:
        assert str(finding.remark)


def test_no_ballots_show_no_difference() -> None:
    found = diagnosed(ballots({}))
    assert (found.reliability, codes(found)) == (None, {"flat"})
