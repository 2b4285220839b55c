import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.scoring.diagnosing.odd import odd_ballots, without
from scoreboard.scoring.methods.severity import severity


def test_a_slip_of_the_pen_is_odd() -> None:
    scores = panel(2, teams=40, judges=10, each=7, noise=0.8)
    scores["J00", "T00"] -= 6
    table = ballots(scores)
    odd = odd_ballots(severity(table), table)
    assert [(ballot.judge, ballot.team) for ballot in odd] == [("J00", "T00")]
    slip = odd[0]
    assert slip.total == scores["J00", "T00"] == table.total[slip.place]
    assert slip.deviations < -3
    assert slip.expected - slip.total == pytest.approx(6, abs=3)
    kept = without(table, odd)
    assert kept.sum() == len(table) - 1
    assert not kept[slip.place]


def test_the_farthest_is_first() -> None:
    table = ballots(panel(2, teams=40, judges=10))
    odd = odd_ballots(severity(table), table, far=1.5)
    sizes = [abs(ballot.deviations) for ballot in odd]
    assert len(odd) > 3
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) > 1.5


def test_nothing_is_odd_among_ballots_that_are_all_the_same() -> None:
    table = ballots({("A", "T"): 5.0, ("B", "T"): 5.0})
    assert odd_ballots(severity(table), table) == ()
    assert np.array_equal(without(table, ()), [True, True])
