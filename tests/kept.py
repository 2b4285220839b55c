"""An event for tests of what is kept: imported as events are, so that its ledger tells all of it."""

from builder import Cast
from described import criterion, event_form, judge, round_form, team
from sqlmodel import Session, select

from scoreboard.database import Database
from scoreboard.judging import rounds
from scoreboard.judging.setup import roster
from scoreboard.models import Event, Judge, Round, Team


def store_imported(session: Session, judges: int, teams: int) -> Cast:
    """Store an event by way of the import, and open its round; every judge is to see every team."""
    form = event_form(
        language="en",
        rounds=(round_form("final", criterion("impact"), criterion("quality")),),
        organisations=(),
        tracks=(),
        awards=(),
        teams=tuple(team(f"T{number + 1}") for number in range(teams)),
        judges=tuple(judge(f"J{number + 1}") for number in range(judges)),
    )
    roster.store(session, form, "test")
    event, round_ = session.exec(select(Event)).one(), session.exec(select(Round)).one()
    rounds.open_round(session, round_.id or 0, "test")
    return Cast(
        event.id or 0,
        event.slug,
        round_.id or 0,
        {row.key: row.id or 0 for row in session.exec(select(Judge))},
        {row.key: row.id or 0 for row in session.exec(select(Team))},
    )


async def imported_event(database: Database, *, judges: int = 3, teams: int = 5) -> Cast:
    """The same in a transaction of its own."""
    return await database.write(store_imported, judges, teams)
