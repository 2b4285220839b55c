from scoreboard.judging.verification.replay.course import Course, LinkCourse, RoundCourse
from scoreboard.judging.verification.roster_rows import compare, told_duties, told_links
from scoreboard.judging.verification.verdict import Verdict


def test_a_row_is_named_by_the_newest_entry_that_tells_of_it() -> None:
    verdict = Verdict("hack", "ab")
    course = Course(spoken={"team:T1": 12})
    compare(verdict, course, "team", "T1", {"name_en": "Oasis"}, {"name_en": "Mirage"})
    compare(verdict, course, "team", "T1", {"name_en": "Oasis"}, None)
    compare(verdict, course, "team", "T9", None, {"name_en": "Ghost"})
    assert [(fault.sequence, fault.words()) for fault in verdict.faults] == [
        (12, "team T1 is stored with name_en Mirage; the entries say Oasis."),
        (12, "team T1 is not stored; entry 12 tells of it."),
        (None, "team T9 is stored, and no entry tells of it."),
    ]


def test_what_says_nothing_is_as_what_is_not_said_and_a_language_is_ones_own_choice() -> None:
    verdict = Verdict("hack", "ab")
    compare(verdict, Course(), "judge", "J1", {"email": True}, {"email": "a@b", "organisation": "", "language": "ar"})
    assert verdict.faults == []


def test_duties_have_their_place_among_the_visits_of_their_judge() -> None:
    round_ = RoundCourse("r", {}, assignments={("J1", "T2"): "done", ("J2", "T1"): "pending", ("J1", "T1"): "skipped"})
    assert told_duties(Course(rounds={"r": round_})) == {
        "r/J1/T2": {"state": "done", "visit": 1},
        "r/J2/T1": {"state": "pending", "visit": 1},
        "r/J1/T1": {"state": "skipped", "visit": 2},
    }
    assert told_links(Course(links={"J1": {"a": LinkCourse(good=False), "b": LinkCourse()}})) == {
        "J1/a": {"revoked": True},
        "J1/b": {"revoked": False},
    }
