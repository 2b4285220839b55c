from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.errors import InvalidInput
from scoreboard.judging.outcome import SEED, Outcome, fitted, joined, outcome_of
from scoreboard.scoring.certainty.uncertainty import chances
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.options import DEFAULT, Options, Start
from scoreboard.scoring.table import Ballots, Scale, ScoreTable

TEAMS = tuple(f"T{number}" for number in range(1, 13))
JUDGES = tuple(f"J{number}" for number in range(1, 11))
Rows = list[tuple[str, str, float]]


def table(rows: Rows, judges: Sequence[str] = JUDGES, teams: Sequence[str] = TEAMS) -> ScoreTable:
    return ScoreTable.from_rows(
        [(judge, team, "impact", value) for judge, team, value in rows],
        scales=[Scale("impact", 1, 0, 100)],
        judges=judges,
        teams=teams,
    )


def panel(seed: int = 1) -> Rows:
    """Ten judges of different severity and spread who each scored all of twelve teams."""
    random = np.random.default_rng(seed)
    quality, severity, spread = random.normal(0, 8, 12), random.normal(0, 6, 10), np.exp(random.normal(0, 0.3, 10))
    return [
        (judge, team, float(np.clip(60 + quality[t] * spread[j] - severity[j] + random.normal(0, 6), 0, 100)))
        for t, team in enumerate(TEAMS)
        for j, judge in enumerate(JUDGES)
    ]


def scores(outcome: Outcome) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    by_team = {line.team: line.score for line in outcome.standings.standings}
    return np.array([by_team[team] for team in TEAMS], dtype=np.float64)


def test_the_rule_ranks_and_a_mixed_model_beside_it_tells_how_sure_that_is() -> None:
    alone = outcome_of(table(panel()), "raw")
    beside = outcome_of(table(panel()), "raw", "adaptive")
    assert (alone.model, alone.chances, alone.intervals) == (None, None, {})
    assert beside.standings == alone.standings
    assert beside.model is not None
    assert beside.model.method == "adaptive"
    assert set(beside.intervals) == set(TEAMS)


def test_where_the_rule_is_a_mixed_model_the_intervals_are_its_own() -> None:
    outcome = outcome_of(table(panel()), "severity", "adaptive")
    assert outcome.model is not None
    assert outcome.model.method == outcome.standings.method == "severity"
    assert set(outcome.starts) == {"severity", "adaptive"}
    drawn = chances(outcome.model, TEAMS, seed=SEED).rank_interval.tolist()
    ranks = {line.team: line.rank or 0 for line in outcome.standings.standings}
    assert outcome.intervals == {
        team: (min(low, ranks[team]), max(high, ranks[team])) for team, (low, high) in zip(TEAMS, drawn, strict=True)
    }


def test_the_same_ballots_have_the_same_intervals() -> None:
    first, again = (outcome_of(table(panel()), "raw", "adaptive") for _ in range(2))
    assert first.intervals == again.intervals


@given(st.integers(0, 1000))
def test_a_rank_is_within_its_interval_whatever_the_model_beside_it_thinks(seed: int) -> None:
    rows = [row for place, row in enumerate(panel(seed)) if place % 3 != seed % 3]
    outcome = outcome_of(table(rows), "raw", "severity", minimum_ballots=2)
    ranks = {line.team: line.rank for line in outcome.standings.standings if line.rank}
    assert set(outcome.intervals) == set(ranks)
    assert all(1 <= low <= ranks[team] <= high <= len(ranks) for team, (low, high) in outcome.intervals.items())


@pytest.mark.parametrize(("rule", "close"), [("severity", 1e-6), ("adaptive", 1e-2)])
def test_a_fit_that_begins_where_the_last_one_ended_finds_the_same(rule: str, close: float) -> None:
    before = outcome_of(table(panel()[:-1]), rule)
    cold, warm = outcome_of(table(panel()), rule), outcome_of(table(panel()), rule, starts=before.starts)
    assert set(before.starts) == {rule}
    assert scores(warm) == pytest.approx(scores(cold), abs=close)
    assert warm.intervals == cold.intervals


def test_a_start_that_leads_nowhere_is_left() -> None:
    def stumbling(ballots: Ballots, options: Options = DEFAULT, /) -> Estimates:
        if options.start:
            raise np.linalg.LinAlgError
        return severity(ballots, options)

    found = fitted(stumbling, table(panel()).ballots(), Start((0.0, 0.0)))
    assert found is not None
    assert np.array_equal(found.score, severity(table(panel()).ballots()).score)


def test_a_start_from_far_away_leads_to_the_same_place() -> None:
    far = {"severity": Start((9.0, -9.0))}
    cold, warm = outcome_of(table(panel()), "severity"), outcome_of(table(panel()), "severity", starts=far)
    assert scores(warm) == pytest.approx(scores(cold), abs=1e-6)


@pytest.mark.parametrize("rule", ["adaptive", "severity", "additive", "bradley_terry"])
def test_teams_that_no_chain_of_judges_joins_are_ranked_by_the_mean(rule: str) -> None:
    rows = [(judge, team, value) for judge, team, value in panel() if (judge < "J5") == (team < "T5")]
    assert not joined(table(rows).ballots(), np.ones(12, dtype=np.bool_))
    outcome = outcome_of(table(rows), rule, "adaptive" if rule == "severity" else "severity")
    assert (outcome.standings.method, outcome.model, outcome.intervals) == ("raw", None, {})
    assert outcome.standings == outcome_of(table(rows), "raw").standings


def test_a_team_that_is_not_ranked_yet_need_not_be_joined() -> None:
    apart: Rows = [("J11", "T13", 50.0)]
    judges, teams = (*JUDGES, "J11"), (*TEAMS, "T13")
    outcome = outcome_of(table(panel() + apart, judges, teams), "severity", minimum_ballots=2)
    assert outcome.standings.method == "severity"
    assert set(outcome.intervals) == set(TEAMS)
    out = outcome_of(table(panel() + apart, judges, teams), "severity", excluded={"T13"})
    assert out.standings.method == "severity"


@pytest.mark.parametrize("rule", list(METHODS))
@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("J1", "T1", 70.0)],
        [("J1", "T1", 70.0), ("J2", "T1", 60.0)],
        [("J1", "T1", 70.0), ("J1", "T2", 60.0)],
        [(judge, team, 50.0) for judge in JUDGES for team in TEAMS],
    ],
    ids=["none", "one", "one team", "one judge", "all equal"],
)
def test_no_table_is_too_small_for_a_board(rule: str, rows: Rows) -> None:
    outcome = outcome_of(table(rows), rule, "raw" if rule != "raw" else "adaptive")
    scored = {team for _judge, team, _value in rows}
    assert {line.team for line in outcome.standings.standings if line.rank} == scored
    assert outcome.standings.method in {rule, "raw"}


def test_a_method_that_there_is_not_is_an_error_and_no_reason_to_rank_by_another() -> None:
    for rule, beside in (("nonsense", ""), ("raw", "nonsense")):
        with pytest.raises(InvalidInput):
            outcome_of(table(panel()), rule, beside)
