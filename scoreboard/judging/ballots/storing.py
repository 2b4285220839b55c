"""How a ballot is taken in: one transaction, which is committed before anybody is told."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update
from sqlmodel import Session, col

from scoreboard.database import Database
from scoreboard.errors import BallotReused, NotAssigned, StaleBallot
from scoreboard.judging.ballots.checks import Case, Who, find_case, refuse_now, refuse_stranger
from scoreboard.judging.ballots.forms import BallotForm
from scoreboard.judging.ballots.late import comes_late, keep_late, repeated_late
from scoreboard.judging.ballots.reading import AcceptedBallot, current_ballots, read_ballots, reading, rubric_of
from scoreboard.judging.ledger.writing import Deed, append_after, entry_at
from scoreboard.judging.rubric import steps_of, value_at
from scoreboard.models import Assignment, Ballot, Score
from scoreboard.prepared import Prepared

BALLOT = (
    *("uuid", "round_id", "judge_id", "team_id", "revision", "base_revision", "sequence"),
    *("comment", "note", "entered_at", "received_at"),
)
SCORE = ("ballot_id", "criterion_id", "steps", "top")
ADD_BALLOT = Prepared(insert(Ballot).values({name: bindparam(name) for name in BALLOT}).returning(col(Ballot.id)))
END_ASSIGNMENT = Prepared(
    update(Assignment)
    .where(
        col(Assignment.round_id) == bindparam("round"),
        col(Assignment.judge_id) == bindparam("judge"),
        col(Assignment.team_id) == bindparam("team"),
    )
    .values(state="done")
)


@cache
def adding_scores(count: int) -> Prepared:
    """Prepare to add so many scores by one statement."""
    rows: list[dict[str, Any]] = [{name: bindparam(place(name, number)) for name in SCORE} for number in range(count)]
    return Prepared(insert(Score).values(rows))


def place(name: str, number: int) -> str:
    """What a column's value is called in the row of this number."""
    return f"{name}_of_{number}"


async def submit(database: Database, who: Who, form: BallotForm) -> AcceptedBallot:
    """Store a ballot, and return it as stored once it is committed. A repeat gives the same and stores nothing.

    One that was entered before the close and comes after it is kept as late. Raises NotSignedIn, Conflicted,
    NotAssigned, TeamNotCompeting, RoundNotOpen, RoundPaused, UnknownCriterion, MissingCriterion, ScoreOutOfRange,
    StaleBallot (with the current ballot in `extra`), BallotReused.
    """
    return await database.write_rows(take, who, form)


def store(session: Session, who: Who, form: BallotForm) -> AcceptedBallot:
    """Do what `submit` says, in the session's transaction."""
    session.flush()
    return take(session.connection(), who, form)


def take(connection: Connection, who: Who, form: BallotForm) -> AcceptedBallot:
    """Do what `submit` says, in the connection's transaction."""
    case = find_case(connection, who, form)
    if case.round_id is None or case.team_id is None:
        raise NotAssigned("This team is not assigned to you.")
    if case.late_id is not None:
        return repeated_late(connection, case, form)
    if case.known_id is not None:
        return repeated(connection, case, form)
    refuse_stranger(conflicted=case.conflicted, assigned=case.state is not None)
    late = comes_late(connection, case, form)
    if not late:
        refuse_now(case)
    steps = steps_of(case.rubric, form.scores)
    # Of what is late, people see both.
    if form.base_revision > case.revision or (form.base_revision < case.revision and not late):
        raise stale(connection, case)
    if late:
        return keep_late(connection, case, form, deed(case, form, steps))
    return add(connection, case, form, steps, deed(case, form, steps))


def add(connection: Connection, case: Case, form: BallotForm, steps: dict[str, int], told: Deed) -> AcceptedBallot:
    """Add a ballot that may be added, its scores and its entry, which tells of it."""
    received_at = datetime.now(UTC)
    (entry,) = append_after(connection, case.event_id, case.head, [told], received_at)
    ((ballot_id,),) = ADD_BALLOT.run(
        connection,
        {
            "uuid": form.uuid,
            "round_id": case.round_id,
            "judge_id": case.judge_id,
            "team_id": case.team_id,
            "revision": case.revision + 1,
            "base_revision": case.revision,
            "sequence": entry.sequence,
            "comment": form.comment,
            "note": form.note,
            "entered_at": form.entered_at,
            "received_at": received_at,
        },
    )
    scores = [
        {"ballot_id": ballot_id, "criterion_id": each.id, "steps": steps[each.key], "top": each.top}
        for each in case.rubric
    ]
    if scores:
        values = {place(name, number): row[name] for number, row in enumerate(scores) for name in SCORE}
        adding_scores(len(scores)).run(connection, values)
    if case.state != "done":
        END_ASSIGNMENT.run(connection, {"round": case.round_id, "judge": case.judge_id, "team": case.team_id})
    return AcceptedBallot(
        uuid=form.uuid,
        judge_id=case.judge_id,
        team_id=case.team_id or 0,
        revision=case.revision + 1,
        sequence=entry.sequence,
        received_at=received_at,
        scores={each.key: value_at(each, steps[each.key]) for each in case.rubric},
        comment=form.comment,
        note=form.note,
        event_id=case.event_id,
        entry=entry,
    )


def deed(case: Case, form: BallotForm, steps: dict[str, int]) -> Deed:
    """Say what the ledger is to hold of a ballot."""
    return Deed(
        f"judge:{case.judge_key}",
        "ballot.submitted" if case.revision == 0 else "ballot.corrected",
        f"team:{form.team}",
        {
            "uuid": str(form.uuid),
            "round": form.round,
            "revision": case.revision + 1,
            "scores": {each.key: steps[each.key] for each in case.rubric},
            # The words stay out of the record, which others may read; their hashes hold them to it.
            "comment": hashlib.sha256(form.comment.encode()).hexdigest(),
            "note": hashlib.sha256(form.note.encode()).hexdigest(),
        },
    )


def stale(connection: Connection, case: Case) -> StaleBallot:
    """Tell of the ballot that came in the meantime."""
    with reading(connection) as session:
        found = current_ballots(session, case.round_id or 0, judge_id=case.judge_id, team_id=case.team_id)
    return StaleBallot(
        "This ballot was changed in the meantime. Please compare and choose.",
        extra={"current": found[0].as_json() if found else None},
    )


def repeated(connection: Connection, case: Case, form: BallotForm) -> AcceptedBallot:
    """Answer a ballot that is stored already, as it was answered then. Raises BallotReused when it is another."""
    with reading(connection) as session:
        known = session.get_one(Ballot, case.known_id)
        if (known.judge_id, known.round_id, known.team_id) == (case.judge_id, case.round_id, case.team_id):
            rubric = rubric_of(session, known.round_id)
            (stored,) = read_ballots(session, [col(Ballot.id) == known.id], rubric)
            sent = (form.base_revision, form.scores, form.comment, form.note)
            if sent == (known.base_revision, stored.scores, stored.comment, stored.note):
                entry = entry_at(connection, case.event_id, stored.sequence)
                return AcceptedBallot(**vars(stored), event_id=case.event_id, entry=entry)
    raise BallotReused("This ballot's number already belongs to another ballot.")
