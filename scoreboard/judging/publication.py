"""Freezing and finalising without holding up the ballots.

A freeze takes effect at once, in a short transaction. What it holds is computed after it, in a thread, from nothing but
what came before it, while ballots go on being stored; the result is then kept, and named by an entry of its own. If the
server ends in between, the next one does it.

A final result is of a round that takes no ballots any more, so that little moves: it is computed from a snapshot, and
then stored in a short transaction that looks whether the ledger is still where the snapshot was. Where it has moved on
the result is computed again, after a few rounds of that in the transaction itself.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

import anyio.to_thread
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.errors import NotFound, Outdated
from scoreboard.judging import ledger, rounds
from scoreboard.judging.holds import held_contest, kept_run, unkept
from scoreboard.judging.results import Contest, contest
from scoreboard.judging.runs import Result, keep, result_of
from scoreboard.models import Hold, Round, Run

T = TypeVar("T")

TRIES: Final = 3
KEPT: Final = "result.kept"


async def freeze(database: Database, round_id: int, actor: str) -> Round:
    """Hold what the public sees as it is now, then compute it and keep it. Raises NotFound, WrongPhase."""
    round_ = await database.write(rounds.freeze, round_id, actor)
    await keep_held(database)
    return round_


async def keep_held(database: Database) -> None:
    """Compute what freezes hold and keep it, as far as that has not been done yet."""
    for hold_id, inputs, key in await database.read(unkept_inputs):
        result = await anyio.to_thread.run_sync(result_of, inputs, key)
        await database.write(keep_one, hold_id, result)


def unkept_inputs(session: Session) -> list[tuple[int, Contest, str]]:
    """Read what held rankings that are not kept yet are computed from: the hold's id, the inputs, the round's key."""
    return [
        (held.id or 0, held_contest(session, held), session.get_one(Round, held.round_id).key)
        for held in unkept(session)
    ]


def keep_one(session: Session, hold_id: int, result: Result) -> None:
    """Store what a freeze holds, and its entry in the ledger; nothing where that was done in the meantime."""
    held = session.get_one(Hold, hold_id)
    if kept_run(session, held) is not None:
        return
    round_ = session.get_one(Round, held.round_id)
    run = keep(session, round_, "frozen", datetime.now(UTC), result)
    payload = {"run": run.hash, "kind": run.kind, "at_sequence": run.sequence, "freeze": held.sequence}
    ledger.append(session, round_.event_id, "system", KEPT, f"round:{round_.key}", payload)


async def finalise(database: Database, round_id: int, actor: str, comment: str) -> Run:
    """Store the round's result as final. Raises NotFound, WrongPhase, InvalidForm, NotReady."""

    def check(session: Session, round_: Round) -> None:
        rounds.check_final(session, round_, comment)

    return await kept(
        database, round_id, check, lambda result: database.write(rounds.finalise, round_id, actor, comment, result)
    )


async def propose(database: Database, round_id: int, actor: str, comment: str) -> None:
    """Record the round's result as what a second person is to confirm. Raises as `finalise` does."""

    def check(session: Session, round_: Round) -> None:
        rounds.check_final(session, round_, comment)

    await kept(
        database, round_id, check, lambda result: database.write(rounds.propose, round_id, actor, comment, result)
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
