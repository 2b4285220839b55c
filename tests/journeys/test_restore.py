"""A server is lost under load and an older copy takes its place: what judges were told was received is there again."""

import asyncio
import random
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from pathlib import Path

import httpx2
import pytest
from builder import Cast, ballot, issue_link
from kept import imported_event
from offering import OfferingPhone
from phones import browsing, choose, open_card, phone_of
from playwright.async_api import Browser, Page, expect
from serving import Served, serving
from sqlmodel import Session, col, select

from scoreboard.database import opened
from scoreboard.judging import access, ballots
from scoreboard.judging.pairing.devices import sign_in_judge
from scoreboard.judging.verification.stored import verify_event
from scoreboard.keeping.copying import copy_database
from scoreboard.keeping.restoring import restore
from scoreboard.models import Ballot, Event, LogEntry
from scoreboard.settings import Settings

JUDGES, TEAMS = 20, 12


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as bound:
        port: int = bound.getsockname()[1]
        return port


@contextmanager
def server(path: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The real server as a process; it ends without notice."""
    command = [sys.executable, "-m", "scoreboard", "serve", "--database", path, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            process.stdout.readline()
            yield process
        finally:
            process.kill()


async def phones(path: str, address: str, stack: AsyncExitStack) -> list[OfferingPhone]:
    """Twenty judges who are signed in."""
    found = []
    async with opened(path) as database:
        cast = await imported_event(database, judges=JUDGES, teams=TEAMS)
        for key, judge_id in cast.judges.items():
            link = await issue_link(database, judge_id)
            judge, stored = await database.read(access.judge_behind, secret=link.secret)
            token = await database.write(sign_in_judge, judge.id or 0, stored.id or 0, "test")
            client = await stack.enter_async_context(httpx2.AsyncClient(base_url=address, cookies={"judge": token}))
            found.append(OfferingPhone(client, list(cast.teams), random.Random(key)))
    return found


async def grown(phones_: list[OfferingPhone], by: int) -> None:
    """Wait until so many more ballots were confirmed."""
    enough = sum(phone.counts["confirmed"] for phone in phones_) + by
    while sum(phone.counts["confirmed"] for phone in phones_) < enough:  # noqa: ASYNC110  (the phones know of no event)
        await asyncio.sleep(0.02)


def stored(session: Session) -> dict[str, int]:
    """How often each ballot is stored, by its uuid."""
    return dict(Counter(str(uuid) for uuid in session.exec(select(Ballot.uuid))))


def reoffers(session: Session) -> int:
    return len(session.exec(select(LogEntry.sequence).where(LogEntry.action == "ballot.reoffered")).all())


def faults(session: Session) -> list[str]:
    return [fault.words() for fault in verify_event(session, session.exec(select(Event)).one()).faults]


async def test_twenty_judges_under_load_lose_and_double_nothing(database_path: str, tmp_path: Path) -> None:
    port = free_port()
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        judges = await phones(database_path, f"http://127.0.0.1:{port}", stack)
        with server(database_path, port):
            judging = [asyncio.create_task(phone.judge_until(stop)) for phone in judges]
            await grown(judges, 150)
            copy = await asyncio.to_thread(copy_database, database_path, tmp_path / "copies")
            await grown(judges, 250)
        done = await asyncio.to_thread(restore, copy.path, database_path)
        assert done.aside is not None
        with server(database_path, port):
            await grown(judges, 150)
            stop.set()
            await asyncio.gather(*judging)
    async with opened(database_path) as database:
        confirmed = {uuid for phone in judges for uuid in phone.confirmed}
        found = await database.read(stored)
        assert sorted(confirmed - found.keys()) == []  # nothing is missing
        assert [uuid for uuid, times in found.items() if times > 1] == []  # nothing is there twice
        assert sorted(found.keys() - confirmed) == []
        assert await database.read(reoffers) == sum(phone.counts["offered"] for phone in judges) > 100
        assert await database.read(faults) == []


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


async def send(page: Page, served: Served, team: str, *, impact: int, quality: int) -> None:
    """Score a team and wait until that is received."""
    await page.goto(f"{served.url}/judge/final/{team}")
    await choose(page, impact=impact, quality=quality)
    await page.locator("#submit").click()
    await expect(page.locator("#status")).to_have_attribute("data-state", "received")


async def wake(page: Page) -> None:
    """What a phone does when it is taken up again."""
    await page.evaluate("window.dispatchEvent(new Event('online'))")


def scores_of(session: Session, cast: Cast) -> dict[str, tuple[int, list[str]]]:
    """The current ballots of the round, by team: revision and scores."""
    teams = {number: key for key, number in cast.teams.items()}
    return {
        teams[each.team_id]: (each.revision, [str(each.scores[key]) for key in ("impact", "quality")])
        for each in ballots.current_ballots(session, cast.round_id)
    }


async def test_a_page_offers_again_what_the_restored_server_lacks(
    database_path: str, tmp_path: Path, browser: Browser
) -> None:
    settings, port = Settings(database=database_path, language="en"), free_port()
    async with serving(settings, port) as served:
        cast = await imported_event(served.database, judges=1, teams=4)
        context = await phone_of(served, browser, cast)
        page = await context.new_page()
        await send(page, served, "T1", impact=1, quality=1)
        copy = await asyncio.to_thread(copy_database, database_path, tmp_path / "copies")
        await send(page, served, "T1", impact=2, quality=2)
        await send(page, served, "T2", impact=3, quality=3)
        await page.goto(f"{served.url}/judge/final/T1")
    await choose(page, impact=5)  # entered while there is no server, on top of what was confirmed
    await asyncio.to_thread(restore, copy.path, database_path)
    async with serving(settings, port) as served:
        await wake(page)
        await expect(page.locator("#restored")).to_have_text(
            "The server was restored from an earlier copy. It has all ballots of this phone again."
        )
        await page.locator("#submit").click()
        await expect(page.locator("#status")).to_have_attribute("data-state", "received")
        assert await served.database.read(scores_of, cast) == {"T1": (3, ["5", "2"]), "T2": (1, ["3", "3"])}
        assert await served.database.read(reoffers) == 2
        await page.reload()
        await expect(page.locator("#restored")).to_be_hidden()
        assert await served.database.read(reoffers) == 2
        assert await served.database.read(faults) == []


async def test_a_correction_finds_out_by_itself_that_the_server_was_restored(
    database_path: str, tmp_path: Path, browser: Browser
) -> None:
    settings, port = Settings(database=database_path, language="en"), free_port()
    async with serving(settings, port) as served:
        cast = await imported_event(served.database, judges=1, teams=2)
        context = await phone_of(served, browser, cast)
        page = await context.new_page()
        await send(page, served, "T1", impact=1, quality=1)
        copy = await asyncio.to_thread(copy_database, database_path, tmp_path / "copies")
        await send(page, served, "T1", impact=2, quality=2)
    await asyncio.to_thread(restore, copy.path, database_path)
    async with serving(settings, port) as served:
        await choose(page, impact=3)
        await page.locator("#submit").click()  # from the second revision, which the server does not have
        await expect(page.locator("#status .words")).to_contain_text("revision \u20683\u2069")
        await expect(page.locator("#compare")).to_have_count(0)
        assert await served.database.read(scores_of, cast) == {"T1": (3, ["3", "2"])}
        assert await served.database.read(reoffers) == 1


async def test_a_page_without_entries_shows_what_it_has_offered_again(
    database_path: str, tmp_path: Path, browser: Browser
) -> None:
    settings, port = Settings(database=database_path, language="en"), free_port()
    async with serving(settings, port) as served:
        cast = await imported_event(served.database, judges=1, teams=2)
        context = await phone_of(served, browser, cast)
        copy = await asyncio.to_thread(copy_database, database_path, tmp_path / "copies")
        page = await context.new_page()
        await send(page, served, "T1", impact=4, quality=6)
    await asyncio.to_thread(restore, copy.path, database_path)
    async with serving(settings, port) as served:
        page = await open_card(context, served)
        await expect(page.locator("#status")).to_have_attribute("data-state", "received")
        await expect(page.locator("#total")).to_have_text("50.0")
        await expect(page.locator(".choice :checked").first).to_have_value("4")


async def test_a_ballot_that_took_its_place_since_is_shown_beside_it(
    database_path: str, tmp_path: Path, browser: Browser
) -> None:
    settings, port = Settings(database=database_path, language="en"), free_port()
    async with serving(settings, port) as served:
        cast = await imported_event(served.database, judges=1, teams=2)
        context = await phone_of(served, browser, cast)
        copy = await asyncio.to_thread(copy_database, database_path, tmp_path / "copies")
        page = await context.new_page()
        await send(page, served, "T1", impact=4, quality=6)
    await asyncio.to_thread(restore, copy.path, database_path)
    async with serving(settings, port) as served:
        await ballots.submit(served.database, cast.judges["J1"], ballot("T1", 9, 9))  # from another phone
        page = await open_card(context, served)
        await expect(page.locator("#compare")).to_contain_text("This ballot was changed on another device")
        assert await served.database.read(scores_of, cast) == {"T1": (1, ["9", "9"])}


async def test_a_server_whose_history_is_another_is_refused_loudly(
    database_path: str, tmp_path: Path, browser: Browser
) -> None:
    settings, port = Settings(database=database_path, language="en"), free_port()
    async with serving(settings, port) as served:
        cast = await imported_event(served.database, judges=2, teams=4)
        context = await phone_of(served, browser, cast)
        copy = await asyncio.to_thread(copy_database, database_path, tmp_path / "copies")
        page = await context.new_page()
        await send(page, served, "T1", impact=1, quality=1)
        await held(page, served)
    # Somebody puts the older file in the place, with the real key, and says nothing of it.
    forged = tmp_path / "forged.db"
    forged.write_bytes(copy.path.read_bytes())
    aside = tmp_path / "aside.db"
    for end in ("", "-wal", "-shm"):
        if Path(database_path + end).exists():
            Path(database_path + end).rename(str(aside) + end)
    forged.rename(database_path)
    async with serving(settings, port) as served:
        for team in ("T1", "T2", "T3", "T4"):
            await ballots.submit(served.database, cast.judges["J2"], ballot(team, 9, 9))
        await page.goto(f"{served.url}/judge/final/T2")
        await expect(page.locator("#distrusted")).to_contain_text("Do not trust this server for now")
        await choose(page, impact=7, quality=7)
        await page.locator("#submit").click()
        await expect(page.locator("#status .words")).to_have_text("Saved on this phone. Not sent: see above.")
        assert "J1" not in await served.database.read(judges_of_ballots)
        await page.goto(f"{served.url}/judge")
        await expect(page.locator("#distrusted")).to_be_visible()
    # The true history is put back: the phone sees that, and what waited is received.
    Path(database_path).unlink()
    for end in ("-wal", "-shm"):
        Path(database_path + end).unlink(missing_ok=True)
    for end in ("", "-wal", "-shm"):
        if Path(str(aside) + end).exists():
            Path(str(aside) + end).rename(database_path + end)
    async with serving(settings, port) as served:
        await page.goto(f"{served.url}/judge/final/T2")
        await expect(page.locator("#status")).to_have_attribute("data-state", "received")
        await expect(page.locator("#distrusted")).to_be_hidden()
        assert set(await served.database.read(scores_of, cast)) == {"T1", "T2"}


def judges_of_ballots(session: Session) -> list[str]:
    actors = session.exec(select(LogEntry.actor).where(col(LogEntry.action).startswith("ballot."))).all()
    return [actor.removeprefix("judge:") for actor in actors]


async def held(page: Page, served: Served) -> None:
    """Let the phone hold a checkpoint that contains its ballot."""
    size = "async () => (await (await fetch('/judge/bundle')).json()).witness.checkpoint.split('\\n')[1]"
    entries = len(await served.database.read(lambda session: session.exec(select(LogEntry.sequence)).all()))
    for _ in range(200):
        if int(await page.evaluate(size)) >= entries:
            break
        await asyncio.sleep(0.1)
    await page.reload()
    await page.wait_for_load_state("networkidle")


async def test_a_server_that_only_restarts_is_trusted(database_path: str, browser: Browser) -> None:
    settings, port = Settings(database=database_path, language="en"), free_port()
    async with serving(settings, port) as served:
        cast = await imported_event(served.database, judges=1, teams=3)
        context = await phone_of(served, browser, cast)
        page = await context.new_page()
        await send(page, served, "T1", impact=1, quality=1)
    async with serving(settings, port) as served:
        await send(page, served, "T2", impact=2, quality=2)
        await expect(page.locator("#distrusted")).to_be_hidden()
        await expect(page.locator("#restored")).to_be_hidden()
        assert await served.database.read(reoffers) == 0
