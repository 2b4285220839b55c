"""The security headers on every answer: of each route to each kind of visitor, and of whatever refuses them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from email.parser import BytesParser
from email.policy import HTTP

import httpx2
import pytest
from builder import Cast, build_event
from serving import Served, socket_to
from sqlmodel import text
from starlette.routing import Route
from visitors import judge, organiser, stranger
from websockets.exceptions import InvalidStatus

from scoreboard.app import LARGEST_BODY, routes
from scoreboard.web.limits import MOST_PER_SESSION
from scoreboard.web.reports import ADDRESS
from scoreboard.web.security import due
from scoreboard.web.templating import Static
from scoreboard.web.verifier import policy
from scoreboard.wire.headers import of_refusal

STATIC = Static()
TABLE = routes(STATIC)
PLACES = {
    "slug": "hack",
    "key": "final",
    "round": "final",
    "team": "T1",
    "judge": "J1",
    "person": "1",
    "device": "1",
    "sequence": "1",
}
PLACES["uuid"] = "6d7d6a0e-7f0c-4d4f-9a53-50a7b2f0a001"
METHODS = ("GET", "HEAD", "POST", "PUT", "BREW")
OF_THE_VERIFIER = policy((STATIC.folder / "verify.html").read_text(encoding="utf-8"))

NONE: Mapping[str, str] = {}

# What may be kept by whoever is in between, and for how long.
KEPT = {
    "/e/hack/standings.json": "public, max-age=1",
    "/e/hack/state.json": "public, max-age=1",
    STATIC.address("js/board/main.js"): "public, max-age=31536000, immutable",
    STATIC.address("img/icon.svg"): "public, max-age=31536000, immutable",
    "/static/older/js/board/main.js": "no-cache",
    "/judge/worker.js": "no-cache",
}


def lacking(answer: httpx2.Response) -> dict[str, str | None]:
    """The headers that are not as they should be."""
    path = answer.request.url.path
    kept = KEPT.get(path, "no-store") if answer.status_code in {200, 304} else "no-store"
    others = {"content-security-policy": OF_THE_VERIFIER} if (path, answer.status_code) == ("/verify", 200) else {}
    return unlike(kept, answer.headers, others)


def unlike(kept: str, headers: Mapping[str, str], others: Mapping[str, str] = NONE) -> dict[str, str | None]:
    """What is due to an answer of its kind and is not there as it should be."""
    wanted = {**due(headers.get("content-type", "")), "cache-control": kept, **others}
    return {name: headers.get(name) for name, value in wanted.items() if headers.get(name) != value}


def addresses() -> list[str]:
    """Every address of the table, and some that lead nowhere."""
    paths = [route.path for route in TABLE if isinstance(route, Route)]
    plain = [path.replace(":uuid", "").replace(":int", "") for path in paths]
    found = {path.format(**PLACES) for path in plain}
    found |= {f"/console/e/hack/judges/J1{rest}" for rest in ("", "/link")} | {"/console/e/hack/teams/T1"}
    return sorted({*found, *KEPT, "/e/nowhere", "/console/e/nowhere", "/nowhere"} - {"/e/hack/stream"})


@pytest.fixture
async def cast(served: Served) -> Cast:
    return await build_event(served.database)


@pytest.fixture
async def visitors(served: Served, cast: Cast) -> AsyncIterator[tuple[httpx2.AsyncClient, ...]]:
    """A stranger, an organiser who owns everything, and a judge; who signs out is signed out at the end only."""
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(stranger(served)),
            await stack.enter_async_context(organiser(served)),
            await stack.enter_async_context(judge(served, cast)),
        )


async def test_every_route_answers_every_method_to_everybody_with_the_headers(
    visitors: tuple[httpx2.AsyncClient, ...],
) -> None:
    wrong, seen = {}, set()
    for visitor in visitors:
        for path in sorted(addresses(), key=lambda path: path.endswith("sign-out")):
            for method in METHODS:
                answer = await visitor.request(method, path)
                seen.add(answer.status_code)
                if lacks := lacking(answer):
                    wrong[method, path, answer.status_code] = lacks
    assert wrong == {}
    assert seen >= {200, 303, 401, 404, 405, 422}


async def test_every_refusal_carries_the_headers(served: Served, cast: Cast) -> None:
    found: dict[int, list[httpx2.Response]] = {}
    async with stranger(served) as browser, judge(served, cast) as phone, organiser(served) as console:
        tag = (await browser.get("/e/hack/standings.json")).headers["etag"]
        script = STATIC.address("img/icon.svg")
        stamp = (await browser.get(script)).headers["etag"]
        for answer in (
            await browser.get("/e/hack/standings.json", headers={"if-none-match": tag}),
            await browser.get(script, headers={"if-none-match": stamp}),
            await browser.get(script, headers={"range": "bytes=0-9"}),
            await browser.get(script, headers={"range": "bytes=99999999-"}),
            await browser.get("/static/x/../../etc/passwd"),
            await browser.get("/static/%00"),
            await browser.get("/static"),
            await browser.get("/e/hack/"),
            await browser.get("/", headers={"host": "evil.example"}),
            await browser.post("/j", data={"secret": "x" * (LARGEST_BODY + 1)}),
            await browser.post("/j", data={"secret": "x"}, headers={"sec-fetch-site": "cross-site"}),
            await browser.post("/j", data={"secret": "x"}, headers={"origin": "http://["}),
            await browser.post("/j", content=b"--x", headers={"content-type": "multipart/form-data; boundary=x"}),
            await browser.post(ADDRESS, json={}),
            await browser.post(ADDRESS, json={"csp-report": {}}),
            await console.get("/console/e/hack", headers={"hx-request": "true"}),
            await browser.get("/console/e/hack", headers={"hx-request": "true"}),
            await console.get("/console/e/hack/record"),
            await phone.put("/judge/ballots/6d7d6a0e-7f0c-4d4f-9a53-50a7b2f0a001", json={"round": 1}),
            await phone.put("/judge/ballots/6d7d6a0e-7f0c-4d4f-9a53-50a7b2f0a001", content=b"{"),
            await phone.get("/judge/bundle"),
        ):
            found.setdefault(answer.status_code, []).append(answer)
        for _ in range(40):
            answer = await browser.post("/console/sign-in", data={"name": "olga", "password": "guess"})
            found.setdefault(answer.status_code, []).append(answer)
            if answer.status_code == 429:
                break
        await served.database.write(lambda session: session.execute(text("DROP TABLE score")))
        answer = await phone.get("/judge/bundle")
        found.setdefault(answer.status_code, []).append(answer)
    expected = {200, 204, 206, 304, 400, 401, 403, 404, 413, 416, 422, 429, 500}
    assert expected - set(found) == set()
    wrong = {
        (answer.request.method, str(answer.request.url), status): lacks
        for status, answers in found.items()
        for answer in answers
        if (lacks := kept_apart(answer))
    }
    assert wrong == {}


def kept_apart(answer: httpx2.Response) -> dict[str, str | None]:
    """As `lacking`; what is answered to a range may be kept as the whole may."""
    lacks = lacking(answer)
    if answer.status_code == 206:
        lacks.pop("cache-control", None)
    return lacks


async def test_a_stream_begins_with_the_headers(served: Served, cast: Cast) -> None:
    async with stranger(served) as browser, browser.stream("GET", f"/e/{cast.slug}/stream") as answer:
        assert (answer.status_code, unlike("no-store", answer.headers)) == (200, {})


async def test_a_socket_that_finds_no_room_is_told_so_with_the_headers(
    served: Served, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    async with organiser(served) as browser:
        cookie, path = f"console={browser.cookies['console']}", f"/console/e/{cast.slug}/socket"
        sockets = [await socket_to(served, path, cookie=cookie) for _ in range(MOST_PER_SESSION)]
        with pytest.raises(InvalidStatus) as refused:
            await socket_to(served, path, cookie=cookie)
        for socket in sockets:
            await socket.close()
    answer = refused.value.response
    assert (answer.status_code, unlike("no-store", answer.headers)) == (503, {})
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def told(served: Served, line: str, **headers: str) -> tuple[int, Mapping[str, str]]:
    """What a request is answered that no browser sends: the status and the headers."""
    host = served.url.removeprefix("http://")
    given = {"host": host, "origin": served.url, **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(f"{line}\r\n{lines}\r\n".encode("latin-1"))
    async with asyncio.timeout(20):
        head, _, rest = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
    writer.close()
    return int(head.split()[1]), dict(BytesParser(policy=HTTP).parsebytes(rest))


SOCKET = "GET /e/hack/socket HTTP/1.1"
UPGRADE = {
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec_websocket_version": "13",
    "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        (SOCKET, {**UPGRADE, "origin": "https://evil.example"}, 403),
        (SOCKET, {**UPGRADE, "origin": "http://["}, 403),
        (SOCKET, {**UPGRADE, "host": "evil.example"}, 403),
        (SOCKET.replace("socket", "nothing"), UPGRADE, 403),
        ("GET / HTTP/1.1", UPGRADE, 403),
    ],
)
async def test_a_socket_that_is_not_let_in_is_told_so_with_the_headers(
    served: Served, caplog: pytest.LogCaptureFixture, line: str, headers: dict[str, str], status: int
) -> None:
    answered, found = await told(served, line, **headers)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    lacks = unlike("no-store", found)
    lacks.pop("content-security-policy", None)  # there is nothing that it could hold back
    assert (answered, lacks, "content-security-policy" in found) == (status, {}, True)


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("what is this", {}, 400),
        ("GET / HTTP/1.1", {"content_length": "x"}, 400),
        ("GET / HTTP/1.1", {"content_length": "1", "transfer_encoding": "chunked, chunked"}, 400),
        ("GET / HTTP/1.1", {"x": "y" * 400_000}, 400),
        (SOCKET, {**UPGRADE, "sec_websocket_version": "12"}, 400),
        (SOCKET, {**UPGRADE, "sec_websocket_key": "short"}, 400),
        (SOCKET.replace("GET", "POST"), UPGRADE, 405),
    ],
)
async def test_what_is_no_request_is_answered_with_the_headers(
    served: Served, line: str, headers: dict[str, str], status: int
) -> None:
    answered, found = await told(served, line, **headers)
    assert (answered, unlike("no-store", found, of_refusal(secure=False))) == (status, {})
