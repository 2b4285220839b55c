"""The whole ledger, page by page in words, and the record of it as a file that anybody can verify."""

import gzip
import io
from datetime import UTC, datetime
from functools import partial
from typing import Final

from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response

from scoreboard.exchange.record import write_record
from scoreboard.i18n import Named
from scoreboard.judging.duty.progress import event_named
from scoreboard.judging.ledger.entries import written_time
from scoreboard.judging.ledger.notes import checkpoint_note
from scoreboard.judging.verification.tail import Tail
from scoreboard.models import Event, Judge, LogEntry, Organiser, Round, Team
from scoreboard.signing import SigningKey
from scoreboard.web.console.entrance import organisers_only
from scoreboard.web.console.words import log_line
from scoreboard.web.state import State

ON_A_PAGE: Final = 100
LONGEST_NUMBER: Final = 12  # digits


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/ledger``: the newest entries; ``?before=sequence`` those before one."""
    asked = request.query_params.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_NUMBER else None
    event, entries, named = await request.state["database"].read(read_page, request.path_params["slug"], before)
    pages = request.state["pages"]
    language = pages.language_of(request, event)
    shown = entries[:ON_A_PAGE]
    return pages.render(
        request,
        "console/ledger.html",
        event=event,
        organiser=organiser,
        lines=[(entry, log_line(entry, named, language)) for entry in shown],
        older=shown[-1].sequence if len(entries) > ON_A_PAGE else None,
        newest=before is None,
    )


def read_page(session: Session, slug: str, before: int | None) -> tuple[Event, list[LogEntry], dict[str, Named]]:
    """Read the newest entries before a sequence, one more than is shown, and the names of what they are about."""
    event = event_named(session, slug)
    found = select(LogEntry).where(LogEntry.event_id == event.id)
    if before is not None:
        found = found.where(LogEntry.sequence < before)
    entries = session.exec(found.order_by(col(LogEntry.sequence).desc()).limit(ON_A_PAGE + 1)).all()
    named: dict[str, Named] = {f"event:{event.slug}": event}
    for judge in session.exec(select(Judge).where(Judge.event_id == event.id)):
        named[f"judge:{judge.key}"] = judge
    for team in session.exec(select(Team).where(Team.event_id == event.id)):
        named[f"team:{team.key}"] = team
    for round_ in session.exec(select(Round).where(Round.event_id == event.id)):
        named[f"round:{round_.key}"] = round_
    return event, list(entries), named


@organisers_only
async def record(request: Request[State], _organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/record``: the record, gzipped, as ``scoreboard record`` writes it."""
    notary = request.state["notary"]
    await notary.catch_up()
    slug = request.path_params["slug"]
    packed = await request.state["database"].read(packed_record, slug, notary.signing)
    return Response(
        packed,
        media_type="application/gzip",
        headers={"content-disposition": f'attachment; filename="{slug}.ndjson.gz"', "cache-control": "no-store"},
    )


def packed_record(session: Session, slug: str, key: SigningKey) -> bytes:
    """Write the record of an event in one snapshot. Raises NotFound."""
    event = event_named(session, slug)
    raw = io.BytesIO()
    with gzip.GzipFile(fileobj=raw, mode="wb") as packing, io.TextIOWrapper(packing, "utf-8", newline="\n") as text:
        write_record(session, event, text, partial(closing_note, key))
    return raw.getvalue()


def closing_note(key: SigningKey, tail: Tail) -> str:
    """Sign for the entries that came since the newest checkpoint."""
    return checkpoint_note(key, tail.key, tail.size, tail.root, written_time(datetime.now(UTC)))
