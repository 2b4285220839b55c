import math
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Literal

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from references import COMPUTED, expected, reference

from scoreboard.scoring.diagnosing.agreement import (
    Panel,
    agreement,
    complete_panel,
    concordance,
    icc_agreement,
    icc_consistency,
    intraclass,
    krippendorff_alpha,
)
from scoreboard.scoring.table import Ballots, ScoreTable

COMPLETE = ["irr_anxiety", "irr_video", "paris1976_white", "shrout_fleiss", "wine_bitterness"]
Level = Literal["interval", "ordinal"]
Values = Mapping[tuple[str, str], float]
panels = st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("UVWXYZ")), st.integers(0, 8).map(lambda n: n / 4), min_size=1
)
every_level = pytest.mark.parametrize("level", ["interval", "ordinal"])


@st.composite
def complete(draw: Callable[[st.SearchStrategy[int]], int]) -> Panel:
    judges, teams = draw(st.integers(2, 5)), draw(st.integers(2, 6))
    total = [[draw(st.integers(0, 6)) / 4 for _ in range(teams)] for _ in range(judges)]
    return Panel(tuple("ABCDE"[:judges]), tuple("UVWXYZ"[:teams]), np.array(total))


def ballots(values: Values) -> Ballots:
    return ScoreTable.from_rows([(judge, team, "score", value) for (judge, team), value in values.items()]).ballots()


def panel_of(name: str) -> Panel:
    panel = complete_panel(reference(name))
    assert panel is not None
    return panel


def figures(ballots: Ballots) -> dict[str, float | None]:
    """Every figure of a table that neither names nor the scale should change."""
    found = agreement(ballots)
    of_panel = {} if found.intraclass is None else asdict(found.intraclass)
    return {
        "values": found.values,
        "alpha_interval": found.alpha_interval,
        "alpha_ordinal": found.alpha_ordinal,
        **{key: value for key, value in of_panel.items() if key.startswith("icc")},
        "w": found.concordance and found.concordance.w,
    }


@pytest.mark.parametrize("name", COMPLETE)
def test_intraclass_correlations_are_those_that_other_software_found(name: str) -> None:
    found = intraclass(panel_of(name))
    assert found is not None
    oracle = {key.lower(): value for key, value in expected(name)["ICC"]["est"].items()}
    assert {key: asdict(found)[key] for key in oracle} == pytest.approx(oracle, rel=0, abs=1e-9)


@pytest.mark.parametrize("name", ["irr_anxiety", "irr_video"])
def test_intraclass_correlations_are_those_of_a_second_software_too(name: str) -> None:
    found = intraclass(panel_of(name))
    assert found is not None
    assert {
        "oneway_single": found.icc1,
        "twoway_cons_single": found.icc3,
        "twoway_agree_single": found.icc2,
        "twoway_agree_avg": found.icc2k,
    } == pytest.approx(expected(name)["irr_icc"], rel=0, abs=1e-9)


def test_correlations_and_mean_squares_are_those_that_shrout_and_fleiss_published() -> None:
    found = intraclass(panel_of("shrout_fleiss"))
    assert found is not None
    assert {
        "ICC1": found.icc1,
        "ICC2": found.icc2,
        "ICC3": found.icc3,
        "ICC1k": found.icc1k,
        "ICC2k": found.icc2k,
        "ICC3k": found.icc3k,
        "BMS": found.between_teams,
        "WMS": found.within_teams,
        "JMS": found.between_judges,
        "EMS": found.residual,
    } == pytest.approx(expected("shrout_fleiss")["published"], rel=0, abs=0.005)


@pytest.mark.parametrize("name", COMPLETE)
def test_variance_components_of_a_balanced_panel_give_the_correlations_of_shrout_and_fleiss(name: str) -> None:
    answers = expected(name)
    components = answers["lme4"]["var"]
    variances = (components["team"], components["judge"], components["Residual"])
    correlations = answers["ICC"]["est"]
    assert icc_agreement(*variances) == pytest.approx(correlations["ICC2"], abs=1e-6)
    assert icc_consistency(variances[0], variances[2]) == pytest.approx(correlations["ICC3"], abs=1e-6)


@pytest.mark.parametrize("name", COMPLETE)
def test_kendalls_w_is_the_one_that_other_software_found(name: str) -> None:
    found = concordance(panel_of(name))
    assert found is not None
    oracle = expected(name)["kendallW"]
    assert (found.w, found.chi_square, found.p) == pytest.approx(
        (oracle["W"], oracle["chisq"], oracle["p"]), rel=1e-9, abs=1e-9
    )


