import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from scoreboard.web.reports import ADDRESS
from scoreboard.web.security import OF_OTHERS, OF_PAGES, Walls, due
from scoreboard.wire.headers import STRICT_TRANSPORT

Headers = dict[str, str]


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands behind the walls."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
    else:
        await PlainTextResponse("in", headers={"cache-control": "public"} if scope["path"] == "/kept" else None)(
            scope, receive, send
        )


async def asked(
    kind: str, headers: Headers, method: str = "POST", path: str = "/", scheme: str = "", **offered: Any
) -> list[Message]:
    """What is answered to a request with these headers."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": f"{kind}.connect" if kind == "websocket" else "http.request", "body": b"", "more_body": False}

    scope = {
        "type": kind,
        "scheme": scheme or ("ws" if kind == "websocket" else "http"),
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in {"host": "score.example", **headers}.items()],
        **offered,
    }
    walls: Callable[[Scope, Receive, Send], Awaitable[None]] = Walls(inside)
    await walls(scope, receive, send)
    return sent


OURS: tuple[Headers, ...] = (
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"origin": "http://score.example"},
    {"origin": "https://score.example"},
    {},
)
FOREIGN: tuple[Headers, ...] = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none", "origin": "https://evil.example"},
    {"sec-fetch-site": "none", "origin": "null"},
    {"sec-fetch-site": "cross-site", "origin": "http://score.example"},
    {"origin": "https://evil.example"},
    {"origin": "http://score.example.evil.example"},
    {"origin": "http://score.example:81"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://["},
)


@pytest.mark.parametrize("headers", OURS)
async def test_what_our_own_pages_send_comes_through(headers: Headers) -> None:
    start, *_ = await asked("http", headers)
    assert start["status"] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("headers", FOREIGN)
async def test_what_another_site_sends_is_refused(headers: Headers, method: str) -> None:
    start, body = await asked("http", headers, method)
    assert start["status"] == 403
    assert json.loads(body["body"])["code"] == "foreign_site"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_link_from_another_site_may_be_followed(method: str) -> None:
    start, *_ = await asked("http", {"sec-fetch-site": "cross-site"}, method)
    assert start["status"] == 200


@pytest.mark.parametrize(
    ("origin", "scheme"),
    [
        ("https://evil.example", "ws"),
        ("null", "ws"),
        ("", "ws"),
        (None, "ws"),
        ("https://score.example.evil.example", "wss"),
        ("https://evil.score.example", "wss"),
        ("https://score.example:8443", "wss"),
        ("http://score.example", "wss"),
        ("http://[", "ws"),
    ],
)
async def test_a_socket_of_another_site_or_of_nobody_is_closed_unopened(origin: str | None, scheme: str) -> None:
    headers = {} if origin is None else {"origin": origin}
    told = await asked("websocket", headers, scheme=scheme)
    assert [message["type"] for message in told] == ["websocket.close"]
    start, _body = await asked("websocket", headers, scheme=scheme, extensions={"websocket.http.response": {}})
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    assert (start["status"], due("").items() <= answered.items()) == (403, True)


@pytest.mark.parametrize(
    ("origin", "scheme"),
    [
        ("http://score.example", "ws"),
        ("https://score.example", "wss"),
        ("https://score.example", "ws"),  # behind a proxy that ends TLS
    ],
)
async def test_a_socket_of_our_own_pages_is_opened(origin: str, scheme: str) -> None:
    told = await asked("websocket", {"origin": origin}, scheme=scheme)
    assert [message["type"] for message in told] == ["websocket.accept"]


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}])
async def test_every_answer_carries_the_security_headers(headers: Headers) -> None:
    start, *_ = await asked("http", headers)
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    assert due(answered.get("content-type", "")).items() <= answered.items()


@pytest.mark.parametrize(("scheme", "kept"), [("http", None), ("https", STRICT_TRANSPORT)])
@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}])
async def test_browsers_are_told_to_stay_with_tls_over_tls_only(
    headers: Headers, scheme: str, kept: str | None
) -> None:
    start, *_ = await asked("http", headers, scheme=scheme)
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    assert answered.get("strict-transport-security") == kept


@pytest.mark.parametrize(("scheme", "kept"), [("ws", None), ("wss", STRICT_TRANSPORT)])
async def test_a_socket_that_is_refused_is_told_the_same(scheme: str, kept: str | None) -> None:
    extensions: dict[str, Any] = {"websocket.http.response": {}}
    start, *_ = await asked("websocket", {"origin": "null"}, scheme=scheme, extensions=extensions)
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    assert answered.get("strict-transport-security") == kept


def test_the_policy_lets_nothing_run_that_is_not_a_file_of_ours() -> None:
    policy = dict(part.strip().split(" ", 1) for part in OF_PAGES.split(";"))
    assert policy == {
        "default-src": "'none'",
        **dict.fromkeys(("script-src", "style-src", "font-src", "connect-src", "manifest-src", "worker-src"), "'self'"),
        "img-src": "'self' data:",
        "form-action": "'self'",
        **dict.fromkeys(("base-uri", "object-src", "frame-ancestors"), "'none'"),
        "require-trusted-types-for": "'script'",
        "trusted-types": "default",
        "report-uri": ADDRESS,
    }


def test_what_is_no_page_loads_and_runs_nothing() -> None:
    policy = dict(part.strip().split(" ", 1) for part in OF_OTHERS.split(";"))
    nothing = dict.fromkeys(("default-src", "base-uri", "form-action", "frame-ancestors"), "'none'")
    assert policy == {**nothing, "connect-src": "'self'"}
    policies = {kind: due(kind)["content-security-policy"] for kind in ("text/html; charset=utf-8", "text/plain", "")}
    assert list(policies.values()) == [OF_PAGES, OF_OTHERS, OF_OTHERS]


async def test_answers_are_not_stored_unless_they_say_so() -> None:
    fresh, *_ = await asked("http", {}, "GET")
    kept, *_ = await asked("http", {}, "GET", "/kept")
    assert [dict(start["headers"])[b"cache-control"] for start in (fresh, kept)] == [b"no-store", b"public"]
