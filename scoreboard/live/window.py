"""The public's own way to the database: connections that cannot see past a freeze, whoever asks them for what.

On such a connection every table that the public's view is made of is replaced by a view of the same name, which ends
where the freeze stands: of a round that is held only the ballots before it, and of its event nothing else that could
have changed since. So no query has to think of it, and one that forgets it sees no more. On SQLite an authorizer lets
through nothing but these views: tables, their definitions and whatever is not named here are refused by the database
itself. Elsewhere that is for the rights of the role that the address names.

It waits for no other reader: what organisers and judges do does not make it slower.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import quote

import anyio
import anyio.to_thread
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from scoreboard.database import BUSY_SECONDS, database_address, open_engine, sound_sqlite
from scoreboard.models import metadata

P = ParamSpec("P")
T = TypeVar("T")

READERS: Final = 2

# Rounds whose public view is held: up to which entry of the ledger. One without a hold shows nothing at all.
HELD_ROUNDS: Final = (
    "SELECT r.id AS round_id, r.event_id AS event_id, r.position AS position, "
    "(SELECT COALESCE(MAX(h.sequence), 0) FROM {main}.hold h WHERE h.round_id = r.id) AS sequence "
    "FROM {main}.round r WHERE r.frozen_at IS NOT NULL AND r.thawed_at IS NULL"
)
# Events that are in such a round.
HELD_EVENTS: Final = (
    "SELECT held.event_id AS event_id FROM held_round held WHERE NOT EXISTS (SELECT 1 FROM {main}.round later "
    "WHERE later.event_id = held.event_id AND later.opened_at IS NOT NULL AND later.position > held.position)"
)
HELD_BALLOTS: Final = (
    "SELECT b.id FROM {main}.ballot b JOIN held_round held ON held.round_id = b.round_id "
    "WHERE b.sequence >= held.sequence"
)

# Rows of events, of teams, of rounds of which nothing is held.
OPEN_EVENT: Final = "t.event_id NOT IN (SELECT event_id FROM held_event)"
OPEN_ROUND: Final = "t.round_id NOT IN (SELECT round_id FROM held_round)"
HELD_AT: Final = "(SELECT held.sequence FROM held_round held WHERE held.round_id = t.round_id)"

# What the public's view is made of, table by table: which rows are seen. What is not named here is not seen at all.
ROWS: Final = {
    "event": "1 = 1",
    "round": "1 = 1",
    "hold": "t.sequence = {HELD_AT}",
    "run": "({OPEN_ROUND} AND t.kind = 'final') OR (t.kind = 'frozen' AND t.sequence + 1 = {HELD_AT})",
    "ballot": "{OPEN_ROUND} OR t.sequence < {HELD_AT}",
    "score": "NOT EXISTS (SELECT 1 FROM held_round) OR t.ballot_id NOT IN (SELECT id FROM held_ballot)",
    "criterion": "{OPEN_ROUND}",
    "assignment": "{OPEN_ROUND} AND t.team_id IN (SELECT id FROM team)",
    "organisation": "{OPEN_EVENT}",
    "judge": "{OPEN_EVENT}",
    "team": "{OPEN_EVENT}",
    "ledgerhead": "{OPEN_EVENT}",
    "logentry": "{OPEN_EVENT} AND t.action LIKE 'groups.%'",
    "conflict": "t.team_id IN (SELECT id FROM team)",
}
# Columns of these that nobody outside has any business with.
BLANK: Final = {
    "judge": {"email", "language"},
    "team": {"members", "out_reason"},
    "ballot": {"uuid", "comment", "note", "entered_at"},
    "round": {"final_comment", "paused_at"},
    "ledgerhead": {"key", "hash"},
    "logentry": {"salt", "leaf", "hash"},
    "conflict": {"reason", "source"},
}
# Columns of a held round that may have changed since.
HELD_BLANK: Final = {
    "name_en",
    "name_ar",
    "rule",
    "beside",
    "minimum_ballots",
    "ballots_per_team",
    "precedence",
    "finalised_at",
}

SQLITE_OK, SQLITE_DENY = 0, 1
SQLITE_READ, SQLITE_SELECT, SQLITE_TRANSACTION, SQLITE_FUNCTION = 20, 21, 22, 31


def views(main: str) -> dict[str, str]:
    """Write the views, each with its name; `main` is the schema that the tables are in."""
    found = {"held_round": HELD_ROUNDS, "held_event": HELD_EVENTS, "held_ballot": HELD_BALLOTS}
    for table, rows in ROWS.items():
        columns = ", ".join(shown(table, column.name) for column in metadata.tables[table].columns)
        found[table] = " ".join(("SELECT", columns, "FROM", f"{{main}}.{table} t WHERE", rows))
    conditions = {"OPEN_EVENT": OPEN_EVENT, "OPEN_ROUND": OPEN_ROUND, "HELD_AT": HELD_AT}
    return {name: query.format(main=main, **conditions) for name, query in found.items()}


def shown(table: str, column: str) -> str:
    """Write a column as it is seen."""
    if column in BLANK.get(table, set()):
        return f"NULL AS {column}"
    if table == "round" and column in HELD_BLANK:
        return f"CASE WHEN t.frozen_at IS NULL OR t.thawed_at IS NOT NULL THEN t.{column} END AS {column}"
    return f"t.{column} AS {column}"


@dataclass(frozen=True)
class Warden:
    """Decides for SQLite what a statement may touch: the views in `seen`, and the tables in `schema` through them."""

    seen: frozenset[str]
    schema: str

    def __call__(self, action: int, first: str | None, second: str | None, schema: str | None, view: str | None) -> int:
        """Answer one question of SQLite's (sqlite.org/c3ref/set_authorizer.html)."""
        if action != SQLITE_READ:
            return SQLITE_OK if action in {SQLITE_SELECT, SQLITE_TRANSACTION, SQLITE_FUNCTION} else SQLITE_DENY
        if schema == "temp":
            return SQLITE_OK if first in self.seen else SQLITE_DENY
        # Without a column: of a table nothing but its rows is read. By its name alone that is the view's.
        behind = view in self.seen or (first in self.seen and not second)
        return SQLITE_OK if schema == self.schema and behind else SQLITE_DENY


