from dataclasses import replace

import pytest
from scores import ballots, panel

from scoreboard.scoring.diagnosing.judge_checks import JudgeCheck
from scoreboard.scoring.diagnosing.judge_findings import of_judges
from scoreboard.scoring.methods.mixed import JudgeEstimate, MixedEstimates
from scoreboard.scoring.methods.severity import severity

PLAIN = JudgeEstimate("Ada", 9, 70.0, severity=1.0, se=2.0, spread=1.0, precision=1.0, flags=())
CHECK = JudgeCheck("Ada", 9, False, 0.1, 1.0, 1.0, False, 0.6, 1.0)


def found(line: JudgeEstimate, check: JudgeCheck) -> list[tuple[str, str]]:
    estimates: MixedEstimates = replace(severity(ballots(panel(1))), judges=(line,), extent=100.0)
    return [(finding.code, str(finding.remark)) for finding in of_judges(estimates, (check,))]


def test_nothing_is_said_of_a_judge_like_others() -> None:
    assert found(PLAIN, CHECK) == []


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (
            replace(PLAIN, severity=5.0),
            "severity",
            (
                "Ada is stricter than the average judge by 5.0 ± 2.0 points, more than 2 standard errors. "
                "Normalised scores correct for it."
            ),
        ),
        (
            replace(PLAIN, severity=-5.0),
            "severity",
            (
                "Ada is more generous than the average judge by 5.0 ± 2.0 points, more than 2 standard errors. "
                "Normalised scores correct for it."
            ),
        ),
        (replace(PLAIN, spread=0.5), "narrow", "Ada uses a narrow part of the scale: spread 0.50, below 0.60."),
        (replace(PLAIN, spread=1.7), "wide", "Ada puts teams far apart: spread 1.70, above 1.60."),
        (
            replace(PLAIN, precision=0.4),
            "inconsistent",
            "Ada is less consistent than others: precision 0.40, below 0.50.",
        ),
    ],
)
def test_what_the_model_found_of_a_judge_is_said(line: JudgeEstimate, code: str, words: str) -> None:
    assert found(line, CHECK) == [(code, words)]


@pytest.mark.parametrize(
    ("check", "code", "words"),
    [
        (
            replace(CHECK, constant=True),
            "constant",
            "Ada gave the same total on all ballots (9; the threshold is 3): they tell nothing of the order.",
        ),
        (
            replace(CHECK, straight=0.9),
            "straight",
            "Ada gave all criteria the same score on 90% of ballots, above 80%.",
        ),
        (
            replace(CHECK, unusual=True, infit=2.0, outfit=2.1),
            "noisy",
            "Ballots of Ada are farther from the panel than chance explains: infit 2.00, outfit 2.10, above 1.50.",
        ),
        (
            replace(CHECK, unusual=True, infit=0.2, outfit=0.3),
            "muted",
            "Ballots of Ada are closer to the panel than chance explains: infit 0.20, outfit 0.30, below 0.50.",
        ),
        (
            replace(CHECK, rest=-0.2),
            "against",
            "Ada orders teams against the other judges: correlation -0.20, below 0.00.",
        ),
        (
            replace(CHECK, halo=0.2),
            "halo",
            "Ada hardly tells criteria apart: 0.20 of what others do, below 0.30.",
        ),
    ],
)
def test_what_the_checks_found_of_a_judge_is_said(check: JudgeCheck, code: str, words: str) -> None:
    assert found(PLAIN, check) == [(code, words)]


def test_a_misfit_that_chance_explains_is_not_said() -> None:
    assert found(PLAIN, replace(CHECK, infit=2.0, outfit=2.0)) == []
