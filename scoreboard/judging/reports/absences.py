"""A judge stands at an empty table and says so; an organiser finds the team, or excuses the judge from it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session, col, select

from scoreboard.errors import Clash, InvalidForm, RoundNotOpen, TeamNotCompeting
from scoreboard.judging import decisions, ledger
from scoreboard.judging.ballots import allow, round_and_team, stored_id
from scoreboard.judging.rounds import Phase, phase
from scoreboard.models import Absence, Assignment, Judge, Round, Team

REPORTED: Final = "absence.reported"
SETTLED: Final = "absence.settled"
EXCUSED: Final = "excused"
PRESENT: Final = "present"


@dataclass(frozen=True)
class Away:
    """A report that nobody has settled and no ballot has overtaken."""

    absence: Absence
    judge: Judge
    team: Team


def report(session: Session, judge_id: int, round_key: str, team_key: str) -> Absence:
    """Store that a team is not at its table; a repeat gives the same and stores nothing.

    Raises NotAssigned, Conflicted, RoundNotOpen, TeamNotCompeting.
    """
    judge = session.get_one(Judge, judge_id)
    round_, team = round_and_team(session, judge, round_key, team_key)
    allow(session, judge_id, stored_id(round_), stored_id(team))
    if phase(round_) is not Phase.OPEN:
        raise RoundNotOpen("Judging is not open.")
    if team.withdrawn_at is not None or team.disqualified_at is not None:
        raise TeamNotCompeting("This team no longer competes.")
    known = open_report(session, round_, judge_id, stored_id(team))
    if known is not None:
        return known
    absence = Absence(
        round_id=stored_id(round_), judge_id=judge_id, team_id=stored_id(team), reported_at=datetime.now(UTC)
    )
    session.add(absence)
    ledger.append(session, judge.event_id, f"judge:{judge.key}", REPORTED, f"team:{team.key}", {"round": round_.key})
    session.flush()
    return absence


def settle(
    session: Session, round_id: int, judge_key: str, team_key: str, outcome: str, reason: str, actor: str
) -> Absence:
    """End a report: the team is there now (`PRESENT`), or the judge is excused from it (`EXCUSED`), with a reason.

    Raises NotFound, WrongPhase after the final, InvalidForm, Clash where there is no report or no ballot is awaited.
    """
    round_ = decisions.undecided(session, round_id)
    assignment = decisions.find_assignment(session, round_, judge_key, team_key)
    absence = open_report(session, round_, assignment.judge_id, assignment.team_id)
    if absence is None:
        raise Clash("This report has been settled in the meantime.")
    if outcome not in {EXCUSED, PRESENT}:
        raise InvalidForm("Please say how this report ended.", extra={"fields": ["outcome"]})
    if outcome == EXCUSED:
        decisions.skip(session, round_id, judge_key, team_key, reason, actor)
    absence.settled_at, absence.outcome = datetime.now(UTC), outcome
    session.add(absence)
    payload = {"round": round_.key, "judge": judge_key, "outcome": outcome}
    ledger.append(session, round_.event_id, actor, SETTLED, f"team:{team_key}", payload)
    session.flush()
    return absence


def open_report(session: Session, round_: Round, judge_id: int, team_id: int) -> Absence | None:
    """The report of a judge on a team that nobody has settled yet."""
    return session.exec(
        select(Absence).where(
            Absence.round_id == round_.id,
            Absence.judge_id == judge_id,
            Absence.team_id == team_id,
            col(Absence.settled_at).is_(None),
        )
    ).one_or_none()


def reported_by(session: Session, round_id: int, judge_id: int) -> set[int]:
    """The teams that a judge reported and nobody has settled yet, by their ids."""
    return set(
        session.exec(
            select(Absence.team_id).where(
                Absence.round_id == round_id, Absence.judge_id == judge_id, col(Absence.settled_at).is_(None)
            )
        )
    )


def away(session: Session, round_: Round) -> list[Away]:
    """The reports to be looked into, the oldest first; a ballot that came since shows that the team was there."""
    found = session.exec(
        select(Absence, Judge, Team)
        .join(Judge, col(Judge.id) == Absence.judge_id)
        .join(Team, col(Team.id) == Absence.team_id)
        .join(
            Assignment,
            (col(Assignment.round_id) == Absence.round_id)
            & (col(Assignment.judge_id) == Absence.judge_id)
            & (col(Assignment.team_id) == Absence.team_id),
        )
        .where(Absence.round_id == round_.id, col(Absence.settled_at).is_(None), Assignment.state == "pending")
        .order_by(col(Absence.reported_at), col(Absence.id))
    )
    return [Away(*line) for line in found]
