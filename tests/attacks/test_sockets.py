"""Readers of sockets who mean no good. Each costs the server at most two MiB, and is shown out."""

import json
import struct
import time
import zlib
from contextlib import ExitStack
from pathlib import Path

import pytest
from attacks.attacker import (
    BINARY,
    CONTINUATION,
    DEFLATED,
    PING,
    TEXT,
    Attacker,
    connected,
    flooded,
    following,
    frame,
    handshake,
    memory_of,
)
from attacks.conftest import Serve
from faults.process import Server, ask
from visitors import signed_in_by_password

GROWTH_BYTES = 2 << 20  # that one attacker may cost
KERNEL_BYTES = 256 << 10  # that one stalled reader may cost the kernel
SLACK_BYTES = 3 << 20  # of a process that has just begun
RESUME = frame(TEXT, b'{"type":"resume","epoch":"none","version":0}')


def status(attacker: Attacker) -> int:
    """The status with which a request for a socket was answered."""
    return int(attacker.received.split(b" ", 2)[1])


def warmed(server: Server) -> int:
    """The server's memory after it has done each thing once."""
    for _ in range(20):
        with following(server) as reader:
            reader.send(RESUME)
            reader.read(0.05)
    ask(server.port, "/e/hack")
    return memory_of(server)


def test_a_reader_who_stops_reading_is_cut_and_costs_next_to_nothing(server: Server, full: bool) -> None:
    count = 40 if full else 5
    before = warmed(server)
    with ExitStack() as stack:
        stalled = [stack.enter_context(following(server, narrow=True)) for _ in range(count)]
        begun, held, grown = time.monotonic(), 0, 0
        for attacker in stalled:
            attacker.send(RESUME * 15)
        while time.monotonic() - begun < 60 and sum(attacker.send(RESUME) for attacker in stalled):
            held = max(held, *(attacker.unread_bytes(server.port) for attacker in stalled))
            grown = max(grown, memory_of(server) - before)
            time.sleep(0.15)  # as often as a page may ask
        assert 9 < time.monotonic() - begun < 60
        assert 0 < held < KERNEL_BYTES
        assert grown < GROWTH_BYTES + count * (64 << 10)


def test_pings_that_are_not_read_do_not_pile_up_pongs(server: Server) -> None:
    before = warmed(server)
    with following(server, narrow=True) as attacker:
        sent = flooded(attacker, frame(PING, b"p" * 125) * 500, 6)
        assert memory_of(server) - before < GROWTH_BYTES
        assert attacker.closed_within(15)
    assert sent < 32 << 20


@pytest.mark.parametrize(
    "blob",
    [
        frame(PING, b"") * 5000,
        frame(TEXT, b"", final=False) + frame(CONTINUATION, b"", final=False) * 5000,
        frame(TEXT, b'{"type":"here","epoch":"e","version":1}') * 200,
    ],
    ids=["pings", "empty pieces", "words"],
)
def test_who_sends_more_than_pages_do_is_shown_out(server: Server, blob: bytes) -> None:
    before = warmed(server)
    with following(server) as attacker:
        flooded(attacker, blob, 1)
        assert attacker.closing_code() == 1008
    assert memory_of(server) - before < GROWTH_BYTES


def test_words_that_come_too_often_are_too_many_and_those_of_a_page_are_not(server: Server) -> None:
    word = frame(TEXT, b'{"type":"here","epoch":"e","version":1}')
    with following(server) as page, following(server) as attacker:
        for _ in range(16):
            page.send(word)
            attacker.send(word * 4)
            time.sleep(0.1)
        assert (page.closed_within(0.5), attacker.closing_code()) == (False, 1008)


@pytest.mark.parametrize(
    "blob",
    [
        frame(TEXT, b"x" * 20_000),
        frame(BINARY, b"x" * (1 << 22)),
        struct.pack("!BBQ", 0x81, 0xFF, 1 << 62),
        frame(TEXT, b"x" * 9000, final=False) + frame(CONTINUATION, b"x" * 9000),
    ],
    ids=["a little more than allowed", "much more", "more than there is", "in pieces"],
)
def test_a_message_that_is_too_large_ends_the_socket(server: Server, blob: bytes) -> None:
    before = warmed(server)
    with following(server) as attacker:
        attacker.send(blob)
        assert attacker.closing_code() == 1009
    assert memory_of(server) - before < GROWTH_BYTES


