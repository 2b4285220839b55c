"""What telling thousands of viewers costs, beside the kernel's floor and common ways: python benchmarks/push.py.

Servers run on one core, the client on another, all on loopback, one server at a time, in turns; figures are medians of
the rounds, and ratios medians of the ratios within each round, since the machine is not as fast in every minute.

- us: the processor time of the server's processes, in the system too, for each message that arrived
- p50, p99: from the beginning of a broadcast to a viewer's having it; last: until all healthy viewers had it
- KiB: memory for each viewer, of the server and of the kernel (half of both ends', which are both on this machine)
- a stalled viewer never reads; what it holds of the kernel's buffers is counted at both ends

For the product alone: how long ballots take meanwhile (60 a second over HTTP, published by the product itself, every
viewer saying every ten seconds what it shows), how fast a server ends, and how fast a hall is back after that.
"""

import contextlib
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import click
from push_event import ballots_of, frames_of, stored_event, texts_of
from push_measures import Client, Running, buffered, client, kernel_bytes, say
from push_servers import NCHAN, SERVERS, Workshop, compiled, free_port, node_with_ws, ours

GOALS = {
    "ratio": 1.3,
    "ratio_deflated": 1.6,
    "kib_a_viewer": 35,
    "ack_p99_ms": 25,
    "end_seconds": 8,
    "back_p99_ms": 40_000,
    "stalled_kib_ours": 64,
    "stalled_kib_kernel": 256,
}
KIB = 1024
SETTLED_SECONDS = 1.0
BALLOTS_PER_SECOND = 60
ARRIVALS = 500  # a second: what the product allows when nothing is set
HERD_MS = 120_000

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Case:
    """What is measured: so many viewers of whom some are stalled, and a state of so many bytes, deflated or not."""

    viewers: int
    stalled: int
    size: int
    packed: bool

    def __str__(self) -> str:
        deflated = ", deflated" if self.packed else ""
        return f"{self.viewers:,} viewers, {self.stalled} stalled, {self.size:,} bytes{deflated}"


@dataclass(frozen=True)
class Load:
    """How much is sent: so many broadcasts, one every so many milliseconds."""

    broadcasts: int
    pace: int


class Bench:
    """Measures in a workshop."""

    def __init__(self, workshop: Workshop, load: Load) -> None:
        self.workshop = workshop
        self.load = load
        self.times = workshop.folder / "times"
        self.times.write_bytes(bytes(8 * 65_536))

    def orders(self, case: Case, name: str) -> Path:
        """Give the file of what is to be published; the floor is given frames that are ready."""
        path = self.workshop.folder / f"{'frames' if name == 'floor' else 'texts'}-{case.size}-{int(case.packed)}"
        if not path.exists():
            texts = texts_of(case.size, self.load.broadcasts)
            path.write_bytes(
                frames_of(texts, packed=case.packed) if name == "floor" else "\n".join(texts).encode() + b"\n"
            )
        return path

    @contextlib.contextmanager
    def connected(self, running: Running, case: Case, **more: Any) -> Iterator[Client]:
        """Connect a case's viewers."""
        program = self.workshop.folder / "push_client"
        with client(program, running, case.viewers, case.stalled, self.times, packed=case.packed, **more) as crowd:
            yield crowd

    def broadcasts(self, name: str, case: Case) -> dict[str, float]:
        """Measure what broadcasting costs one server."""
        orders = self.orders(case, name)
        with SERVERS[name](self.workshop, case.packed) as running:
            time.sleep(SETTLED_SECONDS)
            memory, kernel, used = running.resident(), kernel_bytes(), running.cpu_ns()
            with self.connected(running, case) as crowd:
                handshake_us = (running.cpu_ns() - used) / 1000 / case.viewers
                time.sleep(SETTLED_SECONDS)
                grown, kernel_grown, lying = running.resident() - memory, kernel_bytes() - kernel, buffered()
                crowd.begin(f"count {self.load.broadcasts} 0 0 0")
                used, memory = running.cpu_ns(), running.resident()
                running.order(orders, self.load.broadcasts, self.load.pace, self.times)
                found = crowd.result()
                used = running.cpu_ns() - used
                return {
                    "us": used / 1000 / max(1, found["delivered"]),
                    **{key: found[key] for key in ("p50_ms", "p99_ms", "last_ms", "missed", "faults", "closed")},
                    "ours_kib": grown / KIB / case.viewers,
                    "kernel_kib": kernel_grown / KIB / case.viewers / 2,
                    "handshakes_per_second": crowd.handshakes["per_second"],
                    "handshake_us": handshake_us,
                    "handshakes_failed": crowd.handshakes["failed"],
                    "grown_kib": (running.resident() - memory) / KIB / max(1, case.stalled),
                    "lying_kib": (buffered() - lying) / KIB / max(1, case.stalled),
                }

    def ballots(self, case: Case, seconds: float) -> dict[str, float]:
        """Measure how long ballots take while the product tells viewers what they change."""
        fresh = self.workshop.folder / "fresh"
        shutil.copytree(self.workshop.database.parent, fresh)
        stage = Workshop(self.workshop.folder, fresh / self.workshop.database.name, None)
        port, requests = free_port(), self.workshop.folder / "ballots"
        requests.write_bytes(ballots_of(stage.database, port, round(2 * seconds * BALLOTS_PER_SECOND) + 100))
        try:
            with ours(stage, case.packed, port) as running, self.connected(running, case, ballots=requests) as crowd:
                crowd.begin(f"count 0 2000 {BALLOTS_PER_SECOND} 1")  # statements are compiled, pages are in memory
                crowd.result()
                used = running.cpu_ns()
                crowd.begin(f"count 0 {seconds * 1000:.0f} {BALLOTS_PER_SECOND} 1")
                found = crowd.result()
                used = running.cpu_ns() - used
        finally:
            shutil.rmtree(fresh)
        return {
            **{key: found[key] for key in ("ack_p50_ms", "ack_p99_ms", "ack_max_ms", "ballots", "ballots_refused")},
            "states_per_second": found["delivered"] / seconds / max(1, case.viewers - case.stalled),
            "core": used / 1e9 / seconds,
        }

    def herd(self, case: Case) -> dict[str, float]:
        """Measure how fast the product ends, and how fast everybody is back at the next one."""
        port, orders = free_port(), self.orders(case, "ours")
        with contextlib.ExitStack() as stack:
            running = stack.enter_context(ours(self.workshop, case.packed, port))
            crowd = stack.enter_context(self.connected(running, case))
            crowd.begin(f"count {self.load.broadcasts} 0 0 0")
            running.order(orders, self.load.broadcasts, 100, self.times)  # so that the stalled are
            crowd.result()
            say(crowd.program, f"herd {HERD_MS}")
            crowd.result()
            told = time.monotonic()
            os.kill(running.processes[0], signal.SIGTERM)
            running.ordered.wait()
            ended = time.monotonic() - told
            stack.enter_context(ours(self.workshop, case.packed, port, ARRIVALS))
            found = crowd.result()
        return {
            "end_seconds": ended,
            "viewers": found["viewers"],
            "current": found["current"],
            "attempts_failed": found["attempts_failed"],
            "back_p50_ms": found["p50_ms"],
            "back_p99_ms": found["p99_ms"],
            "back_all_ms": found["all_ms"],
        }


