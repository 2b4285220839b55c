"""Clients who speak HTTP by drops, or without end. Each costs the server at most two MiB, and nobody else a second."""

import socket
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from attacks.attacker import Attacker, connected, flooded, following, memory_of
from attacks.conftest import Serve
from faults.process import Server, ask
from faults.stage import Stage

GROWTH_BYTES = 2 << 20
DEADLINE_SECONDS = 10
LATE_SECONDS = 6  # that a busy machine may take longer

FORM = b"POST /j HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SLOW = {
    "nothing": b"",
    "half a line": b"GET / HT",
    "half of the headers": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n",
    "half of a body": FORM + b"Content-Length: 1000\r\n\r\nsecret=",
    "half of a chunked body": FORM + b"Transfer-Encoding: chunked\r\n\r\n4\r\nsecr",
    "half of a second request": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT",
}
DROPS = {
    "headers": (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-A: 1\r\n"),
    "a body": (FORM + b"Content-Length: 100000\r\n\r\n", b"x"),
    "a chunked body": (FORM + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


def test_whoever_does_not_finish_is_cut_off(server: Server, full: bool) -> None:
    """All at once, so that it takes no longer than one; meanwhile others are answered."""
    count = 80 if full else 3
    ask(server.port, "/e/hack")
    before = memory_of(server)
    with ExitStack() as stack:
        opened = [(name, stack.enter_context(connected(server))) for name in [*SLOW, *DROPS] for _ in range(count)]
        begun = time.monotonic()
        for name, attacker in opened:
            attacker.send(SLOW[name] if name in SLOW else DROPS[name][0])
        ended: dict[int, float] = {}
        slowest = 0.0
        while len(ended) < len(opened) and time.monotonic() - begun < DEADLINE_SECONDS + LATE_SECONDS:
            for name, attacker in opened:
                if name in DROPS and id(attacker) not in ended:
                    attacker.send(DROPS[name][1])
                if id(attacker) not in ended and attacker.closed_within(0.001):
                    ended[id(attacker)] = time.monotonic() - begun
            asked = time.monotonic()
            assert ask(server.port, "/healthz") == (200, "ok\n")
            slowest = max(slowest, time.monotonic() - asked)
            time.sleep(0.2)
        open_still = [name for name, attacker in opened if id(attacker) not in ended]
        assert open_still == []
        assert min(ended.values()) > 4  # uvicorn waits five seconds for a further request
        assert slowest < 2
        assert memory_of(server) - before < GROWTH_BYTES + len(opened) * (64 << 10)


def test_whoever_is_within_the_time_is_answered_however_slowly_they_speak(server: Server) -> None:
    with connected(server) as patient:
        for piece in (b"GET /heal", b"thz HTTP/1.1\r\n", b"Host: localhost\r\n", b"Connection: close\r\n", b"\r\n"):
            patient.send(piece)
            time.sleep(0.3)
        assert patient.read(10).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("piece", [b"a" * 65_536, b"a: b\r\n" * 10_000], ids=["one header", "many headers"])
def test_headers_without_end_are_not_taken_in(server: Server, piece: bytes) -> None:
    ask(server.port, "/healthz")
    before = memory_of(server)
    with connected(server) as attacker:
        attacker.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        sent = flooded(attacker, piece, 10)
        attacker.read(5)
        assert attacker.ended
    assert sent < 16 << 20
    assert memory_of(server) - before < GROWTH_BYTES


@pytest.mark.parametrize(
    "head", [b"Content-Length: 314572800\r\n", b"Transfer-Encoding: chunked\r\n"], ids=["declared", "chunked"]
)
def test_a_body_without_end_is_not_taken_in(server: Server, head: bytes) -> None:
    ask(server.port, "/healthz")
    before = memory_of(server)
    with connected(server) as attacker:
        attacker.send(FORM + head + b"\r\n")
        blob = b"a" * 65_536 if b"Length" in head else b"10000\r\n" + b"a" * 65_536 + b"\r\n"
        flooded(attacker, blob, DEADLINE_SECONDS + LATE_SECONDS)
        attacker.read(5)
        assert attacker.ended
    assert memory_of(server) - before < GROWTH_BYTES


def test_an_answer_that_is_not_read_does_not_stay(server: Server) -> None:
    """A stream of which nothing is read is cut, as is a connection that asks for page after page."""
    before = memory_of(server)
    with connected(server, narrow=True) as attacker:
        request = b"GET /e/hack HTTP/1.1\r\nHost: localhost\r\n\r\n"
        begun = time.monotonic()
        flooded(attacker, request * 50, 30)
        while attacker.send(request) and time.monotonic() - begun < 60:
            time.sleep(0.5)
        assert time.monotonic() - begun < 60
    assert memory_of(server) - before < GROWTH_BYTES


def test_one_address_cannot_take_every_connection(server: Server, stage: Stage) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(connected(server, "127.0.0.77")) for _ in range(1010)]
        for attacker in opened:
            attacker.wire.setblocking(False)
        time.sleep(1)
        refused = sum(is_closed(attacker) for attacker in opened)
        assert refused == 10
        assert ask(server.port, "/judge/bundle", {"cookie": f"judge={stage.tokens['J1']}"})[0] == 200


def test_judges_are_answered_while_slow_clients_crowd_in(server: Server, stage: Stage, full: bool) -> None:
    judge = {"cookie": f"judge={stage.tokens['J1']}"}

    def longest(times: int = 40) -> float:
        taken = []
        for _ in range(times):
            asked = time.monotonic()
            assert ask(server.port, "/judge/bundle", judge)[0] == 200
            taken.append(time.monotonic() - asked)
        return sorted(taken)[int(0.9 * times)]

    alone = longest()
    stop = threading.Event()
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(server, f"127.0.1.{number % 200 + 1}")) for number in range(500)]

        def drip() -> None:
            while not stop.is_set():
                for attacker in slow:
                    attacker.send(b"X-A: 1\r\n")
                stop.wait(0.5)

        for attacker in slow:
            attacker.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        dripping = threading.Thread(target=drip)
        dripping.start()
        crowded = longest()
        stop.set()
        dripping.join()
    assert crowded < max(1.0, 3 * alone) if not full else crowded < max(0.25, 2 * alone)


SECRET = "canary-5c2f1e"


def test_no_secret_gets_into_the_log(serve: Serve, log: Path) -> None:
    server = serve()
    for path in (f"/console?token={SECRET}", f"/j?secret={SECRET}", f"/nowhere/{SECRET}"):
        ask(server.port, path, {"cookie": f"judge={SECRET}; console={SECRET}", "authorization": f"Bearer {SECRET}"})
    with following(server, f"/e/hack/socket?token={SECRET}", extra=f"Cookie: console={SECRET}\r\n") as reader:
        reader.read(0.5)
    with following(server, f"/e/hack/socket?token={SECRET}", origin="https://evil.example"):
        pass
    with following(server, f"/console/e/hack/socket?token={SECRET}", extra=f"Cookie: console={SECRET}\r\n") as reader:
        reader.read(0.5)
    with connected(server) as attacker:
        attacker.send(f"GET /{SECRET} HTTP/9.9\r\nCookie: {SECRET}\r\n\r\n".encode())
        attacker.read(2)
    server.stop()
    assert SECRET not in log.read_text()


def is_closed(attacker: Attacker) -> bool:
    """Whether the server has ended a connection that it said nothing on."""
    try:
        return attacker.wire.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
