import pytest
from replayed import Told, entry, given, small

from scoreboard.judging.verification.verdict import Illegal

NEW = {"key": "c", "weight": "1", "minimum": "0", "maximum": "5", "step": "0.5"}
WEIGHT = ("criterion.changed", "criterion:r/a", {"before": {"weight": "1"}, "after": {"weight": "2"}})
TEXT = ("criterion.changed", "criterion:r/a", {"before": {}, "after": {"name_en": "Impact"}})
GONE = ("criterion.removed", "criterion:r/a", {"before": {"key": "a"}})
RULE = ("round.changed", "round:r", {"before": {"rule": "raw"}, "after": {"rule": "borda"}})
CONFLICT = ("conflict.added", "conflict:J1/T1", {"after": {"source": "file", "reason": "x"}})


def test_a_rubric_is_what_was_added_changed_and_removed() -> None:
    replay = small(
        ("criterion.added", "criterion:r/c", {"after": NEW}), WEIGHT, ("criterion.removed", "criterion:r/b", {})
    )
    replay.tell(
        entry("criterion.reordered", "criterion:r", {"before": {"order": ["a", "c"]}, "after": {"order": ["c", "a"]}})
    )
    round_ = replay.course.rounds["r"]
    assert list(round_.criteria) == ["c", "a"]
    assert round_.tops == {"c": 10, "a": 10}
    assert round_.criteria["a"]["weight"] == "2"


@pytest.mark.parametrize(
    "deed", [("criterion.added", "criterion:r/c", {"after": NEW}), WEIGHT, GONE, RULE], ids=lambda deed: str(deed[0])
)
def test_a_rubric_is_locked_by_its_first_ballot(deed: Told) -> None:
    replay = small()
    replay.tell(given("J1", "T1"))
    with pytest.raises(Illegal, match="after ballots had been given"):
        replay.tell(entry(*deed))


def test_texts_may_change_under_ballots() -> None:
    replay = small()
    replay.tell(given("J1", "T1"))
    replay.tell(entry(*TEXT))
    assert replay.course.rounds["r"].criteria["a"]["name_en"] == "Impact"


def test_a_round_of_before_there_were_timers_gets_one_under_ballots() -> None:
    replay = small()
    replay.tell(given("J1", "T1"))
    replay.tell(entry("round.changed", "round:r", {"before": {"visit_minutes": 0}, "after": {"visit_minutes": 8}}))
    assert replay.course.rounds["r"].told["visit_minutes"] == 8
    with pytest.raises(Illegal, match="the entries before it say"):
        replay.tell(entry("round.changed", "round:r", {"before": {"visit_minutes": 5}, "after": {"visit_minutes": 0}}))


@pytest.mark.parametrize(
    "deed",
    [
        ("team.added", "team:T1", {"after": {"key": "T1"}}),
        ("round.added", "round:r", {"after": {"key": "r"}}),
        ("criterion.added", "criterion:r/a", {"after": NEW | {"key": "a"}}),
        ("team.changed", "team:T9", {"before": {}, "after": {}}),
        ("team.changed", "team:T1", {"before": {"name_en": "Other"}, "after": {"name_en": "New"}}),
        ("criterion.changed", "criterion:r/z", {"before": {}, "after": {}}),
        ("criterion.removed", "criterion:none/a", {}),
        ("conflict.added", "conflict:J1/T9", {"after": {}}),
        ("conflict.changed", "conflict:J1/T1", {"before": {}, "after": {}}),
        ("conflict.removed", "conflict:J1/T1", {}),
        ("assignment.added", "assignment:r/J1/T1", {"after": {"judge": "J1", "team": "T1"}}),
        ("assignment.added", "assignment:r/J9/T1", {"after": {"judge": "J9", "team": "T1"}}),
        ("assignment.removed", "assignment:r/J2/T2", {"before": {"judge": "J2", "team": "T2"}}),
        ("assignment.reordered", "assignment:r/J1", {"before": {"teams": []}, "after": {"teams": ["T1"]}}),
        ("assignment.reordered", "assignment:r/J9", {"before": {"teams": []}, "after": {"teams": ["T1"]}}),
        ("track.reordered", "track:hack", {"before": {"order": []}, "after": {"order": []}}),
        ("team.added", "judge:T7", {"after": {"key": "T7"}}),
    ],
    ids=lambda deed: f"{deed[0]} {deed[1]}",
)
def test_a_change_of_what_is_not_so_is_illegal(deed: Told) -> None:
    with pytest.raises(Illegal):
        small().tell(entry(*deed))


def test_a_judges_own_language_may_have_changed_in_between() -> None:
    replay = small(("judge.changed", "judge:J1", {"before": {"language": "ar"}, "after": {"language": "en"}}))
    assert replay.course.judges["J1"]["language"] == "en"
    with pytest.raises(Illegal):
        replay.tell(entry("team.changed", "team:T1", {"before": {"language": "ar"}, "after": {}}))


def test_a_conflict_forbids_an_assignment_and_can_be_taken_back() -> None:
    replay = small(("assignment.removed", "assignment:r/J1/T1", {"before": {"judge": "J1", "team": "T1"}}), CONFLICT)
    again = entry("assignment.added", "assignment:r/J1/T1", {"after": {"judge": "J1", "team": "T1"}})
    with pytest.raises(Illegal):
        replay.tell(again)
    replay.tell(entry("conflict.changed", "conflict:J1/T1", {"before": {"reason": "x"}, "after": {"reason": "y"}}))
    replay.tell(entry("conflict.removed", "conflict:J1/T1"))
    replay.tell(again)
    assert replay.course.rounds["r"].assignments["J1", "T1"] == "pending"


def test_visits_are_put_in_order() -> None:
    replay = small()
    replay.tell(
        entry(
            "assignment.reordered",
            "assignment:r/J1",
            {"before": {"teams": ["T1", "T2"]}, "after": {"teams": ["T2", "T1"]}},
        )
    )
    pairs = replay.course.rounds["r"].assignments
    assert [pair for pair in pairs if pair[0] == "J1"] == [("J1", "T2"), ("J1", "T1")]
