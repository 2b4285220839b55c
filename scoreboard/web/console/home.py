"""The console's first pages: the events, and a round as it runs, live."""

from collections.abc import Sequence
from dataclasses import dataclass

import anyio.to_thread
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from scoreboard.errors import ScoreboardError
from scoreboard.judging import results
from scoreboard.judging.ballots.papers import waiting
from scoreboard.judging.duty import progress
from scoreboard.judging.duty.progress import Duty, EventLine, Overview
from scoreboard.judging.reports import absences, recusals
from scoreboard.judging.rounds import Phase, frozen, phase
from scoreboard.judging.staff.roles import Role, roles_of
from scoreboard.live.messages import Line, Standings
from scoreboard.live.views import ranking
from scoreboard.models import Organiser, Round, Team
from scoreboard.web import auth, sockets
from scoreboard.web.console.entrance import organisers_only
from scoreboard.web.console.words import log_lines
from scoreboard.web.state import State


@dataclass(frozen=True)
class Place:
    """A team's line today, and its line on the public board while that shows another state."""

    team: Team
    today: Line | None
    public: Line | None

    @property
    def moved(self) -> bool:
        """Whether the public sees the team elsewhere than it is."""
        return (self.today and self.today.rank) != (self.public and self.public.rank)


@organisers_only
async def events(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console``: every event where the person has a role, with how far it is."""
    lines, own_roles = await request.state["database"].read(events_of, organiser)
    return request.state["pages"].render(
        request,
        "console/events.html",
        organiser=organiser,
        lines=lines,
        roles=own_roles,
        Role=Role,
        phase=phase,
        frozen=frozen,
    )


def events_of(session: Session, organiser: Organiser) -> tuple[list[EventLine], dict[int, Role]]:
    """Read the events where a person has a role, and which."""
    found = roles_of(session, organiser)
    return progress.event_lines(session, found.keys()), found


@organisers_only
async def overview(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}``: a round (``?round=key``; else the current one) as it runs."""
    return await show(request, organiser, "console/overview.html", request.query_params.get("round"))


@organisers_only
async def live(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/live``: the part of the same page that changes."""
    return await show(request, organiser, "console/_live.html", request.query_params.get("round"))


async def socket(websocket: WebSocket[State]) -> None:
    """``WS /console/e/{slug}/socket``: says that something changed, to whoever is signed in."""
    await sockets.serve(websocket, sockets.CONSOLE, session=auth.token_of(websocket, auth.CONSOLE))


async def show(
    request: Request[State],
    organiser: Organiser,
    template: str,
    key: str | None,
    problem: ScoreboardError | None = None,
) -> Response:
    """Render a round, or the part of its page that changes."""
    seen = await request.state["database"].read(progress.overview, request.path_params["slug"], key)
    reported, papers = await request.state["database"].read(waiting_in_hall, seen.round)
    today, public = await rankings(request, seen)
    pages = request.state["pages"]
    language = pages.language_of(request, seen.event)
    return pages.render(
        request,
        template,
        event=seen.event,
        status=problem.status if problem else 200,
        organiser=organiser,
        overview=seen,
        round=seen.round,
        phase=phase(seen.round),
        Phase=Phase,
        Duty=Duty,
        frozen=frozen(seen.round),
        standings=today,
        places=places(seen, today.lines, public),
        reported=reported,
        papers=papers,
        hidden=public is not None and frozen(seen.round),
        log=log_lines(seen, language),
        problem=language.error(problem) if problem else None,
    )


def waiting_in_hall(session: Session, round_: Round) -> tuple[int, int]:
    """How many reports of judges, and how many ballots on paper, wait for somebody in a round that is not final."""
    if phase(round_) is Phase.FINAL:
        return 0, 0
    recused = sum(recusal.open for recusal in recusals.recusals(session, round_))
    return len(absences.away(session, round_)) + recused, len(waiting(session, round_))


async def rankings(request: Request[State], seen: Overview) -> tuple[Standings, Sequence[Line] | None]:
    """Today's ranking, and the lines that the public sees: None for a round that is not on the board."""
    if seen.current:
        published = await request.state["publisher"].current(seen.event.id or 0)
        return published.console.standings, published.standings.standings.lines
    inputs = await request.state["database"].read(results.contest, seen.round)
    found = await anyio.to_thread.run_sync(inputs.outcome)
    return ranking(seen.round, found, inputs, seen.progress.total()), None


def places(seen: Overview, today: Sequence[Line], public: Sequence[Line] | None) -> list[Place]:
    """Each team in today's order with both of its lines; at the end teams that only the public still sees."""
    teams = {team.key: team for team in seen.progress.teams}
    on_board = {line.team: line for line in public or ()}
    ranked = [Place(teams[line.team], line, on_board.pop(line.team, None)) for line in today]
    return ranked + [Place(teams[line.team], None, line) for line in on_board.values() if line.team in teams]
