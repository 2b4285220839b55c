"""``python -m faults.mutant NAME serve ...``: the server with one of its controls taken out, from outside.

A harness that does not find these faults would find none.
"""

import asyncio
import logging
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection

from scoreboard import database, logs
from scoreboard.cli.main import main


def synchronous(level: str) -> None:
    """Let SQLite's commits be as durable as `level` says, whatever the product asks for."""
    module: Any = database.sound_sqlite()

    class Careless(module.Connection):  # type: ignore[misc]  # chosen when the program runs
        def execute(self, statement: str, *parameters: Any) -> Any:
            if statement.startswith("PRAGMA synchronous"):
                statement = f"PRAGMA synchronous = {level}"
            return super().execute(statement, *parameters)

    module.connect = partial(module.connect, factory=Careless)


def acknowledge_before_commit() -> None:
    """Answer as soon as a piece of work has run, while its commit is still to come."""
    done = database.Database.done

    async def early(self: database.Database, work: database.Work) -> Any:
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Any] = loop.create_future()

        def run(connection: Connection) -> Any:
            try:
                value = work.run(connection)
            except Exception as failure:
                loop.call_soon_threadsafe(told.set_exception, failure)
                raise
            loop.call_soon_threadsafe(told.set_result, value)
            return value

        task = asyncio.ensure_future(done(self, database.Work(run)))
        task.add_done_callback(asyncio.Task.exception)
        return await told

    database.Database.done = early  # type: ignore[method-assign]  # that is what a mutant is


def talkative() -> None:
    """Log all that any logger has to say."""
    logs.written.__wrapped__.__defaults__ = (None, logging.DEBUG)  # type: ignore[attr-defined]  # a context manager has it
    for name in ("sqlalchemy.engine", "sqlalchemy.pool", "websockets", "asyncio", "httpx2"):
        logging.getLogger(name).setLevel(logging.DEBUG)


CARELESS: dict[str, Callable[[], None]] = {
    "synchronous-normal": partial(synchronous, "NORMAL"),
    "synchronous-off": partial(synchronous, "OFF"),
    "acknowledgement-before-commit": acknowledge_before_commit,
}
MUTANTS = {**CARELESS, "talkative": talkative}

if __name__ == "__main__":
    name = sys.argv.pop(1)
    MUTANTS[name]()
    main()
