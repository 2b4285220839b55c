from scores import ballots

from scoreboard.scoring.normalise import raw
from scoreboard.scoring.safety.contest import Contest, ranked_of, refused
from scoreboard.scoring.safety.recounts import recounts

SCORES = {("A", "T"): 9.0, ("A", "U"): 5.0, ("B", "U"): 5.0, ("B", "V"): 4.0}
TABLE = ballots(SCORES)


def contest(*, without: str = "", groups_equal: bool = False) -> Contest:
    ranked = ranked_of(TABLE, raw(TABLE), ("total",), 1, frozenset(without))
    return Contest(ranked, frozenset("A"), ("total",), 2, groups_equal)


def test_only_ranked_teams_are_first() -> None:
    assert (contest().first, contest().best) == (("T",), ("T", "U"))
    assert (contest(without="T").first, contest(without="T").best) == (("U",), ("U", "V"))


def test_a_recount_without_another_groups_judge_says_nothing_of_these_teams() -> None:
    cases = [case for case in recounts(TABLE, "raw", ()) if case.kind == "judge"]
    assert [contest().concerns(case) for case in cases] == [True, False]
    assert all(contest().concerns(case) for case in recounts(TABLE, "raw", ()) if case.kind == "method")


def test_a_recount_tells_whether_the_first_places_hold() -> None:
    case = recounts(TABLE, "raw", ())[0]
    same = contest().outcome(case, TABLE, raw(TABLE))
    assert (same.holds_first, same.holds_top, same.refused) == (True, True, None)
    turned = ballots({key: -value for key, value in SCORES.items()})
    other = contest().outcome(case, turned, raw(turned))
    assert (other.first, other.holds_first, other.holds_top) == (("V",), False, False)


def test_what_cannot_be_counted_is_refused_in_words() -> None:
    case = recounts(TABLE, "raw", ())[0]
    split = TABLE.only(TABLE.total != 5)
    assert str(contest().refusal(split, "raw")) == "U would have no ballot left."
    apart = ballots({("A", "T"): 9.0, ("A", "U"): 5.0, ("B", "V"): 4.0})
    why = contest().refusal(apart, "raw")
    assert why is not None
    assert str(why) == "Some teams would share no judge with the others."
    assert contest(groups_equal=True).refusal(apart, "raw") is None
    assert str(contest(groups_equal=True).refusal(apart, "additive")).startswith("The method additive cannot compare")
    assert contest(without="V").refusal(apart, "additive") is None
    assert refused(case, why).refused == why
