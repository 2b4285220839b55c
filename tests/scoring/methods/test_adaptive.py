import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scores import Scores, ballots, panel, some_scores

from scoreboard.scoring.crossed.habits import State
from scoreboard.scoring.crossed.posterior import effects_of, team_variance
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.methods.adaptive import adaptive, constant_judges, fitted
from scoreboard.scoring.methods.mixed import CONSTANT, INCONSISTENT, NARROW, WIDE, problem_of
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import Options, Start
from scoreboard.scoring.standings import rank
from scoreboard.scoring.table import Ballots, BoolArray, FloatArray, Scale, ScoreTable

QUICK = Options(integrated=False)


def judged_by_many(seed: int) -> dict[tuple[str, str], float]:
    """Ten judges who each see all of forty teams: spread .5, 2 and then 1; the last is noisy."""
    chance = np.random.default_rng(seed)
    quality = chance.normal(size=40)
    stretch, noise = np.array([0.5, 2, *[1.0] * 8]), np.array([*[0.4] * 9, 2.5])
    return {
        (f"J{judge}", f"T{team:02d}"): float(stretch[judge] * (quality[team] + noise[judge] * chance.normal()) + judge)
        for judge in range(10)
        for team in range(40)
    }


def test_spread_and_precision_of_judges_are_found_and_flagged() -> None:
    judges = adaptive(ballots(judged_by_many(1)), QUICK).judges
    assert judges[0].spread == pytest.approx(0.5, rel=0.25)
    assert judges[1].spread == pytest.approx(2, rel=0.25)
    assert [line.flags for line in judges] == [(NARROW,), (WIDE,), *[()] * 7, (WIDE, INCONSISTENT)]
    assert judges[9].precision < 0.3


def test_the_mean_of_log_spreads_is_nothing_and_no_precision_is_above_one() -> None:
    judges = adaptive(ballots(panel(3, judges=12, spread=0.5, noisy=2)), QUICK).judges
    assert sum(math.log(line.spread) for line in judges) == pytest.approx(0, abs=1e-9)
    assert max(line.precision for line in judges) == 1


def test_a_team_is_scored_by_the_shrunk_mean_of_its_adjusted_ballots() -> None:
    table = ballots(panel(7, spread=0.3, noisy=2))
    found = adaptive(table, QUICK)
    spread, harsh, weight = (
        np.array([getattr(line, name) for line in found.judges])[table.judge]
        for name in ("spread", "severity", "precision")
    )
    adjusted = found.centre + (table.total - found.centre) / spread + harsh
    weights = np.bincount(table.team, weight)
    above = np.bincount(table.team, weight * (adjusted - found.mean)) / weights
    ratio = found.variance.team / found.variance.residual
    assert found.effect.tolist() == pytest.approx((ratio * weights / (1 + ratio * weights) * above).tolist(), abs=1e-12)


@pytest.mark.parametrize(("judges", "simple"), [(7, True), (8, False)])
def test_below_eight_judges_of_four_ballots_it_is_severity(judges: int, simple: bool) -> None:
    table = ballots(panel(3, teams=24, judges=judges, spread=0.5))
    found, plain = adaptive(table, QUICK), severity(table, QUICK)
    assert found.method == "adaptive"
    assert (found.score.tolist() == plain.score.tolist()) is simple
    assert all(line.spread == 1 and line.precision == 1 for line in found.judges) is simple


def test_a_judge_who_gives_all_teams_the_same_is_set_aside_and_flagged() -> None:
    scores = panel(3)
    constant = {**scores, **{key: 6.0 for key in scores if key[0] == "J04"}}
    rest = {key: value for key, value in scores.items() if key[0] != "J04"}
    found, without = adaptive(ballots(constant), QUICK), adaptive(ballots(rest), QUICK)
    assert found.score.tolist() == pytest.approx(without.score.tolist())
    assert found.judges[4].flags == (CONSTANT,)
    assert found.judges[4].ballots > 0
    assert found.heard.tolist() == (ballots(constant).judge != 4).tolist()
    assert found.ballots.sum() == len(constant)


