from typing import Any

import pytest
from replayed import entry, given, small

from scoreboard.judging.verification.replay.replay import Replay
from scoreboard.judging.verification.verdict import Illegal

ENTERED = {"round": "r", "judge": "J1", "uuid": "p"}
TWO = {"entered_by": "organiser:o", "confirmed_by": "organiser:p"}


def tell(replay: Replay, action: str, subject: str, payload: dict[str, Any], actor: str = "organiser:o") -> None:
    replay.tell(entry(action, subject, payload, sequence=60, actor=actor))


def sheet(
    replay: Replay, revision: int = 1, actor: str = "judge:J1", team: str = "T1", paper: dict[str, str] | None = None
) -> None:
    """A ballot on paper is taken."""
    payload = {
        "uuid": "p",
        "round": "r",
        "revision": revision,
        "scores": {"a": 5, "b": 5},
        "paper": TWO | (paper or {}),
    }
    tell(replay, "ballot.paper", f"team:{team}", payload, actor)


def sign(replay: Replay, ballots: dict[str, int], judge: str = "J1", round_: str = "r") -> None:
    tell(replay, "ballots.signed", f"round:{round_}", {"ballots": ballots}, f"judge:{judge}")


def lift(replay: Replay, reason: str = "Slip", actor: str = "organiser:o") -> None:
    tell(replay, "signature.lifted", "judge:J1", {"round": "r", "reason": reason}, actor)


def signed() -> Replay:
    """The round in which J1 has scored T1 and signed that."""
    replay = small()
    replay.tell(given("J1", "T1"))
    sign(replay, {"T1": 1})
    return replay


def waiting() -> Replay:
    """The round in which a sheet of J1 for T1 waits."""
    replay = small()
    tell(replay, "paper.entered", "team:T1", ENTERED)
    return replay


def closed(replay: Replay) -> Replay:
    tell(replay, "round.closed", "round:r", {})
    return replay


# Signatures.


def test_after_a_signature_no_ballot_of_the_judge_is_taken_until_it_is_lifted() -> None:
    replay = signed()
    replay.tell(given("J2", "T1"))
    with pytest.raises(Illegal, match="after the judge had signed"):
        replay.tell(given("J1", "T2"))
    lift(replay)
    replay.tell(given("J1", "T2"))
    sign(replay, {"T1": 1, "T2": 1})


@pytest.mark.parametrize("ballots", [{}, {"T1": 2}, {"T1": 1, "T2": 1}, {"T2": 1}])
def test_what_is_signed_are_all_ballots_as_they_are(ballots: dict[str, int]) -> None:
    replay = small()
    replay.tell(given("J1", "T1"))
    with pytest.raises(Illegal, match="signed other ballots"):
        sign(replay, ballots)


def test_nobody_signs_twice_or_for_another_or_nothing() -> None:
    replay = signed()
    with pytest.raises(Illegal, match="or signed twice"):
        sign(replay, {"T1": 1})
    with pytest.raises(Illegal, match="signed other ballots"):
        sign(replay, {"T1": 1}, judge="J2")
    with pytest.raises(Illegal, match="signed other ballots"):
        sign(small(), {})
    with pytest.raises(Illegal, match="is recorded of"):
        tell(small(), "ballots.signed", "round:r", {"ballots": {"T1": 1}})


def test_a_signature_is_lifted_once_by_an_organiser_with_a_reason() -> None:
    for wrong in ({"reason": ""}, {"actor": "judge:J1"}, {"actor": "organiser:"}):
        with pytest.raises(Illegal, match="was lifted"):
            lift(signed(), **wrong)
    replay = signed()
    lift(replay)
    with pytest.raises(Illegal, match="was lifted"):
        lift(replay)


def test_a_pin_is_reset_for_a_judge_who_is_known() -> None:
    tell(small(), "pin.reset", "judge:J1", {})
    with pytest.raises(Illegal, match="tells of a judge"):
        tell(small(), "pin.reset", "judge:J9", {})


# Ballots on paper.


def test_a_sheet_that_two_people_read_alike_is_the_next_revision() -> None:
    replay = small()
    replay.tell(given("J1", "T1"))
    tell(replay, "paper.entered", "team:T1", ENTERED)
    sheet(replay, 2)
    replay.tell(given("J1", "T1", 3))


