"""The server ends in time, however many watch and however many of them do not listen."""

import json
import os
import resource
import signal
import time
from contextlib import ExitStack

from attacks.attacker import CLOSE, TEXT, following, frame, frames
from attacks.conftest import Serve

EXIT_SECONDS = 8
RESUME = frame(TEXT, b'{"type":"resume","epoch":"none","version":0}')


def test_the_server_ends_in_time_with_many_who_watch_and_some_who_do_not_listen(serve: Serve, full: bool) -> None:
    watching, stalled = (5000, 200) if full else (300, 20)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    server = serve(venues="127.0.0.0/8", arrivals="5000", viewers="6000")
    with ExitStack() as stack:
        for number in range(stalled):
            deaf = stack.enter_context(following(server, address=f"127.0.2.{number % 250 + 1}", narrow=True))
            for _ in range(12):
                deaf.send(RESUME)
        readers = [
            stack.enter_context(following(server, address=f"127.0.3.{number % 250 + 1}")) for number in range(watching)
        ]
        for reader in readers:
            reader.wait_for_frame()  # who is not in yet when the server ends is shut out, without a word
        told = time.monotonic()
        os.kill(server.pid, signal.SIGTERM)
        server.wait()
        assert time.monotonic() - told < EXIT_SECONDS
        waits = []
        for reader in readers:
            reader.read(5)
            *_, (opcode, bye), (last, code) = frames(reader.received)
            assert (opcode, last, int.from_bytes(code[:2], "big")) == (TEXT, CLOSE, 1012)
            waits.append(json.loads(bye)["retry_in_ms"])
        assert min(waits) < 5000
        assert max(waits) > 25_000
