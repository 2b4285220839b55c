import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from references import COMPUTED, expected, reference
from scores import Scores, ballots, panel, simulated, some_scores

from scoreboard.scoring.crossed.fit import LogNormal
from scoreboard.scoring.crossed.posterior import Posterior
from scoreboard.scoring.methods.mixed import MixedEstimates, Variance
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.normalise import raw
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import Ballots, FloatArray

PLAIN = Options(prior=None)
QUICK = Options(integrated=False)
every_table = pytest.mark.parametrize("name", COMPUTED)


@dataclass(frozen=True)
class PowerPrior:
    """p(g) ~ g^power for each ratio: blme's default, with .75."""

    power: float

    def penalty(self, logs: FloatArray) -> float:
        return -2 * self.power * float(logs.sum())

    def slope(self, logs: FloatArray) -> FloatArray:
        return np.full_like(logs, -2 * self.power)

    def bend(self, logs: FloatArray) -> FloatArray:
        return np.zeros_like(logs)


def posterior(estimates: MixedEstimates) -> Posterior:
    assert estimates.posterior is not None
    return estimates.posterior


def by_team(table: Ballots, values: FloatArray) -> dict[str, float]:
    return dict(zip(table.teams, values.tolist(), strict=True))


@every_table
def test_deviance_and_variances_are_those_of_lme4(name: str) -> None:
    answer = expected(name)["lme4"]
    found = severity(reference(name), PLAIN)
    assert posterior(found).best.deviance == pytest.approx(answer["REML"], abs=1e-8)
    assert [found.variance.team, found.variance.judge, found.variance.residual] == pytest.approx(
        [answer["var"]["team"], answer["var"]["judge"], answer["var"]["Residual"]], rel=1e-6
    )
    assert found.mean == pytest.approx(answer["mu"], rel=1e-7)


@every_table
def test_effects_and_conditional_errors_are_those_of_lme4(name: str) -> None:
    answer, table = expected(name)["lme4"], reference(name)
    found = severity(table, PLAIN)
    close = 1e-5 * math.sqrt(answer["var"]["team"])
    team, judge = answer["team"], answer["judge"]
    assert by_team(table, found.effect) == pytest.approx({key: team[key]["blup"] for key in table.teams}, abs=close)
    assert by_team(table, found.conditional_se) == pytest.approx(
        {key: team[key]["condsd"] for key in table.teams}, abs=close
    )
    assert {line.judge: -line.severity for line in found.judges} == pytest.approx(
        {key: judge[key]["blup"] for key in table.judges}, abs=close
    )


@every_table
def test_errors_are_those_of_hendersons_equations_with_the_mean_estimated(name: str) -> None:
    answer, table = expected(name)["henderson"], reference(name)
    found = severity(table, PLAIN)
    close = 1e-5 * math.sqrt(found.variance.team)
    assert by_team(table, found.se) == pytest.approx(answer["pev_sd_team"], abs=close)
    assert {line.judge: line.se for line in found.judges} == pytest.approx(answer["pev_sd_judge"], abs=close)


@every_table
def test_with_the_prior_of_blme_it_is_blme(name: str) -> None:
    answer, table = expected(name)["blme"], reference(name)
    found = severity(table, Options(prior=PowerPrior(0.75), integrated=False))
    assert [found.variance.team, found.variance.judge, found.variance.residual] == pytest.approx(
        [answer["var"]["team"], answer["var"]["judge"], answer["var"]["Residual"]], rel=1e-5
    )
    close = 1e-5 * math.sqrt(found.variance.team)
    assert by_team(table, found.effect) == pytest.approx(answer["team_blup"], abs=close)


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_simulated_tables_agree_with_lme4_which_is_never_nearer_to_the_best(name: str) -> None:
    answer, found = simulated(name), severity(simulated(name).ballots, PLAIN)
    close = 1e-5 * math.sqrt(answer.variances["team"])
    # lme4 stops within its own tolerance of the optimum, on the large tables before ours
    assert posterior(found).best.deviance == pytest.approx(answer.deviance, abs=2e-7)
    assert posterior(found).best.deviance <= answer.deviance + 1e-8
    assert by_team(answer.ballots, found.effect) == pytest.approx(
        {key: effect for key, (effect, _) in answer.team.items()}, abs=close
    )
    assert by_team(answer.ballots, found.conditional_se) == pytest.approx(
        {key: error for key, (_, error) in answer.team.items()}, abs=close
    )
    assert {line.judge: -line.severity for line in found.judges} == pytest.approx(
        {key: effect for key, (effect, _) in answer.judge.items()}, abs=close
    )


