"""Every secret there is, through its whole life in real browsers: each is where it belongs and nowhere else.

The wire is recorded; so is what the server writes, keeps and tells, at the most talkative that it can be made.
"""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner
from faults.process import Server, ask, free_port, killed, start
from kept import store_imported
from pairs import ANDROID, IPHONE
from phones import FLAGS, PHONE, choose
from playwright.async_api import BrowserContext, Locator, Page, Playwright, async_playwright, expect
from sqlalchemy import text
from sqlmodel import Session, select
from wiretap import found_in, tapped

from scoreboard.cli.main import commands
from scoreboard.database import open_engine
from scoreboard.judging import access
from scoreboard.judging.staff import factors, organisers
from scoreboard.migrations import prepare
from scoreboard.models import Judge
from scoreboard.signing import key_at_hand, key_file

SLUG = "hack"
PASSWORD = "canary: müller & 3 geese?"
WORDS = {"password": {PASSWORD}}

ENTER, J, WHO = "POST /console/enter: body", "POST /j: body", "POST /j/who: body"
ASKED = {"header cookie", "answer's header set-cookie"}
# Where each secret goes over the wire.
BELONGS = {
    "link": {WHO, J, f"answer to {WHO}", f"answer to {J}"},  # asked for with a PIN, a phone is asked again
    "code": {WHO, J, f"answer to {WHO}", f"answer to POST /console/e/{SLUG}/judges/links: body"},
    "pin": {J},
    "one-time link": {ENTER},
    "password": {
        "POST /console/account/password: body",
        "POST /console/sign-in: body",
        "POST /console/confirm: body",
    },
    "factor": {"answer to GET /console/account/factor: body", "POST /console/account/factor: body"},
    "codes on paper": {
        "answer to POST /console/account/factor: body",
        "POST /console/sign-in/code: body",
        "POST /console/confirm: body",
    },
    "judge": ASKED,
    "judge-device": ASKED,
    "console": ASKED,
    "signing key": set(),
}
# What browsers write down for themselves, on the device of whoever it is: an address before any script of ours runs (by
# then the link is bound to that device, or used up), and what was sent to get the page that is open.
KEPT = {name: {"profile"} for name in ("link", "one-time link", "code", "factor")}
PROFILES = ("first", "second")
# A connection that is kept alive may be closed by the server just as the next request sets out on it.
ALONE = {"connection": "close"}


@dataclass
class Stage:
    """A server with an event, and the secrets that came up so far."""

    database: str
    server: Server
    log: Path
    metrics: int
    secrets: dict[str, set[str]] = field(default_factory=dict)

    def learn(self, name: str, *values: str) -> None:
        """Keep a secret's values."""
        self.secrets.setdefault(name, set()).update(values)

    @contextmanager
    def without(self, table: str) -> Iterator[None]:
        """Take a table away, so that whatever asks for it breaks."""
        self.execute(f"ALTER TABLE {table} RENAME TO gone")
        yield
        self.execute(f"ALTER TABLE gone RENAME TO {table}")

    def execute(self, command: str) -> None:
        """Do something to the database from outside."""
        engine = open_engine(self.database)
        with engine.begin() as connection:
            connection.execute(text(command))
        engine.dispose()


def set_up(database: str, stage_secrets: dict[str, set[str]]) -> None:
    """An event that is being judged, an organiser who came by nothing yet, and a judge with a link."""
    prepare(database)
    engine = open_engine(database)
    with Session(engine) as session:
        store_imported(session, 3, 3)
        organisers.add_organiser(session, "olga", "")
        link = access.new_link(access.code_salt(session))
        first = session.exec(select(Judge).where(Judge.key == "J1")).one()
        access.issue_link(session, first.id or 0, link, "test")
        session.commit()
    engine.dispose()
    stage_secrets["link"] = {link.secret}
    private = key_at_hand(database).private.private_bytes_raw()
    lines = key_file(database).read_text().splitlines()
    stage_secrets["signing key"] = {private.hex(), private.decode("latin-1"), *lines[1:-1]}


