"""The real server's sockets, told everything: each goes on or ends, in time, and nothing breaks."""

import json
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from attacks.attacker import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Attacker, following, frame, memory_of
from faults.process import Server, ask
from fuzz.exploring import broken, explore, odd, tenths
from fuzz.house import House
from hypothesis import strategies as st

ANSWER_SECONDS = 20.0
PATIENCE_SECONDS = 0.02
GROWTH_BYTES = 16 << 20
TIMES = 150

words = st.one_of(
    st.builds(
        lambda kind, epoch, version, more: json.dumps({"type": kind, "epoch": epoch, "version": version, **more}),
        st.one_of(st.sampled_from(["resume", "here"]), odd),
        odd,
        st.one_of(st.integers(), st.floats(), odd, st.none()),
        st.dictionaries(odd, odd, max_size=1),
    ),
    odd,
).map(lambda text: text.encode("utf-8", "surrogatepass"))

frames = st.lists(
    st.one_of(
        st.builds(frame, st.just(TEXT), words),
        st.builds(
            lambda opcode, payload, first, final: frame(opcode, payload, first=first, final=final),
            st.sampled_from([TEXT, BINARY, CONTINUATION, PING, PONG, CLOSE, 3, 11]),
            st.one_of(words, st.binary(max_size=140), st.just(b"x" * 20_000)),
            st.sampled_from([0, 0, 0x40, 0x20, 0x10]),
            st.booleans(),
        ),
        st.binary(max_size=30),
    ),
    max_size=6,
).map(b"".join)

queries = st.lists(
    st.tuples(
        st.sampled_from(["epoch", "version", "screen", "x"]), st.sampled_from(["1", "%00", "-1", "9" * 40, "%zz", ""])
    )
)


def shown_out(attacker: Attacker) -> bool:
    """Say no more, and wait until the server ends the connection; whether it had before. Raises TimeoutError."""
    attacker.read(PATIENCE_SECONDS)
    ended = attacker.ended
    with suppress(OSError):
        attacker.wire.shutdown(socket.SHUT_WR)
    attacker.wire.settimeout(ANSWER_SECONDS)
    with suppress(ConnectionError):
        while attacker.wire.recv(65536):
            pass
    return ended


def test_no_message_breaks_the_server(
    server: Server, furnished: House, log: Path, seconds: float, tell: Callable[[str], None]
) -> None:
    told: Counter[str] = Counter()
    sizes: list[int] = []

    def check(example: tuple[str, list[tuple[str, str]], str, bytes]) -> None:
        path, query, cookie, said = example
        asked = "&".join(f"{name}={value}" for name, value in query)
        with following(server, f"{path}?{asked}", extra=f"cookie: {cookie}\r\n" if cookie else "") as attacker:
            attacker.send(said)
            opened = b" 101 " in attacker.received[:20]
            told["not let in" if not opened else "shown out" if shown_out(attacker) else "went on"] += 1

    def go_on() -> None:
        assert ask(server.port, "/healthz") == (200, "ok\n")
        sizes.append(memory_of(server))

    slug = st.sampled_from(furnished.slugs)
    paths = st.one_of(
        slug.map("/e/{}/socket".format), slug.map("/console/e/{}/socket".format), st.just("/e/%00/socket")
    )
    cookies = st.sampled_from(sorted({cookie for each in furnished.cookies.values() for cookie in each}))
    explore(st.tuples(paths, queries, cookies, frames), check, seconds=seconds, times=TIMES, between=go_on)
    tell(f"{sum(told.values())} sockets: {dict(told)}; MiB {tenths(sizes)}")
    server.stop()
    assert broken(log) == []
    assert min(told["shown out"], told["went on"]) > 0.05 * sum(told.values())
    assert sizes[-1] - sizes[len(sizes) // 2] < GROWTH_BYTES  # after what is read once is read