def test_the_table_of_shrout_and_fleiss_has_their_variance_components() -> None:
    # Means of squares 11.24 (targets), 32.49 (judges) and 1.02 (residual) of 6 targets and 4 judges, table 3 there.
    found = severity(reference("shrout_fleiss"), PLAIN)
    assert found.variance.residual == pytest.approx(1.02, abs=5e-3)
    assert found.variance.team == pytest.approx((11.24 - 1.02) / 4, abs=5e-3)
    assert found.variance.judge == pytest.approx((32.49 - 1.02) / 6, abs=5e-3)


def test_a_warm_start_ends_where_a_cold_one_does() -> None:
    scores = panel(3)
    last = dict(list(scores.items())[:-1])
    cold = severity(ballots(scores), QUICK)
    warm = severity(ballots(scores), replace(QUICK, start=severity(ballots(last), QUICK).start))
    assert warm.score.tolist() == pytest.approx(cold.score.tolist(), abs=1e-7)
    assert warm.se.tolist() == pytest.approx(cold.se.tolist(), abs=1e-7)


class Asked(LogNormal):
    """The usual prior, which counts how often it is asked."""

    times = 0

    def penalty(self, logs: FloatArray) -> float:
        type(self).times += 1
        return LogNormal.penalty(self, logs)


def test_a_warm_start_has_less_of_a_way() -> None:
    scores, prior = panel(3), Asked()
    last = severity(ballots(dict(list(scores.items())[:-1])), QUICK).start
    before = Asked.times
    severity(ballots(scores), replace(QUICK, prior=prior))
    cold = Asked.times - before
    severity(ballots(scores), replace(QUICK, prior=prior, start=last))
    assert Asked.times - before - cold < cold


def test_a_complete_table_is_ordered_as_by_the_mean() -> None:
    scores = panel(5, teams=9, judges=6, each=6)
    table = ballots(scores)
    assert np.argsort(severity(table, QUICK).score).tolist() == np.argsort(raw(table).score).tolist()


def test_an_effect_is_the_shrunk_mean_of_what_ballots_are_above_severity() -> None:
    table = ballots(panel(7))
    found = severity(table, QUICK)
    given = np.array([line.severity for line in found.judges])[table.judge]
    counts = np.bincount(table.team)
    above = np.bincount(table.team, table.total - found.mean + given) / counts
    ratio = found.variance.team / found.variance.residual
    assert found.effect.tolist() == pytest.approx((ratio * counts / (1 + ratio * counts) * above).tolist(), abs=1e-12)


@given(
    some_scores,
    st.sampled_from([-1000, -3.5, 0, 250]),
    st.sampled_from([0.001, 0.25, 1, 3, 1000]),
)
def test_it_follows_a_change_of_scale(scores: Scores, shift: float, factor: float) -> None:
    plain = severity(ballots(scores), QUICK)
    moved = severity(ballots({key: shift + factor * value for key, value in scores.items()}), QUICK)
    close = 1e-5 * factor
    assert moved.score.tolist() == pytest.approx((shift + factor * plain.score).tolist(), abs=close)
    assert moved.effect.tolist() == pytest.approx((factor * plain.effect).tolist(), abs=close)
    assert moved.se.tolist() == pytest.approx((factor * plain.se).tolist(), abs=close)
    assert moved.variance.team == pytest.approx(factor**2 * plain.variance.team, rel=1e-4, abs=1e-9 * factor**2)


@given(some_scores)
def test_whatever_the_ballots_every_number_is_one(scores: Scores) -> None:
    for options in (Options(), QUICK, PLAIN):
        found = severity(ballots(scores), options)
        numbers = [found.score, found.effect, found.se, found.conditional_se, found.interval.ravel()]
        assert np.isfinite(np.concatenate(numbers)).all()
        assert (found.se >= found.conditional_se - 1e-9).all()
        assert (found.interval[:, 0] <= found.interval[:, 1]).all()
        assert all(math.isfinite(line.severity) and math.isfinite(line.se) for line in found.judges)


