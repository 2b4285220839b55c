"""Rounds that are closed, and ballots that come after it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from builder import Cast, ballot, build_event
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.judging import ballots, rounds
from scoreboard.judging.ballots import AcceptedBallot, BallotForm
from scoreboard.judging.verification.stored import verify_event
from scoreboard.models import Event, LateBallot, LogEntry, Round


def late_ballot(team: str, *scores: float, base: int = 0, seconds: float = -60, uuid: UUID | None = None) -> BallotForm:
    """A ballot that was entered so many seconds after now."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return ballot(team, *scores, base=base, uuid=uuid).model_copy(update={"entered_at": at})


async def closed_event(database: Database, **wishes: object) -> Cast:
    """An event whose round has just been closed."""
    cast = await build_event(database, **wishes)
    await database.write(rounds.close, cast.round_id, "organiser:olga")
    return cast


async def send_late(
    database: Database, cast: Cast, judge: str, team: str, *scores: float, base: int = 0
) -> AcceptedBallot:
    """Send a ballot that comes late."""
    return await ballots.submit(database, cast.judges[judge], late_ballot(team, *scores, base=base))


def closed_at(session: Session, round_id: int) -> datetime:
    """When a round was closed."""
    at = session.get_one(Round, round_id).closed_at
    assert at is not None
    return at


def states(session: Session) -> list[tuple[str, str]]:
    """The state and the reason of each late ballot."""
    rows = session.exec(select(LateBallot).order_by(col(LateBallot.sequence))).all()
    return [(row.state, row.reason) for row in rows]


def newest_entry(session: Session) -> LogEntry:
    """The newest entry of the ledger."""
    return session.exec(select(LogEntry).order_by(col(LogEntry.sequence).desc()).limit(1)).one()


def faults(session: Session) -> list[str]:
    """What verifying the event finds, in words."""
    return [fault.words() for fault in verify_event(session, session.exec(select(Event)).one()).faults]
