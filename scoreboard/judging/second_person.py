"""Two persons for a result: one proposes it and another confirms it, where the event asks for that.

The proposal is kept nowhere but in the ledger: the newest entry of a round about it tells whether there is one. It
names the result by a hash of all that it states except its place in the ledger, which the proposal itself moves; so
the second person confirms what the first one saw, to the digit, or nothing.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select

from scoreboard.errors import Outdated, SecondPersonNeeded
from scoreboard.judging import ledger
from scoreboard.models import Event, LogEntry, Round
from scoreboard.texts import tidy

PROPOSED: Final = "result.proposed"
ENDING: Final = ("round.reopened", "round.finalised")
OWN_PLACE: Final = "sequence"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who proposed which result of a round, and what they said; `at` is the time as the ledger has it."""

    actor: str
    result: str
    comment: str
    at: str


def fingerprint(stated: Mapping[str, Any]) -> str:
    """SHA-256 (hexadecimal) of what a result states, wherever in the ledger it was computed."""
    content = {name: value for name, value in stated.items() if name != OWN_PLACE}
    return hashlib.sha256(ledger.canonical(content).encode()).hexdigest()


def wanted(session: Session, round_: Round) -> bool:
    """Whether the event asks for a second person."""
    return session.get_one(Event, round_.event_id).four_eyes


def pending_proposal(session: Session, round_: Round) -> Proposal | None:
    """The proposal that waits for a second person; None when there is none."""
    entry = session.exec(
        select(LogEntry)
        .where(
            LogEntry.event_id == round_.event_id,
            col(LogEntry.action).in_((PROPOSED, *ENDING)),
            LogEntry.subject == f"round:{round_.key}",
        )
        .order_by(col(LogEntry.sequence).desc())
        .limit(1)
    ).one_or_none()
    if entry is None or entry.action != PROPOSED:
        return None
    payload = json.loads(entry.payload)
    return Proposal(entry.actor, payload["result"], payload["comment"], entry.at)


def propose(session: Session, round_: Round, actor: str, comment: str, stated: Mapping[str, Any]) -> None:
    """Record what a first person proposes; an earlier proposal is replaced."""
    payload = {"result": fingerprint(stated), "comment": tidy(comment)}
    ledger.append(session, round_.event_id, actor, PROPOSED, f"round:{round_.key}", payload)


def confirmed(session: Session, round_: Round, actor: str, stated: Mapping[str, Any]) -> dict[str, str]:
    """Hold a final result to what another person proposed; what the entry says of it, nothing where one is enough.

    Raises SecondPersonNeeded, Outdated.
    """
    if not wanted(session, round_):
        return {}
    proposal = pending_proposal(session, round_)
    if proposal is None or proposal.actor == actor:
        raise SecondPersonNeeded("At this event a result is proposed by one person and confirmed by another.")
    if proposal.result != fingerprint(stated):
        raise Outdated("The result is not the one any more that was proposed. Please propose it again.")
    return {"result": proposal.result}
