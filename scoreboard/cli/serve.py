"""``scoreboard serve`` and ``scoreboard migrate``."""

import asyncio
import contextlib
import logging
import os
import socket
import sys

import click
import uvicorn
from sqlmodel import Session, col, select

from scoreboard.app import create_app
from scoreboard.cli.options import database_option
from scoreboard.database import opened
from scoreboard.judging import access
from scoreboard.migrations import Age, prepare
from scoreboard.models import Organiser
from scoreboard.settings import Settings

FIRST_ORGANISER = "organiser"
STOP_SECONDS = 5  # how long open requests and sockets may take to end when the server stops


def listening_socket(host: str, port: int) -> socket.socket:
    """Bind the address that the server listens on; port 0 picks a free one."""
    try:
        bound = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as failure:
        words = os.strerror(failure.errno) if failure.errno else str(failure)
        raise click.ClickException(f"Cannot listen on {host}, port {port}: {words}.") from failure
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


def server(settings: Settings) -> uvicorn.Server:
    """The web server around the application."""
    return uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            ws="websockets-sansio",
            http="h11",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            ws_max_size=16_384,
            ws_per_message_deflate=False,
            h11_max_incomplete_event_size=16_384,
        )
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
        async with opened(settings.database) as database:
            secret = await database.write(first_way_in)
        click.echo(f"Scoreboard on {address}")
        if secret:
            click.echo(f"Console, this link once within a day: {address}/console/enter#{secret}")
            click.echo("Then, for a password: scoreboard organiser add NAME")
        sys.stdout.flush()
        await server(settings).serve(sockets=[bound])


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
    prepare(settings.database)
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how it is meant to end
        asyncio.run(run(settings))


@click.command(epilog="Example: scoreboard migrate --database hackathon.db")
@database_option
def migrate(database: str) -> None:
    """Bring a database of an older version to this one. Make a copy of it first."""
    was = prepare(database, migrate=True)
    words = {
        Age.EMPTY: "was empty and is ready",
        Age.CURRENT: "is of this version already",
        Age.OLDER: "is of this version now",
    }
    click.echo(f"The database {database} {words[was]}.")
