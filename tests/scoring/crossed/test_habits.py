from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scores import ballots, panel

from scoreboard.scoring.crossed.habits import LEAST_LOG, MOST_LOG, Evidence, State
from scoreboard.scoring.methods.adaptive import fitted
from scoreboard.scoring.methods.mixed import problem_of
from scoreboard.scoring.options import DEFAULT
from scoreboard.scoring.table import FloatArray

PROBLEM = problem_of(ballots(panel(5, each=8, spread=0.4, noisy=2)), DEFAULT)
RATIOS = np.array([1.1, 0.4])
numbers = st.lists(st.floats(0, 200), min_size=6, max_size=6).map(np.array)


def state(seed: int = 1) -> State:
    chance = np.random.default_rng(seed)
    return State(chance.normal(size=12) * 0.3, -chance.uniform(0, 1, 12), 0.3, 0.4)


def deviance(at: State) -> float:
    return fitted(PROBLEM, at, RATIOS, None).fit.solution.deviance


@pytest.mark.parametrize("judge", [0, 5, 11])
def test_evidence_is_the_slope_of_the_deviance_in_each_habit(judge: int) -> None:
    at, step = state(), 1e-5 * np.eye(12)[judge]
    seen = fitted(PROBLEM, at, RATIOS, None).seen
    up, down = (deviance(replace(at, log_spread=at.log_spread + sign * step)) for sign in (1, -1))
    assert seen.along[judge] == pytest.approx(-(up - down) / 4e-5, abs=1e-5)
    up, down = (deviance(replace(at, log_precision=at.log_precision + sign * step)) for sign in (1, -1))
    half = (seen.ballots - seen.noise - seen.hat)[judge] / 2
    assert half == pytest.approx(-(up - down) / 4e-5, abs=1e-5)


def test_steps_come_to_rest() -> None:
    at = State.alike(12)
    for _ in range(300):
        at = at.moved(fitted(PROBLEM, at, RATIOS, None).seen)
    after = at.moved(fitted(PROBLEM, at, RATIOS, None).seen)
    assert after.place == pytest.approx(at.place, abs=1e-8)


def test_a_state_is_what_its_place_says() -> None:
    at = state()
    again = State.at(at.place)
    assert (again.log_spread.tolist(), again.log_precision.tolist()) == (
        at.log_spread.tolist(),
        at.log_precision.tolist(),
    )
    assert (again.spread_sd, again.precision_sd) == pytest.approx((0.3, 0.4))


def test_noisy_judges_are_trusted_less_and_nobody_more_than_others() -> None:
    at = State.alike(12)
    for _ in range(100):
        at = at.moved(fitted(PROBLEM, at, RATIOS, None).seen)
    assert sorted(np.argsort(at.log_precision)[:2].tolist()) == [0, 1]
    assert at.log_precision.max() == 0


@given(numbers, numbers, numbers)
def test_habits_stay_within_bounds_whatever_is_seen(along: FloatArray, noise: FloatArray, hat: FloatArray) -> None:
    count = np.array([0.0, 1, 2, 3, 9, 30])
    at = State.alike(6)
    for _ in range(10):
        at = at.moved(Evidence(count, along, noise, hat, along))
    assert np.abs(at.log_spread).max() <= 2 * MOST_LOG
    assert (at.log_spread[0], at.log_spread.sum()) == pytest.approx((0, 0), abs=1e-9)
    assert at.log_precision.min() >= LEAST_LOG
    assert at.log_precision.max() <= 0
    assert at.spread_sd > 0
    assert at.precision_sd > 0


def test_errors_shrink_with_ballots_and_never_pass_what_judges_differ_by() -> None:
    count = np.array([0.0, 1, 5, 50])
    seen = Evidence(count, count, count, np.zeros(4), count)
    at = State.alike(4)
    assert at.spread_error(seen)[0] == pytest.approx(at.spread_sd)
    assert at.precision_error(seen)[0] == pytest.approx(at.precision_sd)
    assert np.diff(at.spread_error(seen))[1:].max() < 0
    assert np.diff(at.precision_error(seen)).max() < 0


def test_habits_take_no_more_degrees_of_freedom_than_there_are_judges_less_one() -> None:
    count = np.array([0.0, 4, 5, 50, 50])
    seen = Evidence(count, count, count, np.zeros(5), count)
    alike, none = State.alike(5), replace(State.alike(5), spread_sd=1e-3, precision_sd=1e-3)
    assert 0 < alike.spent(seen) < 6
    assert none.spent(seen) == 0
    assert replace(none, spread_sd=1e3).spent(seen) == pytest.approx(3, abs=1e-3)
    assert replace(none, precision_sd=1e3).spent(seen) == pytest.approx(3, abs=1e-3)


def test_where_ballots_say_nothing_of_them_habits_go_back_to_the_average() -> None:
    count = np.array([4.0, 5, 6, 7])
    at = State(np.array([0.5, -0.4, 0.3, -0.4]), np.array([0.0, -0.5, -1, -1.5]), 0.2, 0.3)
    after = at.moved(Evidence(count, count, count, np.zeros(4), count))
    assert (np.abs(after.log_spread) < np.abs(at.log_spread)).all()
    assert (np.abs(after.log_precision) <= np.abs(at.log_precision)).all()
