import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.errors import InvalidInput
from scoreboard.scoring.estimates import JudgeLine
from scoreboard.scoring.normalise import METHODS, Method, method_named, raw
from scoreboard.scoring.options import Options
from scoreboard.scoring.standings import rank
from scoreboard.scoring.table import Scale, ScoreTable

RUBRIC = (Scale("idea", 2, 0, 10), Scale("code", 1, 0, 10))


def table(values: dict[tuple[str, str], float], teams: list[str] | None = None) -> ScoreTable:
    return ScoreTable.from_rows([(judge, team, "score", value) for (judge, team), value in values.items()], teams=teams)


def test_raw_is_the_mean_of_the_totals_of_a_teams_complete_ballots() -> None:
    rows = [
        ("Ada", "Oryx", "idea", 7.5),
        ("Ada", "Oryx", "code", 0.0),
        ("Grace", "Oryx", "idea", 7.5),
        ("Grace", "Oryx", "code", 7.5),
        ("Olga", "Oryx", "idea", 0.0),
        ("Ada", "Falcon", "idea", 3.0),
    ]
    estimates = raw(ScoreTable.from_rows(rows, RUBRIC, teams=["Oryx", "Falcon"]).ballots())
    assert estimates.method == "raw"
    assert estimates.score.tolist() == pytest.approx([62.5, math.nan], nan_ok=True)
    assert estimates.ballots.tolist() == [2, 0]
    assert estimates.extent == 100
    assert estimates.judges == (JudgeLine("Ada", 1, 50), JudgeLine("Grace", 1, 75), JudgeLine("Olga", 0, None))


def test_every_occasion_counts_in_the_mean() -> None:
    one_judge = ScoreTable.from_columns(["Ada"] * 2, ["Oryx"] * 2, ["score"] * 2, [1, 4], ["first", "second"])
    estimates = raw(one_judge.ballots())
    assert (estimates.score.tolist(), estimates.ballots.tolist()) == ([2.5], [2])


def test_an_unknown_method_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InvalidInput) as refused:
        method_named("astrology")
    assert str(refused.value) == f"There is no method astrology; known are: {', '.join(METHODS)}."


def test_a_method_on_a_scale_of_its_own_shows_more_decimals_than_points_need() -> None:
    rows = [(judge, team, "score", value) for judge in "AB" for team, value in (("T", 90.0), ("U", 50.0), ("V", 10.0))]
    ballots = ScoreTable.from_rows(rows, [Scale("score", 1, 0, 100)]).ballots()
    width = {name: float(np.ptp(method(ballots).score)) for name, method in METHODS.items()}
    assert {name: METHODS[name].decimals for name in METHODS} == {
        name: 1 if width[name] > 10 else 2 for name in METHODS
    }


values = st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("UVWXYZ")), st.integers(0, 40).map(lambda n: n / 4), min_size=1
)
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@every_method
@given(values=values)
def test_a_method_is_found_by_its_name_and_says_it(method: Method, values: dict[tuple[str, str], float]) -> None:
    assert method_named(method(table(values).ballots()).method) is method


@every_method
@given(values=values)
def test_names_of_judges_and_teams_do_not_matter(method: Method, values: dict[tuple[str, str], float]) -> None:
    renamed = {(f"judge {90 - ord(judge)}", f"team {90 - ord(team)}"): value for (judge, team), value in values.items()}
    plain, other = table(values), table(renamed)
    mapped = dict(zip(other.teams, method(other.ballots()).score.tolist(), strict=True))
    expected = dict(zip(plain.teams, method(plain.ballots()).score.tolist(), strict=True))
    assert {f"team {90 - ord(team)}": score for team, score in expected.items()} == pytest.approx(mapped)


@every_method
@given(values=values, more=values)
def test_scores_added_and_withdrawn_leave_no_trace(
    method: Method, values: dict[tuple[str, str], float], more: dict[tuple[str, str], float]
) -> None:
    before = method(table(values).ballots())
    grown = more | values
    method(table(grown).ballots())
    withdrawn = {key: value for key, value in grown.items() if key in values}
    assert method(table(withdrawn).ballots()).score.tolist() == before.score.tolist()


@given(values, st.integers(-50, 50), st.sampled_from([0.25, 0.5, 2, 10]))
def test_raw_follows_a_change_of_scale(values: dict[tuple[str, str], float], shift: int, factor: float) -> None:
    moved = {key: shift + factor * value for key, value in values.items()}
    expected = shift + factor * raw(table(values).ballots()).score
    assert raw(table(moved).ballots()).score.tolist() == pytest.approx(expected.tolist(), abs=1e-9)


@every_method
@pytest.mark.parametrize("rows", [{}, {("Ada", "Oryx"): 1.0}, {("Ada", "Oryx"): 1.0, ("Ada", "Falcon"): 1.0}])
def test_tables_of_no_one_and_two_ballots_are_answered(method: Method, rows: dict[tuple[str, str], float]) -> None:
    estimates = method(table(rows, teams=["Falcon", "Oryx", "Ibex"]).ballots())
    assert int(estimates.ballots.sum()) == len(rows)
    assert math.isnan(estimates.score[2])


def test_the_registry_has_every_method_by_its_name() -> None:
    assert list(METHODS) == [
        "adaptive",
        "severity",
        "additive",
        "raw",
        "trimmed",
        "zscore",
        "minmax",
        "borda",
        "bradley_terry",
    ]


@every_method
def test_every_method_takes_options(method: Method) -> None:
    ballots = table({("Ada", "Oryx"): 1.0, ("Ada", "Ibex"): 2.0, ("Olga", "Oryx"): 3.0}).ballots()
    options = Options(prior=None, integrated=False, tracks={"Oryx": "health"})
    assert len(method(ballots, options).score) == 2


@every_method
@given(values=values)
def test_a_judge_alone_orders_teams_as_given(method: Method, values: dict[tuple[str, str], float]) -> None:
    alone = {("A", team): value for (_, team), value in values.items()}
    estimates = method(table(alone).ballots())
    given_scores = [alone["A", team] for team in sorted({team for _, team in alone})]
    for one, other in itertools.combinations(range(len(given_scores)), 2):
        if given_scores[one] > given_scores[other]:
            assert estimates.score[one] >= estimates.score[other] - 1e-9


@every_method
def test_all_scores_equal_tie_all_teams(method: Method) -> None:
    same = table({(judge, team): 0.1 + 0.2 for judge in "ABC" for team in "UVW"}).ballots()
    assert [line.rank for line in rank(same, method(same)).standings] == [1, 1, 1]


@every_method
def test_a_complete_table_with_ties_keeps_them(method: Method) -> None:
    twins = {(judge, team): float((ord(judge) * place) % 7) for judge in "ABC" for place, team in enumerate("UVW")}
    twins |= {(judge, "V"): twins[judge, "W"] for judge in "ABC"}
    ballots = table(twins).ballots()
    places = {line.team: line.rank for line in rank(ballots, method(ballots)).standings}
    assert places["V"] == places["W"]
