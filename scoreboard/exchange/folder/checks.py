"""What only shows when all files are read: conflicts that are assigned, and teams with too few judges."""

from collections import Counter
from collections.abc import Collection, Sequence

from scoreboard.exchange.folder.files import EVENT
from scoreboard.exchange.folder.sheets import Row
from scoreboard.judging.setup.assignments import shortages
from scoreboard.judging.setup.description import (
    AssignmentForm,
    ConflictForm,
    JudgeForm,
    RoundForm,
    TeamForm,
    agency_conflicts,
)
from scoreboard.judging.setup.faults import Faults

Teams = Sequence[tuple[Row, TeamForm]]
Judges = Sequence[tuple[Row, JudgeForm]]
Pairs = Collection[tuple[str, str]]


def conflicting(judges: Judges, teams: Teams, declared: Sequence[ConflictForm]) -> set[tuple[str, str]]:
    """Give the pairs of judge and team that must not meet: declared, or of the same organisation."""
    same = agency_conflicts([judge for _, judge in judges], [team for _, team in teams])
    return same | {(conflict.judge, conflict.team) for conflict in declared}


def check_conflicts(assignments: Sequence[tuple[Row, AssignmentForm]], conflicts: Pairs) -> None:
    """No judge may be assigned a team that is a conflict."""
    for row, assignment in assignments:
        if (assignment.judge, assignment.team) in conflicts:
            row.at("judge").fault(
                "Judge %(judge)s must not judge team %(team)s: conflicts.csv says so, or both come from the same "
                "organisation.",
                judge=assignment.judge,
                team=assignment.team,
            )


def check_default(rounds: Sequence[RoundForm], judges: Judges, teams: Teams, conflicts: Pairs, faults: Faults) -> None:
    """Without assignments.csv, each round needs enough judges for every team."""
    active = [judge.key for _, judge in judges if judge.status != "withdrawn"]
    for round_ in rounds:
        name, needed = max(
            ("minimum_ballots", round_.minimum_ballots),
            ("ballots_per_team", round_.ballots_per_team),
            key=lambda pair: pair[1],
        )
        short = shortages(active, [team.key for _, team in competing(teams)], conflicts, needed)
        if len(active) < needed:
            faults.at(EVENT, None, f"rounds.{round_.key}.{name}").fault(
                "There are too few judges for a team: needed %(needed)s, available %(available)s.",
                needed=needed,
                available=len(active),
            )
            continue
        for row, team in competing(teams):
            if team.key in short:
                row.at("id").fault(
                    "Round %(round)s: too few judges may judge team %(team)s: needed %(needed)s, without a conflict "
                    "%(available)s.",
                    round=round_.key,
                    team=team.key,
                    needed=needed,
                    available=short[team.key],
                )


def check_given(rounds: Sequence[RoundForm], teams: Teams, assignments: Sequence[tuple[Row, AssignmentForm]]) -> None:
    """With assignments.csv, each team needs its minimum of judges in the first round, and in others if it is there."""
    counts = Counter((form.round, form.team) for _, form in assignments)
    for number, round_ in enumerate(rounds):
        for row, team in competing(teams):
            count = counts[round_.key, team.key]
            if count < round_.minimum_ballots and (count or number == 0):
                row.at("id").fault(
                    "Round %(round)s: assignments.csv gives team %(team)s too few judges: needed for a rank "
                    "%(needed)s, given %(available)s.",
                    round=round_.key,
                    team=team.key,
                    needed=round_.minimum_ballots,
                    available=count,
                )


def competing(teams: Teams) -> Teams:
    """Leave out who has withdrawn or was disqualified."""
    return [(row, team) for row, team in teams if team.key and not team.status]
