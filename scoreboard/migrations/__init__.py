"""The database's versions, from the first release on; `versions/` holds one step a file.

A database is empty, of this version, older (to be migrated, by a command and not by itself) or newer than the code
(not to be touched). Alembic does the work on both engines.
"""

import secrets
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, inspect
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.errors import Unusable
from scoreboard.models import Deployment
from scoreboard.signing import key_or_new


class Age(Enum):
    """How a database's version stands to the code's."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made here and not in a file; `env.py` takes the connection from it."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The version that this code's databases are of."""
    return str(ScriptDirectory.from_config(configuration()).get_current_head())


def age(connection: Connection) -> Age:
    """Compare a database's version with the code's. Raises Unusable for one that is not Scoreboard's."""
    version = MigrationContext.configure(connection).get_current_revision()
    if version is None:
        if inspect(connection).get_table_names():
            raise Unusable("This database holds something else than Scoreboard's tables.")
        return Age.EMPTY
    scripts = ScriptDirectory.from_config(configuration())
    if version == scripts.get_current_head():
        return Age.CURRENT
    try:
        known = scripts.get_revision(version) is not None
    except CommandError:
        known = False
    return Age.OLDER if known else Age.NEWER


def prepare(setting: str, *, migrate: bool = False, signing_key: str = "") -> Age:
    """Make a database ready for this version of the code and return what it was before.

    An empty one is created, with a key to sign with: the one that is given as by SCOREBOARD_SIGNING_KEY, else one in a
    new file beside it. An older one is migrated when `migrate` is set and refused otherwise; a newer one is
    refused. Raises Unusable in both cases, with what to do.
    """
    engine = open_engine(setting)
    try:
        with engine.connect() as connection:
            with connection.begin():
                was = age(connection)
            if was is Age.NEWER:
                raise Unusable(
                    "The database %(database)s was written by a newer version of Scoreboard. Please update Scoreboard.",
                    database=setting,
                )
            if was is Age.OLDER and not migrate:
                raise Unusable(
                    "The database %(database)s is of an older version. Make a copy of it, then run: "
                    "scoreboard migrate --database %(database)s",
                    database=setting,
                )
            if was in {Age.EMPTY, Age.OLDER}:
                with connection.begin():
                    command.upgrade(configuration(connection), "head")
            with connection.begin(), Session(bind=connection) as session:
                if session.exec(select(Deployment)).one_or_none() is None:
                    session.add(
                        Deployment(
                            id=1,
                            epoch=secrets.token_hex(8),
                            public_key=key_or_new(setting, signing_key).public,
                            code_salt=secrets.token_hex(16),
                            created_at=datetime.now(UTC),
                        )
                    )
                    session.commit()
            return was
    finally:
        engine.dispose()
