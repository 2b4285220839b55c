import numpy as np
import pytest
from hypothesis import given
from scores import Scores, ballots, panel, some_scores

from scoreboard.scoring.crossed.crossing import Crossing
from scoreboard.scoring.crossed.fit import HIGHEST, LOWEST, LogNormal, Prior, evaluate, fit, newton_step
from scoreboard.scoring.crossed.model import Sums, sums_of

WEAK = LogNormal()


def sums(scores: Scores) -> Sums:
    table = ballots(scores)
    response = table.total - table.total.mean()
    return sums_of(Crossing.of(table), response, np.ones(len(table)), np.ones((len(table), 1)))


@pytest.mark.parametrize("prior", [WEAK, None])
@pytest.mark.parametrize("seed", range(6))
def test_no_ratios_near_by_have_a_lower_deviance(prior: Prior | None, seed: int) -> None:
    given_sums = sums(panel(seed))
    best = fit(given_sums, prior)
    for step in ([1e-3, 0], [-1e-3, 0], [0, 1e-3], [0, -1e-3], [0.3, -0.3], [-1, 1], [2, 2]):
        other = evaluate(given_sums, np.exp(best.logs + step), prior)
        assert other.deviance >= best.deviance
    assert best.gradient == pytest.approx([0, 0], abs=1e-5)


@given(some_scores)
def test_the_search_ends_at_the_bottom_whatever_the_ballots(scores: Scores) -> None:
    if len(set(scores.values())) < 2:
        return
    best = fit(sums(scores), WEAK)
    assert best.gradient == pytest.approx([0, 0], abs=1e-4)


@pytest.mark.parametrize("start", [(5.0, -6.0), (-6.0, 5.0), (-4.0, -4.0), (8.0, 8.0)])
def test_wherever_the_search_starts_it_ends_at_the_same_ratios(start: tuple[float, float]) -> None:
    best, other = fit(sums(panel(2)), WEAK), fit(sums(panel(2)), WEAK, np.array(start))
    assert other.logs == pytest.approx(best.logs, abs=1e-6)


def test_with_few_ballots_the_search_does_not_swing_to_and_fro() -> None:
    # Average information is half of the true bend here.
    scores = {("A", team): 0.5 * (team == "T") for team in "TUVWXY"} | {("B", team): 0.5 for team in "UVW"}
    assert fit(sums(scores | {("B", "T"): 0.0}), WEAK).gradient == pytest.approx([0, 0], abs=1e-6)


def test_gradient_and_bend_of_the_prior_are_its_derivatives() -> None:
    prior, at, step = LogNormal((0.2, -0.7), (0.75, 0.5)), np.array([0.4, -1.3]), 1e-4
    ends = [(at + step * axis, at - step * axis) for axis in np.eye(2)]
    assert prior.slope(at) == pytest.approx(
        [(prior.penalty(up) - prior.penalty(down)) / (2 * step) for up, down in ends]
    )
    assert prior.bend(at) == pytest.approx(
        [(prior.slope(up)[k] - prior.slope(down)[k]) / (2 * step) for k, (up, down) in enumerate(ends)]
    )


def test_the_prior_is_most_probable_at_its_centre() -> None:
    assert WEAK.penalty(2 * np.log([1.0, 0.5])) == pytest.approx(0)
    assert WEAK.penalty(2 * np.log([np.exp(0.6), 0.5])) == pytest.approx(1)


def test_teams_that_do_not_differ_have_no_variance_without_a_prior_and_some_with_it() -> None:
    scores = {(f"J{judge}", f"T{team}"): float((judge + team) % 3) + judge for judge in range(6) for team in range(6)}
    assert fit(sums(scores), None).ratios[0] == 0
    assert fit(sums(scores), None).ratios[1] > 1
    assert fit(sums(scores), WEAK).ratios[0] > 0.01


def test_ballots_that_fit_perfectly_end_within_bounds() -> None:
    scores = {(judge, team): float(ord(judge) + 3 * ord(team)) for judge in "ABC" for team in "TUV"}
    best = fit(sums(scores), None)
    assert (np.exp(LOWEST) <= np.array(best.ratios)).all()
    assert (np.array(best.ratios) <= np.exp(HIGHEST)).all()
    assert np.diff(best.team).tolist() == pytest.approx([3, 3], abs=1e-3)


def test_a_step_is_never_longer_than_it_may_be() -> None:
    at = evaluate(sums(panel(1)), np.exp([6.0, -8.0]), WEAK)
    assert np.abs(newton_step(at, 0.5)).max() == 0.5


def test_teams_and_judges_are_told_apart_whichever_are_more() -> None:
    scores = panel(4, teams=7, judges=5, each=5)
    turned = {(team, judge): value for (judge, team), value in scores.items()}
    same = LogNormal((0, 0), (1, 1))
    one, other = fit(sums(scores), same), fit(sums(turned), same)
    assert one.ratios == pytest.approx(other.ratios[::-1])
    assert one.team == pytest.approx(other.judge)
    assert one.judge == pytest.approx(other.team)