@pytest.mark.parametrize(
    ("paper", "words"),
    [
        ({"confirmed_by": "organiser:o"}, "who typed it in"),
        ({"confirmed_by": "judge:J1"}, "was confirmed by"),
        ({"entered_by": "organiser:x"}, "nobody had typed in so"),
    ],
)
def test_a_sheet_takes_two_different_people_of_the_console(paper: dict[str, str], words: str) -> None:
    with pytest.raises(Illegal, match=words):
        sheet(waiting(), paper=paper)


def test_a_sheet_is_taken_only_as_it_was_typed_in() -> None:
    with pytest.raises(Illegal, match="nobody had typed in so"):
        sheet(waiting(), actor="judge:J2")
    with pytest.raises(Illegal, match="nobody had typed in so"):
        sheet(waiting(), team="T2")
    with pytest.raises(Illegal, match="nobody had typed in so"):
        sheet(small())
    with pytest.raises(Illegal, match="was to follow"):
        sheet(waiting(), 2)


def test_after_the_close_a_sheet_needs_a_reason() -> None:
    with pytest.raises(Illegal, match="without a reason"):
        sheet(closed(waiting()))
    sheet(closed(waiting()), paper={"reason": "The phone broke"})


def test_a_signature_keeps_sheets_out_too() -> None:
    replay = signed()
    tell(replay, "paper.entered", "team:T1", ENTERED)
    with pytest.raises(Illegal, match="after the judge had signed"):
        sheet(replay, 2)


def test_a_round_is_not_final_while_a_sheet_waits() -> None:
    replay = waiting()
    for judge, team in (("J1", "T1"), ("J1", "T2"), ("J2", "T1")):
        replay.tell(given(judge, team))
    closed(replay)
    final = ("round.finalised", "round:r", {"comment": "Agreed"})
    with pytest.raises(Illegal, match="while a ballot on paper waited"):
        tell(replay, *final)
    with pytest.raises(Illegal, match="or without a reason"):
        tell(replay, "paper.discarded", "team:T1", {**ENTERED, "reason": ""})
    tell(waiting(), "paper.discarded", "team:T1", {**ENTERED, "reason": "Twice"})


def test_a_sheet_is_typed_in_once_and_for_who_is_assigned() -> None:
    with pytest.raises(Illegal, match="taken twice"):
        tell(waiting(), "paper.entered", "team:T2", ENTERED)
    with pytest.raises(Illegal, match="who were not assigned"):
        tell(small(), "paper.entered", "team:T2", {**ENTERED, "judge": "J2"})
    with pytest.raises(Illegal, match="who were not assigned"):
        tell(small(), "paper.entered", "team:T1", ENTERED, "judge:J1")
    with pytest.raises(Illegal, match="took none"):
        tell(small(opened=False), "paper.entered", "team:T1", ENTERED)
    with pytest.raises(Illegal, match="did not wait"):
        tell(small(), "paper.discarded", "team:T1", {**ENTERED, "reason": "Twice"})


# Teams that are away.


def test_a_report_is_given_by_who_is_assigned_and_settled_once() -> None:
    replay = small()
    report: tuple[str, str, dict[str, Any]] = ("absence.reported", "team:T1", {"round": "r"})
    settled = {"round": "r", "judge": "J1", "outcome": "present"}
    tell(replay, *report, "judge:J1")
    with pytest.raises(Illegal, match="where it could not be"):
        tell(replay, *report, "judge:J1")
    with pytest.raises(Illegal, match="where it could not be"):
        tell(replay, "absence.settled", "team:T1", {**settled, "outcome": "gone"})
    tell(replay, "absence.settled", "team:T1", settled)
    with pytest.raises(Illegal, match="where it could not be"):
        tell(replay, "absence.settled", "team:T1", settled)
    with pytest.raises(Illegal, match="where it could not be"):
        tell(replay, "absence.reported", "team:T2", {"round": "r"}, "judge:J2")
    with pytest.raises(Illegal, match="was not open"):
        tell(closed(small()), *report, "judge:J1")


# Conflicts that judges declare.


@pytest.mark.parametrize(
    ("actor", "source", "good"),
    [
        ("judge:J1", "judge", True),
        ("organiser:o", "organiser", True),
        ("judge:J2", "judge", False),
        ("organiser:o", "judge", False),
        ("judge:J1", "organiser", False),
    ],
)
def test_a_judges_own_conflict_is_declared_by_that_judge(actor: str, source: str, *, good: bool) -> None:
    added = ("conflict.added", "conflict:J1/T1", {"after": {"source": source, "reason": "family"}})
    if good:
        tell(small(), *added, actor)
        return
    with pytest.raises(Illegal, match="was declared by"):
        tell(small(), *added, actor)
