"""The organisers' acceptance that groups of teams without a common judge are equally strong, as the ledger has it.

It is kept nowhere else: the newest entry of a round about it tells whether there is one. So what held at any sequence
of the ledger can be told later, and a kept result recomputed.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select

from scoreboard.models import LogEntry, Round

ACCEPTED: Final = "groups.accepted"
WITHDRAWN: Final = "groups.acceptance_withdrawn"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Which groups (of team keys) were accepted as equally strong, by whom and why; `sequence` is the entry's."""

    sequence: int
    actor: str
    reason: str
    groups: tuple[tuple[str, ...], ...]

    def as_json(self) -> dict[str, Any]:
        """The acceptance as a stored run names it."""
        return {
            "sequence": self.sequence,
            "actor": self.actor,
            "reason": self.reason,
            "groups": [list(group) for group in self.groups],
        }


def newest_acceptance(session: Session, round_: Round) -> Acceptance | None:
    """The acceptance of a round that has not been withdrawn; None when there is none."""
    entry = session.exec(
        select(LogEntry)
        .where(
            LogEntry.event_id == round_.event_id,
            col(LogEntry.action).in_((ACCEPTED, WITHDRAWN)),
            LogEntry.subject == f"round:{round_.key}",
        )
        .order_by(col(LogEntry.sequence).desc())
        .limit(1)
    ).one_or_none()
    if entry is None or entry.action == WITHDRAWN:
        return None
    payload = json.loads(entry.payload)
    groups = tuple(tuple(group["teams"]) for group in payload["groups"])
    return Acceptance(entry.sequence, entry.actor, payload["reason"], groups)
