from typing import Any

import pytest

from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.published import Published, Results
from scoreboard.judging.verification.replay.course import Course, RoundCourse
from scoreboard.judging.verification.verdict import Check, Illegal, Verdict

ENTRY = Recorded(9, "2026-12-07T09:30:00.000000Z", "x", "round.frozen", "round:final", "{}", "", "", "")
RESULT = Published("frozen", "final", ENTRY.at, 8, "raw", "0.1", {}, "aa")


def results() -> tuple[Results, Verdict]:
    verdict = Verdict("hack", "ab")
    return Results(verdict), verdict


def course() -> Course:
    told = {"rule": "raw", "precedence": ["total"], "minimum_ballots": 1}
    return Course(rounds={"final": RoundCourse("final", told)})


def expect(found: Results, **payload: Any) -> None:
    contest = found.contest(course(), ENTRY)
    assert contest
    found.expect(ENTRY, {"run": "aa", "kind": "frozen", "at_sequence": 8, **payload}, contest, 8)


def test_a_result_that_was_named_and_does_not_come_is_missing() -> None:
    found, verdict = results()
    expect(found)
    found.missing()
    assert [(fault.check, fault.sequence) for fault in verdict.faults] == [(Check.STANDINGS, 9)]
    found.missing()
    assert len(verdict.faults) == 1


def test_a_result_that_no_entry_names_is_a_fault_beside_the_entries() -> None:
    found, verdict = results()
    found.take(RESULT)
    assert [(fault.check, fault.sequence) for fault in verdict.faults] == [(Check.STANDINGS, None)]


@pytest.mark.parametrize("payload", [{"kind": "final"}, {"at_sequence": 7}])
def test_an_entry_names_a_result_of_its_kind_that_counts_all_before_it(payload: dict[str, Any]) -> None:
    found, _ = results()
    with pytest.raises(Illegal):
        expect(found, **payload)


def test_a_result_that_holds_nothing_is_a_fault_and_no_failure() -> None:
    found, verdict = results()
    expect(found)
    found.take(RESULT)
    assert [fault.message for fault in verdict.faults] == [
        "The result that entry %(sequence)s names does not hold what a result must hold."
    ]


def test_a_round_that_nobody_told_of_has_no_result() -> None:
    assert results()[0].contest(Course(), ENTRY) is None
