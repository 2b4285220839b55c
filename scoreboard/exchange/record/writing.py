"""A record written from a database: one snapshot, streamed, closed with a checkpoint over all of it."""

import json
from collections.abc import Callable
from typing import IO, Any

from sqlmodel import Session

from scoreboard.exchange.record.reading import VERSION
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.published import Published
from scoreboard.judging.verification.stored import heading_of, items_of
from scoreboard.judging.verification.tail import Tail
from scoreboard.judging.verification.verify import Item, Signed
from scoreboard.models import Event


def write_record(session: Session, event: Event, file: IO[str], sign: Callable[[Tail], str]) -> dict[str, int]:
    """Write an event's record; give the counts of what it holds.

    `sign` makes a checkpoint of the entries that none covers, so that nothing in the record is unsigned; it may raise.
    """
    heading = heading_of(session, event)
    names = {"key": heading.key, "slug": event.slug, "name_en": event.name_en, "name_ar": event.name_ar}
    write(file, {"scoreboard": "record", "version": VERSION, "event": names})
    tail = Tail(heading.key)
    counts = {"entries": 0, "checkpoints": 0, "runs": 0}
    for item in items_of(session, event):
        counts[write_item(file, item, tail)] += 1
    if tail.unsigned:
        counts[write_item(file, Signed(sign(tail)), tail)] += 1
    write(file, {"end": counts})
    return counts


def write_item(file: IO[str], item: Item, tail: Tail) -> str:
    """Write one line; tell what it is counted as."""
    if isinstance(item, Recorded):
        tail.take(item)
        file.write(entry_line(item))
        return "entries"
    if isinstance(item, Signed):
        tail.signed()
        write(file, {"checkpoint": item.note})
        return "checkpoints"
    if not isinstance(item, Published):
        raise TypeError(item)
    write(
        file,
        {
            "run": {
                "kind": item.kind,
                "round": item.round,
                "at": item.at,
                "sequence": item.sequence,
                "rule": item.rule,
                "software": item.software,
                "standings": item.stated,
                "hash": item.hash,
            }
        },
    )
    return "runs"


def entry_line(entry: Recorded) -> str:
    """An entry as a line. Its payload is JSON already, and is written as it was hashed."""
    if entry.closed:
        head, rest = {"sequence": entry.sequence}, {"leaf": entry.leaf, "hash": entry.hash}
        return f"{plain({**head, **rest})}\n"
    first = plain(
        {
            "sequence": entry.sequence,
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
        }
    )
    last = plain({"salt": entry.salt, "leaf": entry.leaf, "hash": entry.hash})
    return f'{first[:-1]},"payload":{entry.payload},{last[1:]}\n'


def write(file: IO[str], value: dict[str, Any]) -> None:
    """Write a line."""
    file.write(f"{plain(value)}\n")


def plain(value: dict[str, Any]) -> str:
    """JSON without spaces, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
