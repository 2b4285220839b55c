"""``scoreboard organiser``: who may run events."""

import sys

import click
from sqlmodel import Session, select

from scoreboard.cli.options import database_option, ready
from scoreboard.database import open_engine
from scoreboard.errors import InvalidForm, NotFound
from scoreboard.judging import access
from scoreboard.models import Organiser
from scoreboard.settings import Settings


@click.group()
def organiser() -> None:
    """Add organisers and let them in."""


@organiser.command(epilog="Example: scoreboard organiser add fatima")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
@database_option
def add(name: str, *, password_stdin: bool, database: str) -> None:
    """Add an organiser who signs in with NAME and a password."""
    ready(database)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else asked_password()
    if not password:
        raise InvalidForm("A password needs %(n)s characters or more.", n=access.SHORTEST_PASSWORD)
    engine = open_engine(database)
    try:
        with Session(engine) as session:
            access.add_organiser(session, name, password)
            session.commit()
    finally:
        engine.dispose()
    click.echo(f"{name.strip()} can sign in at /console now.")


def asked_password() -> str:
    """Ask for a password twice, without showing it."""
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return password


@organiser.command(epilog="Example: scoreboard organiser link fatima")
@click.argument("name")
@click.option(
    "--public-address", metavar="URL", help="How the organiser reaches the server, such as https://score.example."
)
@database_option
def link(name: str, public_address: str | None, database: str) -> None:
    """Print a link that signs NAME in once, within a day."""
    settings = Settings.from_environment(database=database, public_address=public_address)
    ready(database)
    engine = open_engine(database)
    try:
        with Session(engine) as session:
            found = session.exec(select(Organiser).where(Organiser.name == name.strip())).one_or_none()
            if found is None or found.disabled_at is not None:
                raise NotFound("There is no organiser named %(name)s.", name=name.strip())
            secret = access.issue_one_time_link(session, found.id or 0)
            session.commit()
    finally:
        engine.dispose()
    address = settings.public_address or f"http://{settings.host}:{settings.port}"
    click.echo(f"{address}/console/enter#{secret}")