@pytest.fixture(params=["json", "text"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    database, log, metrics = str(tmp_path / "event.db"), tmp_path / "log", free_port()
    secrets: dict[str, set[str]] = {}
    set_up(database, secrets)
    environment = {
        "SCOREBOARD_LOG": request.param,
        "SCOREBOARD_METRICS": f"127.0.0.1:{metrics}",
        "SCOREBOARD_BACKUPS": str(tmp_path / "copies"),
        "SCOREBOARD_LANGUAGE": "en",
    }
    with killed(start(database, free_port(), log, environment=environment, mutant="talkative")) as server:
        server.listening()
        secret = server.output.readline().decode().strip().rpartition("#")[2]
        secrets["one-time link"] = {secret}  # the first one is told to whoever starts the server
        server.ready()
        yield Stage(database, server, log, metrics, secrets)


async def browser_on(playwright: Playwright, chromium: str, folder: Path, agent: str) -> BrowserContext:
    """A browser with a profile on the disk, as people have."""
    return await playwright.chromium.launch_persistent_context(
        folder, executable_path=chromium, args=FLAGS, viewport=PHONE, user_agent=agent, locale="en"
    )


async def texts(shown: Locator) -> list[str]:
    """What stands there, once the page that has it is there: a click does not wait for the page it leads to."""
    await shown.first.wait_for()
    return await shown.all_inner_texts()


async def enter_console(stage: Stage, page: Page, url: str) -> None:
    """By the one-time link; then a password and a second factor, and in again by both."""
    (secret,) = stage.secrets["one-time link"]
    await page.goto(f"{url}/console/enter#{secret}")
    await page.get_by_role("button", name="Enter").click()
    await page.wait_for_url("**/console")
    await page.goto(f"{url}/console/account/password")
    await page.locator("[name=password]").fill(PASSWORD)
    await page.locator("[name=again]").fill(PASSWORD)
    await page.locator("main button").click()
    await page.wait_for_url("**/account")
    await page.goto(f"{url}/console/account/factor")
    secret = await page.locator("main [name=secret]").input_value()
    stage.learn("factor", secret, " ".join(secret[at : at + 4] for at in range(0, 32, 4)))
    await page.locator("#code").fill(pyotp.TOTP(secret).generate_otp(factors.step_now()))
    await page.get_by_role("button", name="Turn it on").click()
    codes = await texts(page.locator(".paper-codes code"))
    stage.learn("codes on paper", *codes, *(code.replace("-", "") for code in codes))
    await page.request.post(f"{url}/console/sign-out", headers=ALONE)
    await page.goto(f"{url}/console/sign-in")
    await page.locator("#name").fill("olga")
    await page.locator("#password").fill(PASSWORD)
    await page.locator("main form button").click()
    await page.locator("#code").fill(codes[0])
    await page.locator("main form button").click()
    await page.wait_for_url("**/console")
    # What weighs most asks again.
    stage.execute("UPDATE signin SET confirmed_at = NULL")
    await page.goto(f"{url}/console/e/{SLUG}/judges")
    await page.locator("form[action$='/links'] button").click()
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#code").fill(codes[1])
    await page.get_by_role("button", name="Yes, it is me").click()
    await page.get_by_role("button", name="Go on").click()
    stage.learn("code", *await texts(page.locator(".badge .code")))
    for part in ("", "/ledger", "/judges/J1", "/teams", "/server", "/result"):
        await page.goto(f"{url}/console/e/{SLUG}{part}")


async def judge_on(stage: Stage, page: Page, url: str) -> None:
    """By the link: a ballot, and a PIN for another device."""
    (secret,) = stage.secrets["link"]
    await page.goto(f"{url}/j#{secret}")
    await page.get_by_role("button", name="Yes, that is me").click()
    await page.wait_for_url("**/judge")
    await page.goto(f"{url}/judge/final/T1")
    await choose(page, impact=7, quality=8)
    await page.locator("#submit").click()
    await expect(page.locator("#status")).to_have_attribute("data-state", "received")
    await page.goto(f"{url}/judge/devices")
    await page.get_by_role("button", name="Add a device").click()
    stage.learn("pin", "".join(letter for letter in await page.locator(".pin").inner_text() if letter.isdigit()))


async def judge_on_another(stage: Stage, page: Page, url: str) -> None:
    """By the link and the PIN; then out, and another judge by a code that is typed."""
    (secret,), (pin,) = stage.secrets["link"], stage.secrets["pin"]
    wrong = "000000" if pin != "000000" else "111111"
    await page.goto(f"{url}/j#{secret}")
    await page.locator("#pin").fill(wrong)
    await page.get_by_role("button", name="Yes, that is me").click()
    await page.locator("#pin[aria-invalid]").fill(pin)  # on the page that says that it was wrong
    await page.get_by_role("button", name="Yes, that is me").click()
    await page.wait_for_url("**/judge")
    await page.request.post(f"{url}/judge/sign-out", headers=ALONE)
    await page.goto(f"{url}/j")
    await page.locator("#code").fill(min(stage.secrets["code"]))
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Yes, that is me").click()
    await page.wait_for_url("**/judge")


async def kept_by(page: Page) -> list[tuple[str, bytes]]:
    """What a page knows: where it was, what it shows, what it stored."""
    told = await page.evaluate(
        """async () => ({
          history: navigation.entries().map((entry) => entry.url),
          referrer: document.referrer,
          cookies: document.cookie,
          storage: [{ ...localStorage }, { ...sessionStorage }],
          name: window.name,
          databases: await Promise.all((await indexedDB.databases()).map(({ name }) => new Promise((done) => {
            const request = indexedDB.open(name);
            request.onsuccess = async () => {
              const database = request.result, all = {};
              for (const store of database.objectStoreNames)
                all[store] = await new Promise((kept) => {
                  const values = database.transaction(store).objectStore(store).getAll();
                  values.onsuccess = () => kept(values.result);
                });
              database.close();
              done(all);
            };
          }))),
        })"""
    )
    parts = [(f"a page's {name}", repr(value).encode()) for name, value in told.items()]
    return [*parts, ("a page's address", page.url.encode()), ("a page", (await page.content()).encode())]


async def broken(stage: Stage, page: Page, url: str) -> list[tuple[str, bytes]]:
    """The pages on which something broke while a secret was being used."""
    (secret,) = stage.secrets["link"]
    parts = []
    with stage.without("judgelink"):
        sent: dict[str, dict[str, str | float | bool]] = {
            "/j/who": {"secret": secret},
            "/j": {"secret": secret, "pin": "123456"},
        }
        for path, form in sent.items():
            answer = await page.request.post(url + path, form=form, headers=ALONE)
            assert answer.status == 500
            parts.append(("a page of an error", repr(answer.headers).encode() + await answer.body()))
        answer = await page.request.post(f"{url}/j/who", form={"code": min(stage.secrets["code"])}, headers=ALONE)
        parts.append(("a page of an error", await answer.body()))
    with stage.without("organiser"):
        form = {"name": "olga", "password": PASSWORD}
        answer = await page.request.post(f"{url}/console/sign-in", form=form, headers=ALONE)
        assert answer.status == 500
        parts.append(("a page of an error", repr(answer.headers).encode() + await answer.body()))
    return parts


def commanded(stage: Stage, folder: Path) -> list[tuple[str, bytes]]:
    """What the commands say and write."""
    parts = []
    for command in (
        ["record", SLUG, str(folder / "record.ndjson")],
        ["export", SLUG, str(folder / "exported")],
        ["backup", str(folder / "copied")],
        ["verify"],
        ["doctor"],
        ["doctor", "--json"],
        ["key", "show"],
    ):
        done = CliRunner().invoke(commands, [*command, "--database", stage.database])
        assert done.exit_code == 0 or command[0] == "doctor", done.output
        parts.append((f"what {command[0]} says", done.output.encode()))
    return parts


def files_of(folder: Path, apart: Collection[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder."""
    for path in sorted(folder.rglob("*")):
        ours = path.name != "event.db.key" and path.relative_to(folder).parts[0] not in apart
        if path.is_file() and ours:
            yield f"file {path.relative_to(folder)}", path.read_bytes()


async def test_secrets_are_where_they_belong_and_nowhere_else(stage: Stage, chromium: str, tmp_path: Path) -> None:
    stage.secrets.update(WORDS)
    parts: list[tuple[str, bytes]] = []
    async with async_playwright() as playwright, tapped(stage.server.port) as tap, tapped(stage.metrics) as other_site:
        url = f"http://127.0.0.1:{tap.port}"
        first = await browser_on(playwright, chromium, tmp_path / PROFILES[0], IPHONE)
        second = await browser_on(playwright, chromium, tmp_path / PROFILES[1], ANDROID)
        desk, phone, another = await first.new_page(), await first.new_page(), await second.new_page()
        board = await first.new_page()
        await board.goto(f"{url}/e/{SLUG}")
        await enter_console(stage, desk, url)
        await judge_on(stage, phone, url)
        await judge_on_another(stage, another, url)
        for page in (desk, phone, another, board):
            await page.reload()
            parts += await kept_by(page)
            # Another site, to which a page of ours leads.
            await page.evaluate(f"location.href = 'http://localhost:{other_site.port}/metrics'")
            await page.wait_for_url("**/metrics")
        parts += await broken(stage, desk, url)
        await first.close()
        await second.close()
        told = [part for part in tap.parts() if not part[0].startswith("answer to GET /static/")]
        parts += [(f"to another site: {name}", value) for name, value in other_site.parts()]
    for cookie, values in tap.cookies().items():
        if cookie != "language":
            stage.learn(cookie, *values)
    parts += [("/readyz", repr(ask(stage.server.port, "/readyz")).encode())]
    parts += [("/metrics", repr(ask(stage.metrics, "/metrics")).encode())]
    parts += await asyncio.to_thread(commanded, stage, tmp_path)  # they have event loops of their own
    journal = Path(f"{stage.database}-wal")
    parts += [("the database's journal", journal.read_bytes())]
    stage.server.stop()
    parts += [("what the server says", stage.server.output.read())]
    parts += files_of(tmp_path, apart=PROFILES)
    profiles = [("profile", content) for folder in PROFILES for _name, content in files_of(tmp_path / folder)]
    assert found_in(told, stage.secrets) == BELONGS
    assert found_in(parts, stage.secrets) == {name: set() for name in BELONGS}
    assert found_in(profiles, stage.secrets) == {name: KEPT.get(name, set()) for name in BELONGS}
    assert b"request.failed" in stage.log.read_bytes()