def test_two_equal_ballots_may_be_chance_and_three_are_not() -> None:
    scores = {("A", "T"): 5, ("A", "U"): 5, ("B", "T"): 5, ("B", "U"): 5, ("B", "V"): 5 + 1e-12, ("C", "V"): 9}
    assert constant_judges(ballots(scores)).tolist() == [False, True, False]


def test_a_team_that_only_constant_judges_saw_is_at_the_mean_with_a_wide_error() -> None:
    scores = {**panel(3), **{("J99", f"S{team}"): 9.0 for team in range(3)}}
    table = ballots(scores)
    found = adaptive(table, QUICK)
    place = table.teams.index("S0")
    assert found.score[place] == pytest.approx(found.mean)
    assert found.se[place] == pytest.approx(math.sqrt(found.variance.team))


def test_where_every_judge_is_constant_nobody_is_set_aside() -> None:
    same = {(judge, team): 6.0 for judge in "AB" for team in "TUV"}
    assert adaptive(ballots(same)).score.tolist() == [6.0] * 3
    apart = {(judge, team): 6.0 + (judge == "B") for judge in "AB" for team in "TUV"}
    found = adaptive(ballots(apart))
    assert found.score.tolist() == pytest.approx([6.5] * 3)
    assert [line.flags for line in found.judges] == [(), ()]


def test_a_warm_start_ends_where_a_cold_one_does() -> None:
    scores = panel(3, spread=0.4, noisy=2)
    last = dict(list(scores.items())[:-1])
    cold = adaptive(ballots(scores), QUICK)
    warm = adaptive(ballots(scores), replace(QUICK, start=adaptive(ballots(last), QUICK).start))
    assert warm.score.tolist() == pytest.approx(cold.score.tolist(), abs=1e-8)


def test_a_start_from_another_model_or_other_judges_is_no_harm() -> None:
    scores = panel(3, spread=0.4, noisy=2)
    cold = adaptive(ballots(scores), QUICK)
    for start in (severity(ballots(scores), QUICK).start, adaptive(ballots(panel(9, judges=9)), QUICK).start):
        warm = adaptive(ballots(scores), replace(QUICK, start=start))
        assert warm.score.tolist() == pytest.approx(cold.score.tolist(), abs=1e-8)


def in_points(scores: Scores) -> Ballots:
    """The same scores on a scale of 100, each to a whole quarter of a point of ten as judges give them."""
    rows = [(judge, team, "score", min(max(round(4 * value) / 4, 0), 10)) for (judge, team), value in scores.items()]
    return ScoreTable.from_rows(rows, scales=[Scale("score", 1, 0, 10)]).ballots()


@given(
    st.integers(0, 10_000),
    st.sampled_from([(60, 20, 3), (30, 12, 3), (12, 9, 5), (9, 14, 8)]),
    st.sampled_from([0.0, 0.35]),
    st.sampled_from([0, 2]),
    st.floats(0.2, 1),
)
@settings(max_examples=40)
def test_wherever_a_fit_begins_totals_and_ranks_are_the_same(
    seed: int, shape: tuple[int, int, int], spread: float, noisy: int, known: float
) -> None:
    teams, judges, each = shape
    table = in_points(panel(seed, teams=teams, judges=judges, each=each, spread=spread, noisy=noisy))
    chance = np.random.default_rng(seed)
    earlier = adaptive(table.only(chance.random(len(table)) < known), QUICK).start
    anywhere = Start(
        (float(chance.uniform(-4, 4)), float(chance.uniform(-4, 4))),
        dict(zip(table.judges, chance.uniform(-0.9, 0.9, judges).tolist(), strict=True)),
        dict(zip(table.judges, chance.uniform(-1.8, 0, judges).tolist(), strict=True)),
        float(chance.uniform(0.1, 1)),
        float(chance.uniform(0.1, 1)),
    )
    cold = adaptive(table, QUICK)
    for start in (earlier, anywhere):
        warm = adaptive(table, replace(QUICK, start=start))
        assert warm.score == pytest.approx(cold.score, abs=1e-7, nan_ok=True)
        assert warm.se == pytest.approx(cold.se, abs=1e-7)
        assert places(table, warm) == places(table, cold)