def public_engine(setting: str) -> Engine:
    """Open an engine on whose connections there are only the views."""
    address = database_address(setting)
    if not address.startswith("sqlite"):
        engine = open_engine(setting, read_only=True)
        event.listen(engine, "connect", lambda connection, _record: draw(connection, "public"))
        return engine
    module = sound_sqlite()
    target = f"file:{quote(str(Path(setting).absolute()))}?mode=ro"

    def connect() -> Any:
        return module.connect(":memory:", uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    engine = create_engine(
        "sqlite://", module=module, creator=connect, hide_parameters=True, pool_size=READERS, poolclass=QueuePool
    )

    @event.listens_for(engine, "connect")
    def shut(connection: Any, _record: object) -> None:
        schema = f"behind_{token_hex(8)}"  # so that no statement can name a table past its view
        connection.execute(f"ATTACH DATABASE ? AS {schema}", (target,))
        connection.set_authorizer(Warden(draw(connection, schema), schema))

    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def draw(connection: Any, schema: str) -> frozenset[str]:
    """Make the views on a new connection; give their names."""
    queries = views(schema)
    cursor = connection.cursor()
    for name, query in queries.items():
        cursor.execute(f"CREATE TEMPORARY VIEW {name} AS {query}")
    cursor.close()
    connection.commit()
    return frozenset(queries)


class Window:
    """What the public may read of a database: ``await window.read(f, ...)``, as with `Database`."""

    def __init__(self, setting: str) -> None:
        self.engine = public_engine(setting)
        self.limiter = anyio.CapacityLimiter(READERS)

    async def read(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `f` on one snapshot of what the public may see."""

        def run() -> T:
            with Session(self.engine, expire_on_commit=False) as session:
                return f(session, *args, **kwargs)

        return await anyio.to_thread.run_sync(run, limiter=self.limiter)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


@contextlib.asynccontextmanager
async def window_of(setting: str) -> AsyncIterator[Window]:
    """Open a window on a database that exists; close it at the end."""
    window = Window(setting)
    try:
        yield window
    finally:
        window.close()
