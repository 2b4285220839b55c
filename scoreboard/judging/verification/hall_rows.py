"""The tables of signatures, ballots on paper and reports, and what the entries came to of them."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from scoreboard.judging.verification.replay.course import Course
from scoreboard.models import Absence, Event, Judge, PaperBallot, Round, Signature, Team

Fields = Mapping[str, Any]


def told_signatures(course: Course) -> dict[str, Fields]:
    """The signatures of judges by their entries, and which were lifted."""
    return {
        f"{key}/{judge}/{sequence}": {"signed": signature.at, "lifted": signature.lifted}
        for key, round_ in course.rounds.items()
        for (judge, sequence), signature in round_.signatures.items()
    }


def stored_signatures(session: Session, event: Event) -> dict[str, Fields]:
    """The same by the table."""
    return {
        f"{key}/{judge}/{row.sequence}": {"signed": row.signed_at.isoformat(), "lifted": row.lifted_at is not None}
        for row, key, judge in session.exec(
            select(Signature, Round.key, Judge.key)
            .join(Round, col(Round.id) == Signature.round_id)
            .join(Judge, col(Judge.id) == Signature.judge_id)
            .where(Round.event_id == event.id)
        )
    }


def told_papers(course: Course) -> dict[str, Fields]:
    """The ballots on paper by their entries: whose they are, who typed them in, and what became of them."""
    return {
        uuid: {
            "of": "/".join((key, *paper.pair)),
            "entered_by": paper.entered_by,
            "outcome": paper.outcome,
            "confirmed_by": paper.confirmed_by,
            "reason": paper.reason,
        }
        for key, round_ in course.rounds.items()
        for uuid, paper in round_.papers.items()
    }


def stored_papers(session: Session, event: Event) -> dict[str, Fields]:
    """The same by the table; what is told of a sheet once it is taken is looked at then."""
    return {
        str(row.uuid): {
            "of": f"{key}/{judge}/{team}",
            "entered_by": row.entered_by,
            "outcome": row.outcome,
            "confirmed_by": row.checked_by if row.outcome == "taken" else "",
            "reason": row.reason if row.outcome == "taken" else "",
        }
        for row, key, judge, team in session.exec(
            select(PaperBallot, Round.key, Judge.key, Team.key)
            .join(Round, col(Round.id) == PaperBallot.round_id)
            .join(Judge, col(Judge.id) == PaperBallot.judge_id)
            .join(Team, col(Team.id) == PaperBallot.team_id)
            .where(Round.event_id == event.id)
        )
    }


def told_absences(course: Course) -> dict[str, Fields]:
    """How every report of a judge on a team ended, by the entries."""
    return {
        "/".join((key, *pair)): {"outcomes": outcomes}
        for key, round_ in course.rounds.items()
        for pair, outcomes in round_.absences.items()
        if outcomes
    }


def stored_absences(session: Session, event: Event) -> dict[str, Fields]:
    """The same by the table."""
    found: dict[str, list[str]] = defaultdict(list)
    for outcome, key, judge, team in session.exec(
        select(Absence.outcome, Round.key, Judge.key, Team.key)
        .join(Round, col(Round.id) == Absence.round_id)
        .join(Judge, col(Judge.id) == Absence.judge_id)
        .join(Team, col(Team.id) == Absence.team_id)
        .where(Round.event_id == event.id)
        .order_by(col(Absence.id))
    ):
        found[f"{key}/{judge}/{team}"].append(outcome)
    return {key: {"outcomes": outcomes} for key, outcomes in found.items()}
