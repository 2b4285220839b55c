"""``scoreboard key``: the key that the ledgers are signed with."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlmodel import Session

from scoreboard.cli.options import database_option, ready
from scoreboard.database import open_engine
from scoreboard.errors import Unusable
from scoreboard.judging.ledger.keys import refuse_other_key, rotate, signing_key_of
from scoreboard.judging.staff import factors
from scoreboard.keeping.lock import held
from scoreboard.settings import Settings
from scoreboard.signing import SigningKey, given_key, key_at_hand, key_file, read_key, write_key

ACTOR = "command:key"


@click.group()
def key() -> None:
    """Show and change the key that the ledgers are signed with."""


@key.command(epilog="Example: scoreboard key show --database hackathon.db")
@database_option
def show(database: str) -> None:
    """Print the public key, by which everybody can check what was signed.

    The key itself is printed by nothing: keep a copy of its file where you keep your other secrets.
    """
    settings = Settings.from_environment(database=database)
    ready(database)
    at_hand = key_at_hand(database, settings.signing_key)
    with session_on(database) as session:
        refuse_other_key(session, at_hand.public)
    click.echo(f"Public key  {at_hand.public}")
    click.echo(f"Kept in     {'SCOREBOARD_SIGNING_KEY' if settings.signing_key else key_file(database)}")


@key.command("rotate", epilog="Example: scoreboard key rotate --database hackathon.db")
@click.option("--to", metavar="KEY", help="The next key: a file, or 64 hexadecimal digits.  [default: a new one]")
@click.option("--lost", is_flag=True, help="The old key is gone. Whoever verifies the record will be told so.")
@database_option
def rotate_key(database: str, to: str | None, *, lost: bool) -> None:
    """Let another key sign from now on. Every ledger says so, signed by the old key and by the new one."""
    settings = Settings.from_environment(database=database)
    ready(database)
    with held(database):
        if settings.signing_key:
            if not to:
                raise Unusable("The key is given by SCOREBOARD_SIGNING_KEY: give the next one by --to.")
            old = None if lost else given_key(settings.signing_key)
            public = changed(database, old, given_key(to))
            click.echo("Give the next key by SCOREBOARD_SIGNING_KEY from now on.")
        else:
            place = key_file(database)
            new = staged(place, to)
            old = None if lost else key_at_hand(database)
            public = changed(database, old, new)
            aside = put_in_place(place)
            click.echo(f"The old key lies in {aside}." if aside else "There was no old key.")
    click.echo(f"Public key  {public}")


def next_place(place: Path) -> Path:
    """Where the next key waits until every ledger names it."""
    return place.with_name(f"{place.name}.next")


def staged(place: Path, to: str | None) -> SigningKey:
    """Give the next key, written down before anything names it; what an earlier rotation left there is used up."""
    waiting = next_place(place)
    if waiting.exists():
        return read_key(waiting)
    new = given_key(to) if to else SigningKey.new()
    write_key(waiting, new)
    return new


def changed(database: str, old: SigningKey | None, new: SigningKey) -> str:
    """Let every ledger name the new key, unless they do; give it in its public form."""
    with session_on(database) as session:
        if signing_key_of(session) != new.public:
            rotate(session, old, new, ACTOR)
            if old is not None:
                factors.reseal(session, old, new)
            session.commit()
    return new.public


def put_in_place(place: Path) -> Path | None:
    """Put the next key into the place of the old one, which is kept beside it; give where."""
    aside = None
    if place.exists():
        aside = place.with_name(f"{place.name}.until-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        aside.unlink(missing_ok=True)
        aside.hardlink_to(place)
    next_place(place).replace(place)  # at every moment there is a key in the place
    return aside


@contextmanager
def session_on(database: str) -> Iterator[Session]:
    """A session on a database of this version."""
    engine = open_engine(database)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()