def test_kendalls_w_and_votes_against_are_those_that_were_published() -> None:
    tastings = reference("liquidasset_ranks")
    answers = expected("liquidasset_ranks")
    found, published = {}, {}
    for occasion, name in enumerate(sorted(answers)):
        tasting = tastings.only(tastings.occasion == occasion)
        panel = complete_panel(replace(tasting, total=-tasting.total))  # 1 is best
        assert panel is not None
        agreed = concordance(panel)
        assert agreed is not None
        found[name] = (agreed.w, agreed.p, *agreed.rank_sums)
        if answers[name]["published"]["W"] is not None:
            figures = answers[name]["published"]
            published[name] = pytest.approx((figures["W"], figures["p"], *figures["votes_against"]), rel=0, abs=5.1e-5)
    assert len(published) == 10
    assert {name: found[name] for name in published} == published


@every_level
@pytest.mark.parametrize("name", COMPUTED)
def test_alpha_is_the_one_that_other_software_found(name: str, level: Level) -> None:
    table = reference(name)
    alpha = krippendorff_alpha(table, level)
    assert alpha is not None
    if name in COMPLETE:
        # irr does not divide the pairs of a complete table by their number for each value, and so takes it for a table
        # of n (k - 1) values where Krippendorff has n.
        values, judges = len(table), len(table.judges)
        alpha = 1 - (1 - alpha) * (values * (judges - 1) - 1) / ((values - 1) * (judges - 1))
    assert alpha == pytest.approx(expected(name)["kripp"][level], abs=1e-9)


@every_level
@pytest.mark.parametrize("name", COMPLETE)
def test_alpha_of_a_complete_table_is_the_one_of_the_krippendorff_package(name: str, level: Level) -> None:
    oracle = krippendorff.alpha(reliability_data=panel_of(name).total, level_of_measurement=level)
    assert krippendorff_alpha(reference(name), level) == pytest.approx(oracle, abs=1e-9)


@every_level
def test_alpha_is_the_one_that_krippendorff_published(level: Level) -> None:
    answers = expected("krippendorff_4x12")
    found = krippendorff_alpha(reference("krippendorff_4x12"), level)
    assert found == pytest.approx(answers["published"][level], abs=0.0005)
    assert found == pytest.approx(answers["python_krippendorff"][level], abs=1e-9)


@every_level
@given(values=panels)
def test_alpha_of_any_table_is_the_one_of_the_krippendorff_package(level: Level, values: Values) -> None:
    found = krippendorff_alpha(ballots(values), level)
    judges, teams = sorted({judge for judge, _ in values}), sorted({team for _, team in values})
    pairable = [team for team in teams if sum((judge, team) in values for judge in judges) > 1]
    if found is None:
        assert len({value for (_, team), value in values.items() if team in pairable}) < 2
    else:
        grid = [[values.get((judge, team), math.nan) for team in pairable] for judge in judges]
        oracle = krippendorff.alpha(reliability_data=grid, level_of_measurement=level)
        assert found == pytest.approx(oracle, abs=1e-9)


@given(complete())
def test_w_lies_between_0_and_1_and_rank_sums_add_up(panel: Panel) -> None:
    found = concordance(panel)
    assume(found is not None)
    judges, teams = panel.total.shape
    assert found is not None
    assert -1e-12 <= found.w <= 1 + 1e-12
    assert 0 <= found.p <= 1
    assert sum(found.rank_sums) == judges * teams * (teams + 1) / 2


@given(complete())
def test_w_with_ties_is_that_of_the_formula_in_textbooks(panel: Panel) -> None:
    found = concordance(panel)
    judges, teams = panel.total.shape
    sizes = [np.unique(row, return_counts=True)[1] for row in panel.total]
    ties = float(sum((size**3 - size).sum() for size in sizes))
    most = judges**2 * teams * (teams**2 - 1) - judges * ties
    if found is None:
        assert most == 0
    else:
        squares = sum(rank_sum**2 for rank_sum in found.rank_sums)
        assert found.w == pytest.approx((12 * squares - 3 * judges**2 * teams * (teams + 1) ** 2) / most)


def test_judges_who_rank_alike_agree_in_full_and_two_who_rank_against_each_other_not_at_all() -> None:
    alike = concordance(Panel(("A", "B"), ("U", "V", "W"), np.array([[1, 2, 3], [4, 6, 9]])))
    against = concordance(Panel(("A", "B"), ("U", "V", "W"), np.array([[1, 2, 3], [9, 6, 4]])))
    assert alike is not None
    assert against is not None
    assert (alike.w, alike.rank_sums, alike.freedom) == (1, (6, 4, 2), 2)
    assert (against.w, against.p, against.rank_sums) == (0, 1, (4, 4, 4))


