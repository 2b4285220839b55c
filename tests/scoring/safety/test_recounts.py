import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.scoring.diagnosing.odd import odd_ballots
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.safety.recounts import Recount, recounts, reweighted
from scoreboard.scoring.table import Ballots, Scale, ScoreTable

RUBRIC = (Scale("idea", 2, 0, 10), Scale("code", 1, 0, 5), Scale("pitch", 0, 0, 10))


def rubric_ballots(rubric: tuple[Scale, ...] | None = RUBRIC) -> Ballots:
    chance = np.random.default_rng(1)
    rows = [
        (judge, team, criterion, float(chance.integers(0, 6)))
        for judge in ("Ada", "Olga")
        for team in "TUV"
        for criterion in ("idea", "code", "pitch")
    ]
    return ScoreTable.from_rows(rows, rubric).ballots()


def names(cases: tuple[Recount, ...]) -> list[tuple[str, str, str]]:
    return [(case.kind, case.subject, case.method) for case in cases]


def test_every_way_to_recount_is_there() -> None:
    cases = recounts(rubric_ballots(), "raw", ())
    assert names(cases) == [
        *(("method", method, method) for method in METHODS if method != "raw"),
        ("judge", "Ada", "raw"),
        ("judge", "Olga", "raw"),
        ("criterion", "idea", "raw"),
        ("criterion", "idea", "raw"),
        ("criterion", "code", "raw"),
        ("criterion", "code", "raw"),
    ]


def test_judges_without_a_ballot_and_a_lone_criterion_make_no_recount() -> None:
    cases = recounts(ballots({("Ada", "T"): 1.0}, judges=["Ada", "Olga"]), "raw", ())
    assert [name for name in names(cases) if name[0] != "method"] == [("judge", "Ada", "raw")]


def test_a_recount_without_a_judge_has_the_ballots_of_the_others() -> None:
    table = rubric_ballots()
    case = next(case for case in recounts(table, "raw", ()) if case.subject == "Ada")
    assert [table.judges[judge] for judge in case.changed(table).judge] == ["Olga"] * 3
    assert str(case.label) == "Without the ballots of Ada"


@pytest.mark.parametrize("rubric", [RUBRIC, None])
def test_a_recount_of_a_criterion_weighs_it_a_fifth_less_and_more(rubric: tuple[Scale, ...] | None) -> None:
    table = rubric_ballots(rubric)
    code = [scale.key for scale in table.scales].index("code")
    for case, factor in zip(
        [case for case in recounts(table, "raw", ()) if case.subject == "code"], (0.8, 1.2), strict=True
    ):
        changed = case.changed(table)
        weights = np.array([scale.weight * (factor if scale.key == "code" else 1) for scale in table.scales])
        expected = table.units @ weights / weights.sum() * (100 if rubric else 1)
        assert changed.total == pytest.approx(expected)
        assert changed.scales[code].weight == table.scales[code].weight * factor
        assert changed.extent == (100 if rubric else pytest.approx(np.ptp(expected)))


@pytest.mark.parametrize("rubric", [RUBRIC, None])
def test_a_weight_that_stays_leaves_totals_as_they_are_to_the_last_bit(rubric: tuple[Scale, ...] | None) -> None:
    table = rubric_ballots(rubric)
    assert reweighted(0, 1.0, table).total.tolist() == table.total.tolist()


def test_odd_ballots_are_left_out_together() -> None:
    table = ballots(panel(2, teams=40, judges=10))
    odd = odd_ballots(severity(table), table, far=2)
    case = recounts(table, "severity", odd)[-1]
    assert (case.kind, len(case.changed(table))) == ("odd", len(table) - len(odd))
    assert str(case.label) == f"Without the odd ballots: {len(odd)}"
