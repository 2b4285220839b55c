"""``scoreboard organiser``: who works at the console, and what they may do at which event."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlmodel import Session

from scoreboard.cli.options import database_option, ready
from scoreboard.database import open_engine
from scoreboard.errors import InvalidForm
from scoreboard.judging.duty.progress import event_named
from scoreboard.judging.staff import factors, organisers, roles, sessions
from scoreboard.judging.staff.passwords import check_password
from scoreboard.judging.staff.roles import GIVEN, Role
from scoreboard.settings import Settings

ACTOR = "command:organiser"
NO_ROLE = "none"
WORDS = [role.value.replace("_", "-") for role in GIVEN]


@click.group()
def organiser() -> None:
    """Add organisers, let them in, and say what they may do at which event."""


@contextmanager
def storing(database: str) -> Iterator[Session]:
    """A session whose work is kept when all of it was done."""
    ready(database)
    engine = open_engine(database)
    try:
        with Session(engine) as session:
            yield session
            session.commit()
    finally:
        engine.dispose()


@organiser.command(epilog="Example: scoreboard organiser add fatima --event services-2026 --role organiser")
@click.argument("name")
@click.option("--event", metavar="SLUG", help="The event where the person gets a role.")
@click.option("--role", type=click.Choice(WORDS), default="organiser", show_default=True, help="The role there.")
@click.option("--owner", is_flag=True, help="An owner of every event; the first organiser is one anyway.")
@click.option("--email", metavar="ADDRESS", default="", help="By which a member of a team is told from an organiser.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
@click.option("--no-password", is_flag=True, help="Without one: by one-time links (scoreboard organiser link).")
@database_option
def add(
    name: str,
    event: str | None,
    role: str,
    *,
    owner: bool,
    email: str,
    password_stdin: bool,
    no_password: bool,
    database: str,
) -> None:
    """Add an organiser who signs in with NAME and a password.

    The first one owns every event. Everybody after that needs an event with a role, or is made an owner.
    """
    with storing(database) as session:
        first = not organisers.owned(session)
        if not (first or owner or event):
            raise InvalidForm("Say where %(name)s works: --event SLUG --role ROLE, or --owner.", name=name.strip())
        password = "" if no_password else read_password(from_stdin=password_stdin)
        everywhere = owner or (first and event is None)
        added = organisers.add_organiser(session, name, password, email=email, everywhere=everywhere)
        if event is not None:
            roles.give_role(session, event_named(session, event).id or 0, added.id or 0, role_of(role), ACTOR)
    click.echo(f"{name.strip()} can sign in at /console now.")


def read_password(*, from_stdin: bool) -> str:
    """Read a password from another program, or ask for it twice, without showing it. Raises InvalidForm."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    check_password(password)
    return password


def role_of(word: str) -> Role:
    """Read a role as it is written on the command line."""
    return Role(word.replace("-", "_"))


@organiser.command(epilog="Example: scoreboard organiser role fatima auditor --event services-2026")
@click.argument("name")
@click.argument("role", type=click.Choice([*WORDS, NO_ROLE]))
@click.option("--event", metavar="SLUG", required=True, help="The event.")
@database_option
def role(name: str, role: str, event: str, database: str) -> None:
    """Give NAME another ROLE at an event, or none. The ledger of the event tells it."""
    with storing(database) as session:
        person = organisers.organiser_named(session, name)
        event_id = event_named(session, event).id or 0
        if role == NO_ROLE:
            roles.take_role(session, event_id, person.id or 0, ACTOR)
        else:
            roles.give_role(session, event_id, person.id or 0, role_of(role), ACTOR)
    click.echo(f"{name.strip()} at {event}: {role}.")


@organiser.command(epilog="Example: scoreboard organiser link fatima")
@click.argument("name")
@click.option(
    "--public-address", metavar="URL", help="How the organiser reaches the server, such as https://score.example."
)
@database_option
def link(name: str, public_address: str | None, database: str) -> None:
    """Print a link that signs NAME in once, within a day."""
    settings = Settings.from_environment(database=database, public_address=public_address)
    with storing(database) as session:
        secret = organisers.issue_one_time_link(session, organisers.organiser_named(session, name).id or 0)
    scheme = "https" if settings.tls_certificate else "http"
    address = settings.public_address or f"{scheme}://{settings.host}:{settings.port}"
    click.echo(f"{address}/console/enter#{secret}")


@organiser.command("sign-out", epilog="Example: scoreboard organiser sign-out fatima --for-good")
@click.argument("name")
@click.option("--for-good", is_flag=True, help="Close the account, too: nobody comes in by it any more.")
@database_option
def sign_out(name: str, *, for_good: bool, database: str) -> None:
    """End every session of NAME at the console, on every device, within a second."""
    with storing(database) as session:
        person = organisers.organiser_named(session, name)
        sessions.end_others(session, person.id or 0, "")
        if for_good:
            organisers.shut_out(session, person.id or 0)
            if not organisers.owned(session):
                words = "is the last who owns every event. First: scoreboard organiser add NAME --owner"
                raise click.ClickException(f"{person.name} {words}")
    click.echo(f"{name.strip()} is signed out{', for good' if for_good else ' everywhere'}.")


@organiser.command("forget-factor", epilog="Example: scoreboard organiser forget-factor fatima")
@click.argument("name")
@database_option
def forget_factor(name: str, database: str) -> None:
    """Turn NAME's second factor off, when the phone and the codes on paper are lost."""
    with storing(database) as session:
        factors.give_up(session, organisers.organiser_named(session, name).id or 0)
    click.echo(f"{name.strip()} signs in by the password alone now.")
