from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from scores import Scores, panel, some_scores

from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.safety.contest import Recounted
from scoreboard.scoring.safety.recounts import Recount
from scoreboard.scoring.safety.sensitivity import Safety, safety
from scoreboard.scoring.table import Scale, ScoreTable


def table(scores: Scores) -> ScoreTable:
    return ScoreTable.from_rows([(judge, team, "score", value) for (judge, team), value in scores.items()])


def ladder(judges: str = "ABCDEFGH", step: float = 2.0, noise: float = 0.3) -> dict[tuple[str, str], float]:
    """Every judge sees every team, and T is better than U by a step, U than V and so on."""
    chance = np.random.default_rng(5)
    return {
        (judge, team): 10 - step * place + noise * float(chance.normal())
        for judge in judges
        for place, team in enumerate("TUVWX")
    }


def said(found: Safety) -> list[str]:
    return [str(remark) for remark in found.remarks]


def recounted(found: Safety, subject: str) -> Recounted:
    return next(each for each in found.recounts if each.recount.subject == subject)


def test_a_clear_winner_is_safe() -> None:
    found = safety(table(ladder()))
    assert (found.verdict, found.first, found.top) == ("safe", ("T",), ("T", "U", "V"))
    assert (found.held, found.top_held, found.counted, found.close) == (16, 16, 16, ())
    assert found.sure is not None
    assert found.sure > 0.99
    assert said(found) == [
        "The winner is safe.",
        "1st place holds in 16 of 16 recounts.",
        "The first 3 hold in 16 of 16 recounts.",
    ]


def test_close_places_are_named() -> None:
    scores = ladder()
    scores |= {
        (judge, "V"): scores[judge, "U"] + (0.5 if place % 2 else -0.5) for place, judge in enumerate("ABCDEFGH")
    }
    found = safety(table(scores))
    assert found.verdict == "safe"
    assert found.close == ((2, 3),)
    assert said(found)[-1] == "Places 2 to 3 are within noise: deliberate."


def test_a_winner_who_hangs_on_one_judge_is_not_safe() -> None:
    scores = ladder(judges="ABCD", step=0.0, noise=0.2)
    scores["A", "U"] += 3
    found = safety(table(scores), "raw")
    assert found.first == ("U",)
    without = recounted(found, "A")
    assert not without.holds_first
    assert without.first != ("U",)
    assert found.verdict == "open"
    assert said(found)[0] == "The winner is not certain: deliberate before announcing."


def test_a_sure_winner_who_fails_one_recount_in_many_is_likely() -> None:
    chance = np.random.default_rng(58)
    scores = {
        (f"J{judge:02d}", team): float(chance.normal()) + (team == "T")
        for judge in range(12)
        for team in "TUVWXYZ"
        if chance.random() < 0.5
    }
    found = safety(table(scores), "raw")
    assert [each.recount.subject for each in found.recounts if not each.holds_first] == ["J07"]
    assert (found.verdict, found.held, found.counted) == ("likely", 19, 20)
    assert said(found)[:2] == ["The winner is likely, but not safe.", "1st place holds in 19 of 20 recounts."]


def test_a_winner_who_holds_everywhere_is_open_while_the_second_is_within_noise() -> None:
    chance = np.random.default_rng(0)
    scores = {
        (f"J{judge:02d}", team): float(chance.normal()) + 0.9 * (team == "T")
        for judge in range(12)
        for team in "TUVWXYZ"
        if chance.random() < 0.5
    }
    found = safety(table(scores), "severity")
    assert found.held == found.counted == 20
    assert found.sure is not None
    assert 0.7 < found.sure < 0.8
    assert (found.verdict, found.close[0][0]) == ("open", 1)


def test_a_shared_first_place_is_said() -> None:
    same = {(judge, team): float(place) for judge in "ABC" for team, place in (("T", 3), ("U", 3), ("V", 1))}
    found = safety(table(same), "raw")
    assert (found.verdict, found.first) == ("tied", ("T", "U"))
    assert said(found)[0] == "The first place is shared: deliberate."
    assert found.close[0] == (1, 2)


def test_groups_without_a_common_judge_have_no_overall_winner_unless_accepted() -> None:
    scores = {("A", "T"): 9.0, ("A", "U"): 5.0, ("B", "T"): 8.0, ("B", "U"): 5.5}
    scores |= {("C", "V"): 7.0, ("C", "W"): 4.0, ("D", "V"): 6.5, ("D", "W"): 4.5}
    apart = safety(table(scores))
    assert (apart.verdict, apart.groups, apart.first, apart.recounts) == ("apart", 2, (), ())
    (words,) = said(apart)
    assert words == (
        "The teams fall into 2 groups that share no judge: there is no overall winner, "
        "unless the groups are accepted as equally strong."
    )
    accepted = safety(table(scores), groups_equal=True)
    assert (accepted.groups, accepted.first) == (2, ("T",))
    refused = recounted(accepted, "additive")
    assert str(refused.refused) == "The method additive cannot compare groups of teams that share no judge."
    assert accepted.counted == len(accepted.recounts) - 1


