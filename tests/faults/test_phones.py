"""Judges' phones, in a real browser, through all that a venue does to them: no submission is lost or doubled, and each
phone's corrections keep their order."""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from chaos import Network, network_to
from faults.process import Server, free_port, killed, start, verified
from faults.records import Row, sqlite, stored
from faults.stage import CRITERIA, MAXIMUM, TEAMS, Stage, set_up
from pairs import ANDROID, SIGNING, show_pin
from phones import PHONE, READY, browsing
from playwright.async_api import Browser, BrowserContext, Error, Page, expect
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.judging.pairing import pins
from scoreboard.judging.pairing.devices import sign_in_with_pin
from scoreboard.models import Judge, JudgeLink

AWAY = 0.5  # the share of submissions that are made without a network
RELOADS = 0.2
DONE = re.compile("received|attention")
LAST_SECONDS = 600  # that a phone may take for all that it holds, over the worst of networks
# Every submission that this phone knows of, those that the judge gave up not included.
KNOWN = """async () => {
  const database = await new Promise((opened) => {
    const asked = indexedDB.open("scoreboard-judge");
    asked.onsuccess = () => opened(asked.result);
  });
  const all = (name) => new Promise((read) => {
    const asked = database.transaction(name).objectStore(name).getAll();
    asked.onsuccess = () => read(asked.result);
  });
  const [outbox, confirmed] = [await all("outbox"), await all("confirmed")];
  database.close();
  return { outbox, confirmed };
}"""


@dataclass
class Device:
    """A phone: its tabs, and what was submitted on it, in order."""

    judge: str
    context: BrowserContext
    tabs: list[Page] = field(default_factory=list)
    sent: dict[str, tuple[str, dict[str, int]]] = field(default_factory=dict)  # by uuid: the team, the scores
    given_up: set[str] = field(default_factory=set)  # by the judge, who saw both sides


@dataclass
class Hall:
    """Everybody, and where the server is to be found."""

    url: str
    devices: list[Device]
    chance: random.Random
    conflicts: int = 0

    async def submit(self) -> None:
        """Let somebody score a team, anywhere and anyhow."""
        device = self.chance.choice(self.devices)
        await device.context.set_offline(self.chance.random() < AWAY)
        page, team = self.chance.choice(device.tabs), self.chance.choice(TEAMS)
        await opened(page, f"{self.url}/judge/final/{team}")
        await self.settle(device, page)
        scores = {key: self.chance.randint(0, MAXIMUM) for key in CRITERIA}
        for key, value in scores.items():
            await page.locator(f'.choice:has([name="score.{key}"][value="{value}"])').click()
        if self.chance.random() < RELOADS:
            await opened(page)
        if await page.locator("#submit").is_hidden():  # the same as before
            return
        known, refused = await submissions(page), await refused_of(page, team)
        seen = await page.locator("#compare").count() > 0
        await page.locator("#submit").click()
        device.sent |= dict.fromkeys(await submitted(page, known), (team, scores))
        if seen:  # the judge submits what is on this phone, with the other side in view
            device.given_up |= refused - set(await submissions(page))

    async def submit_until(self, goal: int) -> None:
        """Let them score until there are so many submissions."""
        while sum(len(device.sent) for device in self.devices) < goal:
            await self.submit()

    async def settle(self, device: Device, page: Page) -> None:
        """Look at both sides, where two devices differ, and choose one."""
        while await page.locator("#compare").count():
            self.conflicts += 1
            waiting = {each["uuid"]: each for each in (await page.evaluate(KNOWN))["outbox"]}
            known = await submissions(page)
            team = page.url.rsplit("/", 1)[1]
            if self.chance.random() < 0.5:
                await page.locator("[data-choose=received]").click()
                await expect(page.locator("#compare")).to_have_count(0)
            else:
                await page.locator("[data-choose=mine]").click()
                await submitted(page, known)
            now = await submissions(page)
            device.sent |= {uuid: (team, now[uuid]) for uuid in now if uuid not in known}
            device.given_up |= {uuid for uuid, each in waiting.items() if each["team"] == team and uuid not in now}

    async def finish(self) -> None:
        """Bring everybody back to the network, and every difference to an end."""
        for device in self.devices:
            await device.context.set_offline(False)
            page = device.tabs[0]
            async with asyncio.timeout(LAST_SECONDS):
                while waiting := (await page.evaluate(KNOWN))["outbox"]:
                    await opened(page, f"{self.url}/judge/final/{waiting[0]['team']}")
                    await expect(page.locator("#status")).to_have_attribute(
                        "data-state", DONE, timeout=1000 * LAST_SECONDS
                    )
                    await self.settle(device, page)


async def opened(page: Page, address: str = "") -> None:
    """Open an address, or the same again, as often as it takes, in the tab that is looked at."""
    await page.bring_to_front()
    while True:
        try:
            await (page.goto(address) if address else page.reload())
            await page.locator("#status[data-state]").wait_for()
        except Error as failure:
            if "net::" not in failure.message:
                raise
        else:
            return


async def submissions(page: Page) -> dict[str, dict[str, int]]:
    """The scores of each submission that a phone knows of, by uuid."""
    known = await page.evaluate(KNOWN)
    return {
        each["uuid"]: {key: int(value) for key, value in each["scores"].items()}
        for each in (*known["outbox"], *known["confirmed"])
    }


async def refused_of(page: Page, team: str) -> set[str]:
    """The submissions for a team that wait for the judge to choose, and those behind them."""
    waiting = [each for each in (await page.evaluate(KNOWN))["outbox"] if each["team"] == team]
    return {each["uuid"] for each in waiting} if any(each.get("refused") for each in waiting) else set()


