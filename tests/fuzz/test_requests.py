"""The real server, asked everything by everybody: it answers, in time, and never that something broke."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from attacks.attacker import memory_of
from faults.process import Server
from fuzz.asking import Asked, answer_to, asked
from fuzz.exploring import broken, explore, tenths
from fuzz.house import House

GROWTH_BYTES = 16 << 20
TIMES = 400


def test_no_request_breaks_the_server(
    server: Server, furnished: House, log: Path, seconds: float, tell: Callable[[str], None]
) -> None:
    statuses: Counter[int] = Counter()
    sizes: list[int] = []

    def check(request: Asked) -> None:
        status, body = answer_to(request, server.port)
        statuses[status] += 1
        assert status < 500, (request, body[:300])
        assert b"Traceback" not in body

    def go_on() -> None:
        sizes.append(memory_of(server))
        furnished.furnish()

    explore(asked(furnished), check, seconds=seconds, times=TIMES, between=go_on)
    count = sum(statuses.values())
    tell(f"{count} requests: {dict(sorted(statuses.items()))}; MiB {tenths(sizes)}")
    server.stop()
    assert broken(log) == []
    assert statuses[200] > 0.02 * count
    assert sizes[-1] - sizes[len(sizes) // 2] < GROWTH_BYTES  # after what is read once is read
