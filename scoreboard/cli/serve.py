"""``scoreboard serve`` and ``scoreboard migrate``."""

import asyncio
import contextlib
import logging
import os
import socket
import sys
from collections.abc import Iterator

import click
from sqlmodel import Session, col, select
from uvicorn.loops.auto import auto_loop_factory

from scoreboard import logs
from scoreboard.app import create_app
from scoreboard.cli.options import database_option, ready
from scoreboard.cli.tls import check_transport
from scoreboard.database import opened
from scoreboard.judging.ledger.keys import refuse_other_key
from scoreboard.judging.staff import organisers
from scoreboard.keeping.lock import held
from scoreboard.migrations import Age, prepare
from scoreboard.models import Organiser
from scoreboard.settings import Settings, host_and_port
from scoreboard.signing import key_at_hand
from scoreboard.web.sockets import farewell
from scoreboard.wire.peers import Peers, networks
from scoreboard.wire.serving import BACKLOG, KERNEL_FINDS_THE_GONE, Server, configuration, room_for_viewers, tune

logger = logging.getLogger(__name__)

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
    scheme = "https" if settings.tls_certificate else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def venue_address() -> str:
    """This machine's own address in its network, as far as it can be told without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: connecting a datagram socket sends nothing
        except OSError:
            return "127.0.0.1"
        host: str = probe.getsockname()[0]
        return host


@contextlib.contextmanager
def private_socket(settings: Settings) -> Iterator[socket.socket | None]:
    """Bind the address that metrics are told on, if one is set. Whoever else can reach it is said loudly."""
    if not settings.metrics:
        yield None
        return
    host, port = host_and_port(settings.metrics)
    if not host.is_loopback:
        logger.warning(
            "Metrics are on %s: whoever is in that network can read them.", host, extra={"event": "metrics.reachable"}
        )
    with listening_socket(str(host), port) as bound:
        yield bound


def server(settings: Settings, *, alone: bool = False, private: socket.socket | None = None) -> Server:
    """The web server around the application; `alone` in a process of its own, `private` for its metrics."""
    proxies = networks(settings.trusted_proxies)
    limited = settings.model_copy(update={"viewers": room_for_viewers(settings.viewers)})
    return Server(
        configuration(
            create_app(limited, private),
            trusted_proxies=settings.trusted_proxies,
            ping=not KERNEL_FINDS_THE_GONE,
            certificate=settings.tls_certificate,
            key=settings.tls_key,
        ),
        Peers(CONNECTIONS_PER_ADDRESS, CONNECTIONS_PER_VENUE, networks(settings.venues), unlimited=proxies),
        farewell,
        alone=alone,
    )


def first_way_in(session: Session) -> str | None:
    """Give the secret of a one-time link for the first owner, while none can come back by a password."""
    if organisers.owned(session):
        return None
    found = session.exec(
        select(Organiser)
        .where(col(Organiser.everywhere), col(Organiser.disabled_at).is_(None))
        .order_by(col(Organiser.id))
    ).first()
    organiser = found or organisers.add_organiser(session, FIRST_ORGANISER, "")
    return organisers.issue_one_time_link(session, organiser.id or 0)


async def run(settings: Settings) -> None:
    """Serve until stopped."""
    with listening_socket(settings.host, settings.port) as bound, private_socket(settings) as private:
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
        await server(settings, alone=True, private=private).serve(sockets=[bound])


@click.command(epilog="Example: scoreboard serve --host 0.0.0.0 --port 443 --tls-cert chain.pem --tls-key key.pem")
@database_option
@click.option(
    "--host", metavar="ADDRESS", help="The address to listen on; 0.0.0.0 for the whole venue.  [default: 127.0.0.1]"
)
@click.option("--port", type=int, metavar="PORT", help="The port to listen on; 0 picks a free one.  [default: 8000]")
@click.option("--public-address", metavar="URL", help="How phones reach the server, for links and QR codes.")
@click.option("--tls-cert", metavar="FILE", help="The certificate with its chain (PEM): serve over TLS.")
@click.option("--tls-key", metavar="FILE", help="The private key of the certificate (PEM).")
@click.option("--insecure-lan", is_flag=True, default=None, help="Serve a venue without TLS; every page says so.")
def serve(
    database: str,
    host: str | None,
    port: int | None,
    public_address: str | None,
    *,
    tls_cert: str | None,
    tls_key: str | None,
    insecure_lan: bool | None,
) -> None:
    """Run the server. An empty database is created."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = Settings.from_environment(
        database=database,
        host=host,
        port=port,
        public_address=public_address,
        tls_certificate=tls_cert,
        tls_key=tls_key,
        insecure_lan=insecure_lan,
    )
    check_transport(settings)
    # Ctrl-C is how it is meant to end.
    with logs.written(settings.log), held(settings.database), contextlib.suppress(KeyboardInterrupt):
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
