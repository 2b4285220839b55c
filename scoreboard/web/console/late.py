"""Ballots that came after the close: what they would change, and the decision to accept or refuse each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import anyio.to_thread
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import Clash, Forbidden, InvalidForm, ScoreboardError
from scoreboard.judging import late
from scoreboard.judging.duty.progress import event_named, round_of
from scoreboard.judging.late import Change, LateLine
from scoreboard.judging.rounds import Phase, frozen, phase
from scoreboard.models import Event, Organiser, Round
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.console.round import change
from scoreboard.web.state import State


@dataclass(frozen=True)
class Waiting:
    """What the page shows: late ballots, and what accepting each of them would do to its team."""

    event: Event
    round: Round
    lines: list[LateLine]
    recounts: late.Recounts


def waiting(session: Session, slug: str, key: str) -> Waiting:
    """Read the late ballots of a round. Raises NotFound."""
    event = event_named(session, slug)
    round_ = round_of(session, event, key)
    lines = late.late_lines(session, round_)
    return Waiting(event, round_, lines, late.recounts(session, round_, lines))


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../late``: the late ballots of a round."""
    return await render(request, organiser)


@organisers_only
async def admit(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../late/{uuid}/admit``: let it count, with a reason."""
    reason = str((await request.form(max_files=0)).get("reason", ""))
    return await decide(request, organiser, late.admit, reason, actor(organiser), reason=reason)


@organisers_only
async def refuse(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../late/{uuid}/refuse``: let it count for nothing, with a reason."""
    reason = str((await request.form(max_files=0)).get("reason", ""))
    return await decide(request, organiser, late.refuse, reason, actor(organiser), reason=reason)


@organisers_only
async def reopen(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../late/{uuid}/reopen``: take a refusal back."""
    return await decide(request, organiser, late.reopen, actor(organiser))


async def decide(request: Request[State], organiser: Organiser, step: Any, *args: str, reason: str = "") -> Response:
    """Decide about the ballot that the address names; what stands against it is said on the page."""
    try:
        await change(request, step, request.path_params["uuid"], *args)
    except (Clash, Forbidden, InvalidForm) as problem:
        return await render(request, organiser, problem, request.path_params["uuid"], reason)
    return RedirectResponse("/console/e/{slug}/rounds/{key}/late".format(**request.path_params), 303)


async def render(
    request: Request[State],
    organiser: Organiser,
    problem: ScoreboardError | None = None,
    asked: UUID | None = None,
    reason: str = "",
) -> Response:
    """Render the page; `asked` is the ballot about which a decision met a problem, whose words are kept."""
    path, pages = request.path_params, request.state["pages"]
    seen = await request.state["database"].read(waiting, path["slug"], path["key"])
    changes: Mapping[UUID, Change] = await anyio.to_thread.run_sync(seen.recounts.changes)
    return pages.render(
        request,
        "console/late.html",
        event=seen.event,
        status=problem.status if problem else 200,
        organiser=organiser,
        round=seen.round,
        lines=seen.lines,
        waiting=[line for line in seen.lines if line.late.state == "waiting"],
        decided=[line for line in seen.lines if line.late.state != "waiting"],
        changes=changes,
        closed=phase(seen.round) is Phase.CLOSED,
        final=phase(seen.round) is Phase.FINAL,
        frozen=frozen(seen.round),
        problem=pages.language_of(request, seen.event).error(problem) if problem else None,
        asked=asked,
        reason=reason,
    )
