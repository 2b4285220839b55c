"""What organisers decide about one assignment, one team or the groups of a round, each with its inverse, all on record.

A judge who has to leave is excused from a team, so that the missing ballot does not hold up the result. A team that
withdraws or is disqualified leaves the ranking; its ballots are kept, and count again if it is restored. Groups of
teams that no judge joins have a table each, until the organisers accept that they are equally strong.
"""

from datetime import UTC, datetime

from sqlmodel import Session, col, select

from scoreboard.errors import Clash, NotFound, Outdated, WrongPhase
from scoreboard.judging import ledger
from scoreboard.judging.acceptance import ACCEPTED, WITHDRAWN, Acceptance, newest_acceptance
from scoreboard.judging.groups import Linkage
from scoreboard.judging.results import contest
from scoreboard.judging.setup.sides import refuse_both_sides
from scoreboard.models import Assignment, Judge, Round, Team
from scoreboard.texts import given


def skip(session: Session, round_id: int, judge_key: str, team_key: str, reason: str, actor: str) -> Assignment:
    """Excuse a judge from a team: the ballot is no longer missing. One that comes after all still counts.

    Raises InvalidForm without a reason, NotFound, Clash unless the ballot is awaited, WrongPhase after the final.
    """
    reason = given(reason)
    round_, assignment = awaited(session, round_id, judge_key, team_key)
    if assignment.state == "done":
        raise Clash("This ballot has been received in the meantime.")
    if assignment.state == "skipped":
        raise Clash("This judge is already excused from this team.")
    assignment.state = "skipped"
    return recorded(session, round_, assignment, judge_key, "assignment.skipped", team_key, actor, reason=reason)


def resume(session: Session, round_id: int, judge_key: str, team_key: str, actor: str) -> Assignment:
    """Take an excuse back: the ballot is awaited again."""
    round_, assignment = awaited(session, round_id, judge_key, team_key)
    if assignment.state != "skipped":
        raise Clash("This judge is not excused from this team.")
    assignment.state = "pending"
    return recorded(session, round_, assignment, judge_key, "assignment.resumed", team_key, actor)


def awaited(session: Session, round_id: int, judge_key: str, team_key: str) -> tuple[Round, Assignment]:
    """Find an assignment of a round that is not final yet."""
    round_ = undecided(session, round_id)
    return round_, find_assignment(session, round_, judge_key, team_key)


def find_assignment(session: Session, round_: Round, judge_key: str, team_key: str) -> Assignment:
    """Find the assignment of a judge to a team, by their keys. Raises NotFound."""
    found = session.exec(
        select(Assignment)
        .join(Judge, col(Judge.id) == Assignment.judge_id)
        .join(Team, col(Team.id) == Assignment.team_id)
        .where(Assignment.round_id == round_.id, Judge.key == judge_key, Team.key == team_key)
    ).one_or_none()
    if found is None:
        raise NotFound("This judge is not assigned to this team.")
    return found


def recorded(
    session: Session,
    round_: Round,
    assignment: Assignment,
    judge_key: str,
    action: str,
    team_key: str,
    actor: str,
    **particulars: str,
) -> Assignment:
    """Store a decision about an assignment, and its entry in the ledger."""
    session.add(assignment)
    payload = {"round": round_.key, "team": team_key, **particulars}
    ledger.append(session, round_.event_id, actor, action, f"judge:{judge_key}", payload)
    session.flush()
    return assignment


def withdraw(session: Session, event_id: int, team_key: str, reason: str, actor: str) -> Team:
    """Take a team that gives up out of the ranking. Raises InvalidForm, NotFound, Clash when it is out already."""
    reason = given(reason)
    team = competing_team(session, event_id, team_key)
    team.withdrawn_at = datetime.now(UTC)
    return noted(session, team, "team.withdrawn", actor, reason)


def disqualify(session: Session, event_id: int, team_key: str, reason: str, actor: str) -> Team:
    """Take a team that broke the rules out of the ranking. Raises as `withdraw` does."""
    reason = given(reason)
    team = competing_team(session, event_id, team_key)
    team.disqualified_at = datetime.now(UTC)
    return noted(session, team, "team.disqualified", actor, reason)


def restore(session: Session, event_id: int, team_key: str, actor: str) -> Team:
    """Let a team compete again; its ballots count as before. Raises NotFound, JudgeAndMember, Clash if it competes."""
    team = find_team(session, event_id, team_key)
    if team.withdrawn_at is None and team.disqualified_at is None:
        raise Clash("This team competes already.")
    team.withdrawn_at = team.disqualified_at = None
    session.add(team)
    refuse_both_sides(session, event_id)
    return noted(session, team, "team.restored", actor, "")


def competing_team(session: Session, event_id: int, team_key: str) -> Team:
    """Find a team that is still in the competition."""
    team = find_team(session, event_id, team_key)
    if team.withdrawn_at is not None or team.disqualified_at is not None:
        raise Clash("This team is out of the competition already.")
    return team


def find_team(session: Session, event_id: int, team_key: str) -> Team:
    """Find a team by its key. Raises NotFound."""
    team = session.exec(select(Team).where(Team.event_id == event_id, Team.key == team_key)).one_or_none()
    if team is None:
        raise NotFound("There is no such team.")
    return team


def noted(session: Session, team: Team, action: str, actor: str, reason: str) -> Team:
    """Store a decision about a team, and its entry in the ledger."""
    team.out_reason = reason
    session.add(team)
    ledger.append(session, team.event_id, actor, action, f"team:{team.key}", {"reason": reason} if reason else {})
    session.flush()
    return team


def accept_groups(session: Session, round_id: int, seen: str, reason: str, actor: str) -> Acceptance:
    """Accept that the groups of a round, which no judge joins, are equally strong: one table for all of them.

    `seen` is the fingerprint of the groups that the organiser was shown. Raises InvalidForm without a reason, NotFound,
    WrongPhase after the final, Clash where all is joined or accepted, Outdated where the groups are others by now.
    """
    reason = given(reason)
    round_ = undecided(session, round_id)
    groups = contest(session, round_).groups()
    if groups.linkage is Linkage.ACCEPTED:
        raise Clash("These groups have been accepted already.")
    if not groups.parts:
        raise Clash("All teams can be compared: there is nothing to accept.")
    if groups.fingerprint != seen:
        raise Outdated("The groups are others by now. Please look again.")
    parts = [{"teams": list(part.teams), "judges": list(part.judges)} for part in groups.parts]
    payload = {"reason": reason, "groups": parts}
    ledger.append(session, round_.event_id, actor, ACCEPTED, f"round:{round_.key}", payload)
    session.flush()
    return standing_acceptance(session, round_)


def withdraw_acceptance(session: Session, round_id: int, actor: str) -> None:
    """Take an acceptance back: the groups have a table each again. Raises NotFound, WrongPhase, Clash without one."""
    round_ = undecided(session, round_id)
    standing_acceptance(session, round_)
    ledger.append(session, round_.event_id, actor, WITHDRAWN, f"round:{round_.key}", {})
    session.flush()


def standing_acceptance(session: Session, round_: Round) -> Acceptance:
    """Find the acceptance of a round. Raises Clash when there is none."""
    found = newest_acceptance(session, round_)
    if found is None:
        raise Clash("No groups have been accepted as equally strong.")
    return found


def undecided(session: Session, round_id: int) -> Round:
    """Find a round whose result is not final. Raises NotFound, WrongPhase."""
    round_ = session.get(Round, round_id)
    if round_ is None:
        raise NotFound("There is no such round.")
    if round_.finalised_at is not None:
        raise WrongPhase("The round has been finalised.")
    return round_
