"""Freezing and finalising without holding up the ballots.

A result that is kept takes a while to compute. So it is computed in a thread, from a snapshot, while ballots go on
being stored, and then stored in a short transaction that looks whether the ledger is still where the snapshot was.
Where it has moved on the result is computed again. After a few rounds of that, in a rush of ballots, it is computed in
the transaction itself, and the ballots wait for once.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import anyio.to_thread
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.errors import NotFound, Outdated
from scoreboard.judging import rounds
from scoreboard.judging.results import Contest, contest
from scoreboard.judging.runs import Result, result_of
from scoreboard.models import Round, Run

T = TypeVar("T")

TRIES: Final = 3


async def freeze(database: Database, round_id: int, actor: str) -> Round:
    """Hold what the public sees as it is now. Raises NotFound, WrongPhase."""

    def check(_session: Session, round_: Round) -> None:
        rounds.check_frozen(round_)

    return await kept(database, round_id, check, lambda result: database.write(rounds.freeze, round_id, actor, result))


async def finalise(database: Database, round_id: int, actor: str, comment: str) -> Run:
    """Store the round's result as final. Raises NotFound, WrongPhase, InvalidForm, NotReady."""

    def check(session: Session, round_: Round) -> None:
        rounds.check_final(session, round_, comment)

    return await kept(
        database, round_id, check, lambda result: database.write(rounds.finalise, round_id, actor, comment, result)
    )


async def kept(
    database: Database,
    round_id: int,
    check: Callable[[Session, Round], None],
    store: Callable[[Result | None], Awaitable[T]],
) -> T:
    """Compute a result and store it, unless `check` raises what stands against it; again while the ledger moves on."""
    for _ in range(TRIES):
        inputs, key = await database.read(inputs_of, round_id, check)
        result = await anyio.to_thread.run_sync(result_of, inputs, key)
        try:
            return await store(result)
        except Outdated:
            continue
    return await store(None)


def inputs_of(session: Session, round_id: int, check: Callable[[Session, Round], None]) -> tuple[Contest, str]:
    """Read what a result is computed from, and the round's key. Raises NotFound, and what `check` raises."""
    round_ = session.get(Round, round_id)
    if round_ is None:
        raise NotFound("There is no such round.")
    check(session, round_)
    return contest(session, round_), round_.key
