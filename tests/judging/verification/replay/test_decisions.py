import pytest
from replayed import Told, entry, given, small

from scoreboard.judging.acceptance import Acceptance
from scoreboard.judging.verification.verdict import Illegal


def step(verb: str) -> Told:
    return f"round.{verb}", "round:r", {}


OPENED, FROZEN, THAWED, CLOSED, REOPENED = map(step, ("opened", "frozen", "thawed", "closed", "reopened"))
FINAL = ("round.finalised", "round:r", {"comment": "Agreed"})
EXCUSED = [
    ("assignment.skipped", f"judge:{j}", {"round": "r", "team": t})
    for j, t in (("J1", "T1"), ("J1", "T2"), ("J2", "T1"))
]
LEFT = ("team.withdrawn", "team:T1", {"reason": "Gave up"})
BACK: Told = ("team.restored", "team:T1", {})
GROUPS = ("groups.accepted", "round:r", {"reason": "Alike", "groups": [{"teams": ["T1"]}, {"teams": ["T2"]}]})
UNACCEPTED: Told = ("groups.acceptance_withdrawn", "round:r", {})


@pytest.mark.parametrize(
    "deeds",
    [
        [FROZEN, THAWED, FROZEN, CLOSED, THAWED, REOPENED, CLOSED],
        [CLOSED, *EXCUSED, FINAL],
        [FROZEN, CLOSED, *EXCUSED, FINAL, THAWED],
        [LEFT, BACK, LEFT],
        [GROUPS, UNACCEPTED, GROUPS],
        [EXCUSED[0], ("assignment.resumed", "judge:J1", {"round": "r", "team": "T1"}), EXCUSED[0]],
    ],
)
def test_steps_that_follow_are_taken(deeds: list[Told]) -> None:
    small(*deeds)


@pytest.mark.parametrize(
    "deeds",
    [
        [OPENED],
        [THAWED],
        [FROZEN, FROZEN],
        [CLOSED, CLOSED],
        [REOPENED],
        [FINAL],
        [CLOSED, FINAL],
        [CLOSED, *EXCUSED, FINAL, FINAL],
        [CLOSED, *EXCUSED, FINAL, REOPENED],
        [CLOSED, *EXCUSED, FINAL, FROZEN],
        [CLOSED, *EXCUSED, FINAL, EXCUSED[0]],
        [CLOSED, *EXCUSED, FINAL, GROUPS],
        [CLOSED, *EXCUSED, ("round.finalised", "round:r", {"comment": ""})],
        [BACK],
        [LEFT, LEFT],
        [UNACCEPTED],
        [EXCUSED[0], EXCUSED[0]],
        [("assignment.resumed", "judge:J1", {"round": "r", "team": "T1"})],
        [("round.closed", "round:none", {})],
        [("round.closed", "team:r", {})],
        [("deployment.restored", "deployment", {"sequence": 3, "old_epoch": "a", "new_epoch": "b"})],
    ],
)
def test_a_step_that_does_not_follow_is_illegal(deeds: list[Told]) -> None:
    *before, last = deeds
    replay = small(*before)
    with pytest.raises(Illegal):
        replay.tell(entry(*last, sequence=90))


def test_nobody_waits_for_a_ballot_that_cannot_come() -> None:
    replay = small(("conflict.added", "conflict:J1/T2", {"after": {"source": "organiser"}}), LEFT, CLOSED)
    assert replay.course.awaited(replay.course.rounds["r"]) == []
    replay.tell(entry(*FINAL))


def test_a_round_with_all_its_ballots_can_be_final() -> None:
    replay = small()
    for judge, team in (("J1", "T1"), ("J1", "T2"), ("J2", "T1")):
        replay.tell(given(judge, team))
    replay.tell(entry(*CLOSED))
    replay.tell(entry(*FINAL))
    assert replay.course.rounds["r"].final


def test_an_acceptance_is_remembered_as_a_result_states_it() -> None:
    replay = small()
    replay.tell(entry(*GROUPS, sequence=40))
    assert replay.course.rounds["r"].acceptance == Acceptance(40, "organiser:o", "Alike", (("T1",), ("T2",)))


PAUSED: Told = ("round.paused", "round:r", {"reason": "Prayer"})
RESUMED: Told = ("round.resumed", "round:r", {"reason": ""})


def test_a_round_is_paused_and_goes_on() -> None:
    replay = small(PAUSED)
    with pytest.raises(Illegal, match="paused"):
        replay.tell(given("J1", "T1"))
    replay.tell(entry(*RESUMED))
    replay.tell(given("J1", "T1"))


def test_a_close_ends_a_pause() -> None:
    replay = small(PAUSED, ("round.closed", "round:r", {}), ("round.reopened", "round:r", {}))
    replay.tell(given("J1", "T1"))


@pytest.mark.parametrize(
    "deeds",
    [
        (RESUMED,),
        (PAUSED, PAUSED),
        (("round.closed", "round:r", {}), PAUSED),
        (PAUSED, ("round.closed", "round:r", {}), RESUMED),
        (("round.paused", "round:r", {"reason": ""}),),
        (PAUSED, ("round.resumed", "round:r", {})),
        (("announcement.made", "judge:J9", {"text_en": "A", "text_ar": ""}),),
        (("announcement.made", "event:other", {"text_en": "A", "text_ar": ""}),),
        (("announcement.made", "judge:J1", {"text_en": "", "text_ar": ""}),),
    ],
)
def test_a_pause_or_a_message_that_does_not_follow_is_illegal(deeds: tuple[Told, ...]) -> None:
    with pytest.raises(Illegal):
        small(*deeds)


def test_a_message_to_a_judge_is_taken() -> None:
    small(("announcement.made", "judge:J1", {"text_en": "A", "text_ar": ""}))
