import numpy as np
import pytest
from hypothesis import given, settings
from scores import Scores, ballots, panel, some_scores

from scoreboard.errors import InvalidInput
from scoreboard.scoring.explaining.explain import why
from scoreboard.scoring.explaining.explanation import Side, Why
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import Scale, ScoreTable

QUICK = Options(integrated=False)
explained = pytest.mark.parametrize("method", ["adaptive", "severity", "additive", "raw"])


def adds_up(side: Side) -> None:
    """The score follows from the ballots by the numbers that are shown."""
    trust = sum(ballot.precision for ballot in side.ballots)
    if side.mean is None:
        assert (trust, side.kept) == (0, 0)
        assert side.score == pytest.approx(side.expected)
        return
    assert side.mean == pytest.approx(sum(b.precision * b.adjusted for b in side.ballots) / trust, abs=1e-9)
    assert side.score == pytest.approx(side.expected + side.kept * (side.mean - side.expected), abs=1e-9)


def explanation(method: str, scores: Scores, one: str, other: str, options: Options = QUICK) -> Why:
    table = ballots(scores)
    return why(METHODS[method](table, options), table, one, other, options)


@explained
@given(scores=some_scores)
@settings(max_examples=30)
def test_every_number_follows_from_those_before(method: str, scores: Scores) -> None:
    teams = ballots(scores).teams
    for other in teams[1:]:
        found = explanation(method, scores, teams[0], other)
        adds_up(found.one)
        adds_up(found.other)
        assert found.one.score - found.other.score == pytest.approx(found.difference, abs=1e-9)
        assert found.weight.sum() == pytest.approx(0, abs=1e-9)
        if found.influence:
            assert sum(share for _, share in found.influence) == pytest.approx(1)


@explained
def test_so_they_do_with_habits_tracks_and_times(method: str) -> None:
    scores = panel(1, spread=0.4, noisy=2, teams=60, judges=20)
    scores |= {("Idle", "T00"): 6.0, ("Idle", "T01"): 6.0, ("Idle", "T02"): 6.0, ("J05", "T50"): 4.0}
    teams = ballots(scores).teams
    options = Options(
        tracks={team: "left" if place % 2 else "right" for place, team in enumerate(teams)},
        times={pair: float(place) for place, pair in enumerate(scores)},
    )
    found = explanation(method, scores, "T00", "T50", options)
    adds_up(found.one)
    adds_up(found.other)
    if method != "adaptive":
        return
    assert [(ballot.judge, ballot.weight) for ballot in found.one.ballots if not ballot.heard] == [("Idle", 0)]
    assert len({ballot.spread for ballot in found.one.ballots + found.other.ballots}) > 3


def test_a_ballot_is_shown_as_its_judge_is_taken() -> None:
    scores = panel(1, teams=60, judges=20, spread=0.4)
    table = ballots(scores)
    estimates = METHODS["severity"](table, QUICK)
    found = why(estimates, table, "T00", "T09", QUICK)
    assert [(ballot.judge, ballot.given) for ballot in found.one.ballots] == [
        (judge, value) for (judge, team), value in sorted(scores.items()) if team == "T00"
    ]
    for ballot in found.one.ballots:
        assert ballot.adjusted == pytest.approx(ballot.given + ballot.severity)
        assert (ballot.spread, ballot.precision, ballot.heard) == (1, 1, True)
    assert found.one.raw == pytest.approx(np.mean([ballot.given for ballot in found.one.ballots]))


@explained
def test_the_flip_makes_the_teams_level_and_no_smaller_one_does(method: str) -> None:
    scores = panel(3, teams=12, judges=6)
    found = explanation(method, scores, "T02", "T05")
    table = ballots(scores)
    assert found.flip is not None
    place = next(
        place
        for place in range(len(table))
        if (table.judges[table.judge[place]], table.teams[table.team[place]]) == (found.flip.judge, found.flip.team)
    )
    assert found.flip.total == table.total[place]
    assert found.difference + found.flip.change * found.weight[place] == pytest.approx(0, abs=1e-9)
    assert abs(found.flip.change) == pytest.approx(abs(found.difference) / np.abs(found.weight).max())


@pytest.mark.parametrize("method", ["additive", "raw"])
def test_what_holds_no_ratios_flips_exactly_there(method: str) -> None:
    scores = panel(3, teams=12, judges=6)
    found = explanation(method, scores, "T02", "T05")
    assert found.flip is not None
    for part, sign in ((0.99, 1), (1.01, -1)):
        pair = found.flip.judge, found.flip.team
        moved = {**scores, pair: scores[pair] + part * found.flip.change}
        assert np.sign(explanation(method, moved, "T02", "T05").difference) == sign * np.sign(found.difference)


def test_a_flip_stays_within_the_scale() -> None:
    rubric = (Scale("idea", 1, 0, 10),)
    near = ScoreTable.from_rows(
        [(judge, team, "idea", value) for judge in "AB" for team, value in (("T", 9.0), ("U", 8.0))], rubric
    ).ballots()
    estimates = METHODS["raw"](near, QUICK)
    flip = why(estimates, near, "T", "U").flip
    assert flip is not None
    assert (flip.team, flip.change) == ("T", -20)
    assert flip.total + flip.change >= 0
    far = ScoreTable.from_rows(
        [(judge, team, "idea", value) for judge in "ABC" for team, value in (("T", 10.0), ("U", 0.0))], rubric
    ).ballots()
    found = why(METHODS["raw"](far, QUICK), far, "T", "U")
    assert found.flip is None
    assert "No change of a single ballot would flip the order." in [str(said) for said in found.remarks]


def test_teams_of_groups_apart_are_said_to_be() -> None:
    scores = {("A", "T"): 9.0, ("A", "U"): 5.0, ("C", "V"): 7.0, ("C", "W"): 4.0}
    found = explanation("severity", scores, "T", "V")
    assert not found.comparable
    assert str(found.remarks[-1]) == (
        "No chain of judges joins the two: they compare only if their groups are equally strong."
    )
    assert explanation("severity", scores, "T", "U").comparable


@explained
def test_level_teams_are_level(method: str) -> None:
    found = explanation(method, {(judge, team): 6.0 for judge in "AB" for team in "TU"}, "T", "U")
    assert (found.difference, found.flip) == (0, None)
    assert "The two are level." in [str(said) for said in found.remarks]


def test_turned_round_it_is_the_same_explanation() -> None:
    scores = panel(3, teams=12, judges=6)
    found, turned = (explanation("adaptive", scores, *pair) for pair in (("T02", "T05"), ("T05", "T02")))
    assert found.remarks == turned.remarks
    assert dict(found.influence) == pytest.approx(dict(turned.influence))
    assert found.weight == pytest.approx(-turned.weight)


def test_what_cannot_be_explained_is_refused() -> None:
    scores = panel(3, teams=12, judges=6)
    table = ballots(scores, teams=[*(f"T{team:02d}" for team in range(12)), "New"])
    estimates = METHODS["severity"](table, QUICK)
    for one, other in (("T00", "T00"), ("T00", "Nobody"), ("New", "T00")):
        with pytest.raises(InvalidInput):
            why(estimates, table, one, other)
    with pytest.raises(InvalidInput):
        why(METHODS["zscore"](table, QUICK), table, "T00", "T01")
