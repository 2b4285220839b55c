"""Ballots that were entered before the close and arrive after it: kept, and counted only if the organisers admit them.

A phone that had no network says when its ballot was entered, in the server's time. All else that refuses a ballot
refuses this one, too, but that it was made from an older revision does not: whoever decides is shown both.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert
from sqlmodel import Session, col, select

from scoreboard.errors import BallotReused, RoundNotOpen
from scoreboard.judging.ballots.checks import Case, refuse_left, refuse_signed
from scoreboard.judging.ballots.forms import BallotForm
from scoreboard.judging.ballots.reading import AcceptedBallot, reading
from scoreboard.judging.ledger.entries import Entry, written_time
from scoreboard.judging.ledger.writing import Deed, append_after, entry_at
from scoreboard.judging.rubric import value_at
from scoreboard.models import Judge, LateBallot, Round, Team

LATE: Final = "ballot.late"
ADMITTED: Final = "ballot.admitted"


def comes_late(connection: Connection, case: Case, form: BallotForm) -> bool:
    """Whether a ballot of a round that is closed was entered before.

    Raises TeamNotCompeting, RoundNotOpen, BallotsSigned.
    """
    if not case.closed:
        return False
    refuse_left(case)
    with reading(connection) as session:
        round_ = session.get_one(Round, case.round_id)
    if round_.finalised_at is not None or form.entered_at is None or form.entered_at > (round_.closed_at or now()):
        raise RoundNotOpen("Judging has been closed.")
    refuse_signed(case)
    return True


def keep_late(
    connection: Connection, case: Case, form: BallotForm, told: Deed, first: Mapping[str, Any] | None = None
) -> AcceptedBallot:
    """Keep a ballot as late. `told` is what the ledger would hold of one in time.

    `first`: where it is taken back after a restore, when and as which entry it was kept before.
    """
    received_at, entered_at = now(), form.entered_at or now()
    deed = late_deed(told, form, first)
    (entry,) = append_after(connection, case.event_id, case.head, [deed], received_at)
    kept = LateBallot(
        uuid=form.uuid,
        round_id=case.round_id or 0,
        judge_id=case.judge_id,
        team_id=case.team_id or 0,
        base_revision=form.base_revision,
        sequence=entry.sequence,
        steps=told.payload["scores"],
        comment=form.comment,
        note=form.note,
        entered_at=entered_at,
        received_at=received_at,
    )
    connection.execute(insert(LateBallot).values(kept.model_dump(exclude={"id"})))
    return answer(case, kept, entry)


def late_deed(told: Deed, form: BallotForm, first: Mapping[str, Any] | None = None) -> Deed:
    """Say what the ledger is to hold of a late ballot: as of one in time, without a revision."""
    payload = {name: value for name, value in told.payload.items() if name != "revision"}
    payload |= {"base_revision": form.base_revision, "entered_at": written_time(form.entered_at or now())}
    return Deed(told.actor, LATE, told.subject, {**payload, "first": dict(first)} if first else payload)


def repeated_late(connection: Connection, case: Case, form: BallotForm) -> AcceptedBallot:
    """Answer a late ballot that is kept already as it was answered then. Raises BallotReused when it is another."""
    with reading(connection) as session:
        kept = session.get_one(LateBallot, case.late_id)
    if (kept.judge_id, kept.round_id, kept.team_id) == (case.judge_id, case.round_id, case.team_id):
        stored = answer(case, kept, entry_at(connection, case.event_id, kept.sequence))
        sent = (form.base_revision, form.scores, form.comment, form.note)
        if sent == (kept.base_revision, stored.scores, stored.comment, stored.note):
            return stored
    raise BallotReused("This ballot's number already belongs to another ballot.")


def answer(case: Case, kept: LateBallot, entry: Entry) -> AcceptedBallot:
    """What the phone is told of a late ballot."""
    return AcceptedBallot(
        uuid=kept.uuid,
        judge_id=kept.judge_id,
        team_id=kept.team_id,
        revision=kept.base_revision + 1,
        sequence=kept.sequence,
        received_at=kept.received_at,
        scores={scale.key: value_at(scale, kept.steps[scale.key]) for scale in case.rubric if scale.key in kept.steps},
        comment=kept.comment,
        note=kept.note,
        event_id=case.event_id,
        entry=entry,
        late=True,
    )


def late_ballots(session: Session, round_id: int, *, judge_id: int | None = None) -> list[LateBallot]:
    """Give the late ballots of a round, of one judge or of all, in the order in which they came."""
    statement = select(LateBallot).where(LateBallot.round_id == round_id).order_by(col(LateBallot.sequence))
    if judge_id is not None:
        statement = statement.where(LateBallot.judge_id == judge_id)
    return list(session.exec(statement))


def waiting(session: Session, round_: Round) -> list[tuple[str, str]]:
    """The late ballots of a round that nobody has decided about, by the keys of judge and team."""
    found = session.exec(
        select(Judge.key, Team.key)
        .join(LateBallot, col(LateBallot.judge_id) == Judge.id)
        .join(Team, col(Team.id) == LateBallot.team_id)
        .where(LateBallot.round_id == round_.id, LateBallot.state == "waiting")
        .order_by(col(LateBallot.sequence))
    )
    return [(judge, team) for judge, team in found]


def now() -> datetime:
    """The server's time."""
    return datetime.now(UTC)