@given(some_scores)
def test_with_a_prior_no_variance_is_nothing_unless_all_totals_are_the_same(scores: Scores) -> None:
    found = severity(ballots(scores), QUICK)
    same = len(set(scores.values())) == 1
    assert (found.variance == Variance(0, 0, 0)) is same
    assert min(found.variance.team, found.variance.judge, found.variance.residual) > 0 or same


def test_a_team_without_ballots_has_no_score_and_an_effect_of_nothing_with_a_wide_error() -> None:
    found = severity(ballots({**panel(1)}, teams=[f"T{team:02d}" for team in range(31)]), QUICK)
    assert math.isnan(found.score[30])
    assert found.effect[30] == 0
    assert found.se[30] == pytest.approx(math.sqrt(found.variance.team))


def test_one_judge_alone_is_neither_harsh_nor_lenient_and_orders_as_given() -> None:
    found = severity(ballots({("Ada", "T"): 3, ("Ada", "U"): 7, ("Ada", "V"): 4}), QUICK)
    assert found.judges[0].severity == pytest.approx(0, abs=1e-12)
    assert np.argsort(found.score).tolist() == [0, 2, 1]


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_ballots_without_a_difference_tie_all_teams_at_their_mean(count: int) -> None:
    found = severity(ballots({("Ada", f"T{team}"): 6.0 for team in range(count)}))
    assert found.score.tolist() == [6.0] * count
    assert found.se.tolist() == [0.0] * count
    assert found.posterior is None
    assert found.start is None


def test_groups_without_a_ballot_between_them_are_counted() -> None:
    two = {("A", "T"): 3.0, ("A", "U"): 7, ("B", "V"): 4, ("B", "W"): 5, ("C", "W"): 6}
    assert severity(ballots(two)).components == 2
    assert severity(ballots({**two, ("C", "T"): 4})).components == 1
    assert severity(ballots({})).components == 0


def test_a_strict_judge_is_seen_and_teams_are_raised_for_it() -> None:
    scores = {(judge, team): value for judge in "ABCD" for team, value in zip("TUVW", (5.0, 6, 7, 8), strict=True)}
    strict = {key: value - 3 * (key[0] == "D") + 0.1 * (key == ("A", "T")) for key, value in scores.items()}
    del strict["A", "W"]
    table = ballots(strict)
    found = severity(table, QUICK)
    assert [line.judge for line in found.judges if line.severity > 1] == ["D"]
    assert found.score[3] - raw(table).score[3] > 0.1


def test_tracks_of_unequal_quality_are_compared_by_what_judges_say_of_both() -> None:
    scores = panel(11, teams=20, judges=8)
    tracks = {f"T{team:02d}": "health" if team % 2 else "energy" for team in range(20)}
    lifted = {key: value + 4 * (tracks[key[1]] == "health") for key, value in scores.items()}
    plain = severity(ballots(scores), replace(QUICK, tracks=tracks))
    moved = severity(ballots(lifted), replace(QUICK, tracks=tracks))
    up = np.array([4.0 * (tracks[f"T{team:02d}"] == "health") for team in range(20)])
    assert moved.score.tolist() == pytest.approx((plain.score + up).tolist(), abs=1e-6)
    assert moved.variance.team == pytest.approx(plain.variance.team, rel=1e-5)
    assert severity(ballots(lifted), QUICK).variance.team > 2 * plain.variance.team


def test_drift_over_the_day_is_taken_out_when_times_are_told() -> None:
    scores = panel(13, noise=0.1)
    times = {key: float(place) for place, key in enumerate(scores)}
    drifted = {key: value + 0.1 * times[key] for key, value in scores.items()}
    plain = severity(ballots(scores), replace(QUICK, times=times))
    moved = severity(ballots(drifted), replace(QUICK, times=times))
    assert moved.effect.tolist() == pytest.approx(plain.effect.tolist(), abs=1e-6)
