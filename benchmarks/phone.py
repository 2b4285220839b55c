"""How a judge's phone fares on a bad network: python benchmarks/phone.py [--chromium PATH] [--rounds N] [--json].

The demo's event on a server of its own, and a phone of a quarter of this machine's speed in Debian's chromium:

fcp         the first visit of a card over 400 kbit/s, with 0.4 s and with 2 s there and back: until something is drawn
usable      the same until a score that was tapped as soon as it could be is kept in the phone's database
bytes       what comes over the wire in the first visit of the list, headers and all, with what the phone then keeps
offline     the same of a card that opens without any network
tap         from a tap until the score is kept; the 95th percentile
ack         from Submit until the receipt is shown, on this machine's own network and at full speed

Medians of all rounds, in seconds, but `tap` and `ack`, which are the 95th percentiles, in milliseconds.
"""

import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import click
from ballot_ways import signed_in
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright
from sqlmodel import Session, col, select

from scoreboard.assets import PACKAGE
from scoreboard.database import opened
from scoreboard.exchange.folder import read_folder
from scoreboard.judging import rounds
from scoreboard.judging.setup import roster
from scoreboard.migrations import prepare
from scoreboard.models import Assignment, Judge, Round, Team

BITS, NEAR, FAR = 400_000, 400, 2_000  # a second; ms there and back
SLOWER = 4
GOALS = {
    "fcp_near": 2.5,
    "usable_near": 4,
    "fcp_far": 5,
    "usable_far": 9,
    "offline": 1,
    "tap_p95_ms": 100,
    "ack_p95_ms": 300,
}
# Notes when the phone's database has taken something, and taps the first score as soon as it is there.
WATCH = """
globalThis.kept = [];
const begin = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (names, mode, ...rest) {
  const begun = begin.call(this, names, mode, ...rest);
  if (mode === "readwrite") begun.addEventListener("complete", () => kept.push(performance.now()));
  return begun;
};
"""
TAP = """
const look = setInterval(() => {
  const choice = document.querySelector(".choice input");
  if (!choice) return;
  clearInterval(look);
  choice.click();
}, 20);
"""
DRAFT = """new Promise((done) => {
  const look = () => {
    const state = document.getElementById("status")?.dataset.state;
    state === "draft" && kept.length ? done(kept.at(-1) / 1000) : setTimeout(look, 20);
  };
  look();
})"""
TAPS = """async () => {
  const times = [];
  for (const input of [...document.querySelectorAll(".choice input")].slice(1, 41)) {
    const before = kept.length, begun = performance.now();
    input.click();
    while (kept.length === before) await new Promise((again) => setTimeout(again, 1));
    times.push(kept.at(-1) - begun);
  }
  return times;
}"""
READY = """async () => {
  await navigator.serviceWorker.ready;
  while (!(await caches.match("/judge/empty"))) await new Promise((again) => setTimeout(again, 20));
}"""


class Wire:
    """Carries bytes between the phone and the server, and counts those that come to the phone."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.bytes = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect the phone with the server."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(self.pump(reader, far_writer, count=False), self.pump(far_reader, writer, count=True))

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, count: bool) -> None:
        """Carry one way until its end."""
        with contextlib.suppress(OSError):
            while piece := await reader.read(65536):
                self.bytes += len(piece) if count else 0
                writer.write(piece)
                await writer.drain()
        writer.close()


def held(session: Session) -> tuple[list[str], str]:
    """Hold the demo's event, with its round open and one judge signed in; the judge's cards and token."""
    roster.store(session, read_folder(PACKAGE / "demo" / "event"), "benchmark")
    round_ = session.exec(select(Round)).one()
    rounds.open_round(session, round_.id or 0, "benchmark")
    judge = session.exec(select(Judge).limit(1)).one()
    teams = select(Team.key).join(Assignment, col(Assignment.team_id) == Team.id).where(Assignment.judge_id == judge.id)
    cards = [f"/judge/{round_.key}/{team}" for team in session.exec(teams)]
    return cards, signed_in(session, [judge.id or 0])[0]


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[int, list[str], str]]:
    """The server, in a process of its own: its port, the judge's cards and token."""
    path = str(folder / "phone.db")
    prepare(path)
    async with opened(path) as database:
        cards, token = await database.write(held)
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "scoreboard", "serve", "--database", path, "--port", "0"),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env={**os.environ, "SCOREBOARD_BACKUPS": "off"},
        )
    try:
        line = (await process.stdout.readline()).decode() if process.stdout else ""
        yield int(line.rsplit(":", 1)[1]), cards, token
    finally:
        process.terminate()
        await process.wait()