def medians(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """Give the median of each figure."""
    return {key: round(median(each[key] for each in rounds), 3) for key in rounds[0]} if rounds else {}


def compared(case: Case, found: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """Put together what was measured of a case, with the ratios to the floor of each round."""
    servers: dict[str, dict[str, Any]] = {name: medians(rounds) for name, rounds in found.items() if rounds}
    for name, rounds in found.items():
        pairs = [
            (one["us"] / base["us"], one["p99_ms"] / base["p99_ms"])
            for one, base in zip(rounds, found.get("floor", []), strict=False)
            if base["p99_ms"]
        ]
        if pairs and name != "floor":
            ratios = sorted(ratio for ratio, _ in pairs)
            servers[name] |= {"ratio": round(median(ratios), 3), "ratios": [round(ratio, 3) for ratio in ratios]}
    return {**case.__dict__, "servers": servers}


def table(result: dict[str, Any]) -> Iterator[str]:
    """Say what was measured of a case."""
    heads = ("us", "x floor", "p50 ms", "p99 ms", "last ms", "KiB", "kernel", "shakes/s", "us each", "missed")
    yield f"{'':10}" + "".join(f"{head:>10}" for head in heads)
    for name, figures in result["servers"].items():
        cells = (
            f"{figures['us']:.2f}",
            f"{figures['ratio']:.2f}" if "ratio" in figures else "",
            *(f"{figures[key]:.1f}" for key in ("p50_ms", "p99_ms", "last_ms", "ours_kib", "kernel_kib")),
            f"{figures['handshakes_per_second']:.0f}",
            f"{figures['handshake_us']:.0f}",
            f"{figures['missed']:.0f}",
        )
        yield f"{name:10}" + "".join(f"{cell:>10}" for cell in cells)
    if result["stalled"]:
        for name, figures in result["servers"].items():
            grown, lying = figures["grown_kib"], figures["lying_kib"]
            yield f"{name}: a stalled viewer costs the server {grown:.0f} KiB, the kernel's buffers {lying:.0f} KiB"


def stalling(results: Sequence[dict[str, Any]], raw: dict[Case, dict[str, list[dict[str, float]]]]) -> Iterator[str]:
    """Say how much slower the healthy are where some are stalled, in each round and in the median."""
    for result in results:
        case = Case(*(result[key] for key in ("viewers", "stalled", "size", "packed")))
        healthy = raw.get(Case(case.viewers, 0, case.size, case.packed), {}).get("ours", [])
        pairs = list(zip(raw[case].get("ours", []), healthy, strict=False)) if case.stalled else []
        if pairs:
            result["slower"] = round(median(one["p99_ms"] / other["p99_ms"] for one, other in pairs), 3)
            yield f"{case}: p99 of the healthy is {result['slower']:.2f} of what it is with none stalled"


def state(text: str) -> tuple[int, bool]:
    """Read a state's size: ``1500``, or ``12000z`` for one that is deflated. Raises BadParameter."""
    number = text.removesuffix("z")
    if not number.isdigit():
        raise click.BadParameter(f"{text} is no number of bytes")
    return int(number), text.endswith("z")


def at_hand(wanted: Sequence[str], folder: Path, progress: Progress) -> tuple[list[str], Path | None]:
    """Find out which servers can be had here, and say why others cannot; Node too."""
    names, node = list(wanted or SERVERS), None
    if "node" in names:
        node, why = node_with_ws(folder)
        if node is None:
            progress(f"skipped: node ({why})")
            names.remove("node")
    if "nchan" in names and not (NCHAN.exists() and shutil.which("nginx", path="/usr/sbin:/usr/bin")):
        progress("skipped: nchan (apt-get install nginx libnginx-mod-nchan)")
        names.remove("nchan")
    return names, node


def run(
    cases: Sequence[Case], wanted: Sequence[str], rounds: int, load: Load, progress: Progress, *, alone: bool
) -> dict[str, Any]:
    """Measure every case with every server, in turns; then, if `alone`, what is measured of the product alone."""
    raw: dict[Case, dict[str, list[dict[str, float]]]] = {}
    with tempfile.TemporaryDirectory(prefix="scoreboard-") as place:
        folder = Path(place)
        names, node = at_hand(wanted, folder, progress)
        for program in ("push_client", "push_floor"):
            compiled(program, folder)
        bench = Bench(Workshop(folder, stored_event(folder / "event"), node), load)
        raw = {case: {name: [] for name in names} for case in cases}
        for number in range(rounds):
            for case in cases:
                for name in names:
                    figures = bench.broadcasts(name, case)
                    raw[case][name].append(figures)
                    us, p99 = figures["us"], figures["p99_ms"]
                    progress(f"{number + 1}/{rounds} {case}: {name} {us:.2f} us, p99 {p99:.0f} ms")
        found: dict[str, Any] = {"goals": GOALS, "cases": [compared(case, raw[case]) for case in cases]}
        for line in stalling(found["cases"], raw):
            progress(line)
        if alone and "ours" in names:
            most = max(case.viewers for case in cases)
            stalled = max(case.stalled for case in cases)
            seconds = load.broadcasts * load.pace / 1000
            found["ballots"] = {}
            for viewers in (0, *sorted({case.viewers for case in cases})):
                acks = [bench.ballots(Case(viewers, 0, 1500, packed=False), seconds) for _ in range(min(rounds, 3))]
                found["ballots"][str(viewers)] = medians(acks)
                progress(f"ballots, {viewers:,} viewers: {json.dumps(medians(acks))}")
            found["herd"] = bench.herd(Case(most, stalled, 1500, packed=False))
            progress(f"end and return of {most:,}, {stalled} stalled: {json.dumps(found['herd'])}")
    return found


@click.command()
@click.option("--viewers", type=int, multiple=True, default=(1000, 5000, 10_000), show_default=True)
@click.option("--stalled", type=int, multiple=True, default=(0, 200), show_default=True, help="Of the viewers.")
@click.option(
    "--state", "states", multiple=True, default=("1500", "12000z"), show_default=True, help="Bytes; z: deflated."
)
@click.option("--server", "servers", type=click.Choice(list(SERVERS)), multiple=True, help="[default: all]")
@click.option("--rounds", type=int, default=5, show_default=True)
@click.option("--broadcasts", type=int, default=40, show_default=True, help="In each measurement.")
@click.option("--pace", type=int, default=250, show_default=True, help="Milliseconds from one to the next.")
@click.option("--alone/--no-alone", default=True, help="Also ballots, end and return, for the product alone.")
@click.option("--quick", is_flag=True, help="One round of 500 viewers, ten broadcasts; the figures say little.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line of its own.")
def main(
    viewers: tuple[int, ...],
    stalled: tuple[int, ...],
    states: tuple[str, ...],
    servers: tuple[str, ...],
    rounds: int,
    broadcasts: int,
    pace: int,
    *,
    alone: bool,
    quick: bool,
    as_json: bool,
) -> None:
    """Compare servers that tell everybody; everything takes an hour and more, --quick two minutes."""
    if quick:
        viewers, stalled, rounds, broadcasts = (500,), (0, 20), 1, 10
    cases = [Case(crowd, deaf, *state(each)) for each in states for crowd in viewers for deaf in stalled]
    found = run(cases, servers, rounds, Load(broadcasts, pace), lambda line: click.echo(line, err=True), alone=alone)
    for case, result in zip(cases, found["cases"], strict=True):
        click.echo(f"\n{case}, a broadcast every {pace} ms")
        for line in table(result):
            click.echo(line)
    if as_json:
        click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
