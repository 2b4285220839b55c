"""What an import changed: told to the person who ran it and recorded in the ledger, from the same comparison."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from scoreboard.judging import ledger
from scoreboard.judging.setup.description import Level


@dataclass(frozen=True)
class Change:
    """One thing that was added, changed, removed or reordered. `fields` holds each field's value before and after."""

    kind: str
    action: str
    subject: str
    fields: Mapping[str, tuple[Any, Any]]


@dataclass
class Changes:
    """All that an import did; false when it changed nothing.

    `unchanged` counts what was described as it is stored, by kind. `kept` names what is stored and not described:
    nothing is deleted because a file does not mention it.
    """

    slug: str
    changed: list[Change] = field(default_factory=list)
    unchanged: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.changed)

    def counts(self) -> dict[tuple[str, str], int]:
        """Count the changes by kind and action, in order of their first appearance."""
        return dict(Counter((change.kind, change.action) for change in self.changed))


class Recorder:
    """Notes each change twice in one breath: for the answer and, in the session's transaction, in the ledger."""

    def __init__(self, session: Session, event_id: int, slug: str, actor: str) -> None:
        self.session = session
        self.event_id = event_id
        self.actor = actor
        self.changes = Changes(slug)

    def record(self, kind: str, action: str, subject: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Note a change; fields that are alike before and after are left out."""
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        changed = {name: (before.get(name), after.get(name)) for name in names}
        self.changes.changed.append(Change(kind, action, subject, changed))
        sides: dict[str, Any] = {}
        if before:
            sides["before"] = {name: public(name, before.get(name)) for name in names}
        if after:
            sides["after"] = {name: public(name, after.get(name)) for name in names}
        ledger.append(self.session, self.event_id, self.actor, f"{kind}.{action}", f"{kind}:{subject}", sides)


def said(form: Any, *leave_out: str) -> dict[str, Any]:
    """Give what a form says as plain values, without what it leaves unsaid."""
    values = {part.name: getattr(form, part.name) for part in fields(form) if part.name not in leave_out}
    return {name: plain(value) for name, value in values.items() if value is not None}


def plain(value: Any) -> Any:
    """Write a field's value as JSON without floats; numbers that are equal are written alike."""
    match value:
        case Decimal():
            return spelled(value)
        case date():
            return value.isoformat()
        case Level():
            return {"value": spelled(value.value), "en": value.en, "ar": value.ar}
        case frozenset():
            return sorted(value)
        case tuple():
            return [plain(part) for part in value]
        case _:
            return value


def spelled(number: Decimal) -> str:
    """Write an exact number without needless zeros and without an exponent: 0.5, 10."""
    return format(number.normalize(), "f")


def public(name: str, value: Any) -> Any:
    """Keep addresses out of the ledger, which is handed on: it says only whether there is one, or how many."""
    if name == "members":
        return len(value or ())
    return bool(value) if name == "email" else value
