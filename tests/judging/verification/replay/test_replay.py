import json

import pytest
from replayed import entry, told

from scoreboard.judging.verification.replay.replay import Replay
from scoreboard.judging.verification.verdict import Check, Illegal


def test_what_has_no_rule_is_counted_and_changes_nothing() -> None:
    replay = Replay()
    for _ in range(2):
        replay.tell(entry("coffee.served", "event:hack"))
    assert (replay.unknown, replay.course.things["team"]) == ({"coffee.served": 2}, {})


@pytest.mark.parametrize("payload", ["", "[]", "7", "{} {}", '{"a":', "null"])
def test_particulars_that_are_no_object_are_a_fault_of_form(payload: str) -> None:
    with pytest.raises(Illegal) as refused:
        Replay().tell(entry("team.restored", "team:T1")._replace(payload=payload))
    assert refused.value.check == Check.FORM


@pytest.mark.parametrize(
    "action", ["ballot.submitted", "round.finalised", "assignment.added", "criterion.added", "team.changed"]
)
def test_an_entry_that_lacks_its_particulars_is_a_fault_of_form(action: str) -> None:
    kind = action.partition(".")[0]
    subject = {"ballot": "team:T1", "criterion": "criterion:r/c", "assignment": "assignment:r/J1/T1"}.get(
        kind, f"{kind}:T1"
    )
    replay = told(
        ("round.added", "round:T1", {"after": {"key": "T1"}}), ("team.added", "team:T1", {"after": {"key": "T1"}})
    )
    if kind == "round":
        for step in ("opened", "closed"):
            replay.tell(entry(f"round.{step}", "round:T1"))
    with pytest.raises(Illegal) as refused:
        replay.tell(entry(action, subject, {}, actor="judge:J1"))
    assert refused.value.check == Check.FORM


def test_the_newest_entry_on_a_subject_is_remembered_unless_it_is_a_ballot() -> None:
    replay = told(("team.added", "team:T1", {"after": {"key": "T1"}}))
    first = replay.course.spoken["team:T1"]
    with pytest.raises(Illegal):
        replay.tell(
            entry("ballot.submitted", "team:T1", {"revision": 1, "round": "none"}, sequence=90, actor="judge:J1")
        )
    assert replay.course.spoken["team:T1"] == first
    assert json.loads(entry("a.b", "c:d", {"x": 1}).payload) == {"x": 1}
