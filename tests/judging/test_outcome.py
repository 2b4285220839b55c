from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.errors import InvalidInput
from scoreboard.judging.groups import WHOLE, Linkage
from scoreboard.judging.outcome import SEED, Outcome, fitted, outcome_of
from scoreboard.scoring.certainty.uncertainty import chances, chances_within
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.normalise import METHODS, Method
from scoreboard.scoring.options import DEFAULT, Options, Start
from scoreboard.scoring.standings import standings
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
    assert (alone.model, alone.table_chances, alone.intervals) == (None, (), {})
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

    found = fitted(Method(stumbling, 1), table(panel()).ballots(), DEFAULT, Start((0.0, 0.0)))
    assert found is not None
    assert np.array_equal(found.score, severity(table(panel()).ballots()).score)


def test_a_start_from_far_away_leads_to_the_same_place() -> None:
    far = {"severity": Start((9.0, -9.0))}
    cold, warm = outcome_of(table(panel()), "severity"), outcome_of(table(panel()), "severity", starts=far)
    assert scores(warm) == pytest.approx(scores(cold), abs=1e-6)


JOINING = ["adaptive", "severity", "additive", "bradley_terry"]


def rooms(seed: int = 1) -> Rows:
    """Two rooms: the first six judges scored the first five teams, the others the rest."""
    return [row for row in panel(seed) if (JUDGES.index(row[0]) < 6) == (TEAMS.index(row[1]) < 5)]


def ranks(outcome: Outcome) -> dict[str, int | None]:
    return {line.team: line.rank for line in outcome.standings.standings}


@pytest.mark.parametrize("rule", JOINING)
def test_teams_that_no_chain_of_judges_joins_have_a_table_for_each_group(rule: str) -> None:
    outcome = outcome_of(table(rooms()), rule, "adaptive" if rule == "severity" else "severity")
    assert outcome.standings.method == rule
    assert [part.teams for part in outcome.groups.tables] == [TEAMS[5:], TEAMS[:5]]
    assert outcome.group_of == {team: 2 if team in TEAMS[:5] else 1 for team in TEAMS}
    lines = outcome.standings.standings
    assert [outcome.group_of[line.team] for line in lines] == [1] * 7 + [2] * 5
    for part in lines[:7], lines[7:]:
        assert [line.rank for line in part] == [
            1 + sum((o.score or 0) > (line.score or 0) + 1e-7 for o in part) for line in part
        ]
    assert outcome.chances is None
    assert [len(each.teams) for each in outcome.table_chances] == [7, 5]
    assert all(1 <= low <= (ranks(outcome)[team] or 0) <= high <= 7 for team, (low, high) in outcome.intervals.items())
    assert max(high for team, (_low, high) in outcome.intervals.items() if team in TEAMS[:5]) <= 5


def test_ranks_within_a_group_and_their_certainty_are_those_of_the_whole_fit() -> None:
    outcome = outcome_of(table(rooms()), "severity")
    whole = severity(table(rooms()).ballots())
    of_team = dict(zip(TEAMS, whole.score.tolist(), strict=True))
    assert {line.team: line.score for line in outcome.standings.standings} == of_team
    drawn = chances_within(whole, TEAMS, [np.arange(5, 12), np.arange(5)], seed=SEED)
    assert [each.first.tolist() for each in outcome.table_chances] == [each.first.tolist() for each in drawn]


@pytest.mark.parametrize("rule", JOINING)
def test_groups_that_are_accepted_as_equally_strong_have_one_table(rule: str) -> None:
    outcome = outcome_of(table(rooms()), rule, accepted=[TEAMS[:5], TEAMS[5:]])
    assert outcome.groups.linkage is Linkage.ACCEPTED
    assert (outcome.standings.method, outcome.group_of) == (rule, {})
    assert outcome.standings.standings == standings(table(rooms()), rule).standings


@pytest.mark.parametrize("rule", JOINING)
def test_while_ballots_to_come_will_join_the_groups_the_mean_ranks_them_together(rule: str) -> None:
    outcome = outcome_of(table(rooms()), rule, "severity" if rule == "adaptive" else "", to_come=[("J1", "T12")])
    assert outcome.groups.linkage is Linkage.AWAITED
    assert (outcome.standings.method, outcome.model, outcome.intervals) == ("raw", None, {})
    assert outcome.standings == outcome_of(table(rooms()), "raw").standings


def test_where_a_method_cannot_be_used_groups_are_ranked_by_the_mean_and_stay_apart() -> None:
    flat = [(judge, team, 50.0) for judge, team, _value in rooms()]
    outcome = outcome_of(table(flat), "severity")
    assert (outcome.standings.method, outcome.groups.linkage) == ("raw", Linkage.APART)
    assert {line.rank for line in outcome.standings.standings} == {1}


@pytest.mark.parametrize("rule", sorted(set(METHODS) - set(JOINING)))
def test_a_method_that_compares_whatever_it_is_given_has_one_table(rule: str) -> None:
    outcome = outcome_of(table(rooms()), rule, "adaptive")
    assert (outcome.standings.method, outcome.groups, outcome.model) == (rule, WHOLE, None)
    assert outcome.standings == standings(table(rooms()), rule)


def test_a_team_that_is_not_ranked_yet_need_not_be_joined() -> None:
    apart: Rows = [("J11", "T13", 50.0)]
    judges, teams = (*JUDGES, "J11"), (*TEAMS, "T13")
    outcome = outcome_of(table(panel() + apart, judges, teams), "severity", minimum_ballots=2)
    assert (outcome.standings.method, outcome.groups) == ("severity", WHOLE)
    assert set(outcome.intervals) == set(TEAMS)
    out = outcome_of(table(panel() + apart, judges, teams), "severity", excluded={"T13"})
    assert (out.standings.method, out.groups) == ("severity", WHOLE)


def test_a_team_of_no_group_stands_after_all_tables_without_a_rank() -> None:
    outcome = outcome_of(table(rooms(), JUDGES, (*TEAMS, "T13", "T14")), "severity", excluded={"T14"})
    last = outcome.standings.standings[-1]
    assert (last.team, last.rank, last.awaiting, outcome.group_of.get("T13")) == ("T13", None, 1, None)
    assert len(outcome.standings.standings) == 13


def test_a_team_heard_only_by_a_judge_who_told_nothing_apart_has_no_rank_beside_groups() -> None:
    silent = [("J11", team, 60.0) for team in ("T1", "T2", "T13")]
    outcome = outcome_of(table(rooms() + silent, (*JUDGES, "J11"), (*TEAMS, "T13")), "adaptive")
    last = outcome.standings.standings[-1]
    assert (outcome.groups.linkage, len(outcome.groups.parts)) == (Linkage.APART, 2)
    assert (last.team, last.rank, last.score, last.ballots) == ("T13", None, None, 1)


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
