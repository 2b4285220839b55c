"""``scoreboard demo``: an event like the real one, moving."""

import asyncio
import contextlib
import logging
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread
import click
import segno
import uvicorn
from sqlmodel import Session, col, select

from scoreboard import logs
from scoreboard.cli.serve import address_of, first_way_in, listening_socket, server
from scoreboard.cli.simulation import Tally, simulate
from scoreboard.cli.tls import only_this_machine
from scoreboard.database import Database, opened
from scoreboard.exchange.folder import read_folder
from scoreboard.judging import access, rounds
from scoreboard.judging.setup import roster
from scoreboard.keeping.keeper import OFF
from scoreboard.keeping.lock import held
from scoreboard.migrations import prepare
from scoreboard.models import Event, Judge, Team
from scoreboard.settings import Settings

FOLDER = Path(__file__).resolve().parents[1] / "demo" / "event"
ACTOR = "demo"


@dataclass(frozen=True)
class Stage:
    """The demo's event, ready to be judged."""

    slug: str
    teams: list[str]
    secrets: dict[str, str]  # of the judges' links, by judge
    guest: str  # the judge whose link is printed
    guest_name: str
    console_secret: str | None


async def set_up(database: Database) -> Stage:
    """Import the demo's folder, open its first round, and make the links."""
    form = await anyio.to_thread.run_sync(read_folder, FOLDER)
    await database.write(roster.store, form, ACTOR)
    salt = await database.read(access.code_salt)

    def open_first(session: Session) -> tuple[list[str], list[tuple[int, str, str]]]:
        event = session.exec(select(Event).where(Event.slug == form.slug)).one()
        round_ = rounds.current_round(session, event.id or 0)
        if round_ is not None and rounds.phase(round_) is rounds.Phase.PENDING:
            rounds.open_round(session, round_.id or 0, ACTOR)
        teams = session.exec(select(Team.key).where(Team.event_id == event.id).order_by(Team.key)).all()
        judges = session.exec(select(Judge).where(Judge.event_id == event.id).order_by(col(Judge.key))).all()
        return list(teams), [(judge.id or 0, judge.key, judge.name_en or judge.name_ar) for judge in judges]

    teams, judges = await database.write(open_first)
    links = {key: await anyio.to_thread.run_sync(access.new_link, salt) for _, key, _ in judges}

    def issue(session: Session) -> str | None:
        for judge_id, key, _ in judges:
            access.issue_link(session, judge_id, links[key], ACTOR)
        return first_way_in(session)

    console_secret = await database.write(issue)
    _, guest, guest_name = judges[-1]
    secrets = {key: link.secret for key, link in links.items()}
    return Stage(form.slug, teams, secrets, guest, guest_name, console_secret)


def say(address: str, stage: Stage) -> None:
    """Print where to look."""
    link = f"{address}/j#{stage.secrets[stage.guest]}"
    click.echo(f"Board    {address}/e/{stage.slug}")
    if stage.console_secret:
        click.echo(f"Console  {address}/console/enter#{stage.console_secret}")
    click.echo(f"Judge    {link}")
    click.echo(f"         {stage.guest_name}'s phone: open the link, or scan this.")
    segno.make(link, error="m").terminal(compact=True)
    if "://127.0.0.1" in address:
        click.echo("A phone reaches this machine with: scoreboard demo --host 0.0.0.0")
    click.echo("Ctrl-C ends it.")
    sys.stdout.flush()


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[str, uvicorn.Server, asyncio.Task[None]]]:
    """Run the web server; give its address, itself, and the task that it runs in."""
    with listening_socket(settings.host, settings.port) as bound:
        running = server(settings)
        task = asyncio.create_task(running.serve(sockets=[bound]))
        try:
            yield address_of(bound, settings), running, task
        finally:
            running.should_exit = True
            await task


async def run(settings: Settings, tally: Tally, *, speed: float, seed: int, seconds: float | None) -> None:
    """Show the demo until it is stopped, or for some seconds, and count into the tally what was got through."""
    prepare(settings.database)
    async with opened(settings.database) as database:
        stage = await set_up(database)
    async with serving(settings) as (address, running, task):
        say(address, stage)
        judges = asyncio.create_task(
            simulate(address, stage.secrets, stage.teams, speed=speed, seed=seed, guest=stage.guest, tally=tally)
        )
        await asyncio.wait({judges, task}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if judges.done() and not task.done():
            judges.result()  # every judge was taken over by a person: the show goes on without them
            await asyncio.wait({task}, timeout=seconds)
        judges.cancel()
        running.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await judges


@click.command(epilog="Example: scoreboard demo --speed 20")
@click.option("--speed", type=click.FloatRange(0.1, 200), default=1.0, show_default=True, help="How fast they judge.")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="0.0.0.0 lets phones in.")
@click.option("--port", type=int, metavar="PORT", default=8000, show_default=True, help="0 picks a free one.")
@click.option("--database", metavar="PATH", help="Keep the event in this database.  [default: a temporary one]")
@click.option("--seconds", type=click.FloatRange(1), help="Stop after so many seconds.  [default: until Ctrl-C]")
@click.option("--seed", type=int, default=2026, show_default=True, help="The same seed, the same judges.")
def demo(speed: float, host: str, port: int, database: str | None, seconds: float | None, seed: int) -> None:
    """Show it all: an event in two languages, with judges who score by themselves."""
    with logs.written("text", level=logging.WARNING), tempfile.TemporaryDirectory(prefix="scoreboard-") as folder:
        settings = Settings.from_environment(
            {},
            database=database or str(Path(folder) / "demo.db"),
            host=host,
            port=port,
            insecure_lan=not only_this_machine(host),
            backups=None if database else OFF,
            language="ar",
        )
        tally = Tally()
        with held(settings.database), contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how it is meant to end
            asyncio.run(run(settings, tally, speed=speed, seed=seed, seconds=seconds))
    click.echo(f"{tally.ballots} ballots were accepted, {tally.corrections} of them corrections.")
    if tally.refused:
        raise click.ClickException("The server refused ballots: " + ", ".join(sorted(set(tally.refused))))
