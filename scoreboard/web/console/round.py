"""Steps in a round's life, each a form of its own: open, pause, resume, freeze, thaw, close, finalise."""

from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.database import Database
from scoreboard.errors import Clash, InvalidForm, ScoreboardError
from scoreboard.judging import publication, rounds
from scoreboard.judging.ballots.signed import signatures
from scoreboard.judging.duty.progress import event_named, overview, round_of
from scoreboard.judging.second_person import pending_proposal
from scoreboard.models import Organiser
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.console.home import rankings, show
from scoreboard.web.state import State

P = ParamSpec("P")
T = TypeVar("T")


async def change(
    request: Request[State], step: Callable[Concatenate[Session, int, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Take a step with the round that the address names, in one transaction, and tell the publisher."""

    def take(database: Database, round_id: int) -> Awaitable[T]:
        return database.write(step, round_id, *args, **kwargs)

    return await changing(request, take)


async def changing(request: Request[State], take: Callable[[Database, int], Awaitable[T]]) -> T:
    """Take a step of whatever kind with the round that the address names, and tell the publisher."""
    database = request.state["database"]
    event_id, round_id = await database.read(named_round, request.path_params["slug"], request.path_params["key"])
    outcome = await take(database, round_id)
    request.state["publisher"].changed(event_id)
    await request.state["notary"].catch_up()  # what a step fixes is signed as it is taken
    return outcome


def named_round(session: Session, slug: str, key: str) -> tuple[int, int]:
    """Find the ids of an event and its round. Raises NotFound."""
    event = event_named(session, slug)
    return event.id or 0, round_of(session, event, key).id or 0


async def take_step(
    request: Request[State], organiser: Organiser, step: Callable[[Session, int, str], Any]
) -> Response:
    """Take a step that needs nothing but its time; one that does not follow is said on the page."""
    return await said(request, organiser, change(request, step, actor(organiser)))


async def said(request: Request[State], organiser: Organiser, step: Awaitable[Any]) -> Response:
    """Go back to the round after a step; one that does not follow is said on its page."""
    try:
        await step
    except (Clash, InvalidForm) as problem:
        return await show(request, organiser, "console/overview.html", request.path_params["key"], problem)
    return back(request)


@organisers_only
async def open_round(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../open``: take ballots, or take them again."""
    return await take_step(request, organiser, rounds.open_round)


@organisers_only
async def pause(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../pause``: take no ballots for a while, for a reason."""
    reason = str((await request.form(max_files=0)).get("reason", ""))
    return await said(request, organiser, change(request, rounds.pause, reason, actor(organiser)))


@organisers_only
async def resume(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../resume``: take ballots again."""
    reason = str((await request.form(max_files=0)).get("reason", ""))
    return await said(request, organiser, change(request, rounds.resume, reason, actor(organiser)))


@organisers_only
async def freeze(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../freeze``: hold what the public sees."""
    step = changing(request, lambda database, round_id: publication.freeze(database, round_id, actor(organiser)))
    return await said(request, organiser, step)


@organisers_only
async def thaw(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../thaw``: let the public see the round as it is."""
    return await take_step(request, organiser, rounds.thaw)


@organisers_only
async def close(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../close``: what closing means, with a button. ``POST``: take no more ballots."""
    if request.method == "POST":
        return await take_step(request, organiser, rounds.close)
    return await decide(request, organiser, "console/close.html")


@organisers_only
async def finalise(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../finalise``: what is missing, and the form. ``POST``: store the result as final."""
    if request.method != "POST":
        return await decide(request, organiser, "console/finalise.html")
    form = await request.form(max_files=0)
    comment = str(form.get("comment", ""))
    step = publication.propose if form.get("step") == "propose" else publication.finalise
    try:
        await changing(request, lambda database, round_id: step(database, round_id, actor(organiser), comment))
    except (Clash, InvalidForm) as problem:
        return await decide(request, organiser, "console/finalise.html", problem, comment=comment)
    return back(request)


def back(request: Request[State]) -> Response:
    """Go back to the round."""
    return RedirectResponse("/console/e/{slug}?round={key}".format(**request.path_params), 303)


async def decide(
    request: Request[State],
    organiser: Organiser,
    template: str,
    problem: ScoreboardError | None = None,
    comment: str = "",
) -> Response:
    """Render a page with one decision on it, and what it rests on."""
    database, pages = request.state["database"], request.state["pages"]
    seen = await database.read(overview, request.path_params["slug"], request.path_params["key"])
    missing = await database.read(rounds.missing, seen.round)
    proposal = await database.read(pending_proposal, seen.round)
    signed = await database.read(signatures, seen.round.id or 0)
    given = [judge for judge in seen.progress.judges if seen.progress.of_judge(judge).done]
    today, _public = await rankings(request, seen)
    language = pages.language_of(request, seen.event)
    return pages.render(
        request,
        template,
        event=seen.event,
        status=problem.status if problem else 200,
        organiser=organiser,
        round=seen.round,
        phase=rounds.phase(seen.round),
        Phase=rounds.Phase,
        frozen=rounds.frozen(seen.round),
        missing=missing,
        judges={judge.key: judge for judge in seen.progress.judges},
        teams={team.key: team for team in seen.progress.teams},
        given=given,
        signed=[judge for judge in given if judge.id in signed],
        standings=today,
        first=[line.team for line in today.lines if line.rank == 1],
        problem=language.error(problem) if problem else None,
        comment=comment or (proposal.comment if proposal else ""),
        proposal=proposal,
        own=proposal is not None and proposal.actor == actor(organiser),
    )
