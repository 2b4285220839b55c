"""The application: every address that it answers, what is shared, and what stands in front."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from scoreboard.database import opened
from scoreboard.errors import ScoreboardError
from scoreboard.judging.ledger.notary import Notary
from scoreboard.keeping.keeper import Keeper
from scoreboard.live.hub import Hub
from scoreboard.live.publisher import Publisher
from scoreboard.settings import Settings
from scoreboard.signing import key_at_hand
from scoreboard.web import board, entrance, errors, verifier
from scoreboard.web.analyses import Analyses
from scoreboard.web.console import duty as console_duty
from scoreboard.web.console import entrance as console_entrance
from scoreboard.web.console import groups as console_groups
from scoreboard.web.console import home as console
from scoreboard.web.console import judges as console_judges
from scoreboard.web.console import result as console_result
from scoreboard.web.console import round as console_round
from scoreboard.web.console import teams as console_teams
from scoreboard.web.judge import entrance as judge_entrance
from scoreboard.web.judge import home as judge
from scoreboard.web.limits import doors
from scoreboard.web.security import Walls
from scoreboard.web.state import State
from scoreboard.web.templating import Pages, Static
from scoreboard.web.throttle import Throttle

LARGEST_BODY = 256 * 1024  # bytes; the largest that is sent is a ballot with its comments


def create_app(settings: Settings) -> ASGIApp:
    """Build the application. The database must be ready (see `migrations.prepare`)."""
    static = Static()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[State]:
        hub = Hub()
        signing = key_at_hand(settings.database, settings.signing_key)
        async with (
            opened(settings.database) as database,
            Notary(database, signing) as notary,
            Publisher(database, hub) as publisher,
            Analyses(database) as analyses,
            Keeper(database, settings.backups),
        ):
            yield State(
                settings=settings,
                database=database,
                notary=notary,
                hub=hub,
                publisher=publisher,
                analyses=analyses,
                pages=Pages(static, settings.language),
                throttle=Throttle(),
                doors=doors(settings),
            )

    inside = Starlette(
        routes=routes(static),
        middleware=[Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)],
        exception_handlers={
            Exception: errors.on_failure,
            ScoreboardError: errors.on_error,
            ValidationError: errors.on_validation_error,
            HTTPException: errors.on_http_error,
        },
        lifespan=lifespan,
    )
    return Walls(inside)  # around everything, so that answers to failures carry the headers, too


def routes(static: Static) -> list[BaseRoute]:
    """Every address there is."""
    return [
        Route("/", entrance.front),
        Route("/language", entrance.choose_language, methods=["POST"]),
        Route("/healthz", entrance.health),
        Route("/verify", verifier.page(static.folder)),
        Route("/readyz", entrance.readiness),
        # The board: for everybody.
        Route("/e/{slug}", board.show),
        Route("/e/{slug}/standings.json", board.standings),
        Route("/e/{slug}/state.json", board.state),
        Route("/e/{slug}/stream", board.stream),
        WebSocketRoute("/e/{slug}/socket", board.socket),
        # The judge's phone.
        Route("/j", judge_entrance.show),
        Route("/j", judge_entrance.sign_in, methods=["POST"]),
        Route("/j/who", judge_entrance.who, methods=["POST"]),
        Route("/judge", judge.show_list),
        Route("/judge/bundle", judge.show_bundle),
        Route("/judge/sign-out", judge_entrance.sign_out, methods=["POST"]),
        Route("/judge/ballots/{uuid:uuid}", judge.put_ballot, methods=["PUT"]),
        Route("/judge/{round}/{team}", judge.show_card),
        Route("/judge/{round}/{team}", judge.submit_form, methods=["POST"]),
        # The organiser's console.
        Route("/console", console.events),
        Route("/console/sign-in", console_entrance.sign_in, methods=["GET", "POST"]),
        Route("/console/enter", console_entrance.enter, methods=["GET", "POST"]),
        Route("/console/sign-out", console_entrance.sign_out, methods=["POST"]),
        Route("/console/e/{slug}", console.overview),
        Route("/console/e/{slug}/live", console.live),
        WebSocketRoute("/console/e/{slug}/socket", console.socket),
        Route("/console/e/{slug}/rounds/{key}/open", console_round.open_round, methods=["POST"]),
        Route("/console/e/{slug}/rounds/{key}/freeze", console_round.freeze, methods=["POST"]),
        Route("/console/e/{slug}/rounds/{key}/thaw", console_round.thaw, methods=["POST"]),
        Route("/console/e/{slug}/rounds/{key}/close", console_round.close, methods=["GET", "POST"]),
        Route("/console/e/{slug}/rounds/{key}/finalise", console_round.finalise, methods=["GET", "POST"]),
        Route("/console/e/{slug}/rounds/{key}/groups", console_groups.show),
        Route("/console/e/{slug}/rounds/{key}/groups", console_groups.accept, methods=["POST"]),
        Route("/console/e/{slug}/rounds/{key}/groups/withdraw", console_groups.withdraw, methods=["POST"]),
        Route("/console/e/{slug}/rounds/{key}/assignments", console_duty.show),
        Route("/console/e/{slug}/rounds/{key}/assignments/skip", console_duty.skip, methods=["POST"]),
        Route("/console/e/{slug}/rounds/{key}/assignments/resume", console_duty.resume, methods=["POST"]),
        Route("/console/e/{slug}/result", console_result.show),
        Route("/console/e/{slug}/result/safety", console_result.show_safety),
        Route("/console/e/{slug}/result/judges", console_result.show_judges),
        Route("/console/e/{slug}/result/questions", console_result.show_questions),
        Route("/console/e/{slug}/result/why", console_result.show_why),
        Route("/console/e/{slug}/judges", console_judges.show),
        Route("/console/e/{slug}/judges/links", console_judges.links, methods=["POST"]),
        Route("/console/e/{slug}/judges/{key}/link", console_judges.link, methods=["GET", "POST"]),
        Route("/console/e/{slug}/teams", console_teams.show),
        Route("/console/e/{slug}/teams/{key}", console_teams.team),
        Route("/console/e/{slug}/teams/{key}/withdraw", console_teams.withdraw, methods=["POST"]),
        Route("/console/e/{slug}/teams/{key}/disqualify", console_teams.disqualify, methods=["POST"]),
        Route("/console/e/{slug}/teams/{key}/restore", console_teams.restore, methods=["POST"]),
        Mount("/static", app=static),
    ]
