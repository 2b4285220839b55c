import pytest
from analysed import APART, inputs_of, panel

from scoreboard.judging.analysis import lines
from scoreboard.judging.analysis.analysis import analyse
from scoreboard.scoring.explaining.contrast import chance_above
from scoreboard.scoring.standings import standings


def test_the_rule_decides_and_what_normalising_would_change_is_beside_it() -> None:
    found = analyse(inputs_of(panel(), "raw", beside="adaptive"))
    raw = standings(found.inputs.contest.table, "raw").standings
    normalised = {line.team: line.rank for line in standings(found.inputs.contest.table, "adaptive").standings}
    assert [line.standing for line in found.lines] == list(raw)
    assert [line.raw for line in found.lines] == [line.score for line in raw]
    assert [line.raw_rank for line in found.lines] == [line.rank for line in raw]
    assert [line.normalised and line.normalised.rank for line in found.lines] == [normalised[line.team] for line in raw]


def test_a_team_moves_up_by_the_ranks_that_normalising_gives_it() -> None:
    # Two judges, one of them strict with the teams that the other has not seen.
    rows = [("A", "T1", 60.0), ("A", "T2", 62.0), ("A", "T3", 70.0), ("B", "T3", 50.0), ("B", "T4", 52.0)]
    found = {line.standing.team: line for line in analyse(inputs_of(rows, "raw", beside="severity")).lines}
    assert {team: line.raw_rank for team, line in found.items()} == {"T1": 2, "T2": 1, "T3": 2, "T4": 4}
    for line in found.values():
        assert line.normalised is not None
        assert line.raw_rank is not None
        assert line.moved == line.raw_rank - line.normalised.rank
    assert found["T3"].moved > 0


def test_intervals_and_chances_are_those_of_the_outcome() -> None:
    found = analyse(inputs_of(panel()))
    sure = found.outcome.table_chances[0]
    team = {index: found.ballots.teams[place] for index, place in enumerate(sure.teams.tolist())}
    by_team = {line.standing.team: line.normalised for line in found.lines}
    for index, name in team.items():
        line = by_team[name]
        assert line is not None
        assert line.ranks == found.outcome.intervals[name]
        assert (line.first, line.top) == (sure.first[index], sure.top(3)[index])


def test_neighbours_are_told_by_how_likely_the_one_is_above_the_other() -> None:
    found = analyse(inputs_of(panel()))
    assert found.model is not None
    place = found.ballots.teams.index
    first, second = found.lines[0], found.lines[1]
    expected = chance_above(found.model.posterior, place(first.standing.team), place(second.standing.team))[1]
    assert first.above == expected
    assert found.lines[-1].above is None


def test_far_down_neighbours_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MOST_PAIRS", 2)
    found = analyse(inputs_of(panel()))
    assert [line.above is None for line in found.lines] == [False, False, True, True, True, True, True, True]


def test_groups_have_tables_ranks_and_chances_of_their_own() -> None:
    found = analyse(inputs_of(APART, closed=True))
    assert [(number, [line.standing.team for line in inside]) for number, inside in found.tables] == [
        (1, ["Lynx", "Ibis", "Ray"]),
        (2, ["Falcon", "Oryx"]),
    ]
    for _, inside in found.tables:
        assert [line.raw_rank for line in inside] == list(range(1, len(inside) + 1))
        chances = [line.normalised.first for line in inside if line.normalised]
        assert sum(chances) == pytest.approx(1)
        assert inside[-1].above is None


def test_by_the_mean_one_table_tells_normalised_ranks_within_groups() -> None:
    found = analyse(inputs_of(APART, "raw", beside="adaptive"))
    assert [(line.standing.team, line.standing.rank, line.group, line.raw_rank) for line in found.lines] == [
        ("Falcon", 1, 2, 1),
        ("Oryx", 2, 2, 2),
        ("Lynx", 3, 1, 1),
        ("Ibis", 4, 1, 2),
        ("Ray", 5, 1, 3),
    ]
    assert found.lines[1].above is None  # Oryx and Lynx share no judge
    assert found.lines[0].above is not None


def test_a_team_that_awaits_ballots_has_no_rank_of_any_kind() -> None:
    rows = [row for row in panel() if row[1] != "T1" or row[0] == "J1"]
    found = next(line for line in analyse(inputs_of(rows, minimum_ballots=2)).lines if line.standing.team == "T1")
    assert (found.standing.awaiting, found.raw_rank, found.normalised, found.above) == (1, None, None, None)
    assert found.raw is not None


def test_all_that_is_equal_tells_nothing() -> None:
    rows = [(judge, team, 50.0) for judge in "AB" for team in "TUV"]
    found = analyse(inputs_of(rows))
    assert [(line.standing.rank, line.normalised, line.above, line.moved) for line in found.lines] == 3 * [
        (1, None, None, 0)
    ]
