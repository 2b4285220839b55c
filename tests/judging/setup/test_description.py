from described import judge, team

from scoreboard.judging.setup.description import agency_conflicts


def test_judges_and_teams_of_one_organisation_are_in_conflict() -> None:
    judges = [judge("J1", "roads"), judge("J2", "health"), judge("J3")]
    teams = [team("T1", "roads"), team("T2", "roads"), team("T3"), team("T4", "records")]
    assert agency_conflicts(judges, teams) == {("J1", "T1"), ("J1", "T2")}


def test_who_has_no_organisation_is_in_conflict_with_nobody() -> None:
    unsaid = judge("J1", organisation=None), team("T1", organisation=None)
    assert agency_conflicts([judge("J0"), unsaid[0]], [team("T0"), unsaid[1]]) == set()
