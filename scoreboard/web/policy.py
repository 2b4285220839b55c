"""Who may ask for what: every route of the table carries a policy, and one guard in front of it holds it.

A policy names the roles that may; at an event's addresses the role is the one at that event. Whoever has none there is
told that there is no such event, as if there were none, and before anything else of the address is looked at; so what
is foreign cannot be told from what is missing. What weighs most asks for a sign-in of the last few minutes besides.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlmodel import Session
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from scoreboard.errors import Busy, DiskFull, Forbidden, NotConfirmed, ScoreboardError, StorageFailed
from scoreboard.judging import access
from scoreboard.judging.staff import roles, sessions
from scoreboard.judging.staff.roles import GIVEN, Role
from scoreboard.web import auth, refusals, sockets
from scoreboard.web.auth import Caller
from scoreboard.web.state import State
from scoreboard.web.watch import refused

EVENT: Final = "slug"  # the part of an address that names the event
BALLOT: Final = "uuid"  # the part that names a judge's ballot
WRITING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
READING: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Policy:
    """Which roles may; by which methods only after a fresh sign-in; and where the signed-out are led from a page.

    `unfinished`: also those who still owe a second factor that the settings ask for.
    """

    roles: frozenset[Role]
    fresh: frozenset[str] = frozenset()
    sign_in: str = ""
    unfinished: bool = False

    @property
    def open(self) -> bool:
        """Whether everybody may."""
        return Role.VIEWER in self.roles


class Guard:
    """Lets those in whom a policy lets in; handlers find them in the scope."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the handler, or say why not."""
        if self.policy.open:
            await self.app(scope, receive, send)
            return
        connection: HTTPConnection[State] = HTTPConnection(scope)
        try:
            if Role.JUDGE in self.policy.roles:
                await admit_judge(connection)
            else:
                await admit(connection, self.policy)
        except ScoreboardError as refusal:
            if scope["type"] == "websocket":
                await refusals.close_socket(WebSocket(scope, receive, send), refusal)
                return
            request: Request[State] = Request(scope, receive, send)
            response = await refusals.led_on(request, refusal, self.policy.sign_in)
            if response is None:
                raise
            await response(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self.attended(connection, receive, send)
        else:
            await self.app(scope, receive, send)

    async def attended(self, connection: HTTPConnection[State], receive: Receive, send: Send) -> None:
        """Call the handler of a socket, and show out whoever loses the right to it while it is open."""
        judges = Role.JUDGE in self.policy.roles
        token = auth.token_of(connection, auth.JUDGE if judges else auth.CONSOLE)
        slug = connection.path_params.get(EVENT)

        def question(session: Session) -> None:
            if judges:
                access.judge_of(session, token)
            else:
                refuse_stranger(session, token, slug, self.policy.roles)

        with connection.state["doorkeeper"].stay((token, slug, self.policy), question) as stay:
            await self.app(connection.scope, receive, send)
        if stay.refusal is not None:
            refused(connection.scope, stay.refusal.code)
            with suppress(OSError):  # gone in the same moment
                await send({"type": "websocket.close", "code": sockets.OURS + stay.refusal.status})


async def admit_judge(connection: HTTPConnection[State]) -> None:
    """Put into the scope which judge asks. Raises NotSignedIn, DeviceRevoked.

    A regular's ballot is let through: whose it is is asked where it is stored.
    """
    token, database = auth.token_of(connection, auth.JUDGE), connection.state["database"]
    sends_ballot = connection.scope.get("method") == "PUT" and BALLOT in connection.path_params
    if sends_ballot and token in connection.state["regulars"]:
        return
    connection.scope[auth.JUDGE], to_note = await database.read(access.judge_present, token)
    if to_note and connection.scope.get("method") == "GET":  # a ballot is not held up by that
        with suppress(Busy, DiskFull, StorageFailed):
            await database.write(access.note_seen, token)


async def admit(connection: HTTPConnection[State], policy: Policy) -> None:
    """Put into the scope who asks at the console. Raises NotSignedIn, NotFound, Forbidden, NotConfirmed."""
    token = auth.token_of(connection, auth.CONSOLE)
    slug = connection.path_params.get(EVENT)
    database, settings = connection.state["database"], connection.state["settings"]
    caller, to_note = await database.read(caller_at, token, slug, settings.second_factor)
    connection.scope[auth.CONSOLE] = caller
    if caller.owes_factor and not policy.unfinished:
        raise NotConfirmed(refusals.OWES_FACTOR)
    if slug is not None and caller.role not in policy.roles:
        raise Forbidden("Your role at this event does not include this.")
    method = connection.scope.get("method", "GET")
    if method in policy.fresh and not caller.fresh:
        raise NotConfirmed("Please confirm first that it is you.")
    by_hand = connection.scope["type"] == "http" and not auth.by_htmx(connection)
    if to_note and by_hand:  # what a page asks for by itself does not mean that anybody is there
        with suppress(Busy, DiskFull, StorageFailed):  # what can be read is shown while nothing can be written
            await database.write(sessions.note_presence, token)


def refuse_stranger(session: Session, token: str, slug: str | None, allowed: frozenset[Role]) -> None:
    """Raise NotSignedIn, NotFound or Forbidden for who may not be at a place of the console, or may not any more."""
    organiser = sessions.signed_in(session, token).organiser
    if slug is not None and roles.role_at_named(session, organiser, slug) not in allowed:
        raise Forbidden("Your role at this event does not include this.")


def caller_at(session: Session, token: str, slug: str | None, second_factor: str) -> tuple[Caller, bool]:
    """Read who asks, with their role at an event, and whether it is to be noted that they are there."""
    signed = sessions.signed_in(session, token)
    organiser = signed.organiser
    if slug is None:
        role, owns = None, Role.OWNER in roles.roles_of(session, organiser).values()
    else:
        role = roles.role_at_named(session, organiser, slug)
        owns = role is Role.OWNER
    asked = second_factor == "all" or (second_factor == "owners" and (owns or organiser.everywhere))
    by_provider_only = organiser.subject is not None and not organiser.password_hash
    owes = asked and not organiser.totp_secret and not by_provider_only
    return Caller(organiser, role, signed.fresh, owes), signed.to_note


def console(*allowed: Role, fresh: Iterable[str] = (), unfinished: bool = False) -> Policy:
    """A policy of the console."""
    return Policy(frozenset(allowed), frozenset(fresh), refusals.SIGN_IN, unfinished)


EVERYBODY: Final = Policy(frozenset(Role))
JUDGES: Final = Policy(frozenset({Role.JUDGE}))
JUDGES_PAGES: Final = Policy(frozenset({Role.JUDGE}), sign_in="/j")
STAFF: Final = console(*GIVEN)
OWN_ACCOUNT: Final = console(*GIVEN, unfinished=True)
OWN_ACCOUNT_CONFIRMED: Final = console(*GIVEN, fresh=READING | WRITING, unfinished=True)
READERS: Final = console(Role.OWNER, Role.ORGANISER, Role.CHIEF_JUDGE, Role.AUDITOR)
DECIDERS: Final = console(Role.OWNER, Role.ORGANISER, Role.CHIEF_JUDGE)
RUNNERS: Final = console(Role.OWNER, Role.ORGANISER)
RUNNERS_CONFIRMED: Final = console(Role.OWNER, Role.ORGANISER, fresh=WRITING)
EXPORTERS: Final = console(Role.OWNER, Role.ORGANISER, Role.AUDITOR, fresh=READING | WRITING)
OWNERS: Final = console(Role.OWNER, fresh=WRITING)

Handler: TypeAlias = Callable[[Any], Awaitable[Any]]


# Of pages and answers that hold no secret which somebody could guess letter by letter from their length.
PACKED: Final = Middleware(GZipMiddleware, minimum_size=600)


def get(policy: Policy, path: str, handler: Handler, *further: Middleware) -> Route:
    """A page, or something else to read."""
    return Route(path, handler, methods=["GET"], middleware=[Middleware(Guard, policy), *further])


def post(policy: Policy, path: str, handler: Handler) -> Route:
    """A change."""
    return Route(path, handler, methods=["POST"], middleware=[Middleware(Guard, policy)])


def put(policy: Policy, path: str, handler: Handler, *further: Middleware) -> Route:
    """Something that is stored under a name of the sender's."""
    return Route(path, handler, methods=["PUT"], middleware=[Middleware(Guard, policy), *further])


def form(policy: Policy, path: str, handler: Handler) -> Route:
    """A page with a form, and the change that it asks for."""
    return Route(path, handler, methods=["GET", "POST"], middleware=[Middleware(Guard, policy)])


def channel(policy: Policy, path: str, handler: Handler) -> WebSocketRoute:
    """A socket."""
    return WebSocketRoute(path, handler, middleware=[Middleware(Guard, policy)])


def below(policy: Policy, path: str, app: ASGIApp) -> Mount:
    """All addresses that begin with a path."""
    return Mount(path, app=app, middleware=[Middleware(Guard, policy)])


def policy_of(route: BaseRoute) -> Policy | None:
    """The policy that a route carries; None for one that has been forgotten."""
    stack = getattr(route, "app", None)
    return stack.policy if isinstance(stack, Guard) else None


def all_guarded(table: list[BaseRoute]) -> list[BaseRoute]:
    """Give the route table back. Raises TypeError, so that nothing starts, for a route without a policy."""
    naked = [str(getattr(route, "path", route)) for route in table if policy_of(route) is None]
    if naked:
        raise TypeError(f"these routes have no policy: {', '.join(naked)}")
    return table
