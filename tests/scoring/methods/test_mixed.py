import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.scoring.methods.mixed import CONSTANT, INCONSISTENT, NARROW, SINGLE, WIDE, flags_of, problem_of
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import DEFAULT, Options


def test_what_is_remarkable_about_a_judge_is_flagged() -> None:
    assert flags_of(9, 1.0, 1.0, aside=False) == ()
    assert flags_of(9, 0.59, 0.49, aside=False) == (NARROW, INCONSISTENT)
    assert flags_of(9, 0.6, 0.5, aside=False) == ()
    assert flags_of(9, 1.6, 1.0, aside=False) == ()
    assert flags_of(1, 1.61, 1.0, aside=False) == (WIDE, SINGLE)
    assert flags_of(3, 1.0, 1.0, aside=True) == (CONSTANT,)


@pytest.mark.parametrize(
    ("scores", "flat"),
    [
        ({}, True),
        ({("A", "T"): 3.0}, True),
        ({("A", "T"): 3.0, ("A", "U"): 3.0}, True),
        ({("A", "T"): 0.1 + 0.2, ("A", "U"): 0.3}, True),
        ({("A", "T"): 3.0, ("A", "U"): 3.5}, False),
    ],
)
def test_a_problem_is_flat_without_a_difference_between_totals(
    scores: dict[tuple[str, str], float], flat: bool
) -> None:
    assert problem_of(ballots(scores), DEFAULT).flat is flat


def test_a_score_is_the_mean_and_the_effect_and_lies_in_its_interval() -> None:
    for options in (DEFAULT, Options(integrated=False)):
        found = severity(ballots(panel(3)), options)
        assert found.score == pytest.approx(found.mean + found.effect)
        assert (found.interval[:, 0] < found.score).all()
        assert (found.score < found.interval[:, 1]).all()


def test_every_ballot_is_told_to_be_heard() -> None:
    assert severity(ballots(panel(3))).heard.tolist() == [True] * 90


def test_a_judge_without_ballots_has_a_line_with_the_error_of_not_knowing() -> None:
    names = [f"J{judge:02d}" for judge in range(12)]
    found = severity(ballots(panel(3), judges=[*names, "late"]))
    late = found.judges[-1]
    assert (late.judge, late.ballots, late.mean, late.severity, late.flags) == ("late", 0, None, 0, ())
    assert late.se == pytest.approx(np.sqrt(found.variance.judge))
