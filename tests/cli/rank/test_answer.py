import numpy as np
import pytest
from ranked import APART, ranked
from scores import ballots, panel

from scoreboard.cli.rank.answer import MOST_COMPARED, lines_of, ranking_of
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import Options

KEYS = ["rank", "tied", "team", "estimate", "se", "effect", "interval", "rank_interval", "p_first", "p_top3", "raw"]
JUDGE_KEYS = ["judge", "severity", "se", "spread", "precision", "ballots", "flags"]


@pytest.mark.parametrize("method", ["adaptive", "severity"])
def test_a_mixed_model_tells_each_team_and_judge_in_full(method: str) -> None:
    answer = ranked("--method", method, given=APART.split("Dan")[0])
    assert [list(line) for line in answer["standings"]] == [[*KEYS, "ballots"]] * 2
    assert [list(line) for line in answer["judges"]] == [JUDGE_KEYS] * 2
    best, _ = answer["standings"]
    low, high = best["interval"]
    assert low < best["estimate"] < high
    assert (best["team"], best["raw"], best["ballots"], best["rank_interval"]) == ("Falcon", 8.5, 2, [1, 2])
    assert best["p_top3"] == 1


def test_the_effect_is_the_estimate_less_the_mean() -> None:
    table = ballots(panel(1))
    estimates = severity(table)
    ranking = ranking_of(table, estimates)
    ((_, lines),) = lines_of(ranking)
    assert [line["estimate"] - line["effect"] for line in lines] == pytest.approx([estimates.mean] * len(lines))


def test_groups_that_nothing_connects_have_tables_of_their_own() -> None:
    answer = ranked(given=APART)
    assert answer["components"] == 2
    assert [(line["component"], line["rank"], line["team"]) for line in answer["standings"]] == [
        (1, 1, "Lynx"),
        (1, 2, "Ibis"),
        (1, 3, "Ray"),
        (2, 1, "Falcon"),
        (2, 2, "Oryx"),
    ]
    first = [line["p_first"] for line in answer["standings"]]
    assert (sum(first[:3]), sum(first[3:])) == pytest.approx((1, 1))
    assert max(line["rank_interval"][1] for line in answer["standings"]) == 3


def test_groups_that_are_accepted_as_equal_share_a_table() -> None:
    answer = ranked("--equal-groups", given=APART)
    assert answer["components"] == 2
    assert [line["rank"] for line in answer["standings"]] == [1, 2, 3, 4, 5]
    assert {"component" in line for line in answer["standings"]} == {False}
    assert sum(line["p_first"] for line in answer["standings"]) == pytest.approx(1)


def test_least_squares_stand_apart_too_and_plain_means_do_not() -> None:
    additive, raw = ranked("--method", "additive", given=APART), ranked("--method", "raw", given=APART)
    assert additive["components"] == 2
    assert [line["rank"] for line in additive["standings"]] == [1, 2, 3, 1, 2]
    assert list(raw) == ["method", "standings", "judges"]
    assert [line["rank"] for line in raw["standings"]] == [1, 2, 3, 4, 5]


def test_ties_are_counted_within_a_table() -> None:
    text = "judge,team,score\nAda,A,5\nAda,B,5\nAda,C,4\nBob,D,9\nBob,E,9\n"
    lines = ranked(given=text)["standings"]
    assert [(line["team"], line["rank"], line["tied"]) for line in lines] == [
        ("A", 1, True),
        ("B", 1, True),
        ("C", 3, False),
        ("D", 1, True),
        ("E", 1, True),
    ]


def test_a_team_without_a_complete_ballot_has_no_numbers() -> None:
    text = "judge,team,criterion,score\nAda,U,idea,7\nAda,U,code,8\nAda,W,idea,5\nAda,W,code,6\nGrace,V,idea,7\n"
    last = ranked(given=text)["standings"][-1]
    nothing = dict.fromkeys(["estimate", "se", "effect", "interval", "rank_interval", "p_first", "p_top3", "raw"])
    assert last == {"rank": None, "tied": False, "team": "V", **nothing, "ballots": 0}


def test_a_team_that_only_a_constant_judge_saw_is_not_compared_with_groups_that_stand_apart() -> None:
    text = APART + "Max,K,5\nMax,L,5\nMax,M,5\n"
    lines = ranked(given=text)["standings"]
    assert [(line["team"], line["rank"], line["estimate"], line["component"]) for line in lines[-3:]] == [
        ("K", None, None, None),
        ("L", None, None, None),
        ("M", None, None, None),
    ]


def test_probabilities_are_not_counted_for_more_teams_than_a_machine_can_hold() -> None:
    scores = {("Ada", f"T{team}"): float(team % 7) for team in range(MOST_COMPARED + 1)}
    table = ballots(scores)
    ranking = ranking_of(table, severity(table, Options(integrated=False)))
    ((_, lines),) = lines_of(ranking)
    assert {(line["p_first"], line["rank_interval"]) for line in lines} == {(None, None)}
    assert np.isfinite([line["estimate"] for line in lines]).all()
