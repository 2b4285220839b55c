import numpy as np
import pytest
from analysed import APART, inputs_of, panel
from hypothesis import given, settings
from hypothesis import strategies as st

from scoreboard.judging.analysis.analysis import analyse, draws_for, recounted
from scoreboard.judging.analysis.judges import judges_of
from scoreboard.judging.groups import Linkage
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.safety.sensitivity import safety

ballots = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.sampled_from("TUVW")), st.integers(0, 10).map(lambda tens: 10.0 * tens)
)


def test_the_model_is_the_rule_or_what_is_beside_it_or_else_adaptive() -> None:
    for method, beside, expected in (
        ("severity", "", "severity"),
        ("raw", "severity", "severity"),
        ("raw", "", "adaptive"),
        ("borda", "", "adaptive"),
    ):
        model = analyse(inputs_of(panel(), method, beside=beside)).model
        assert model is not None
        assert model.method == expected


def test_judges_who_hardly_differ_are_told_to_agree() -> None:
    calm, strict = analyse(inputs_of(panel(severity=0.1))), analyse(inputs_of(panel(severity=9.0)))
    assert (calm.alike, strict.alike) == (True, False)
    assert (calm.severity_share or 1) < 0.25 < (strict.severity_share or 0)


def test_one_judge_says_nothing_of_severity() -> None:
    found = analyse(inputs_of([("A", "T", 50.0), ("A", "U", 70.0), ("A", "V", 40.0)]))
    assert (found.severity_share, found.alike) == (None, False)


def test_recounts_are_those_of_the_rule_with_all_that_decides_a_rank() -> None:
    leader = analyse(inputs_of(panel())).lines[0].standing.team
    rows = [row for row in panel() if row[1] != "T2" or row[0] in {"J1", "J2"}]
    found = analyse(inputs_of(rows, minimum_ballots=3, excluded=[leader]))
    made = recounted(found)
    assert made.first == (found.lines[0].standing.team,)
    assert made.top == tuple(line.standing.team for line in found.lines[:3])
    assert not {leader, "T2"} & {team for each in made.recounts for team in each.top}
    assert made.held == safety(found.inputs.contest.table, "adaptive", minimum_ballots=3, excluded={leader, "T2"}).held


def test_groups_have_no_safe_winner_unless_they_were_accepted_or_the_mean_ranks() -> None:
    assert recounted(analyse(inputs_of(APART, closed=True))).verdict == "apart"
    accepted = inputs_of(APART, closed=True, accepted=[["Falcon", "Oryx"], ["Ibis", "Lynx", "Ray"]])
    found = analyse(accepted)
    assert (found.apart, found.outcome.groups.linkage) == (False, Linkage.ACCEPTED)
    assert recounted(found).first == ("Falcon",)
    assert recounted(analyse(inputs_of(APART, "raw"))).first == ("Falcon",)


def test_while_ballots_that_join_are_awaited_nothing_is_recounted() -> None:
    waiting = analyse(inputs_of(APART, awaited=[("Eve", "Oryx")]))
    assert (waiting.recountable, waiting.apart, waiting.rule) == (False, True, "raw")
    assert analyse(inputs_of(APART, closed=True)).recountable
    assert not analyse(inputs_of([], teams=["T"])).recountable


def test_a_closed_round_is_worth_as_many_draws_as_a_result_that_is_kept() -> None:
    closed = analyse(inputs_of(panel(), closed=True))
    assert draws_for(closed.inputs.contest) == 20_000
    effects = closed.outcome.table_chances[0].effects
    assert effects is not None
    assert effects.shape == (8, 20_000)


@settings(max_examples=6)
@given(ballots)
def test_whatever_can_be_recounted_is(scores: dict[tuple[str, str], float]) -> None:
    rows = [(judge, team, value) for (judge, team), value in scores.items()]
    found = analyse(inputs_of(rows, teams="TUVW"))
    if found.recountable:
        assert recounted(found).method == found.rule


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=6)
@given(ballots)
def test_whatever_the_ballots_are_there_is_an_analysis(method: str, scores: dict[tuple[str, str], float]) -> None:
    rows = [(judge, team, value) for (judge, team), value in scores.items()]
    found = analyse(inputs_of(rows, method, teams="TUVW", minimum_ballots=2))
    assert sorted(line.standing.team for line in found.lines) == list("TUVW")
    assert len(judges_of(found)) == len({judge for judge, _ in scores})
    for line in found.lines:
        if line.normalised is not None:
            low, high = line.normalised.ranks
            assert 1 <= low <= line.normalised.rank <= high
            assert np.isfinite(line.normalised.total)
