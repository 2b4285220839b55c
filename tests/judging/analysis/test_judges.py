import pytest
from analysed import inputs_of, panel

from scoreboard.judging.analysis import judges
from scoreboard.judging.analysis.analysis import analyse
from scoreboard.judging.analysis.judges import Distribution, judges_of


def test_judges_are_listed_from_the_strictest_on_with_intervals_about_their_severity() -> None:
    lines = judges_of(analyse(inputs_of(panel())))
    severities = [line.estimate.severity for line in lines]
    assert severities == sorted(severities, reverse=True)
    for line in lines:
        low, high = line.interval
        assert (low + high) / 2 == pytest.approx(line.estimate.severity)
        assert (high - low) / 2 > 1.64 * line.estimate.se  # Student's t is wider than the normal


def test_totals_of_a_judge_are_told_by_five_numbers_and_one_by_one() -> None:
    rows = [("A", team, value) for team, value in zip("TUVW", (10.0, 20.0, 40.0, 80.0), strict=True)]
    (line,) = judges_of(analyse(inputs_of(rows)))
    assert line.totals == Distribution(10, 17.5, 30, 50, 80, (10, 20, 40, 80))


def test_many_totals_are_told_by_five_numbers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "MOST_DOTS", 3)
    assert judges_of(analyse(inputs_of(panel())))[0].totals.totals == ()


def test_a_judge_has_the_findings_that_name_him() -> None:
    rows = [(judge, team, 50.0 if judge == "J1" else value) for judge, team, value in panel()]
    line = next(line for line in judges_of(analyse(inputs_of(rows))) if line.estimate.judge == "J1")
    assert [finding.code for finding in line.findings] == ["constant"]


def test_without_ballots_there_is_no_judge_to_tell_of() -> None:
    assert judges_of(analyse(inputs_of([], teams=["T"]))) == ()
