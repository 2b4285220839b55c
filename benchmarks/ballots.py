"""How fast ballots are taken in, beside a plain way, in one run: python benchmarks/ballots.py [--quick] [--json].

A ballot is checked, stored with its scores and its entry in the ledger (hashes included), and acknowledged after the
commit. Three loads: all judges within one second; a steady stream; as fast as 64 connections can. The plain way is a
SQLModel AsyncSession with a commit for each ballot (aiosqlite, five connections, the same durability): it stores
ballot and scores and no more, and is timed where aiosqlite is installed. With --http the server runs in a process of
its own, too, and ballots come over sockets, signed in, with receipts and proofs in their answers.

Times are from sending to the acknowledgement. The disk matters: the time of an fsync is printed, too.
"""

import asyncio
import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import numpy as np
from ballot_ways import CRITERIA, JUDGES, Hall, Submit, ours, over_http, plain

CONNECTIONS = 64
STEADY_RATE = 200
GOALS = {"burst_p99_ms": 100, "flat_per_second": 3_000, "flat_p99_ms": 40, "ratio": 8}

Way = Callable[[Path], contextlib.AbstractAsyncContextManager[tuple[Submit, Hall]]]


class Turns:
    """Who submits what next: each judge goes through the teams, then corrects them, again and again."""

    def __init__(self, hall: Hall) -> None:
        self.teams = list(hall.teams)
        self.turn = [0] * len(hall.judges)
        self.chance = np.random.default_rng(2026)

    def ballot(self, judge: int) -> dict[str, Any]:
        """Give the judge's next ballot, as a phone writes it."""
        turn = self.turn[judge]
        self.turn[judge] += 1
        return {
            "uuid": str(UUID(bytes=self.chance.bytes(16), version=4)),
            "round": "final",
            "team": self.teams[turn % len(self.teams)],
            "base_revision": turn // len(self.teams),
            "scores": {f"c{i}": str(value) for i, value in enumerate(self.chance.integers(0, 11, CRITERIA).tolist())},
            "comment": "Well argued.",
        }


async def timed(submit: Submit, judge: int, turns: Turns, times: list[float]) -> None:
    """Submit one, and note how long its acknowledgement took."""
    ballot = turns.ballot(judge)
    start = time.perf_counter()
    await submit(judge, ballot)
    times.append(time.perf_counter() - start)


async def burst(submit: Submit, turns: Turns) -> list[float]:
    """Every judge once, each at some instant within one second."""
    times: list[float] = []

    async def later(judge: int, wait: float) -> None:
        await asyncio.sleep(wait)
        await timed(submit, judge, turns, times)

    await asyncio.gather(*(later(judge, wait) for judge, wait in enumerate(turns.chance.random(JUDGES))))
    return times


async def steady(submit: Submit, turns: Turns, seconds: float) -> list[float]:
    """So many a second, at random instants, whether the ones before are acknowledged or not."""
    times: list[float] = []
    tasks: list[asyncio.Task[None]] = []
    begin, due = time.perf_counter(), 0.0
    while (due := due + turns.chance.exponential(1 / STEADY_RATE)) < seconds:
        await asyncio.sleep(max(0.0, begin + due - time.perf_counter()))
        judge = len(tasks) % JUDGES  # when a judge's next turn comes, the last is long through
        tasks.append(asyncio.create_task(timed(submit, judge, turns, times)))
    await asyncio.gather(*tasks)
    return times


async def flat_out(submit: Submit, turns: Turns, seconds: float) -> list[float]:
    """As fast as so many connections can, each waiting for its acknowledgement before the next."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def connection(judge: int) -> None:
        while time.perf_counter() < end:
            await timed(submit, judge, turns, times)

    await asyncio.gather(*(connection(judge) for judge in range(CONNECTIONS)))
    return times


def figures(times: list[float], seconds: float | None = None) -> dict[str, float]:
    """Median, 99th of a hundred and the slowest, in ms; with the duration, ballots a second."""
    p50, p99, slowest = (round(float(each), 2) for each in 1_000 * np.quantile(times, [0.5, 0.99, 1.0]))
    found = {"p50_ms": p50, "p99_ms": p99, "max_ms": slowest, "ballots": float(len(times))}
    return found if seconds is None else {"per_second": round(len(times) / seconds, 1), **found}


async def measured(submit: Submit, turns: Turns, seconds: float, bursts: int) -> dict[str, dict[str, float]]:
    """Put all three loads on a way of taking ballots in."""
    await flat_out(submit, turns, min(0.5, seconds))  # statements are compiled, pages are in memory
    together = [each for _ in range(bursts) for each in await burst(submit, turns)]
    streaming = await steady(submit, turns, seconds)
    start = time.perf_counter()
    flat = await flat_out(submit, turns, seconds)
    return {
        "burst": figures(together),
        "steady": figures(streaming),
        "flat": figures(flat, time.perf_counter() - start),
    }


def fsync_ms(folder: Path) -> float:
    """Give the median time of having a page on the disk."""
    times = []
    with (folder / "page").open("wb") as file:
        for _ in range(50):
            file.write(bytes(4096))
            start = time.perf_counter()
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return round(1_000 * float(np.median(times)), 3)


def ways(*, http: bool) -> Iterator[tuple[str, Way]]:
    """Name what is measured."""
    yield "ours", ours
    if find_spec("aiosqlite") and find_spec("greenlet"):
        yield "plain", plain
    if http:
        yield "http", over_http


async def run(seconds: float, bursts: int, *, http: bool) -> dict[str, Any]:
    """Measure every way."""
    found: dict[str, Any] = {"goals": GOALS}
    with tempfile.TemporaryDirectory(prefix="scoreboard-") as name:
        folder = Path(name)
        found["fsync_ms"] = fsync_ms(folder)
        for way, opening in ways(http=http):
            async with opening(folder) as (submit, hall):
                found[way] = await measured(submit, Turns(hall), seconds, bursts)
    if "plain" in found:
        found["ratio"] = round(found["ours"]["flat"]["per_second"] / found["plain"]["flat"]["per_second"], 1)
    return found


def report(found: dict[str, Any]) -> Iterator[str]:
    """Say it as a table."""
    yield f"fsync {found['fsync_ms']} ms"
    loads = (f"{JUDGES} in a second", f"steady {STEADY_RATE}/s", f"flat out, {CONNECTIONS} connections")
    yield f"{'':8}{loads[0]:>26}{loads[1]:>26}{loads[2]:>39}"
    yield f"{'':8}" + 2 * f"{'p50':>13}{'p99 ms':>13}" + f"{'ballots/s':>13}{'p50':>13}{'p99 ms':>13}"
    for way in ("ours", "plain", "http"):
        if way in found:
            cells = [found[way][load][name] for load in ("burst", "steady") for name in ("p50_ms", "p99_ms")]
            cells += [found[way]["flat"][name] for name in ("per_second", "p50_ms", "p99_ms")]
            yield f"{way:8}" + "".join(f"{cell:13}" for cell in cells)
    if "ratio" in found:
        yield f"flat out, ours / plain: {found['ratio']} (goal {GOALS['ratio']})"


@click.command()
@click.option("--quick", is_flag=True, help="A second of each load instead of five.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line of its own.")
@click.option("--http", is_flag=True, help="Over HTTP, too, with the server in a process of its own.")
def main(*, quick: bool, as_json: bool, http: bool) -> None:
    """Time the way of a ballot from sending to acknowledgement."""
    found = asyncio.run(run(1.0 if quick else 5.0, 1 if quick else 3, http=http))
    for line in report(found):
        click.echo(line)
    if as_json:
        click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
