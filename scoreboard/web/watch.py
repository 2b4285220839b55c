"""Looks at every request from outside: how it was answered, how long that took, and what the log is told of it.

A line names a request by an id, which its answer carries as ``X-Request-Id``, and by its address as the sitemap has it.
What a client sends (the address itself, its query, headers, a body) is in no line: it may be a secret. Sockets are let
through untouched, since ten thousand of them would each hold on to something.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from secrets import token_hex
from typing import Any

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scoreboard.figures.figures import Answered, Figures
from scoreboard.wire.requests import ARRIVAL

CODE = "scoreboard.code"  # of the error that a request was refused with, in its scope
UNKNOWN = "unmatched"  # an address that the sitemap does not have
METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
GONE = 499  # the client left before it was answered

# Lines on refusals: whoever is refused all the time must not fill the disk that ballots are stored on.
LINES_PER_SECOND = 20.0
LINES_AT_ONCE = 200.0

logger = logging.getLogger(__name__)


def refused(scope: Scope, code: str) -> None:
    """Count a refusal by the code of its error, and leave the code for the log."""
    scope[CODE] = code
    figures: Figures | None = scope.get("state", {}).get("figures")
    if figures is not None:
        figures.refusals[code] += 1


def arrived_at(scope: Scope) -> float:
    """When the last byte of a request was read, on the monotonic clock; now, where the server does not say."""
    at: float = scope.get(ARRIVAL) or time.monotonic()
    return at


class Watch:
    """What stands outermost. `ballots` are the handlers whose answers people wait for; `quiet` the plain addresses.

    Of what is quiet the log is told only when it is refused or fails.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: Sequence[BaseRoute],
        ballots: Collection[Callable[..., Any]],
        quiet: Collection[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self.addresses: dict[Any, str] = {route.endpoint: route.path for route in routes if isinstance(route, Route)}
        self.addresses |= {route.app: route.path for route in routes if isinstance(route, Mount)}
        self.ballots = frozenset(ballots)
        self.quiet = frozenset(quiet)
        self.clock = clock
        self.lines = LINES_AT_ONCE
        self.filled_at = clock()
        self.skipped = 0

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Let everything through, and look at what is a request."""
        return (self.watched if scope["type"] == "http" else self.app)(scope, receive, send)

    async def watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through."""
        began_at = time.monotonic()
        name = token_hex(8)  # at random: a number would tell everybody how much is going on
        status, failure = GONE, ""

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", name.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        except BaseException as thrown:
            failure = type(thrown).__name__
            raise
        finally:
            self.note(scope, name, status, time.monotonic() - scope.get(ARRIVAL, began_at), failure)

    def note(self, scope: Scope, name: str, status: int, seconds: float, failure: str) -> None:
        """Count an answer, and tell the log."""
        endpoint = scope.get("endpoint")
        route = self.addresses.get(endpoint, UNKNOWN)
        method = scope["method"] if scope["method"] in METHODS else "other"
        figures: Figures = scope["state"]["figures"]
        figures.answers[Answered(method, route, status)] += 1
        if endpoint in self.ballots and method != "GET" and status < 400:
            figures.answered.add(seconds)
        failed = bool(failure) or (status >= 500 and CODE not in scope)
        level = logging.ERROR if failed else logging.INFO
        if not logger.isEnabledFor(level) or (route in self.quiet and status < 400 and not failed):
            return
        if 400 <= status < 500 and not self.room_for_a_line():
            self.skipped += 1
            return
        fields = {"request": name, "method": method, "route": route, "status": status, "ms": round(1000 * seconds, 2)}
        if CODE in scope:
            fields["code"] = scope[CODE]
        if failure:
            fields["failure"] = failure
        if self.skipped:
            fields["skipped"], self.skipped = self.skipped, 0
        event = "request.failed" if failed else "request.refused" if status >= 400 else "request.answered"
        # By hand, since nobody wants to know from which line of ours it comes: that is half the price of a record.
        record = logging.LogRecord(logger.name, level, __file__, 0, "%s %s: %d", (method, route, status), None)
        record.event, record.fields = event, fields
        logger.handle(record)

    def room_for_a_line(self) -> bool:
        """Whether a line may be written for what is refused."""
        now = self.clock()
        self.lines = min(LINES_AT_ONCE, self.lines + (now - self.filled_at) * LINES_PER_SECOND)
        self.filled_at = now
        if self.lines < 1:
            return False
        self.lines -= 1
        return True
