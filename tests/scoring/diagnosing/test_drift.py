import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.errors import InvalidInput
from scoreboard.scoring.diagnosing.drift import drift
from scoreboard.scoring.options import Options


def timed(slope: float) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    scores = panel(1, teams=40, judges=10)
    chance = np.random.default_rng(2)
    times = {pair: float(place) for place, pair in zip(chance.permutation(len(scores)), scores, strict=True)}
    last = len(scores) - 1
    return {pair: value + slope * times[pair] / last for pair, value in scores.items()}, times


def test_scores_that_rise_over_the_day_are_seen() -> None:
    (still, times), (rising, _), (falling, _) = timed(0), timed(3), timed(-3)
    without, up, down = (drift(ballots(scores), times) for scores in (still, rising, falling))
    assert without is not None
    assert up is not None
    assert down is not None
    assert abs(without.z) < 2
    assert up.z > 5
    assert down.z < -5
    assert up.change == pytest.approx(3 + without.change, abs=0.1)
    assert up.se == pytest.approx(up.change / up.z)


def test_the_unit_of_time_does_not_matter() -> None:
    scores, times = timed(3)
    hours, seconds = (drift(ballots(scores), {pair: 7 + unit * at for pair, at in times.items()}) for unit in (1, 3600))
    assert hours is not None
    assert seconds is not None
    assert (hours.change, hours.z) == pytest.approx((seconds.change, seconds.z), rel=1e-4)


def test_without_times_that_differ_there_is_no_drift() -> None:
    scores, times = timed(0)
    assert drift(ballots(scores), {}) is None
    assert drift(ballots(scores), dict.fromkeys(times, 5.0)) is None
    assert drift(ballots({("A", "T"): 5.0, ("A", "U"): 5.0}), {("A", "T"): 1.0, ("A", "U"): 2.0}) is None
    assert drift(ballots({}), {("A", "T"): 1.0}) is None


def test_tracks_may_stand_beside_it() -> None:
    scores, times = timed(3)
    tracks = {f"T{team:02d}": "left" if team % 2 else "right" for team in range(40)}
    found = drift(ballots(scores), times, Options(tracks=tracks))
    assert found is not None
    assert found.z > 5


def test_a_ballot_without_a_time_is_an_error() -> None:
    scores, times = timed(0)
    del times["J00", "T00"]
    with pytest.raises(InvalidInput):
        drift(ballots(scores), times)
