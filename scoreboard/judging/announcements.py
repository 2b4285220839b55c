"""What organisers tell judges while they work: a short text to one of them or to all, and who has seen it.

An announcement is its entry in the ledger, and is kept nowhere else; its number is the entry's.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select

from scoreboard.errors import InvalidForm, NotFound, TooManyTries
from scoreboard.judging import ledger
from scoreboard.judging.ledger.entries import written_time
from scoreboard.models import AnnouncementSeen, Event, Judge, LogEntry
from scoreboard.texts import written

MADE: Final = "announcement.made"
LONGEST: Final = 300  # characters
APART: Final = timedelta(seconds=5)  # between two of one person
LASTS: Final = timedelta(days=1)
NEWEST: Final = 5


@dataclass(frozen=True)
class Announcement:
    """An announcement. `subject` is ``judge:J1`` or ``event:slug``, `seen` the ids of the judges who have seen it."""

    sequence: int
    at: datetime
    actor: str
    subject: str
    text_en: str
    text_ar: str
    seen: frozenset[int] = frozenset()

    @property
    def judge(self) -> str:
        """The key of the judge it is for; empty where it is for all."""
        kind, _, key = self.subject.partition(":")
        return key if kind == "judge" else ""

    def as_json(self, judge_id: int) -> dict[str, Any]:
        """What a judge's phone is told."""
        return {
            "sequence": self.sequence,
            "at": self.at.isoformat(),
            "text_en": self.text_en,
            "text_ar": self.text_ar,
            "to_all": not self.judge,
            "seen": judge_id in self.seen,
        }


def announce(session: Session, event_id: int, judge_key: str, text_en: str, text_ar: str, actor: str) -> int:
    """Tell one judge something, or all (without a key), in one language or both. Gives its number.

    Raises InvalidForm without a text or for one that is too long, NotFound, TooManyTries (with the seconds to wait).
    """
    texts = {"text_en": short(text_en, "text_en"), "text_ar": short(text_ar, "text_ar")}
    if not any(texts.values()):
        raise InvalidForm("Please write what the judges are to know.", extra={"fields": ["text_en", "text_ar"]})
    subject = f"event:{session.get_one(Event, event_id).slug}"
    if judge_key:
        subject = f"judge:{participant(session, event_id, judge_key).key}"
    wait_between(session, event_id, actor)
    return ledger.append(session, event_id, actor, MADE, subject, texts)


def short(text: str, field: str) -> str:
    """A text as it is kept. Raises InvalidForm."""
    text = written(text, field)
    if len(text) > LONGEST:
        raise InvalidForm("This text is too long: %(n)s characters at the most.", n=LONGEST, extra={"fields": [field]})
    return text


def participant(session: Session, event_id: int, key: str) -> Judge:
    """Find a judge who takes part. Raises NotFound."""
    judge = session.exec(select(Judge).where(Judge.event_id == event_id, Judge.key == key)).one_or_none()
    if judge is None or judge.withdrawn_at is not None:
        raise NotFound("There is no such judge.")
    return judge


def wait_between(session: Session, event_id: int, actor: str) -> None:
    """Raise TooManyTries right after another announcement of the same person."""
    now = datetime.now(UTC)
    last = session.exec(
        select(LogEntry.at)
        .where(
            LogEntry.event_id == event_id,
            LogEntry.action == MADE,
            LogEntry.actor == actor,
            LogEntry.at > written_time(now - APART),
            LogEntry.at <= written_time(now),  # a clock that was set back stops nobody
        )
        .order_by(col(LogEntry.sequence).desc())
        .limit(1)
    ).one_or_none()
    if last is not None:
        seconds = max(1, round((ledger.time_of(last) + APART - now).total_seconds()))
        raise TooManyTries(
            "You have just sent a message. Please wait %(seconds)s seconds.",
            seconds=seconds,
            extra={"seconds": seconds},
        )


def announcements_for(session: Session, judge: Judge) -> list[Announcement]:
    """The newest announcements to a judge of the last day, the newest first."""
    event = session.get_one(Event, judge.event_id)
    return newest(session, event, {f"event:{event.slug}", f"judge:{judge.key}"})


def announcements_of(session: Session, event: Event) -> list[Announcement]:
    """The newest announcements of an event of the last day, to whomever, the newest first."""
    return newest(session, event)


def newest(session: Session, event: Event, subjects: Collection[str] = ()) -> list[Announcement]:
    """Read the newest announcements, on these subjects or on any."""
    statement = select(LogEntry).where(
        LogEntry.event_id == event.id, LogEntry.action == MADE, LogEntry.at > written_time(datetime.now(UTC) - LASTS)
    )
    if subjects:
        statement = statement.where(col(LogEntry.subject).in_(subjects))
    entries = session.exec(statement.order_by(col(LogEntry.sequence).desc()).limit(NEWEST)).all()
    seen = seen_by(session, event.id or 0, [entry.sequence for entry in entries])
    return [read(entry, seen.get(entry.sequence, frozenset())) for entry in entries]


def read(entry: LogEntry, seen: frozenset[int]) -> Announcement:
    """Read an announcement from its entry."""
    told = json.loads(entry.payload)
    return Announcement(
        entry.sequence, ledger.time_of(entry.at), entry.actor, entry.subject, told["text_en"], told["text_ar"], seen
    )


def seen_by(session: Session, event_id: int, sequences: Sequence[int]) -> Mapping[int, frozenset[int]]:
    """Which judges have seen which of these."""
    found: dict[int, set[int]] = {}
    for sequence, judge_id in session.exec(
        select(AnnouncementSeen.sequence, AnnouncementSeen.judge_id).where(
            AnnouncementSeen.event_id == event_id, col(AnnouncementSeen.sequence).in_(sequences)
        )
    ):
        found.setdefault(sequence, set()).add(judge_id)
    return {sequence: frozenset(judges) for sequence, judges in found.items()}


def note_seen(session: Session, judge: Judge, sequence: int) -> None:
    """Write that a judge has seen an announcement; once. Raises NotFound for one that is not to this judge."""
    entry = session.get(LogEntry, (judge.event_id, sequence))
    event = session.get_one(Event, judge.event_id)
    if entry is None or entry.action != MADE or entry.subject not in {f"event:{event.slug}", f"judge:{judge.key}"}:
        raise NotFound("There is no such message.")
    key = (judge.event_id, sequence, judge.id or 0)
    if session.get(AnnouncementSeen, key) is None:
        session.add(
            AnnouncementSeen(
                event_id=judge.event_id, sequence=sequence, judge_id=judge.id or 0, seen_at=datetime.now(UTC)
            )
        )
