import pytest
from replayed import Told, entry, given, small

from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.replay.course import Given
from scoreboard.judging.verification.verdict import Check, Illegal

WITHDRAWN = ("judge.changed", "judge:J1", {"before": {"status": ""}, "after": {"status": "withdrawn"}})
LEFT = ("team.withdrawn", "team:T1", {"reason": "Gave up"})
CONFLICT = ("conflict.added", "conflict:J1/T1", {"after": {"reason": "", "source": "organiser"}})
CLOSED: Told = ("round.closed", "round:r", {})
REMOVED = ("assignment.removed", "assignment:r/J1/T1", {"before": {"judge": "J1", "team": "T1"}})
RESTORED = ("deployment.restored", "deployment", {"sequence": 12, "old_epoch": "a", "new_epoch": "b"})


def test_a_ballot_and_its_correction_are_taken() -> None:
    replay = small()
    replay.tell(given("J1", "T1"))
    replay.tell(given("J1", "T1", 2, a=0, b=10))
    round_ = replay.course.rounds["r"]
    assert round_.ballots == {("J1", "T1"): Given(2, 50, {"a": 0, "b": 10})}
    assert round_.assignments["J1", "T1"] == "done"


@pytest.mark.parametrize("deed", [WITHDRAWN, LEFT, CONFLICT, CLOSED, REMOVED], ids=lambda deed: str(deed[0]))
def test_a_ballot_that_the_server_should_have_refused_is_illegal(deed: tuple[str, str, dict[str, str]]) -> None:
    with pytest.raises(Illegal):
        small(deed).tell(given("J1", "T1"))


def test_a_ballot_before_the_opening_is_illegal() -> None:
    with pytest.raises(Illegal, match="before round"):
        small(opened=False).tell(given("J1", "T1"))


@pytest.mark.parametrize(
    "ballot",
    [
        given("J1", "T1", 2),
        given("J1", "T1", 0),
        given("J1", "T1", action="ballot.corrected"),
        given("J3", "T1"),
        given("J1", "T3"),
        given("J2", "T2"),
        given("J1", "T1", a=5),
        given("J1", "T1", a=5, b=5, c=5),
        given("J1", "T1", a=-1, b=5),
        given("J1", "T1", a=11, b=5),
        given("J1", "T1", a=True, b=5),
        given("J1", "T1")._replace(actor="organiser:o"),
        given("J1", "T1")._replace(subject="judge:J1"),
    ],
)
def test_a_ballot_that_does_not_fit_is_illegal_and_changes_nothing(ballot: Recorded) -> None:
    replay = small()
    with pytest.raises(Illegal) as refused:
        replay.tell(ballot)
    assert refused.value.check == Check.RULE
    assert (replay.course.rounds["r"].ballots, replay.course.uuids) == ({}, set())


def test_a_correction_is_recorded_as_one() -> None:
    replay = small()
    replay.tell(given("J1", "T1"))
    with pytest.raises(Illegal):
        replay.tell(given("J1", "T1", 2, action="ballot.submitted"))


def test_a_ballot_is_a_judges_for_a_team() -> None:
    for ballot in (given("J1", "T1")._replace(actor="organiser:J1"), given("J1", "T1")._replace(subject="teams:T1")):
        with pytest.raises(Illegal, match="A ballot was recorded of"):
            small().tell(ballot)


def test_a_number_is_used_once() -> None:
    replay = small()
    replay.tell(given("J1", "T1", uuid="u"))
    with pytest.raises(Illegal, match="taken twice"):
        replay.tell(given("J1", "T2", uuid="u"))


def test_revisions_follow_one_another() -> None:
    replay = small()
    replay.tell(given("J1", "T1"))
    for revision in (1, 3):
        with pytest.raises(Illegal):
            replay.tell(given("J1", "T1", revision, uuid="x"))


def test_what_was_lost_in_a_restore_comes_back_also_after_the_close() -> None:
    replay = small(("round.closed", "round:r", {}))
    again = given("J2", "T2", action="ballot.reoffered")
    with pytest.raises(Illegal, match="nothing had been restored"):
        replay.tell(again)
    replay.tell(entry(*RESTORED, sequence=13))
    replay.tell(again)
    replay.tell(given("J2", "T2", 2, action="ballot.reoffered"))
    assert replay.course.rounds["r"].ballots["J2", "T2"].revision == 2
    replay.tell(entry("assignment.skipped", "judge:J1", {"round": "r", "team": "T1"}))
    replay.tell(entry("assignment.skipped", "judge:J1", {"round": "r", "team": "T2"}))
    replay.tell(entry("assignment.skipped", "judge:J2", {"round": "r", "team": "T1"}))
    replay.tell(entry("round.finalised", "round:r", {"comment": "Agreed"}))
    with pytest.raises(Illegal, match="final"):
        replay.tell(given("J2", "T1", action="ballot.reoffered"))
