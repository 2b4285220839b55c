"""``scoreboard serve`` and ``scoreboard migrate``."""

import asyncio
import contextlib
import logging
import os
import socket
import sys

import click
from sqlmodel import Session, col, select
from uvicorn.loops.auto import auto_loop_factory

from scoreboard.app import create_app
from scoreboard.cli.options import database_option, ready
from scoreboard.database import opened
from scoreboard.judging import access
from scoreboard.judging.ledger.keys import refuse_other_key
from scoreboard.keeping.lock import held
from scoreboard.migrations import Age, prepare
from scoreboard.models import Organiser
from scoreboard.settings import Settings
from scoreboard.signing import key_at_hand
from scoreboard.web.sockets import farewell
from scoreboard.wire.peers import Peers, networks
from scoreboard.wire.serving import BACKLOG, KERNEL_FINDS_THE_GONE, Server, configuration, room_for_viewers, tune

FIRST_ORGANISER = "organiser"
# Of any kind, for HTTP and sockets together; those of viewers are limited once more (see web.limits).
CONNECTIONS_PER_ADDRESS = 1000
CONNECTIONS_PER_VENUE = 6000


def listening_socket(host: str, port: int) -> socket.socket:
    """Bind the address that the server listens on; port 0 picks a free one."""
    try:
        bound = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=BACKLOG
        )
    except OSError as failure:
        words = os.strerror(failure.errno) if failure.errno else str(failure)
        raise click.ClickException(f"Cannot listen on {host}, port {port}: {words}.") from failure
    tune(bound)
    bound.set_inheritable(True)
    return bound


def address_of(bound: socket.socket, settings: Settings) -> str:
    """The address that people reach the server by."""
    if settings.public_address:
        return settings.public_address
    host, port = bound.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104  (compared, not bound)
        host = venue_address()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def venue_address() -> str:
    """This machine's own address in its network, as far as it can be told without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: connecting a datagram socket sends nothing
        except OSError:
            return "127.0.0.1"
        host: str = probe.getsockname()[0]
        return host


def server(settings: Settings, *, alone: bool = False) -> Server:
    """The web server around the application; `alone` in a process of its own."""
    proxies = networks(settings.trusted_proxies)
    limited = settings.model_copy(update={"viewers": room_for_viewers(settings.viewers)})
    return Server(
        configuration(create_app(limited), trusted_proxies=settings.trusted_proxies, ping=not KERNEL_FINDS_THE_GONE),
        Peers(CONNECTIONS_PER_ADDRESS, CONNECTIONS_PER_VENUE, networks(settings.venues), unlimited=proxies),
        farewell,
        alone=alone,
    )


def first_way_in(session: Session) -> str | None:
    """Give the secret of a one-time link for the first organiser, while nobody can sign in by a password."""
    if session.exec(select(Organiser).where(Organiser.password_hash != "")).first() is not None:
        return None
    found = session.exec(select(Organiser).order_by(col(Organiser.id))).first()
    organiser = found or access.add_organiser(session, FIRST_ORGANISER, "")
    return access.issue_one_time_link(session, organiser.id or 0)


async def run(settings: Settings) -> None:
    """Serve until stopped."""
    with listening_socket(settings.host, settings.port) as bound:
        address = address_of(bound, settings)
        signing = key_at_hand(settings.database, settings.signing_key)
        async with opened(settings.database) as database:
            await database.read(refuse_other_key, signing.public)  # before anything is said or promised
            secret = await database.write(first_way_in)
        click.echo(f"Scoreboard on {address}")
        if secret:
            click.echo(f"Console, this link once within a day: {address}/console/enter#{secret}")
            click.echo("Then, for a password: scoreboard organiser add NAME")
        sys.stdout.flush()
        await server(settings, alone=True).serve(sockets=[bound])


@click.command(epilog="Example: scoreboard serve --database hackathon.db --host 0.0.0.0 --port 80")
@database_option
@click.option(
    "--host", metavar="ADDRESS", help="The address to listen on; 0.0.0.0 for the whole venue.  [default: 127.0.0.1]"
)
@click.option("--port", type=int, metavar="PORT", help="The port to listen on; 0 picks a free one.  [default: 8000]")
@click.option("--public-address", metavar="URL", help="How phones reach the server, for links and QR codes.")
def serve(database: str, host: str | None, port: int | None, public_address: str | None) -> None:
    """Run the server. An empty database is created."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = Settings.from_environment(database=database, host=host, port=port, public_address=public_address)
    with held(settings.database), contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how it is meant to end
        prepare(settings.database, signing_key=settings.signing_key)
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:  # uvloop, where there is one
            runner.run(run(settings))


@click.command(epilog="Example: scoreboard migrate --database hackathon.db")
@database_option
def migrate(database: str) -> None:
    """Bring a database of an older version to this one. Make a copy of it first."""
    was = ready(database, migrate=True)
    words = {
        Age.EMPTY: "was empty and is ready",
        Age.CURRENT: "is of this version already",
        Age.OLDER: "is of this version now",
    }
    click.echo(f"The database {database} {words[was]}.")