def test_a_deflate_bomb_does_not_go_off(server: Server) -> None:
    before = warmed(server)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = (packer.compress(bytes(15 << 20)) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
    assert len(bomb) < 16_384
    with following(server, extra="Sec-WebSocket-Extensions: permessage-deflate\r\n") as attacker:
        assert b"server_no_context_takeover" in attacker.received
        assert b"client_no_context_takeover" in attacker.received
        attacker.send(frame(TEXT, bomb, first=DEFLATED))
        assert attacker.closing_code() == 1009
    assert memory_of(server) - before < GROWTH_BYTES


@pytest.mark.parametrize(
    "blob", [b"\x81\x05hello", frame(3, b""), frame(TEXT, b"\xff\xfe"), frame(PING, b"", final=False)]
)
def test_what_is_no_websocket_ends_it(server: Server, blob: bytes) -> None:
    with following(server) as attacker:
        attacker.send(blob)
        assert attacker.closing_code() in {1002, 1007}


def test_frames_before_the_socket_is_accepted_do_no_harm(server: Server, log: Path) -> None:
    for blob in (frame(PING, b"") * 5000, b"\x00" * 1000, frame(TEXT, b"x" * 20_000)):
        with connected(server) as attacker:
            attacker.send(handshake(server.port, "/e/hack/socket"))
            attacker.send(blob)
            attacker.read(0.5)
    assert ask(server.port, "/healthz") == (200, "ok\n")
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", None, "http://127.0.0.1", "http://localhost:{port}", "http://127.0.0.1:1"],
)
def test_no_other_site_opens_a_socket(server: Server, origin: str | None) -> None:
    theirs = origin.format(port=server.port) if origin else origin
    with following(server, origin=theirs, extra="Cookie: console=stolen\r\n") as attacker:
        assert status(attacker) == 403
    with following(server) as page:
        assert status(page) == 101


def test_one_address_holds_fifty_sockets_and_a_hall_three_thousand(serve: Serve, full: bool) -> None:
    server = serve(venues="127.9.0.0/16")
    hall = 3000 if full else 200
    with ExitStack() as stack:
        for _ in range(50):
            assert status(stack.enter_context(following(server))) == 101
        refused = stack.enter_context(following(server))
        assert status(refused) == 503
        assert b"retry-after: " in refused.received.lower()
        assert status(stack.enter_context(following(server, address="127.0.0.2"))) == 101
        for _ in range(hall):
            assert status(stack.enter_context(following(server, address="127.9.0.1"))) == 101
        if full:
            assert status(stack.enter_context(following(server, address="127.9.0.1"))) == 503


def test_an_address_is_believed_from_a_proxy_only(serve: Serve) -> None:
    server = serve(trusted_proxies="127.0.0.9")
    with ExitStack() as stack:
        for number in range(50):
            claimed = f"X-Forwarded-For: 203.0.113.{number}\r\n"
            assert status(stack.enter_context(following(server, extra=claimed))) == 101
        liar = stack.enter_context(following(server, extra="X-Forwarded-For: 203.0.113.99\r\n"))
        assert status(liar) == 503
        for number in range(60):
            claimed = f"X-Forwarded-For: 203.0.113.{number}\r\n"
            assert status(stack.enter_context(following(server, extra=claimed, address="127.0.0.9"))) == 101
        for _ in range(49):
            stack.enter_context(following(server, extra="X-Forwarded-For: 203.0.113.7\r\n", address="127.0.0.9"))
        crowd = stack.enter_context(following(server, extra="X-Forwarded-For: 203.0.113.7\r\n", address="127.0.0.9"))
        assert status(crowd) == 503


def test_a_hall_that_comes_at_once_is_let_in_slowly_and_keeps_no_organiser_out(serve: Serve) -> None:
    server = serve(venues="127.0.0.0/8", arrivals="5")
    with ExitStack() as stack:
        answers = [stack.enter_context(following(server)) for _ in range(60)]
        refused = [attacker for attacker in answers if status(attacker) == 503]
        assert 20 <= len(answers) - len(refused) < 60
        waits = {
            json.loads(attacker.received.partition(b"\r\n\r\n")[2] or b"{}").get("seconds") for attacker in refused
        }
        assert len(waits) > 1
        stranger = stack.enter_context(following(server, "/console/e/hack/socket"))
        assert status(stranger) == 503
        signed = f"Cookie: console={signed_in_by_password(server.port)['console']}\r\n"
        assert status(stack.enter_context(following(server, "/console/e/hack/socket", extra=signed))) == 101


def test_all_together_are_no_more_than_is_set(serve: Serve) -> None:
    server = serve(viewers="30")
    with ExitStack() as stack:
        answers = [status(stack.enter_context(following(server))) for _ in range(31)]
    assert answers == [101] * 30 + [503]
