"""Everything that the public can ask, taken from the table of addresses, and everything that it is answered."""

from collections.abc import Iterator
from typing import Any

from embargo.driving import Asked, Socket, ask
from embargo.worlds import World
from sqlalchemy import text
from sqlmodel import Session
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from scoreboard.app import routes
from scoreboard.live.window import ROWS
from scoreboard.web.policy import policy_of
from scoreboard.web.templating import Static

PLACES = {"key": "final", "round": "final", "team": "T1", "uuid": "6d7d6a0e-7f0c-4d4f-9a53-50a7b2f0a001", "person": "1"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WIDER = "all=true&until=99999&frozen=0&freeze=false&preview=true&admin=1&sequence=99999&epoch=%00&version=-1&lang=ar"
JSON, HTML = (("accept", "application/json"),), (("accept", "text/html"), ("accept-language", "ar"))
STRANGE = (
    "/e",
    "/e/",
    "/e/{slug}/",
    "/e/{slug}/ballots.json",
    "/e/{slug}/standings",
    "/e/{slug}/standings.json/all",
    "/e/{slug}/record",
    "/e/{slug}/../console",
    "/e/%00/standings.json",
    "/e/{slug}%2e/state.json",
    "/metrics",
    "/robots.txt",
    "/sitemap.xml",
    "/verify/{slug}",
    "/static/../scoreboard.db",
    "/static/js/board/main.js",
)
TABLE = routes(Static())


def paths(route: BaseRoute, slug: str) -> Iterator[str]:
    """The addresses of a route: of the event, and of one that there is not."""
    path = getattr(route, "path_format", "")
    for event in (slug, "nowhere") if "{slug}" in path else (slug,):
        places = {name: PLACES.get(name, "J1") for name in getattr(route, "param_convertors", {})}
        yield path.format(**places | {"slug": event})


def questions(slug: str, below: str = "/") -> Iterator[Asked]:
    """Every request that is worth making of routes below an address."""
    for route in TABLE:
        policy = policy_of(route)
        if not isinstance(route, Route) or policy is None or not route.path.startswith(below):
            continue
        for path in paths(route, slug):
            yield Asked("GET", path, HTML)
            yield Asked("GET", path, JSON)
            if policy.open:
                yield from (Asked(method, path, HTML) for method in METHODS if method != "GET")
                yield Asked("GET", f"{path}?{WIDER}", HTML)
                yield Asked("GET", f"{path}?screen=1&lang=en")
                yield Asked("GET", path, (("if-none-match", '"nothing", W/"*"'), ("range", "bytes=0-9")))
            else:
                yield Asked("POST", path, JSON)
    for path in STRANGE if below == "/" else ():
        yield Asked("GET", path.format(slug=slug), HTML)


async def crawl(world: World, below: str = "/") -> list[tuple[str, Any]]:
    """Ask everything there is below an address; give what was answered, question by question."""
    found: list[tuple[str, Any]] = []
    slug = world.cast.slug
    for asked in questions(slug, below):
        answer = await ask(world.app, world.state, asked)
        found.append((f"{asked.method} {asked.target} {asked.headers}", answer))
        if tag := answer.header("etag"):
            again = await ask(world.app, world.state, Asked("GET", asked.target, (("if-none-match", tag),)))
            found.append((f"again {asked.target}", again))
    for route in TABLE:
        if isinstance(route, WebSocketRoute):
            for path in paths(route, slug):
                found += await listen(world, path)
    found.append(("window", await world.publisher.window.read(visible)))
    await world.settle()
    return found


async def listen(world: World, path: str) -> list[tuple[str, Any]]:
    """Open sockets with all that may be said in an address, and say what may be said."""
    found: list[tuple[str, Any]] = []
    for query in ("", "?epoch=x&version=1", f"?{WIDER}", "?screen=1"):
        socket = Socket(world.app, world.state, path + query)
        await socket.until("heartbeat")
        socket.say('{"type":"resume","epoch":"x","version":999999}')
        await socket.until("standings", 2)
        socket.say('{"type":"all","until":99999}')
        await socket.until("nothing")
        await socket.leave()
        found.append((f"socket {path}{query}", socket.told))
    foreign = Socket(world.app, world.state, path, origin="http://elsewhere.example")
    await foreign.until("nothing")
    await foreign.leave()
    return [*found, (f"foreign {path}", foreign.told)]


def visible(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """All that can be read through the public's own way to the database."""
    found = {}
    for table in ROWS:
        rows = session.execute(text(f'SELECT * FROM "{table}"')).all()
        found[table] = sorted((tuple(row) for row in rows if table != "run"), key=str)
    return found


def unanswered() -> list[str]:
    """Addresses of the table that no question asks for: there may be none."""
    asked = {asked.target.partition("?")[0] for asked in questions("hack")}
    return [
        path
        for route in TABLE
        if not isinstance(route, Mount | WebSocketRoute)
        for path in paths(route, "hack")
        if path not in asked
    ]
