import asyncio
import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from builder import Cast, ballot, build_event
from serving import Served, socket_to
from sqlmodel import text
from starlette.types import Message, Receive, Scope, Send
from visitors import judge, organiser, stranger
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from scoreboard import logs
from scoreboard.figures.figures import Answered, Figures
from scoreboard.judging.ballots import BallotForm
from scoreboard.web import watch
from scoreboard.web.watch import Watch, arrived_at
from scoreboard.wire.requests import ARRIVAL

SECRET = "hush5678"


class Log:
    """What is logged, as programs read it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.told = asyncio.Event()  # that there is a line

    def filter(self, _record: logging.LogRecord) -> bool:
        self.told.set()
        return True

    def lines(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return [line for line in lines if not line["logger"].startswith("httpx")]  # which are the browser's


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    intake = logging.StreamHandler(log.stream)
    intake.setFormatter(logs.Line("json"))
    intake.addFilter(log.filter)
    root = logging.getLogger()
    level = root.level
    root.addHandler(intake)
    root.setLevel(logging.INFO)
    yield log
    root.setLevel(level)
    root.removeHandler(intake)


@pytest.fixture
async def cast(served: Served) -> Cast:
    return await build_event(served.database)


def sent(form: BallotForm) -> dict[str, Any]:
    """A ballot as a phone sends it."""
    return form.model_dump(mode="json", include={"round", "team", "base_revision", "scores", "comment", "note"})


async def closing_code(socket: ClientConnection) -> int | None:
    """Read to the end, and give the code that the server ended with."""
    with suppress(ConnectionClosed):
        async for _ in socket:
            pass
    return socket.close_code


def figures_of(served: Served) -> Figures:
    figures: Figures = served.server.lifespan.state["figures"]
    return figures


async def quiet(scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": scope["answer"], "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def ask(seen: Watch, **scope: Any) -> list[Message]:
    """Ask an application without a server for something; what it sends."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    state = {"figures": Figures()}
    await seen({"type": "http", "method": "GET", "path": "/", "state": state, "answer": 200, **scope}, receive, send)
    return messages


async def test_a_request_has_a_line_and_its_answer_the_same_name(served: Served, cast: Cast, log: Log) -> None:
    async with stranger(served) as browser:
        answer = await browser.get(f"/e/{cast.slug}")
    (line,) = log.lines()
    assert 0 < line.pop("ms") < 60_000
    assert {key: value for key, value in line.items() if key != "time"} == {
        "level": "info",
        "logger": "scoreboard.web.watch",
        "event": "request.answered",
        "message": "GET /e/{slug}: 200",
        "request": answer.headers["x-request-id"],
        "method": "GET",
        "route": "/e/{slug}",
        "status": 200,
    }


async def test_a_refusal_has_the_code_of_its_error_and_is_counted(served: Served, log: Log) -> None:
    async with stranger(served) as browser:
        await browser.get("/e/nothing")
        await browser.post("/language", data={"language": "tlh"})
        await browser.post("/language", data={"language": "en"}, headers={"sec-fetch-site": "cross-site"})
        await browser.get("/nowhere/at/all")
    assert [(line["event"], line["route"], line["status"], line["code"]) for line in log.lines()] == [
        ("request.refused", "/e/{slug}", 404, "not_found"),
        ("request.refused", "/language", 422, "invalid_form"),
        ("request.refused", "unmatched", 403, "foreign_site"),
        ("request.refused", "unmatched", 404, "not_found"),
    ]
    assert figures_of(served).refusals == {"not_found": 2, "invalid_form": 1, "foreign_site": 1}


async def test_what_opens_nothing_at_a_door_is_named_and_counted(served: Served, log: Log) -> None:
    wrong = {"/console/sign-in": {"name": "olga", "password": SECRET}, "/console/enter": {"secret": SECRET}}
    wrong |= {"/j": {"secret": SECRET}, "/j/who": {"code": SECRET}}
    async with stranger(served) as browser:
        for address, form in wrong.items():
            await browser.post(address, data=form)
    told = {(line["route"], line["status"], line["code"]) for line in log.lines() if line["event"] == "request.refused"}
    assert told == {(address, 401, "not_signed_in") for address in wrong}
    assert SECRET not in log.stream.getvalue()


async def test_a_failure_of_ours_is_an_error_with_its_kind(served: Served, cast: Cast, log: Log) -> None:
    async with judge(served, cast, "J1") as phone:
        await served.database.write(lambda session: session.execute(text("DROP TABLE score")))
        answer = await phone.get("/judge/bundle")
    line = next(line for line in log.lines() if line["event"] == "request.failed")
    assert (answer.status_code, line["level"], line["failure"]) == (500, "error", "OperationalError")


async def test_what_comes_by_the_thousand_is_not_told_unless_something_is_wrong(served: Served, log: Log) -> None:
    async with stranger(served) as browser:
        await browser.get("/healthz")
        await browser.get("/readyz")
        await browser.get("/static/x/css/base.css")
        await browser.get("/static/x/nothing.css")
    assert [(line["route"], line["status"]) for line in log.lines()] == [("/static", 404)]


async def test_a_ballot_is_measured_from_its_arrival_to_its_answer_and_to_every_viewer(
    served: Served, cast: Cast
) -> None:
    figures = figures_of(served)
    async with judge(served, cast, "J1") as phone, socket_to(served, f"/e/{cast.slug}/socket") as socket:
        while json.loads(await socket.recv())["type"] != "heartbeat":
            pass
        form = ballot("T1", 5, 5)
        for _ in range(2):  # the second is a repeat, which is answered and tells nobody anything
            assert (await phone.put(f"/judge/ballots/{form.uuid}", json=sent(form))).status_code == 200
        await phone.put(f"/judge/ballots/{uuid4()}", json=sent(ballot("T2", 99, 5)))  # is refused
        async with asyncio.timeout(20):
            while json.loads(await socket.recv())["type"] != "standings":
                pass
    assert (figures.answered.all().count, figures.pushed["public"].all().count) == (2, 1)
    assert 0 < (figures.pushed["public"].all().most or 0) < 20


