import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import choix
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import COMPUTED, expected, reference

from scoreboard.errors import InvalidTable
from scoreboard.scoring.estimates import Estimates, JudgeLine
from scoreboard.scoring.methods import baselines
from scoreboard.scoring.methods.baselines import STRENGTH_SD, borda, bradley_terry, minmax, trimmed, zscore
from scoreboard.scoring.table import Ballots, Scale, ScoreTable

METHODS = {"trimmed": trimmed, "zscore": zscore, "minmax": minmax, "borda": borda, "bradley_terry": bradley_terry}
WITH_TRIMMED_MEANS = ["irr_anxiety", "irr_video", "paris1976_white", "shrout_fleiss", "wine_bitterness"]

Method = Callable[[Ballots], Estimates]
Values = Mapping[tuple[str, str], float]
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
panels = st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("UVWXYZ")), st.integers(0, 40).map(lambda n: n / 4), min_size=1
)


def ballots(values: Values, judges: Sequence[str] | None = None, teams: Sequence[str] | None = None) -> Ballots:
    rows = [(judge, team, "score", value) for (judge, team), value in values.items()]
    return ScoreTable.from_rows(rows, judges=judges, teams=teams).ballots()


def by_team(ballots: Ballots, estimates: Estimates) -> dict[str, float]:
    return dict(zip(ballots.teams, estimates.score.tolist(), strict=True))


@pytest.mark.parametrize("name", COMPUTED)
def test_standard_scores_are_those_that_other_software_found(name: str) -> None:
    table = reference(name)
    assert by_team(table, zscore(table)) == pytest.approx(expected(name)["zscore_mean"], rel=0, abs=1e-9)


@pytest.mark.parametrize("name", WITH_TRIMMED_MEANS)
def test_trimmed_means_are_those_that_other_software_found(name: str) -> None:
    table = reference(name)
    oracle = expected(name)["trimmed_mean_drop_high_low"]
    assert by_team(table, trimmed(table)) == pytest.approx(oracle, rel=0, abs=1e-9)


def test_trimmed_means_are_the_panel_scores_that_the_isu_published() -> None:
    table = reference("isu_gpf2017_men_sp")
    published = expected("isu_gpf2017_men_sp")["published"]["scores_of_panel"]
    of_panel: dict[str, dict[str, float]] = {team: {} for team in table.teams}
    for column, scale in enumerate(table.scales):
        rows = [
            (table.judges[judge], table.teams[team], scale.key, unit)
            for judge, team, unit in zip(table.judge, table.team, table.units[:, column].tolist(), strict=True)
        ]
        component = ScoreTable.from_rows(rows).ballots()
        for team, score in by_team(component, trimmed(component)).items():
            of_panel[team][scale.key] = score
    # Published with two decimals; rounded from the exact mean of seven, so half a hundredth is the most it is off.
    assert of_panel == {team: pytest.approx(scores, rel=0, abs=0.005 + 1e-9) for team, scores in published.items()}


def test_borda_scores_follow_the_votes_against_that_were_published() -> None:
    tastings = reference("liquidasset_ranks")
    answers = expected("liquidasset_ranks")
    votes, published = {}, {}
    for occasion, name in enumerate(sorted(answers)):
        tasting = tastings.only(tastings.occasion == occasion)
        wines = np.unique(tasting.team)
        share = borda(replace(tasting, total=-tasting.total)).score[wines]  # 1 is best
        votes[name] = (len(tasting) / len(wines) * (len(wines) - (len(wines) - 1) * share)).tolist()
        published[name] = answers[name]["published"]["votes_against"]
    known = {name: pytest.approx(against) for name, against in published.items() if against}
    assert len(known) == 10
    assert {name: votes[name] for name in known} == known


