"""What became of a ballot: how much is stored, and what it was refused with."""

import pytest
from builder import Cast
from sqlalchemy import func, select
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.errors import ScoreboardError
from scoreboard.judging import ballots
from scoreboard.judging.ballots import BallotForm, Caller
from scoreboard.models import Ballot, LogEntry, Score


async def stored(database: Database) -> tuple[int, int, int]:
    """How many ballots, scores and entries in the ledger there are."""

    def count(session: Session) -> tuple[int, int, int]:
        return (
            session.execute(select(func.count()).select_from(Ballot)).scalar_one(),
            session.execute(select(func.count()).select_from(Score)).scalar_one(),
            session.execute(select(func.count()).select_from(LogEntry)).scalar_one(),
        )

    return await database.read(count)


async def refused(database: Database, cast: Cast, who: str | Caller, form: BallotForm) -> ScoreboardError:
    """The error that a ballot of a judge, by key or by session, is refused with; nothing may be stored."""
    before = await stored(database)
    with pytest.raises(ScoreboardError) as failure:
        await ballots.submit(database, cast.judges[who] if isinstance(who, str) else who, form)
    assert await stored(database) == before
    return failure.value
