"""A record as it lies in a database: the same stream, read once, from one snapshot."""

import json
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import Any

from sqlalchemy import String, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from scoreboard.errors import NotFound
from scoreboard.judging.verification.chain import Recorded, recorded
from scoreboard.judging.verification.fingerprints import Order
from scoreboard.judging.verification.outside import Outside
from scoreboard.judging.verification.published import KEEPING, Published
from scoreboard.judging.verification.second import Believed, verdict_of_two
from scoreboard.judging.verification.stored_ballots import ledger_of, rows_of, to_be_read
from scoreboard.judging.verification.tables import StoredTables
from scoreboard.judging.verification.times import moment
from scoreboard.judging.verification.verdict import Verdict
from scoreboard.judging.verification.verify import Heading, Item, Signed, Verification
from scoreboard.models import Checkpoint, Event, LedgerHead, Round, Run
from scoreboard.prepared import streamed


def nothing() -> None:
    """Do nothing."""


def heading_of(session: Session, event: Event) -> Heading:
    """Whose record it is. Raises NotFound where the event has no ledger."""
    key = session.exec(select(LedgerHead.key).where(LedgerHead.event_id == event.id)).one_or_none()
    if key is None:
        raise NotFound("There is no such event.")
    return Heading(key, event.slug, event.name_en, event.name_ar, whole=False)


def items_of(session: Session, event: Event, between: Callable[[], None] = nothing) -> Iterator[Item]:
    """The entries of an event, with its checkpoints and results where they belong; `between` is called now and then."""
    notes = {
        size: Signed(note, at, size)
        for size, note, at in session.exec(
            select(Checkpoint.size, Checkpoint.note, Checkpoint.at).where(Checkpoint.event_id == event.id)
        )
    }
    results: dict[str, list[Published]] = {}
    for result in results_of(session, event):
        results.setdefault(result.hash, []).append(result)
    for entry in entries_of(session, event, between):
        yield entry
        if entry.action in KEEPING:
            named = results.get(run_in(entry.payload))
            if named:
                yield named.pop(0)
        if entry.sequence in notes:
            yield notes.pop(entry.sequence)
    yield from notes.values()  # over more entries than there are
    yield from (result for left in results.values() for result in left)


def entries_of(session: Session, event: Event, between: Callable[[], None] = nothing) -> Iterator[Recorded]:
    """The entries of an event, in their order."""
    # As the driver gives them: rows as objects take several times as long.
    for part in streamed(session.connection(), ledger_of(event.id)):
        between()
        yield from recorded(part)


def run_in(payload: str) -> str:
    """The hash of the result that an entry names; empty where none can be read."""
    return str(read_json(payload).get("run", ""))


def results_of(session: Session, event: Event) -> Iterator[Published]:
    """The stored results of an event, the oldest first."""
    # Columns as they are kept: whoever changed one may have written anything into it.
    for kind, round_, at, sequence, rule, software, stated, hash_ in session.execute(
        core_select(
            col(Run.kind),
            col(Round.key),
            type_coerce(col(Run.at), String),
            col(Run.sequence),
            col(Run.rule),
            col(Run.software),
            type_coerce(col(Run.standings), String),
            col(Run.hash),
        )
        .join(Round, col(Round.id) == col(Run.round_id))
        .where(col(Round.event_id) == event.id)
        .order_by(col(Run.id))
    ):
        yield Published(kind, round_, moment(at), sequence, rule, software, read_json(stated), hash_)


def read_json(stored: object) -> dict[str, Any]:
    """What a result states, as the driver gives it; nothing where it cannot be read."""
    try:
        stated = json.loads(stored) if isinstance(stored, str) else stored
    except ValueError:
        stated = None
    return stated if isinstance(stated, dict) else {}


def verify_event(
    session: Session,
    event: Event,
    *,
    outside: Outside | None = None,
    pinned: str = "",
    watch: Callable[[Iterable[Item]], Iterable[Item]] = iter,
    processes: int = 1,
) -> Verdict:
    """Read an event's record in the session's snapshot and hold it, and the tables beside it, against what it says.

    `watch` is handed the stream and hands it on: for a progress bar, or to pause. With two `processes` it takes about
    half as long, where nothing is wrong. Raises NotFound without a ledger, Unusable where the second process is ended.
    """
    heading, tables, event_id = heading_of(session, event), StoredTables(session, event), event.id or 0
    kept = outside or Outside(heading.key)
    if processes > 1:
        head = session.exec(select(LedgerHead.sequence).where(LedgerHead.event_id == event_id)).one()
        stored = to_be_read(session, event_id, head)
        verdict = stored and verdict_of_two(
            Verification(heading, outside=deepcopy(kept), pinned=pinned, tables=tables, follow=Believed),
            Order(key=heading.key, places=kept.places | signed_places(session, event_id), file="", stored=stored),
            lambda second: watch(items_of(session, event, second.trust)),
        )
        if verdict:
            return verdict
    alone = Verification(heading, outside=kept, pinned=pinned, rows=rows_of(session, event_id), tables=tables)
    return alone.of(watch(items_of(session, event)))


def signed_places(session: Session, event_id: int) -> set[int]:
    """After which entries checkpoints stand."""
    return set(session.exec(select(Checkpoint.size).where(Checkpoint.event_id == event_id)))