class Bench:
    """A browser, a server with its judge, and what was measured."""

    def __init__(self, browser: Browser, home: str, token: str, cards: list[str], wire: Wire) -> None:
        self.browser = browser
        self.home = home
        self.token = token
        self.cards = cards
        self.wire = wire
        self.figures: dict[str, list[float]] = {}

    def note(self, name: str, *values: float) -> None:
        """Keep what was measured."""
        self.figures.setdefault(name, []).extend(values)

    @contextlib.asynccontextmanager
    async def phone(self) -> AsyncIterator[BrowserContext]:
        """A phone that knows nothing but who the judge is."""
        context = await self.browser.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="ar-QA"
        )
        cookies = {"judge": self.token, "language": "ar"}
        await context.add_cookies([{"name": name, "value": value, "url": self.home} for name, value in cookies.items()])
        await context.add_init_script(WATCH)
        yield context
        await context.close()

    async def slowed(self, page: Page, delay: int | None = None) -> CDPSession:
        """A page of a slow phone, on a slow network."""
        session = await page.context.new_cdp_session(page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        if delay is not None:
            speed = {"downloadThroughput": BITS / 8, "uploadThroughput": BITS / 8, "latency": delay, "offline": False}
            await session.send("Network.enable")
            await session.send("Network.emulateNetworkConditions", speed)
        return session

    async def cold(self, name: str, delay: int) -> None:
        """The first visit of a card."""
        async with self.phone() as phone:
            page = await phone.new_page()
            await page.add_init_script(TAP)
            await self.slowed(page, delay)
            await page.goto(self.home + self.cards[0], wait_until="commit", timeout=60_000)
            self.note(f"usable_{name}", await page.evaluate(DRAFT))
            painted = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
            self.note(f"fcp_{name}", await page.evaluate(painted))

    async def kept(self) -> None:
        """The first visit of the list with what it brings, and then a card without a network."""
        async with self.phone() as phone:
            page = await phone.new_page()
            before = self.wire.bytes
            await page.goto(f"{self.home}/judge")
            await page.evaluate(READY)
            await page.wait_for_load_state("networkidle")
            self.note("bytes", self.wire.bytes - before)
            await phone.set_offline(True)
            card = await phone.new_page()
            await card.add_init_script(TAP)
            await self.slowed(card)
            await card.goto(self.home + self.cards[1], wait_until="commit")
            self.note("offline", await card.evaluate(DRAFT))
            self.note("tap_p95_ms", *(await card.evaluate(TAPS)))

    async def acknowledged(self) -> None:
        """From Submit to the receipt."""
        async with self.phone() as phone:
            page = await phone.new_page()
            await page.goto(self.home + self.cards[2])
            for question in await page.locator("fieldset.question").all():
                await question.locator(".choice").nth(7).click()
            took = """async (value) => {
              const received = () => document.getElementById("status").dataset.state === "received";
              document.querySelector(`.choice input[value="${value}"]`).click();
              while (received()) await new Promise((again) => setTimeout(again, 1));
              const begun = performance.now();
              document.getElementById("submit").click();
              while (!received()) await new Promise((again) => setTimeout(again, 1));
              return performance.now() - begun;
            }"""
            self.note("ack_p95_ms", *[await page.evaluate(took, 1 + turn % 9) for turn in range(20)])


def summary(figures: dict[str, list[float]]) -> dict[str, float]:
    """One figure of each kind."""
    return {
        name: round(statistics.quantiles(values, n=20)[-1] if "p95" in name else statistics.median(values), 2)
        for name, values in figures.items()
    }


async def measure(chromium: str, times: int) -> dict[str, float]:
    """Run it all so many times."""
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder)) as (port, cards, token), async_playwright() as playwright:
            wire = Wire(port)
            near = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
            home = f"http://127.0.0.1:{near.sockets[0].getsockname()[1]}"
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            bench = Bench(browser, home, token, cards, wire)
            for turn in range(times):
                click.echo(f"round {turn + 1} of {times}", err=True)
                await bench.cold("near", NEAR)
                await bench.cold("far", FAR)
                await bench.kept()
                await bench.acknowledged()
            await browser.close()
            near.close()
            return summary(bench.figures)


@click.command()
@click.option("--chromium", default="/usr/bin/chromium", show_default=True, help="The browser.")
@click.option("--rounds", "times", default=5, show_default=True, help="How often each is measured.")
@click.option("--json", "as_json", is_flag=True, help="All figures on one line.")
def main(chromium: str, times: int, *, as_json: bool) -> None:
    """Measure a judge's phone."""
    figures: dict[str, Any] = asyncio.run(measure(chromium, times))
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:20} {value:10}" + (f"   goal {GOALS[name]}" if name in GOALS else ""))


if __name__ == "__main__":
    main()
