import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import found
from scipy.stats import false_discovery_control
from scores import Scores, ballots, panel, simulated, some_scores

from scoreboard.scoring.diagnosing.judge_checks import JudgeCheck, false_discovery_rates, judge_checks
from scoreboard.scoring.diagnosing.residuals import residuals_of
from scoreboard.scoring.methods.adaptive import adaptive
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import Ballots, Scale, ScoreTable

QUICK = Options(integrated=False)


def checks(table: Ballots) -> dict[str, JudgeCheck]:
    return {check.judge: check for check in judge_checks(severity(table, QUICK), table, QUICK)}


def rubric(units: dict[tuple[str, str], tuple[float, ...]]) -> Ballots:
    keys = ("a", "b", "c", "d")
    rows = [
        (judge, team, key, value)
        for (judge, team), values in units.items()
        for key, value in zip(keys, values, strict=True)
    ]
    return ScoreTable.from_rows(rows, [Scale(key, 1, 0, 10) for key in keys]).ballots()


def test_infit_and_outfit_follow_from_the_residuals_and_hat_values_of_lme4() -> None:
    table = simulated("a").ballots
    plain = Options(prior=None, integrated=False)
    with found("simulated/hat_a.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    left = residuals_of(severity(table, plain), table, plain)
    assert left is not None
    # lme4 lists ballots in the file's order; both orders agree on the multiset of residuals.
    theirs = sorted((float(row["res"]), float(row["hat"])) for row in rows)
    ours = sorted(zip(left.residual.tolist(), left.hat.tolist(), strict=True))
    assert np.array(ours) == pytest.approx(np.array(theirs), abs=1e-5)
    for judge, check in enumerate(judge_checks(severity(table, plain), table, plain)):
        own = left.ballots.judge == judge
        variance = left.at.noise * (1 - left.hat[own])
        assert check.infit == pytest.approx((left.residual[own] ** 2).sum() / variance.sum())
        assert check.outfit == pytest.approx((left.residual[own] ** 2 / variance).mean())


def test_a_noisy_judge_is_unusual_and_others_are_not() -> None:
    table = ballots(panel(6, teams=60, judges=12, each=5, noisy=1))
    found = checks(table)
    assert [judge for judge, check in found.items() if check.unusual and (check.infit or 0) > 1.5] == ["J00"]


def test_few_panels_of_alike_judges_have_an_unusual_one() -> None:
    raised = sum(
        any(check.unusual for check in checks(ballots(panel(seed, teams=40, judges=12))).values()) for seed in range(40)
    )
    assert raised <= 6


def test_the_rest_is_what_the_other_judges_ballots_predict() -> None:
    """Left out by the block of the hat matrix, as by fitting without the judge's ballots at the same ratios."""
    scores = panel(3, teams=24, judges=8)
    table = ballots(scores)
    estimates = severity(table, QUICK)
    assert estimates.posterior is not None
    at = estimates.posterior.best
    teams, judges = len(table.teams), len(table.judges)
    penalty = np.diag(np.repeat([0, 1 / at.ratios[0], 1 / at.ratios[1]], [1, teams, judges]))
    design = np.column_stack([np.ones(len(table)), np.eye(teams)[table.team], np.eye(judges)[table.judge]])
    for judge, check in enumerate(judge_checks(estimates, table, QUICK)):
        own = table.judge == judge
        kept = design[~own]
        effects = np.linalg.solve(kept.T @ kept + penalty, kept.T @ table.total[~own])
        expected = np.corrcoef(design[own] @ effects, table.total[own])[0, 1]
        assert check.rest == pytest.approx(expected, abs=1e-8)


def test_a_judge_who_turns_the_scale_round_is_against_the_rest() -> None:
    scores = panel(3, teams=30, judges=6, each=4, noise=0.3)
    turned = {pair: 10 - value if pair[0] == "J02" else value for pair, value in scores.items()}
    found = checks(ballots(turned))
    assert [judge for judge, check in found.items() if (check.rest or 0) < 0] == ["J02"]


def test_a_judge_who_gives_all_criteria_one_score_is_straight_and_has_a_halo() -> None:
    chance = np.random.default_rng(1)
    units = {
        (judge, f"T{team}"): tuple(chance.integers(0, 11, 4).astype(float)) for judge in "ABC" for team in range(8)
    }
    units |= {("C", f"T{team}"): (float(team),) * 4 for team in range(8)}
    found = checks(rubric(units))
    assert found["C"].straight == 1
    assert (found["C"].halo or 0) < 0.3
    for judge in "AB":
        assert (found[judge].straight or 0) < 0.3
        assert (found[judge].halo or 0) > 0.5


def test_the_halo_is_the_variance_within_ballots_over_that_of_all() -> None:
    chance = np.random.default_rng(2)
    units = {(judge, f"T{team}"): tuple(chance.uniform(0, 10, 4)) for judge in "AB" for team in range(6)}
    table = rubric(units)
    centred = table.units - table.units.mean(axis=0)
    within = centred.var(axis=1, ddof=1)
    for judge, name in enumerate("AB"):
        assert checks(table)[name].halo == pytest.approx(within[table.judge == judge].mean() / within.mean())


def test_a_constant_judge_is_told() -> None:
    scores = panel(1) | {("Idle", f"T{team:02d}"): 6.0 for team in range(6)}
    table = ballots(scores)
    found = {check.judge: check for check in judge_checks(adaptive(table, QUICK), table, QUICK)}
    assert [judge for judge, check in found.items() if check.constant] == ["Idle"]
    assert (found["Idle"].infit, found["Idle"].rest) == (None, None)


def test_few_ballots_tell_nothing_of_a_judge() -> None:
    table = ballots({(judge, team): float(ord(judge) * ord(team) % 7) for judge in "ABC" for team in "TUVW"})
    for check in checks(table).values():
        assert (check.straight, check.infit, check.outfit, check.rest, check.halo) == (None,) * 5
        assert not check.unusual


@given(some_scores)
@settings(max_examples=40)
def test_any_table_is_answered(scores: Scores) -> None:
    for check in checks(ballots(scores)).values():
        values = [value for value in (check.infit, check.outfit, check.rest, check.halo) if value is not None]
        assert np.isfinite(values).all()


def test_names_do_not_matter() -> None:
    scores = panel(3, teams=24, judges=8)
    renamed = {(f"J{90 - int(judge[1:])}", team): value for (judge, team), value in scores.items()}
    plain, other = checks(ballots(scores)), checks(ballots(renamed))
    for judge, check in plain.items():
        twin = other[f"J{90 - int(judge[1:])}"]
        assert (check.infit, check.outfit, check.rest) == pytest.approx((twin.infit, twin.outfit, twin.rest))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_rates_of_false_discovery_are_those_of_scipy(chances: list[float]) -> None:
    found = false_discovery_rates(np.array(chances))
    np.testing.assert_allclose(found, false_discovery_control(chances), rtol=1e-12, atol=1e-300)
