"""Who judges whom: what the organiser says, or a default that is balanced, free of conflicts and connected.

`plan` is pure and deterministic. Judges and teams are keys, and a pair is (judge, team).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlmodel import Session, col, select

from scoreboard.errors import InvalidEvent
from scoreboard.judging.duty.visits import Pair, order_visits
from scoreboard.judging.setup.changes import Recorder
from scoreboard.judging.setup.conflicts import conflicting_pairs, drop_unscored
from scoreboard.judging.setup.description import AssignmentForm
from scoreboard.judging.setup.faults import Faults, refusal
from scoreboard.judging.setup.keyed import identity
from scoreboard.judging.setup.panels import choose, connect, level_loads
from scoreboard.models import Assignment, Judge, Round, Team


def plan(
    judges: Sequence[str],
    teams: Sequence[str],
    conflicts: Collection[Pair],
    ballots_per_team: int,
    existing: Collection[Pair] = (),
) -> list[Pair]:
    """Give the assignments that are missing, each judge's in the order of visits.

    Each team comes to exactly `ballots_per_team` judges, the existing ones counted, or to all who may judge it when
    that is 0. Loads differ by at most one where conflicts and existing assignments allow. Only `judges` and `teams`
    are assigned: leave out who has withdrawn. `teams` come in the order of their tables. Raises InvalidEvent when a
    team has too few judges; `shortages` tells beforehand.
    """
    forbidden, taken = frozenset(conflicts), frozenset(existing)
    for team, available in shortages(judges, teams, forbidden, ballots_per_team, taken).items():
        raise InvalidEvent(
            "Too few judges may judge team %(team)s: needed %(needed)s, available %(available)s.",
            team=team,
            needed=ballots_per_team,
            available=available,
        )
    closed = forbidden | taken
    free = {team: [judge for judge in judges if (judge, team) not in closed] for team in teams}
    if ballots_per_team == 0:
        chosen = {(judge, team) for team in teams for judge in free[team]}
    else:
        chosen = choose(judges, teams, free, ballots_per_team, taken)
        level_loads(judges, chosen, free, taken)
        connect(chosen, forbidden, taken)
    return order_visits(judges, teams, chosen)


def shortages(
    judges: Collection[str],
    teams: Iterable[str],
    conflicts: Collection[Pair],
    ballots_per_team: int,
    existing: Collection[Pair] = (),
) -> dict[str, int]:
    """Tell which teams can have fewer than `ballots_per_team` judges, and how many they can have."""
    had = defaultdict(set)
    for judge, team in existing:
        had[team].add(judge)
    available = {
        team: len(had[team].union(judge for judge in judges if (judge, team) not in conflicts)) for team in teams
    }
    return {team: count for team, count in available.items() if count < ballots_per_team}


def store_assignments(
    recorder: Recorder,
    rounds: Sequence[Round],
    judges: Mapping[str, Judge],
    teams: Mapping[str, Team],
    forms: Sequence[AssignmentForm] | None,
) -> None:
    """Bring assignments in line with the description, or without one fill what the default finds missing.

    `rounds`, `judges` and `teams` are all that the event has. Rounds that are closed get nothing by default. Raises
    InvalidEvent with the faults of all rounds.
    """
    conflicts = conflicting_pairs(recorder.session, recorder.event_id)
    faults = Faults()
    if forms is None:
        for round_ in rounds:
            if round_.closed_at is None:
                fill(recorder, round_, judges, teams, conflicts, faults)
    else:
        for round_ in rounds:
            wanted = [(form.judge, form.team) for form in forms if form.round == round_.key]
            follow(recorder, round_, judges, teams, conflicts, wanted, faults)
    if faults.found:
        raise refusal(faults.found)


def fill(
    recorder: Recorder,
    round_: Round,
    judges: Mapping[str, Judge],
    teams: Mapping[str, Team],
    conflicts: Collection[Pair],
    faults: Faults,
) -> None:
    """Add what the default finds missing in a round; take unscored teams from judges who have withdrawn."""
    active = sorted(key for key, judge in judges.items() if judge.withdrawn_at is None)
    gone = [judge for judge in judges.values() if judge.withdrawn_at is not None]
    drop_unscored(recorder, col(Assignment.round_id) == round_.id, col(Assignment.judge_id).in_([j.id for j in gone]))
    competing = sorted(
        (team for team in teams.values() if team.withdrawn_at is None and team.disqualified_at is None),
        key=lambda team: (by_number(team.desk), by_number(team.key)),
    )
    keys = [team.key for team in competing]
    existing = [pair for pair in visits_of(recorder.session, round_) if pair not in conflicts]
    for team, available in shortages(active, keys, conflicts, round_.ballots_per_team, existing).items():
        faults.at("event.toml", None, f"rounds.{round_.key}.ballots_per_team").fault(
            "Too few judges may judge team %(team)s: needed %(needed)s, available %(available)s.",
            team=team,
            needed=round_.ballots_per_team,
            available=available,
        )
    if not faults.found:
        add(recorder, round_, judges, teams, plan(active, keys, conflicts, round_.ballots_per_team, existing))


def follow(
    recorder: Recorder,
    round_: Round,
    judges: Mapping[str, Judge],
    teams: Mapping[str, Team],
    conflicts: Collection[Pair],
    wanted: Sequence[Pair],
    faults: Faults,
) -> None:
    """Add what a description has and the round has not, and take its order of visits; what it lacks is kept."""
    existing = visits_of(recorder.session, round_)
    known = frozenset(existing)
    new = [pair for pair in wanted if pair not in known]
    for judge, team in new:
        if (judge, team) in conflicts:
            faults.at("assignments.csv", None, "judge").fault(
                "Judge %(judge)s must not judge team %(team)s: a conflict is recorded in the database.",
                judge=judge,
                team=team,
            )
    if new and round_.finalised_at is not None:
        faults.at("assignments.csv", None, "round").fault(
            "Round %(round)s has been finalised: no assignment can be added to it.", round=round_.key
        )
    if faults.found:
        return
    mentioned = frozenset(wanted)
    accounted = mentioned.union(conflicts)
    recorder.changes.kept += [
        ("assignment", f"{round_.key}/{judge}/{team}") for judge, team in existing if (judge, team) not in accounted
    ]
    recorder.changes.unchanged["assignment"] += len(wanted) - len(new)
    add(recorder, round_, judges, teams, new)
    reorder(recorder, round_, judges, [*wanted, *(pair for pair in existing if pair not in mentioned)])


def add(
    recorder: Recorder, round_: Round, judges: Mapping[str, Judge], teams: Mapping[str, Team], pairs: Iterable[Pair]
) -> None:
    """Append assignments to what each judge has."""
    session = recorder.session
    last: dict[str, int] = defaultdict(int)
    for judge, position in session.exec(
        select(Judge.key, Assignment.position)
        .join(Assignment, col(Assignment.judge_id) == Judge.id)
        .where(Assignment.round_id == round_.id)
    ):
        last[judge] = max(last[judge], position + 1)
    for judge, team in pairs:
        session.add(
            Assignment(
                round_id=identity(round_),
                judge_id=identity(judges[judge]),
                team_id=identity(teams[team]),
                position=last[judge],
            )
        )
        last[judge] += 1
        recorder.record("assignment", "added", f"{round_.key}/{judge}/{team}", {}, {"judge": judge, "team": team})
    session.flush()


def reorder(recorder: Recorder, round_: Round, judges: Mapping[str, Judge], wanted: Sequence[Pair]) -> None:
    """Put each judge's visits in the order wanted, where they are in another one."""
    order: dict[str, list[str]] = defaultdict(list)
    for judge, team in wanted:
        order[judge].append(team)
    stands: dict[str, list[str]] = defaultdict(list)
    for judge, team in visits_of(recorder.session, round_):
        stands[judge].append(team)
    for judge, before in stands.items():
        if before == order[judge]:
            continue
        rows = recorder.session.exec(
            select(Assignment, Team.key)
            .join(Team, col(Team.id) == Assignment.team_id)
            .where(Assignment.round_id == round_.id, Assignment.judge_id == judges[judge].id)
        ).all()
        for row, team in rows:
            row.position = order[judge].index(team)
        recorder.record("assignment", "reordered", f"{round_.key}/{judge}", {"teams": before}, {"teams": order[judge]})
    recorder.session.flush()


def visits_of(session: Session, round_: Round) -> list[Pair]:
    """Give the pairs of a round, each judge's in the order of visits."""
    return [
        (judge, team)
        for judge, team in session.exec(
            select(Judge.key, Team.key)
            .join(Assignment, col(Assignment.judge_id) == Judge.id)
            .join(Team, col(Team.id) == Assignment.team_id)
            .where(Assignment.round_id == round_.id)
            .order_by(Judge.key, col(Assignment.position), col(Assignment.id))
        )
    ]


def by_number(text: str) -> list[tuple[int, str]]:
    """Sort as people do: A2 before A10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text)]
