"""The application: every address that it answers, what is shared, and what stands in front."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from scoreboard.database import opened
from scoreboard.errors import ScoreboardError
from scoreboard.live.hub import Hub
from scoreboard.live.publisher import Publisher
from scoreboard.settings import Settings
from scoreboard.web import board, console, entrance, errors, judge
from scoreboard.web.security import Walls
from scoreboard.web.state import State
from scoreboard.web.templating import Pages, Static
from scoreboard.web.throttle import Throttle


def create_app(settings: Settings) -> Starlette:
    """Build the application. The database must be ready (see `migrations.prepare`)."""
    static = Static()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[State]:
        hub = Hub()
        async with opened(settings.database) as database, Publisher(database, hub) as publisher:
            yield State(
                settings=settings,
                database=database,
                hub=hub,
                publisher=publisher,
                pages=Pages(static, settings.language),
                throttle=Throttle(),
            )

    return Starlette(
        routes=routes(static),
        middleware=[Middleware(Walls)],
        exception_handlers={
            ScoreboardError: errors.on_error,
            ValidationError: errors.on_validation_error,
            HTTPException: errors.on_http_error,
        },
        lifespan=lifespan,
    )


def routes(static: Static) -> list[BaseRoute]:
    """Every address there is."""
    return [
        Route("/", entrance.front),
        Route("/language", entrance.choose_language, methods=["POST"]),
        Route("/healthz", entrance.health),
        # The board: for everybody.
        Route("/e/{slug}", board.show),
        Route("/e/{slug}/standings.json", board.standings),
        WebSocketRoute("/e/{slug}/socket", board.socket),
        # The judge's phone.
        # The organiser's console.
        Mount("/static", app=static),
    ]