def strengths(table: Ballots) -> list[float]:
    """What `choix` makes of the comparisons, each told twice, so that a tie can be half a win for either."""
    compared = []
    for judge in range(len(table.judges)):
        of_judge = np.flatnonzero(table.judge == judge).tolist()
        for place, one in enumerate(of_judge):
            for other in of_judge[:place]:
                gap = table.total[one] - table.total[other]
                won = (int(table.team[one]), int(table.team[other]))
                lost = won[::-1]
                compared += [won if gap >= 0 else lost, won if gap > 0 else lost]
    found: list[float] = choix.opt_pairwise(len(table.teams), compared, alpha=1 / STRENGTH_SD**2, tol=1e-12).tolist()
    return found


@pytest.mark.parametrize("name", ["paris1976_white", "shrout_fleiss", "conference_kuhlisch2016", "irr_video"])
def test_strengths_are_those_that_choix_finds(name: str) -> None:
    table = reference(name)
    assert bradley_terry(table).score.tolist() == pytest.approx(strengths(table), rel=0, abs=1e-9)


@settings(max_examples=25)
@given(panels)
def test_strengths_of_any_table_are_those_that_choix_finds(values: Values) -> None:
    table = ballots(values)
    assert bradley_terry(table).score.tolist() == pytest.approx(strengths(table), rel=0, abs=1e-7)


def test_two_ballots_or_one_are_not_trimmed() -> None:
    table = ballots({("A", "U"): 1, ("B", "U"): 4, ("A", "V"): 2, ("A", "W"): 9, ("B", "W"): 5, ("C", "W"): 6})
    assert trimmed(table).score.tolist() == [2.5, 2, 6]


def test_only_one_of_several_highest_and_lowest_totals_is_left_out() -> None:
    table = ballots({("A", "U"): 1, ("B", "U"): 1, ("C", "U"): 4, ("D", "U"): 4})
    assert trimmed(table).score.tolist() == [2.5]


def test_the_difference_between_wins_is_what_bradley_terry_does_not_see_and_the_others_do() -> None:
    near = ballots({("A", "U"): 1, ("A", "V"): 2, ("A", "W"): 9})
    far = ballots({("A", "U"): 1, ("A", "V"): 8, ("A", "W"): 9})
    seen = {name: method(near).score[1] != method(far).score[1] for name, method in METHODS.items()}
    assert seen == {"trimmed": True, "zscore": True, "minmax": True, "borda": False, "bradley_terry": False}


def test_a_team_that_always_wins_is_stronger_the_more_often_it_does() -> None:
    once = bradley_terry(ballots({("A", "U"): 2, ("A", "V"): 1})).score.tolist()
    thrice = bradley_terry(ballots({(judge, team): ord(team) for judge in "ABC" for team in "VU"})).score.tolist()
    assert once == pytest.approx([-once[1], once[1]])
    assert math.inf > thrice[1] > once[0] > 0 > thrice[0]


MIDDLE = {"zscore": 0, "minmax": 0.5, "borda": 0.5, "bradley_terry": 0}


@pytest.mark.parametrize("name", MIDDLE)
@pytest.mark.parametrize("teams", ["U", "UVW"])
def test_a_judge_who_says_nothing_about_the_order_puts_teams_in_the_middle(name: str, teams: str) -> None:
    table = ballots({("A", team): 0.1 + 0.2 for team in teams})
    assert METHODS[name](table).score.tolist() == [MIDDLE[name]] * len(teams)


@every_method
def test_a_constant_judge_beside_others_breaks_no_tie(method: Method) -> None:
    table = ballots({("A", "U"): 5, ("A", "V"): 5, ("B", "U"): 3, ("B", "V"): 3, ("C", "U"): 4, ("C", "V"): 4})
    score = method(table).score
    assert score[0] == score[1]


@every_method
def test_groups_that_nobody_compared_are_answered_each_by_its_own_scale(method: Method) -> None:
    low = {("A", "U"): 1.0, ("A", "V"): 2.0, ("B", "U"): 1.0, ("B", "V"): 3.0}
    high = {("C", "W"): 7.0, ("C", "X"): 8.0, ("D", "W"): 7.0, ("D", "X"): 9.0}
    score = method(ballots(low | high)).score
    assert np.isfinite(score).all()
    if method is not trimmed:
        assert score[:2].tolist() == pytest.approx(score[2:].tolist())


