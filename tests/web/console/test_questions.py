import re
from pathlib import Path

from scoreboard.scoring.diagnosing.findings import Finding
from scoreboard.scoring.diagnosing.remark import Remark
from scoreboard.web.console.questions import CHECKS, Subject, by_code, by_subject, tally

DIAGNOSING = Path(__file__).resolve().parents[3] / "scoreboard" / "scoring" / "diagnosing"


def finding(code: str, judge: str | None = None) -> Finding:
    return Finding(code, 1, 0, Remark("", {}), judge)


def test_every_code_that_diagnostics_give_asks_something() -> None:
    given = {
        code for path in DIAGNOSING.glob("*.py") for code in re.findall(r'Finding\(\s*"(\w+)"', path.read_text("utf-8"))
    }
    assert given == set(CHECKS)


def test_every_check_names_its_threshold_and_asks_a_question() -> None:
    for code, check in CHECKS.items():
        assert ("%(threshold)s" in check.threshold) == (check.limit is not None), code
        assert check.asks.endswith("?") or code == "alike"


def test_findings_are_told_by_subject_and_by_what_they_ask() -> None:
    found = [finding("odd", "A"), finding("severity", "A"), finding("groups"), finding("severity", "B")]
    assert {subject: [each.code for each in some] for subject, some in by_subject(found).items()} == {
        Subject.COVERAGE: ["groups"],
        Subject.JUDGE: ["severity", "severity"],
        Subject.BALLOT: ["odd"],
    }
    assert [(code, len(some)) for code, some in by_code(found).items()] == [("odd", 1), ("severity", 2), ("groups", 1)]


def test_also_what_is_in_order_is_counted() -> None:
    counts = {check.name: count for check, count in tally([finding("severity"), finding("severity")])}
    assert len(counts) == len(CHECKS)
    assert (sum(counts.values()), counts[CHECKS["severity"].name]) == (2, 2)