def test_each_of_the_groups_has_a_verdict_of_its_own() -> None:
    safe = {(judge, team): value for (judge, team), value in ladder().items()}
    torn = {(judge, team): 7.0 + (judge == team) for judge in "PQ" for team in "PQ"}
    found = safety(table(safe | torn))
    assert (found.verdict, found.first, found.groups) == ("apart", (), 2)
    strong, weak = found.parts
    assert (strong.verdict, strong.first, strong.top) == ("safe", ("T",), ("T", "U", "V"))
    assert {each.recount.subject for each in strong.recounts if each.recount.kind == "judge"} == set("ABCDEFGH")
    assert (strong.held, strong.counted) == (16, 16)
    assert (weak.verdict, weak.first) == ("tied", ("P", "Q"))
    assert {each.recount.subject for each in weak.recounts if each.recount.kind == "judge"} == set("PQ")
    assert "1st place holds in 16 of 16 recounts." in said(strong)


def test_a_group_whose_teams_are_all_out_has_no_verdict() -> None:
    scores = {("A", "T"): 9.0, ("A", "U"): 5.0, ("B", "V"): 8.0, ("B", "W"): 5.5}
    found = safety(table(scores), excluded={"V", "W"})
    assert [part.first for part in found.parts] == [("T",)]
    assert safety(table(scores), excluded=set("TUVW")).verdict == "empty"


def test_a_recount_that_cannot_be_made_is_listed_with_its_reason() -> None:
    bridge = {("A", "T"): 9.0, ("A", "U"): 5.0, ("B", "U"): 5.0, ("B", "V"): 4.0, ("C", "V"): 4.0, ("C", "W"): 2.0}
    found = safety(table(bridge), "raw")
    assert str(recounted(found, "B").refused) == "Some teams would share no judge with the others."
    assert str(recounted(found, "A").refused) == "T would have no ballot left."
    assert {each.recount.subject for each in found.recounts if each.refused} == {"A", "B"}
    assert found.counted == len(found.recounts) - 2


def test_a_method_with_too_much_to_compare_is_listed_with_its_reason() -> None:
    found = safety(table({("A", f"T{team}"): float(team) for team in range(9000)}), "raw")
    assert str(recounted(found, "bradley_terry").refused) == (
        "This table has 40495500 pairs of ballots to compare; the method bradley_terry takes 40000000 at most."
    )
    assert found.counted == 7


def test_only_teams_that_the_rule_ranks_compete() -> None:
    scores = ladder() | {("A", "Z"): 20.0}
    found = safety(table(scores), "raw", minimum_ballots=2, excluded={"U"})
    assert found.top == ("T", "V", "W")
    assert {team for each in found.recounts for team in each.top} == {"T", "V", "W"}


def test_the_weight_of_a_criterion_can_decide() -> None:
    rubric = (Scale("idea", 1, 0, 10), Scale("code", 1, 0, 10))
    rows = [
        (judge, team, criterion, value)
        for judge in "ABC"
        for team, criterion, value in (("T", "idea", 9), ("T", "code", 5.1), ("U", "idea", 5), ("U", "code", 9))
    ]
    found = safety(ScoreTable.from_rows(rows, rubric), "raw")
    moved = [(str(each.recount.label), each.first) for each in found.recounts if each.recount.kind == "criterion"]
    assert moved == [
        ("With a fifth less weight for idea", ("U",)),
        ("With a fifth more weight for idea", ("T",)),
        ("With a fifth less weight for code", ("T",)),
        ("With a fifth more weight for code", ("U",)),
    ]


def test_recounts_can_be_watched() -> None:
    seen: list[str] = []

    def watch(cases: Sequence[Recount]) -> Iterable[Recount]:
        for case in cases:
            seen.append(case.kind)
            yield case

    found = safety(table(ladder()), watch=watch)
    assert seen == [each.recount.kind for each in found.recounts]


@pytest.mark.parametrize("method", METHODS)
@given(scores=some_scores)
@settings(max_examples=8)
def test_any_table_has_a_verdict(method: str, scores: Scores) -> None:
    found = safety(table(scores), method, groups_equal=method != "additive")
    assert 0 <= found.held <= found.counted <= len(found.recounts)
    assert (found.verdict == "apart") == (not found.first)
    assert said(found)


def test_no_ballots_have_no_winner() -> None:
    found = safety(table({}))
    assert (found.verdict, said(found)) == ("empty", ["No team has enough ballots for a rank."])


def test_names_do_not_matter() -> None:
    scores = panel(1, teams=12, judges=6)
    renamed = {(f"X{judge}", f"Y{team}"): value for (judge, team), value in scores.items()}
    plain, other = safety(table(scores)), safety(table(renamed))
    assert tuple(f"Y{team}" for team in plain.top) == other.top
    assert (plain.held, plain.top_held, plain.verdict, plain.close) == (
        other.held,
        other.top_held,
        other.verdict,
        other.close,
    )
