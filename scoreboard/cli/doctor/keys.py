"""The signing key: at hand, for its owner alone, and the one that the ledgers name."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from scoreboard.cli.doctor.database import first_line
from scoreboard.cli.doctor.finding import Finding, green, red
from scoreboard.database import open_engine
from scoreboard.errors import ScoreboardError
from scoreboard.judging.ledger.keys import refuse_other_key
from scoreboard.settings import Settings
from scoreboard.signing import key_at_hand, key_file


def keys(settings: Settings) -> Iterator[Finding]:
    """Look at the key."""
    try:
        public = key_at_hand(settings.database, settings.signing_key).public
    except ScoreboardError as failure:
        yield red("key", str(failure), "without it nothing can be signed, and the server does not start")
        return
    engine = open_engine(settings.database, read_only=True)
    try:
        with Session(engine) as session:
            refuse_other_key(session, public)
    except ScoreboardError as failure:
        yield red("key", str(failure), "scoreboard key show tells which one is at hand")
        return
    except SQLAlchemyError as failure:
        yield red("key", f"The ledgers cannot be asked which key they name: {first_line(failure)}", "see the database")
        return
    finally:
        engine.dispose()
    where = "SCOREBOARD_SIGNING_KEY" if settings.signing_key else key_file(settings.database)
    yield green("key", f"{where} is the key that the ledgers name, {public[:16]}…")
