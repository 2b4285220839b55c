from typing import Any

import pytest
from replayed import Told, entry, given, small

from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.replay.course import Given
from scoreboard.judging.verification.replay.replay import Replay
from scoreboard.judging.verification.verdict import Illegal

# Entries of these tests are of 09:30.
BEFORE, AFTER = "2026-12-07T09:29:59.000000Z", "2026-12-07T09:30:00.000001Z"
CLOSED: Told = ("round.closed", "round:r", {})
REOPENED: Told = ("round.reopened", "round:r", {})
CONFLICT: Told = ("conflict.added", "conflict:J1/T1", {"after": {"reason": "", "source": "organiser"}})
LEFT: Told = ("team.withdrawn", "team:T1", {"reason": "Gave up"})
RESTORED: Told = ("deployment.restored", "deployment", {"sequence": 0, "old_epoch": "a", "new_epoch": "b"})


def kept(judge: str = "J1", team: str = "T1", sequence: int = 60, **changes: Any) -> Recorded:
    payload = {
        "uuid": "late",
        "round": "r",
        "base_revision": 0,
        "entered_at": BEFORE,
        "scores": {"a": 5, "b": 5},
        "comment": "c",
        "note": "n",
    }
    return entry("ballot.late", f"team:{team}", payload | changes, sequence=sequence, actor=f"judge:{judge}")


def admitted(**changes: Any) -> Recorded:
    payload = {
        "uuid": "late",
        "round": "r",
        "revision": 1,
        "scores": {"a": 5, "b": 5},
        "comment": "c",
        "note": "n",
        "late": {"sequence": 60, "by": "organiser:o", "reason": "No network"},
    }
    return entry("ballot.admitted", "team:T1", payload | changes, sequence=70, actor="judge:J1")


def decision(verb: str, **changes: Any) -> Recorded:
    payload = {"round": "r", "judge": "J1", "uuid": "late", "reason": "Corrected since"}
    return entry(f"late.{verb}", "team:T1", payload | changes, sequence=65)


def telling(*entries: Recorded, deeds: tuple[Told, ...] = (CLOSED,)) -> Replay:
    replay = small(*deeds)
    for each in entries:
        replay.tell(each)
    return replay


def test_a_late_ballot_counts_for_nothing_until_it_is_admitted() -> None:
    replay = telling(kept())
    round_ = replay.course.rounds["r"]
    assert (round_.ballots, round_.late["late"].state, round_.assignments["J1", "T1"]) == ({}, "waiting", "pending")
    replay.tell(admitted())
    assert round_.ballots == {("J1", "T1"): Given(1, 70, {"a": 5, "b": 5})}
    assert (round_.late["late"].state, round_.late["late"].reason) == ("admitted", "No network")
    assert round_.assignments["J1", "T1"] == "done"


def test_a_refusal_may_be_taken_back() -> None:
    replay = telling(kept(), decision("refused"), decision("reopened"), admitted())
    assert replay.course.rounds["r"].late["late"].state == "admitted"


@pytest.mark.parametrize(
    ("late", "deeds"),
    [
        (kept(), ()),
        (kept(), (CLOSED, REOPENED)),
        (kept(), (CLOSED, CONFLICT)),
        (kept(), (CLOSED, LEFT)),
        (kept("J2", "T2"), (CLOSED,)),
        (kept("J3", "T1"), (CLOSED,)),
        (kept(entered_at=AFTER), (CLOSED,)),
        (kept(entered_at="2026-12-07T09:29:59Z"), (CLOSED,)),
        (kept(base_revision=1), (CLOSED,)),
        (kept(base_revision=-1), (CLOSED,)),
        (kept(base_revision=True), (CLOSED,)),
        (kept(scores={"a": 5}), (CLOSED,)),
        (kept(scores={"a": 5, "b": 11}), (CLOSED,)),
        (kept(first={"sequence": 3}), (CLOSED,)),
    ],
)
def test_a_late_ballot_that_the_server_should_have_refused_is_illegal(late: Recorded, deeds: tuple[Told, ...]) -> None:
    with pytest.raises(Illegal):
        telling(late, deeds=deeds)


def test_one_is_offered_again_after_a_restore_whatever_became_of_conflicts() -> None:
    replay = small(CLOSED, CONFLICT)
    size = max(replay.course.spoken.values())
    replay.tell(entry("deployment.restored", "deployment", {**RESTORED[2], "sequence": size}, sequence=size + 1))
    replay.tell(kept(first={"sequence": 3, "epoch": "a", "at": BEFORE}))
    assert replay.course.rounds["r"].late["late"].state == "waiting"


@pytest.mark.parametrize(
    "wrong",
    [
        kept(sequence=61),
        given("J1", "T1", uuid="late"),
        admitted(scores={"a": 5, "b": 6}),
        admitted(comment="other"),
        admitted(note="other"),
        admitted(revision=2),
        admitted(uuid="another"),
        admitted(late={"sequence": 61, "by": "organiser:o", "reason": "x"}),
        admitted(late={"sequence": 60, "by": "", "reason": "x"}),
        admitted(late={"sequence": 60, "by": "organiser:o", "reason": ""}),
        decision("refused", reason=""),
        decision("refused", judge="J2"),
        decision("refused", uuid="another"),
        decision("reopened"),
        entry("result.proposed", "round:r", {"result": "x"}),
        entry("round.finalised", "round:r", {"comment": "x"}),
    ],
)
def test_what_does_not_follow_from_a_late_ballot_that_waits_is_illegal(wrong: Recorded) -> None:
    replay = telling(kept())
    with pytest.raises(Illegal):
        replay.tell(wrong)


def test_nothing_is_decided_twice() -> None:
    for again in (admitted(), decision("refused"), decision("reopened")):
        replay = telling(kept(), admitted())
        with pytest.raises(Illegal):
            replay.tell(again)


def test_a_rubric_and_a_rule_are_fixed_by_a_late_ballot() -> None:
    changes = (
        entry("criterion.removed", "criterion:r/a", {}),
        entry("round.changed", "round:r", {"before": {"rule": "raw"}, "after": {"rule": "borda"}}),
    )
    for change in changes:
        replay = telling(kept())
        with pytest.raises(Illegal):
            replay.tell(change)
