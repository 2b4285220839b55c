"""The table of late ballots, against what the entries tell of them and of what was decided."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import String, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from scoreboard.judging.verification.ballot_rows import digest
from scoreboard.judging.verification.replay.course import Course, LateCourse, RoundCourse
from scoreboard.judging.verification.times import moment
from scoreboard.judging.verification.verdict import Check, Verdict
from scoreboard.models import Event, Judge, LateBallot, Round, Team

Fields = Mapping[str, Any]


def compare_late(session: Session, event: Event, course: Course, verdict: Verdict) -> None:
    """Note a fault for each late ballot that no entry tells of, that is not there, or that says something else."""
    told = {
        late.sequence: fields_of(uuid, late, round_)
        for round_ in course.rounds.values()
        for uuid, late in round_.late.items()
    }
    stored = dict(stored_late(session, event))
    for sequence in sorted(told.keys() | stored.keys(), key=in_order):
        if stored.get(sequence) != told.get(sequence):
            verdict.blame(
                Check.ROWS,
                sequence if type(sequence) is int else None,
                "What is stored of a late ballot, as if of entry %(sequence)s, is not what came and was decided.",
                sequence=str(sequence),
            )


def in_order(sequence: object) -> tuple[int, str]:
    """Numbers as such; what should be a number and is not comes first."""
    return (sequence, "") if type(sequence) is int else (0, str(sequence))


def fields_of(uuid: str, late: LateCourse, round_: RoundCourse) -> Fields:
    """A late ballot by its entries."""
    judge, team = late.pair
    return {
        "uuid": uuid.replace("-", ""),
        "round": round_.key,
        "judge": judge,
        "team": team,
        "received_at": late.at,
        "state": late.state,
        "reason": late.reason,
        **{name: late.told[name] for name in ("base_revision", "scores", "comment", "note", "entered_at")},
    }


def stored_late(session: Session, event: Event) -> Iterator[tuple[int, Fields]]:
    """The same by the table, by the entry's number."""
    # Columns as they are kept: whoever changed one may have written anything into it.
    for (
        sequence,
        uuid,
        round_,
        judge,
        team,
        base,
        steps,
        comment,
        note,
        entered_at,
        received_at,
        state,
        reason,
    ) in session.execute(
        core_select(
            col(LateBallot.sequence),
            type_coerce(col(LateBallot.uuid), String),
            col(Round.key),
            col(Judge.key),
            col(Team.key),
            col(LateBallot.base_revision),
            type_coerce(col(LateBallot.steps), String),
            col(LateBallot.comment),
            col(LateBallot.note),
            type_coerce(col(LateBallot.entered_at), String),
            type_coerce(col(LateBallot.received_at), String),
            col(LateBallot.state),
            col(LateBallot.reason),
        )
        .join(Round, col(Round.id) == col(LateBallot.round_id))
        .join(Judge, col(Judge.id) == col(LateBallot.judge_id))
        .join(Team, col(Team.id) == col(LateBallot.team_id))
        .where(col(Round.event_id) == event.id)
    ):
        try:
            scores = json.loads(steps) if isinstance(steps, str) else steps
        except ValueError:
            scores = None
        yield (
            sequence,
            {
                "uuid": str(uuid).replace("-", ""),
                "round": round_,
                "judge": judge,
                "team": team,
                "received_at": moment(received_at),
                "state": state,
                "reason": reason,
                "base_revision": base,
                "scores": scores,
                "comment": digest(comment),
                "note": digest(note),
                "entered_at": moment(entered_at),
            },
        )
