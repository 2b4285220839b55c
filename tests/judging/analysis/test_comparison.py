import pytest
from analysed import APART, inputs_of, panel

from scoreboard.errors import InvalidInput
from scoreboard.judging.analysis import comparison
from scoreboard.judging.analysis.analysis import analyse
from scoreboard.judging.analysis.comparison import compared, methods_of
from scoreboard.scoring.explaining.explain import why


@pytest.mark.parametrize(
    ("method", "beside", "expected"),
    [
        ("raw", "adaptive", ("raw", "adaptive")),
        ("adaptive", "", ("adaptive", "raw")),
        ("additive", "severity", ("additive", "severity", "raw")),
        ("borda", "", ("adaptive", "raw")),
    ],
)
def test_what_decides_explains_or_else_the_model(method: str, beside: str, expected: tuple[str, ...]) -> None:
    found = analyse(inputs_of(panel(), method, beside=beside))
    assert methods_of(found) == expected
    assert compared(found, "T1", "T2").method == expected[0]


def test_the_one_that_stands_higher_comes_first_whichever_is_named_first() -> None:
    found = analyse(inputs_of(panel()))
    last, first = found.lines[-1].standing.team, found.lines[0].standing.team
    for pair in ((last, first), (first, last)):
        answer = compared(found, *pair)
        assert (answer.one.standing.team, answer.other.standing.team) == (first, last)


@pytest.mark.parametrize("method", ["raw", "severity", "adaptive", "additive"])
@pytest.mark.parametrize("listed", [5, 1000])
def test_ballots_add_up_to_the_difference_and_their_weights_to_nothing(
    method: str, listed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "MOST_SHARES", listed)
    answer = compared(analyse(inputs_of(panel(), method)), "T1", "T2")
    assert answer.why is not None
    assert (answer.whole.ballots, len(answer.shares) <= listed) == (64, True)
    assert answer.whole.weight == pytest.approx(0, abs=1e-12)
    assert answer.whole.adds == pytest.approx(answer.why.difference, abs=1e-9)
    sizes = [abs(share.weight) for share in answer.shares]
    assert sizes == sorted(sizes, reverse=True)


def test_by_the_mean_only_ballots_for_the_two_are_listed() -> None:
    answer = compared(analyse(inputs_of(panel(), "raw")), "T1", "T2")
    assert {share.team for share in answer.shares} == {"T1", "T2"}
    assert (len(answer.shares), answer.rest.ballots) == (16, 48)


def test_the_explanation_is_that_of_the_engine_and_the_model_tells_how_likely() -> None:
    found = analyse(inputs_of(panel()))
    assert found.model is not None
    answer, plain = compared(found, "T1", "T2"), compared(found, "T1", "T2", "raw")
    engine = why(found.model, found.ballots, answer.one.standing.team, answer.other.standing.team)
    assert answer.why is not None
    assert answer.why.remarks == engine.remarks
    assert answer.above == engine.above == plain.above


def test_teams_that_no_judge_joins_are_not_compared_except_by_the_mean() -> None:
    found = analyse(inputs_of(APART, closed=True))
    answer = compared(found, "Falcon", "Lynx")
    assert (answer.why, answer.above) == (None, None)
    plain = compared(found, "Falcon", "Lynx", "raw")
    assert plain.why is not None
    assert (plain.why.difference, plain.above) == (85 - 47.5, None)


def test_accepted_groups_are_compared() -> None:
    groups = [["Falcon", "Oryx"], ["Ibis", "Lynx", "Ray"]]
    answer = compared(analyse(inputs_of(APART, closed=True, accepted=groups)), "Falcon", "Lynx")
    assert answer.why is not None
    assert answer.above is not None


@pytest.mark.parametrize(
    ("one", "other", "method", "words"),
    [
        ("T1", "Nobody", "", "The team Nobody is not known."),
        ("T1", "T1", "", "A team cannot be compared with itself."),
        ("T1", "Late", "", "Late has no score to explain."),
        ("T1", "T2", "borda", "The method borda cannot be explained ballot by ballot."),
    ],
)
def test_what_cannot_be_compared_is_refused(one: str, other: str, method: str, words: str) -> None:
    found = analyse(inputs_of(panel(), teams=["Late"]))
    with pytest.raises(InvalidInput) as refused:
        compared(found, one, other, method)
    assert str(refused.value) == words


def test_a_team_that_is_out_is_not_compared() -> None:
    with pytest.raises(InvalidInput):
        compared(analyse(inputs_of(panel(), excluded=["T1"])), "T1", "T2")