@every_method
def test_a_method_tells_ballots_judges_and_its_scale(method: Method) -> None:
    rows = [("Ada", "Oryx", "idea", 7.5), ("Ada", "Ibex", "idea", 5.0), ("Grace", "Oryx", "idea", 10.0)]
    rubric = [Scale("idea", 1, 0, 10)]
    table = ScoreTable.from_rows(rows, rubric, judges=["Ada", "Grace", "Olga"], teams=["Oryx", "Ibex", "Falcon"])
    estimates = method(table.ballots())
    assert METHODS[estimates.method] is method
    assert estimates.ballots.tolist() == [2, 1, 0]
    assert estimates.judges == (JudgeLine("Ada", 2, 62.5), JudgeLine("Grace", 1, 100), JudgeLine("Olga", 0, None))
    assert estimates.extent == (100 if method is trimmed else 1)
    assert np.isnan(estimates.score).tolist() == [False, False, True]


@every_method
@pytest.mark.parametrize("known", [{}, {"judges": ["Ada"]}, {"teams": ["Oryx"]}])
def test_a_table_of_nothing_is_answered(method: Method, known: dict[str, list[str]]) -> None:
    estimates = method(ballots({}, **known))
    assert np.isnan(estimates.score).tolist() == [True] * len(known.get("teams", []))


@every_method
@given(values=panels, shift=st.integers(-50, 50), factor=st.sampled_from([0.25, 0.5, 2, 10]))
def test_a_change_of_scale_changes_no_order(method: Method, values: Values, shift: int, factor: float) -> None:
    moved = {key: shift + factor * value for key, value in values.items()}
    plain, other = method(ballots(values)).score, method(ballots(moved)).score
    expected = shift + factor * plain if method is trimmed else plain
    assert other.tolist() == pytest.approx(expected.tolist(), abs=1e-9)


@every_method
@given(values=panels, order=st.randoms(use_true_random=False))
def test_names_and_the_order_of_rows_do_not_matter(method: Method, values: Values, order: random.Random) -> None:
    rows = list(values.items())
    order.shuffle(rows)
    renamed = {(chr(200 - ord(judge)), chr(200 - ord(team))): value for (judge, team), value in rows}
    plain, other = ballots(values), ballots(renamed)
    assert {chr(200 - ord(team)): score for team, score in by_team(other, method(other)).items()} == pytest.approx(
        by_team(plain, method(plain)), abs=1e-9
    )


@every_method
@given(values=panels, judge=st.sampled_from("ABCD"))
def test_a_judge_who_prefers_a_team_more_never_lowers_it(method: Method, values: Values, judge: str) -> None:
    grown = {**values, (judge, "U"): 10.0}
    raised = {**grown, (judge, "U"): 11.0}
    before, after = ballots(grown), ballots(raised)
    if method is not zscore:  # one who stretches the scale lowers everybody's standard scores
        assert by_team(after, method(after))["U"] >= by_team(before, method(before))["U"] - 1e-9


@given(panels)
def test_comparisons_in_batches_are_the_same(values: Values) -> None:
    table = ballots(values)
    whole = bradley_terry(table).score.tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baselines, "AT_ONCE", 2)
        assert bradley_terry(table).score.tolist() == pytest.approx(whole, abs=1e-10, nan_ok=True)


def test_more_comparisons_than_can_be_made_are_refused_in_words() -> None:
    table = ballots({("A", f"team {number}"): number for number in range(9000)})
    with pytest.raises(InvalidTable) as refused:
        bradley_terry(table)
    assert str(refused.value) == (
        "This table has 40495500 pairs of ballots to compare; the method bradley_terry takes 40000000 at most."
    )
