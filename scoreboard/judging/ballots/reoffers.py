"""Ballots that phones offer again, with their receipts, after the database was restored from an older copy.

What the server itself has signed for, it takes back: after the close, too, and whatever became of assignments and
conflicts since, for it was taken once and what counts is decided by what is computed. Revisions come back in their
order. The entry says that the ballot was offered again, and when and as which entry it was taken first. One that was
kept as late is late again; where the copy is older than the close, it is in time.
"""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import NotAssigned, ReceiptRefused, RevisionMissing, RoundNotOpen
from scoreboard.judging.ballots.checks import Case, Who, find_case
from scoreboard.judging.ballots.forms import BallotForm
from scoreboard.judging.ballots.late import LATE, keep_late, late_deed, repeated_late
from scoreboard.judging.ballots.reading import AcceptedBallot, reading
from scoreboard.judging.ballots.storing import add, deed, repeated, stale, take
from scoreboard.judging.ledger.entries import leaf_of
from scoreboard.judging.ledger.keys import NAMES_KEY
from scoreboard.judging.ledger.notes import receipt_text
from scoreboard.judging.ledger.writing import Deed
from scoreboard.judging.rubric import steps_of
from scoreboard.models import LogEntry, Round
from scoreboard.signing import signed

REOFFERED = "ballot.reoffered"
ACTIONS = {"ballot.submitted", "ballot.corrected", REOFFERED, LATE}
HASH = r"^[0-9a-f]{64}$"


class Receipt(BaseModel):
    """What the server signed when it took the ballot first; see `ledger.notes.receipt`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event: str = Field(max_length=64)
    epoch: str = Field(max_length=64)
    sequence: int = Field(ge=1)
    leaf: str = Field(pattern=HASH)
    salt: str = Field(pattern=r"^[0-9a-f]{32}$")
    body: str = Field(max_length=65_536)
    at: str = Field(max_length=40)
    key: str = Field(pattern=HASH)
    signature: str = Field(pattern=r"^[0-9a-f]{128}$")


class ReofferForm(BallotForm):
    """A ballot as it was sent first, with the receipt that was given for it."""

    receipt: Receipt


async def reoffer(database: Database, who: Who, form: ReofferForm) -> AcceptedBallot:
    """Store a ballot that was taken before and is lacking now; one that is there already is answered as a repeat.

    Raises ReceiptRefused, NotAssigned where there is no such team, RoundNotOpen once the round is final,
    RevisionMissing while an earlier one lacks, StaleBallot where another one took its place, BallotReused.
    """
    return await database.write_rows(take_back, who, form)


def take_back(connection: Connection, who: Who, form: ReofferForm) -> AcceptedBallot:
    """Do what `reoffer` says, in the connection's transaction."""
    case = find_case(connection, who, form)
    if case.round_id is None or case.team_id is None:
        raise NotAssigned("This team is not assigned to you.")
    if case.late_id is not None:
        return repeated_late(connection, case, form)
    if case.known_id is not None:
        return repeated(connection, case, form)
    told = deed(case, form, steps_of(case.rubric, form.scores))
    late = check_receipt(connection, case, form, told) == LATE
    if late and not case.closed:
        return take(connection, who, form)
    with reading(connection) as session:
        if session.get_one(Round, case.round_id).finalised_at is not None:
            raise RoundNotOpen("The result of this round is final.")
    if form.base_revision > case.revision:
        raise RevisionMissing(
            "An earlier version of this ballot has to come first, from the device that it was sent by."
        )
    first = {"sequence": form.receipt.sequence, "epoch": form.receipt.epoch, "at": form.receipt.at}
    if late:
        return keep_late(connection, case, form, told, first)
    if form.base_revision != case.revision:
        raise stale(connection, case)
    again = Deed(told.actor, REOFFERED, told.subject, {**told.payload, "first": first})
    return add(connection, case, form, told.payload["scores"], again)


def check_receipt(connection: Connection, case: Case, form: ReofferForm, told: Deed) -> str:
    """Raise ReceiptRefused unless this event's key signed a receipt for this ballot, as it is offered.

    Gives the action of the entry that the receipt is for.
    """
    receipt = form.receipt
    text = receipt_text(
        receipt.event, receipt.epoch, receipt.sequence, receipt.leaf, str(form.uuid), form.base_revision + 1, receipt.at
    )
    try:
        genuine = (
            receipt.event == case.head.key
            and receipt.key in keys_of(connection, case.event_id)
            and signed(receipt.key, bytes.fromhex(receipt.signature), text)
            and leaf_of(bytes.fromhex(receipt.salt), receipt.body).hex() == receipt.leaf
        )
    except ValueError:  # letters that are no Unicode
        genuine = False
    if not genuine or not is_of(receipt, told, form):
        raise ReceiptRefused("This receipt does not belong to this ballot, or was not given by this server.")
    _key, _sequence, _at, _actor, action, *_ = json.loads(receipt.body)
    return str(action)


def keys_of(connection: Connection, event_id: int) -> set[str]:
    """Every key that an event's ledger has named."""
    with Session(bind=connection, join_transaction_mode="create_savepoint") as session:
        rows = session.exec(
            select(LogEntry.action, LogEntry.payload).where(
                LogEntry.event_id == event_id, col(LogEntry.action).in_(NAMES_KEY)
            )
        ).all()
    return {str(json.loads(payload)[NAMES_KEY[action]]) for action, payload in rows}


def is_of(receipt: Receipt, told: Deed, form: BallotForm) -> bool:
    """Whether the entry in a receipt, which was signed, tells of the same ballot as is offered."""
    _key, sequence, at, actor, action, subject, payload = json.loads(receipt.body)
    offered: dict[str, Any] = {**told.payload, "revision": form.base_revision + 1}
    if action == LATE:
        offered = late_deed(told, form).payload
    same = all(payload.get(name) == value for name, value in offered.items())
    return (
        same
        and action in ACTIONS
        and (sequence, at, actor, subject) == (receipt.sequence, receipt.at, told.actor, told.subject)
    )