async def submitted(page: Page, known: Collection[str]) -> set[str]:
    """The submissions that a phone did not know of before, as soon as there is one."""
    while True:
        if new := set(await submissions(page)) - set(known):
            return new


def another_device(stage: Stage, judge: str) -> str:
    """Sign a judge in on one more device; its session's token."""
    engine = open_engine(stage.database)
    try:
        with Session(engine) as session:
            row = session.exec(select(Judge).where(Judge.key == judge)).one()
            link = session.exec(select(JudgeLink).where(JudgeLink.judge_id == row.id)).one()
            sealed = pins.sealed(SIGNING, link.secret_hash, show_pin(session, link.judge_id))
            token = sign_in_with_pin(session, link.judge_id, link.id or 0, ANDROID, sealed)
            session.commit()
            return token
    finally:
        engine.dispose()


async def gathered(browser: Browser, url: str, stage: Stage) -> AsyncIterator[Device]:
    """Two devices of one judge, the first with two tabs, and one of another judge, each after its first visit."""
    for judge, token, tabs in (
        ("J1", stage.tokens["J1"], 2),
        ("J1", another_device(stage, "J1"), 1),
        ("J2", stage.tokens["J2"], 1),
    ):
        context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
        await context.add_cookies([{"name": "judge", "value": token, "url": url}])
        device = Device(judge, context, [await context.new_page() for _ in range(tabs)])
        for page in device.tabs:
            await opened(page, f"{url}/judge/final/T1")
            await page.evaluate(READY)
        yield device


@asynccontextmanager
async def hall(chromium: str, url: str, stage: Stage, chance: random.Random) -> AsyncIterator[Hall]:
    async with browsing(chromium) as browser:
        yield Hall(url, [device async for device in gathered(browser, url, stage)], chance)


def faults_of(database: str, devices: Sequence[Device]) -> list[str]:
    """What became of submissions that should not have, in words."""
    connection: Any = sqlite.connect(database)
    try:
        rows = stored(connection)
    finally:
        connection.close()
    found = [f"{uuid} is stored {len(same)} times" for uuid, same in rows.items() if len(same) != 1]
    by_uuid: dict[str, Row] = {uuid: same[0] for uuid, same in rows.items()}
    known: set[str] = set()
    for number, device in enumerate(devices):
        places: dict[str, list[int]] = {}
        for uuid, (team, scores) in device.sent.items():
            row = by_uuid.get(uuid.replace("-", ""))
            known.add(uuid.replace("-", ""))
            if row is None and uuid not in device.given_up:
                found.append(f"device {number} lost {uuid}, {team}: {scores}")
            elif row is not None:
                places.setdefault(team, []).append(row.revision)
                if (row.judge, row.team, row.scores) != (device.judge, team, scores):
                    found.append(f"device {number} sent {team}, {scores}; stored: {row}")
        found += [f"order of {team} at {number}: {order}" for team, order in places.items() if order != sorted(order)]
    return found + [f"nobody sent {row}" for uuid, row in by_uuid.items() if uuid not in known]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return set_up(str(tmp_path / "scoreboard.db"))


async def begun(stage: Stage, port: int, folder: Path) -> Server:
    """Start the server, and wait until it answers."""
    server = start(stage.database, port, folder / "log")
    await asyncio.to_thread(server.listening)
    await asyncio.to_thread(server.ready)
    return server


async def test_what_is_submitted_on_phones_that_come_and_go_to_servers_that_are_killed_is_stored_once(
    stage: Stage, chromium: str, tmp_path: Path, full: bool, tell: Callable[[str], None]
) -> None:
    goal, kills = (200, 2) if full else (24, 1)
    port, chance = free_port(), random.Random(11)
    lives = kills + 1
    server = await begun(stage, port, tmp_path)
    async with hall(chromium, f"http://127.0.0.1:{port}", stage, chance) as people:
        for life in range(lives):
            with killed(server):
                await people.submit_until(goal * (life + 1) // lives)
                if life == kills:
                    await people.finish()
            if life < kills:
                await people.submit()  # to nobody
                server = await begun(stage, port, tmp_path)
        assert faults_of(stage.database, people.devices) == []
    assert verified(stage.database) == ""
    tell(said(people) + f", {kills} servers killed: none lost, none doubled, each phone's in their order")


async def test_what_is_submitted_through_a_bad_network_is_stored_once(
    stage: Stage, chromium: str, tmp_path: Path, full: bool, tell: Callable[[str], None]
) -> None:
    goal, seconds, dark = (200, 3.0, 60) if full else (12, 0.3, 3)
    chance = random.Random(12)
    with killed(await begun(stage, free_port(), tmp_path)) as server:
        async with (
            network_to(f"http://127.0.0.1:{server.port}") as (network, url),
            hall(chromium, url, stage, chance) as people,
        ):
            network.worsen(seconds, 0.2, chance)
            await people.submit_until(goal // 2)
            await blackout(network, people, dark)
            await people.submit_until(goal)
            await people.finish()
        assert faults_of(stage.database, people.devices) == []
    assert verified(stage.database) == ""
    tell(
        said(people) + f", {seconds} s each way, {network.resets} connections reset, dark for {dark} s: none lost, "
        "none doubled, each phone's in their order"
    )


async def blackout(network: Network, people: Hall, seconds: float) -> None:
    """Let nothing through for a while, in which judges go on."""
    network.blocked = b"silent"
    network.freeze()
    try:
        async with asyncio.timeout(seconds):
            while True:
                await people.submit()
    except TimeoutError:
        network.blocked = b""


def said(people: Hall) -> str:
    stored = sum(len(device.sent) for device in people.devices)
    given_up = sum(len(device.given_up) for device in people.devices)
    return f"{stored} submissions on {len(people.devices)} devices, {people.conflicts} conflicts, {given_up} given up"
