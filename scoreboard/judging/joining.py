"""The fewest visits that would make all teams of a round comparable, known before any score from who visits whom."""

from scoreboard.judging.analysis.inputs import Inputs
from scoreboard.judging.groups import heard_graph, with_visits
from scoreboard.judging.terms import Pair
from scoreboard.scoring.linkage.structure import joining_visits


def visits_that_join(inputs: Inputs) -> tuple[Pair, ...]:
    """Visits (judge, team), by judges who still take part to teams that compete, beside those that are in or to come.

    None where those join all teams already; fewer than needed where conflicts leave no way.
    """
    contest = inputs.contest
    ballots = contest.table.ballots()
    planned = with_visits(heard_graph(contest.method, ballots), contest.to_come)
    free = {
        (judge, team)
        for judge in inputs.judges
        for team in contest.table.teams
        if team not in contest.excluded and (judge, team) not in inputs.barred
    }
    every = {(judge, team) for judge in contest.table.judges for team in contest.table.teams}
    return joining_visits(planned, forbidden=every - free)
