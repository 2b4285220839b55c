import pytest
from scores import ballots, panel

from scoreboard.scoring.diagnosing.drift import Drift
from scoreboard.scoring.diagnosing.findings import Finding, of_drift, of_odd_ballots, of_panel, of_structure
from scoreboard.scoring.diagnosing.odd import OddBallot
from scoreboard.scoring.linkage.graph import Graph
from scoreboard.scoring.linkage.structure import structure
from scoreboard.scoring.methods.severity import severity


def said(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, str(finding.remark)) for finding in findings]


def test_groups_and_thin_places_are_named() -> None:
    graph = Graph.of_visits([("A", "T"), ("A", "U"), ("B", "U"), ("B", "V"), ("C", "W")], teams=["X"])
    found = list(of_structure(structure(graph), 2))
    assert said(found) == [
        ("groups", "2 groups of teams share no judge and cannot be compared."),
        *said([finding for finding in found if finding.code == "bridge"]),
        ("thin", "X has too few ballots: 0 of 2."),
        ("thin", "T has too few ballots: 1 of 2."),
        ("thin", "V has too few ballots: 1 of 2."),
        ("thin", "W has too few ballots: 1 of 2."),
        ("lone", "C has a single ballot, so that severity cannot be told from quality."),
    ]


def test_bridges_are_named_by_what_they_are() -> None:
    graph = Graph.of_visits([("A", "T"), ("A", "U"), ("B", "U"), ("B", "V"), ("C", "V"), ("C", "W")])
    bridging = [finding for finding in of_structure(structure(graph), 1) if finding.code == "bridge"]
    words = [str(finding.remark) for finding in bridging]
    assert "Only B makes 2 groups of teams comparable." in words
    assert "Only U makes 2 groups of judges comparable." in words
    assert any(text.startswith("Only the ballot of") for text in words)
    assert all((finding.judge or finding.team or "?") in str(finding.remark) for finding in bridging)


def test_a_panel_that_cannot_separate_teams_is_told_so() -> None:
    estimates = severity(ballots(panel(1)))
    found = list(of_panel(estimates, 0.31))
    assert said(found)[0] == (
        "unreliable",
        "This panel cannot separate teams: the reliability of their scores is 0.31, below 0.50.",
    )
    assert list(of_panel(estimates, 0.9)) == found[1:]
    assert said(list(of_panel(estimates, None))) == [("flat", "The ballots show no difference between teams.")]


def test_judges_who_hardly_differ_are_told_to() -> None:
    alike = severity(ballots(panel(1, teams=60, judges=12, each=6, severity=0.0)))
    (finding,) = [finding for finding in of_panel(alike, 0.9) if finding.code == "alike"]
    assert finding.value < 0.25
    assert str(finding.remark).endswith("Raw and normalised scores nearly agree.")
    assert not list(of_panel(severity(ballots(panel(1, teams=60, judges=12, each=6, severity=1.0))), 0.9))


def test_an_odd_ballot_is_put_as_a_question() -> None:
    (finding,) = of_odd_ballots((OddBallot(0, "Ada", "Oryx", 31.2, 71.84, -3.62),), 100)
    assert (finding.judge, finding.team, finding.value, finding.threshold) == ("Ada", "Oryx", 3.62, 3)
    assert str(finding.remark) == (
        "Ada gave Oryx 31.2 points where 71.8 were expected: 3.6 standard deviations apart, more than 3. Ask the judge."
    )


@pytest.mark.parametrize(("z", "word"), [(2.5, "rise"), (-2.5, "fall")])
def test_a_drift_beyond_two_errors_is_told(z: float, word: str) -> None:
    (finding,) = of_drift(Drift(2 * z, 2, z), 100)
    assert str(finding.remark) == (
        f"Scores {word} by 5.0 ± 2.0 points from the first ballot to the last, more than 2 standard errors. "
        "Compare the ranking that takes time into account."
    )
    assert list(of_drift(Drift(1, 2, 2.0), 100)) == []
    assert list(of_drift(None, 100)) == []
