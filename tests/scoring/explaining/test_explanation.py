import pytest

from scoreboard.scoring.explaining.explanation import Given, Side


def given(severity: float, precision: float) -> Given:
    return Given("Ada", 5.0, severity, 0.1, 1.0, precision, 5.0 + severity, heard=precision > 0, weight=0.1)


def test_judges_count_in_a_sides_severity_as_much_as_they_are_trusted() -> None:
    side = Side("Oryx", 5.0, 5.0, (given(1.0, 1.0), given(4.0, 0.5), given(9.0, 0.0)), 7.0, 1.0, 0.0)
    assert side.severity == pytest.approx(2.0)


def test_without_a_ballot_that_was_heard_there_is_none() -> None:
    assert Side("Oryx", 5.0, 5.0, (given(9.0, 0.0),), None, 0.0, 5.0).severity == 0
