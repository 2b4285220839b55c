from dataclasses import replace

import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.scoring.crossed.fit import LogNormal, Point
from scoreboard.scoring.crossed.posterior import (
    Posterior,
    conditional_variance,
    effects_of,
    interval,
    judge_variance,
    posterior_of,
    standard_errors,
    team_variance,
)
from scoreboard.scoring.crossed.sway import Sway
from scoreboard.scoring.methods.mixed import Problem, problem_of
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.table import FloatArray

SHAPES = {"teams wide": {"teams": 12, "judges": 5}, "judges wide": {"teams": 6, "judges": 9, "each": 4}}
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def case(shape: dict[str, int], *, tracks: bool) -> tuple[Problem, Posterior]:
    table = ballots(panel(3, **shape))
    options = Options(
        integrated=False, tracks={team: str(place % 3) for place, team in enumerate(table.teams)} if tracks else {}
    )
    posterior = severity(table, options).posterior
    assert posterior is not None
    return problem_of(table, options), posterior


def henderson(problem: Problem, best: Point) -> FloatArray:
    """The covariance of all errors of prediction (fixed, team, judge) by the full mixed-model equations."""
    table = problem.ballots
    design = np.column_stack(
        [problem.fixed.columns, np.eye(len(table.teams))[table.team], np.eye(len(table.judges))[table.judge]]
    )
    fixed = problem.fixed.columns.shape[1]
    prior = np.concatenate(
        [
            np.zeros(fixed),
            np.full(len(table.teams), 1 / best.ratios[0]),
            np.full(len(table.judges), 1 / best.ratios[1]),
        ]
    )
    covariance: FloatArray = best.noise * np.linalg.inv(design.T @ design + np.diag(prior))
    return covariance


@every_shape
@pytest.mark.parametrize("tracks", [False, True])
def test_variances_are_those_of_the_full_equations(shape: dict[str, int], tracks: bool) -> None:
    problem, posterior = case(shape, tracks=tracks)
    covariance = henderson(problem, posterior.best)
    fixed, teams = problem.fixed.columns.shape[1], len(problem.ballots.teams)
    pick = np.column_stack([posterior.of_team, np.eye(teams), np.zeros((teams, len(problem.ballots.judges)))])
    assert fixed == (3 if tracks else 1)
    assert team_variance(posterior.best, posterior.of_team) == pytest.approx(np.diagonal(pick @ covariance @ pick.T))
    assert judge_variance(posterior.best) == pytest.approx(np.diagonal(covariance)[fixed + teams :])


@every_shape
@pytest.mark.parametrize("tracks", [False, True])
def test_conditional_variances_take_the_fixed_effects_for_known(shape: dict[str, int], tracks: bool) -> None:
    problem, posterior = case(shape, tracks=tracks)
    fixed, teams = problem.fixed.columns.shape[1], len(problem.ballots.teams)
    noise = posterior.best.noise
    known = noise * np.linalg.inv(np.linalg.inv(henderson(problem, posterior.best) / noise)[fixed:, fixed:])
    assert conditional_variance(posterior.best) == pytest.approx(np.diagonal(known)[:teams])


def test_nodes_lie_about_the_best_ratios_and_the_nearest_weighs_most() -> None:
    posterior = severity(ballots(panel(3))).posterior
    assert posterior is not None
    logs = np.log([node.ratios for node in posterior.nodes])
    assert posterior.weight.sum() == pytest.approx(1)
    heaviest = int(posterior.weight.argmax())
    assert logs[heaviest] == pytest.approx(posterior.best.logs)
    spread = np.sqrt(posterior.weight @ (logs - posterior.weight @ logs) ** 2)
    assert (spread > 0.2).all()


def test_integration_agrees_with_a_grid_much_finer() -> None:
    table = ballots(panel(8, teams=12, judges=5))
    problem = problem_of(table, DEFAULT)
    coarse = severity(table).posterior
    assert coarse is not None
    prior, best = LogNormal(), coarse.best
    from_grid = interval(coarse)
    fine = posterior_of(best, prior, problem.fixed.of_team, None, integrated=True, nodes=41, reach=4.5)
    assert from_grid == pytest.approx(interval(fine), abs=0.03 * np.ptp(effects_of(best, problem.fixed.of_team)))


def test_integration_widens_intervals_where_ballots_are_few() -> None:
    few = dict(list(panel(3).items())[::5])
    plain, integrated = (severity(ballots(few), Options(integrated=on)).interval for on in (False, True))
    assert np.ptp(integrated, axis=1).mean() > 1.02 * np.ptp(plain, axis=1).mean()


def test_without_a_prior_only_the_best_ratios_count() -> None:
    posterior = severity(ballots(panel(3)), Options(prior=None)).posterior
    assert posterior is not None
    assert (len(posterior.nodes), posterior.weight.tolist()) == (1, [1.0])


def test_what_habits_move_widens_intervals() -> None:
    _, posterior = case(SHAPES["teams wide"], tracks=False)
    nothing = np.zeros((0, 0))
    moved = interval(replace(posterior, sway=Sway(posterior.best, nothing, nothing, (), np.full(12, 18.0))))
    still = np.ptp(interval(posterior), axis=1) / 2
    t = still / np.sqrt(team_variance(posterior.best, posterior.of_team))
    assert np.ptp(moved, axis=1) / 2 == pytest.approx(np.sqrt(still**2 + t**2 * 18))


def test_degrees_of_freedom_that_habits_took_widen_intervals() -> None:
    _, posterior = case(SHAPES["teams wide"], tracks=False)
    degrees = posterior.best.sums.degrees
    spent = replace(posterior, spent=degrees / 2)
    assert (spent.degrees, spent.inflation) == (degrees / 2, 2)
    assert standard_errors(spent) == pytest.approx(np.sqrt(2) * standard_errors(posterior))
    assert (np.ptp(interval(spent), axis=1) > np.sqrt(2) * np.ptp(interval(posterior), axis=1)).all()
    assert replace(posterior, spent=degrees + 5.0).degrees == 1