def places(table: Ballots, found: Estimates) -> list[tuple[str, int | None]]:
    return [(line.team, line.rank) for line in rank(table, found).standings]


def test_not_knowing_habits_widens_errors() -> None:
    found = adaptive(ballots(panel(3, spread=0.4, noisy=2)), QUICK)
    posterior = found.posterior
    assert posterior is not None
    bare = np.sqrt(team_variance(posterior.best, posterior.of_team))
    assert 1.005 < (found.se / bare).mean() < 1.2


@pytest.mark.parametrize("judge", [0, 4, 11])
def test_sway_is_what_one_standard_deviation_of_a_habit_moves_the_teams_by(judge: int) -> None:
    table = ballots(panel(3, spread=0.4, noisy=2))
    found, problem = adaptive(table, QUICK), problem_of(table, QUICK)
    posterior, start = found.posterior, found.start
    assert posterior is not None
    assert posterior.sway is not None
    assert start is not None
    state = State(
        np.array([start.log_spread[name] for name in table.judges]),
        np.array([start.log_precision[name] for name in table.judges]),
        start.spread_sd or 0,
        start.precision_sd or 0,
    )
    ratios, step = np.array(posterior.best.ratios), 1e-5 * np.eye(12)[judge]

    def effects(at: State) -> FloatArray:
        return effects_of(fitted(problem, at, ratios, None).fit, posterior.of_team)

    seen = fitted(problem, state, ratios, None).seen
    one, none = np.eye(12)[:, [judge]], np.zeros((12, 1))
    spread, precision = posterior.sway.effects([one, none])[:, 0], posterior.sway.effects([none, one])[:, 0]
    up, down = (effects(replace(state, log_spread=state.log_spread + sign * step)) for sign in (1, -1))
    assert spread == pytest.approx(state.spread_error(seen)[judge] * (up - down) / 2e-5, abs=1e-5)
    up, down = (effects(replace(state, log_precision=state.log_precision + sign * step)) for sign in (1, -1))
    slope = (up - down) / 2e-5
    assert precision == pytest.approx(state.precision_error(seen)[judge] * slope, abs=1e-5)


def reversed_names(scores: Scores) -> dict[tuple[str, str], float]:
    return {(f"{99 - int(judge[1:])}", f"{99 - int(team[1:])}"): value for (judge, team), value in scores.items()}


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_names_do_not_matter(seed: int) -> None:
    scores = panel(seed, spread=0.4, noisy=2)
    one, other = adaptive(ballots(scores), QUICK), adaptive(ballots(reversed_names(scores)), QUICK)
    assert one.score.tolist() == pytest.approx(other.score[::-1].tolist(), abs=1e-8)
    assert one.se.tolist() == pytest.approx(other.se[::-1].tolist(), abs=1e-8)


@given(st.integers(0, 10_000), st.sampled_from([-1000.0, 0.0, 40.0]), st.sampled_from([0.01, 1.0, 250.0]))
@settings(max_examples=20)
def test_it_follows_a_change_of_scale(seed: int, shift: float, factor: float) -> None:
    scores = panel(seed, spread=0.4, noisy=2)
    plain = adaptive(ballots(scores), QUICK)
    moved = adaptive(ballots({key: shift + factor * value for key, value in scores.items()}), QUICK)
    assert moved.score.tolist() == pytest.approx((shift + factor * plain.score).tolist(), abs=1e-6 * factor)
    assert moved.se.tolist() == pytest.approx((factor * plain.se).tolist(), abs=1e-6 * factor)
    assert [line.spread for line in moved.judges] == pytest.approx([line.spread for line in plain.judges], abs=1e-6)


@given(some_scores)
def test_whatever_the_ballots_every_number_is_one(scores: Scores) -> None:
    found = adaptive(ballots(scores))
    numbers: list[FloatArray | BoolArray] = [found.score, found.effect, found.se, found.conditional_se, found.interval]
    assert all(np.isfinite(values).all() for values in numbers)