async def test_nothing_that_is_sent_is_in_the_log(served: Served, cast: Cast, log: Log) -> None:
    headers = {
        "authorization": f"Bearer {SECRET}",
        "cookie": f"judge={SECRET}; console={SECRET}; language={SECRET}",
        "user-agent": SECRET,
        "referer": f"{served.url}/j?{SECRET}",
        "x-request-id": SECRET,
        "x-witness": SECRET,
        "last-event-id": SECRET,
        "scoreboard-judge": SECRET,
        "accept": f"text/{SECRET}",
    }
    body = {"secret": SECRET, "password": SECRET, "name": SECRET, "language": SECRET, "back": f"/{SECRET}"}
    async with stranger(served) as browser:
        for path in ("/", "/j", "/e/hack", "/e/hack/state.json", "/judge", "/judge/bundle", "/console", "/readyz"):
            await browser.get(f"{path}?token={SECRET}&lang={SECRET}", headers=headers)
        for path in ("/", "/e/", f"/judge/{SECRET}/", "/console/e/", "/static/"):
            await browser.get(path + SECRET, headers=headers)
        for path in ("/language", "/j", "/j/who", "/console/sign-in", "/console/enter", f"/judge/final/{SECRET}"):
            await browser.post(path, data=body, headers=headers)
        await browser.request(SECRET.upper(), "/", headers=headers)
        await browser.put(f"/judge/ballots/{uuid4()}", json={"round": SECRET}, headers=headers)
        await browser.put(f"/judge/ballots/{uuid4()}", content=SECRET, headers=headers)
    async with judge(served, cast, "J1") as phone:
        for odd in ({"scores": {SECRET: SECRET}}, {"receipt": SECRET}, {"comment": SECRET, "team": "T1"}):
            await phone.put(f"/judge/ballots/{uuid4()}", json=odd)
        await phone.put(f"/judge/ballots/{uuid4()}", json=sent(ballot("T1", 5, 5, comment=SECRET)))
    async with organiser(served) as console:
        await console.get(f"/console/e/hack?round={SECRET}")
    async with socket_to(served, f"/e/hack/socket?epoch={SECRET}&version={SECRET}") as socket:
        await socket.send(SECRET)
        assert await closing_code(socket) == 1008
    with pytest.raises(InvalidStatus):
        async with connect(served.url.replace("http", "ws") + f"/e/hack/socket?{SECRET}", origin=None):
            pass
    reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rpartition(":")[2]))
    writer.write(f"{SECRET} {SECRET}\r\n\r\n".encode())
    await reader.read()
    writer.close()
    await served.database.write(lambda session: session.execute(text("DROP TABLE score")))
    async with judge(served, cast, "J2") as phone:  # a failure of ours, with what was sent in its parameters
        await phone.put(f"/judge/ballots/{uuid4()}", json=sent(ballot("T1", 5, 5, comment=SECRET)))
        await phone.get(f"/judge/bundle?{SECRET}")
    assert len(log.lines()) > 30
    assert "Invalid HTTP request received." in {line["message"] for line in log.lines()}  # uvicorn's go there, too
    assert [line for line in log.lines() if SECRET in json.dumps(line).lower()] == []


async def test_refusals_do_not_fill_the_disk(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LINES_AT_ONCE", 3.0)
    clock = [0.0]
    seen = Watch(quiet, [], (), (), clock=lambda: clock[0])
    for _ in range(10):
        await ask(seen, answer=404)
    await ask(seen, answer=200)
    clock[0] = 1.0
    await ask(seen, answer=404)
    assert [(line["status"], line.get("skipped", 0)) for line in log.lines()] == [
        (404, 0),
        (404, 0),
        (404, 0),
        (200, 7),
        (404, 0),
    ]


async def test_methods_that_nobody_knows_are_one_kind() -> None:
    figures = Figures()
    for method in ("BREW", "STEEP", "GET"):
        await ask(Watch(quiet, [], (), ()), method=method, state={"figures": figures})
    assert figures.answers == {Answered("other", "unmatched", 200): 2, Answered("GET", "unmatched", 200): 1}


async def test_who_leaves_before_the_answer_is_no_failure_of_ours(log: Log) -> None:
    async def nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    await ask(Watch(nothing, [], (), ()))
    assert [(line["level"], line["status"]) for line in log.lines()] == [("info", 499)]


async def test_who_leaves_in_the_middle_of_a_form_is_no_failure_of_ours(served: Served, log: Log) -> None:
    _reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rpartition(":")[2]))
    head = f"POST /language HTTP/1.1\r\nHost: {served.url[7:]}\r\nContent-Length: 100\r\n"
    writer.write(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\nlanguage=".encode())
    await writer.drain()
    writer.close()
    async with asyncio.timeout(20):
        await log.told.wait()
    assert [(line["level"], line["route"], line["status"]) for line in log.lines()] == [("info", "/language", 499)]


def test_a_request_arrives_when_its_last_byte_was_read() -> None:
    assert arrived_at({ARRIVAL: 12.5}) == 12.5
    assert arrived_at({}) > 0


async def test_sockets_pass_untouched() -> None:
    async def inner(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    seen = Watch(inner, [], (), ())
    waiting = seen({"type": "websocket"}, None, None)  # type: ignore[arg-type]  # not used
    assert getattr(waiting, "cr_code", None) is inner.__code__
    await waiting