def test_judges_of_different_severity_agree_in_order_but_not_in_value() -> None:
    found = intraclass(Panel(("A", "B"), ("U", "V", "W"), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])))
    assert found is not None
    assert (found.icc3, found.icc3k, found.residual) == (1, 1, 0)
    assert found.icc2 == pytest.approx(2 / (2 + 2 * 13.5 / 3))


def test_what_is_undefined_but_for_rounding_is_undefined() -> None:
    found = intraclass(Panel(("A", "B"), ("U", "V"), 0.1 * np.array([[0.25, 1.5], [1.25, 1.0]]) + 3))
    assert found is not None
    assert found.icc2k is None


@given(complete(), st.integers(-50, 50), st.sampled_from([0.1, 0.5, 2, 10]), st.randoms(use_true_random=False))
def test_names_the_order_of_rows_and_the_scale_do_not_matter(
    panel: Panel, shift: int, factor: float, order: random.Random
) -> None:
    rows = [
        (judge, team, "score", value)
        for judge, values in zip(panel.judges, panel.total.tolist(), strict=True)
        for team, value in zip(panel.teams, values, strict=True)
    ]
    renamed = [(f"{90 - ord(judge)}", f"{90 - ord(team)}", key, shift + factor * v) for judge, team, key, v in rows]
    order.shuffle(renamed)
    plain = figures(ScoreTable.from_rows(rows).ballots())
    other = figures(ScoreTable.from_rows(renamed).ballots())
    assert {key for key, value in other.items() if value is None} == {k for k, value in plain.items() if value is None}
    known = {key: pytest.approx(value, rel=1e-6, abs=1e-6) for key, value in plain.items() if value is not None}
    assert {key: other[key] for key in known} == known


@pytest.mark.parametrize(
    "values",
    [
        {},
        {("A", "U"): 1.0},
        {("A", "U"): 1.0, ("A", "V"): 2.0},
        {("A", "U"): 1.0, ("B", "U"): 2.0},
        {("A", "U"): 1.0, ("B", "V"): 2.0},
        {(judge, team): 0.1 + 0.2 for judge in "AB" for team in "UVW"},
    ],
)
def test_what_a_table_does_not_define_is_none(values: Values) -> None:
    undefined = {key: value for key, value in figures(ballots(values)).items() if value is not None and key != "values"}
    # Two judges and one team: alpha compares each pair of values with all pairs, and these are the same.
    two_of_one = len(values) == 2 and len({team for _, team in values}) == 1
    assert undefined == ({"alpha_interval": 0, "alpha_ordinal": 0} if two_of_one else {})


def test_a_table_with_a_gap_or_a_repeat_is_not_a_complete_panel() -> None:
    full = {(judge, team): 1.0 for judge in "AB" for team in "UV"}
    panel = complete_panel(ballots(full))
    assert panel is not None
    assert (panel.judges, panel.teams) == (("A", "B"), ("U", "V"))
    assert complete_panel(ballots({key: value for key, value in full.items() if key != ("B", "V")})) is None
    repeat = ScoreTable.from_columns(["A"] * 2, ["U"] * 2, ["score"] * 2, [1, 2], ["first", "second"])
    assert complete_panel(repeat.ballots()) is None


def test_who_has_no_ballot_does_not_make_a_panel_incomplete() -> None:
    rows = [(judge, team, "score", float(ord(team))) for judge in "AB" for team in "UV"]
    table = ScoreTable.from_rows(rows, judges="CAB", teams="WUV")
    panel = complete_panel(table.ballots())
    assert panel is not None
    assert (panel.judges, panel.teams, panel.total.tolist()) == (("A", "B"), ("U", "V"), [[85, 86], [85, 86]])


def test_only_ballots_that_have_another_of_their_team_count_for_alpha() -> None:
    values = {("A", "U"): 1.0, ("B", "U"): 2.0, ("A", "V"): 4.0, ("B", "V"): 4.0}
    lonely = {**values, ("A", "W"): 9.0}
    assert agreement(ballots(values)).values == agreement(ballots(lonely)).values == 4
    assert krippendorff_alpha(ballots(values)) == krippendorff_alpha(ballots(lonely))


def test_no_variance_has_no_share() -> None:
    assert icc_agreement(0, 0, 0) is None
    assert icc_consistency(0, 0) is None
