"""What is seen of an event, computed afresh: by everybody, and by its organisers."""

from dataclasses import dataclass

from builder import Cast

from scoreboard.database import Database
from scoreboard.live.messages import Roster, Standings
from scoreboard.live.projector import Held, project
from scoreboard.live.views import read, seen_openly, today
from scoreboard.live.window import window_of


@dataclass(frozen=True)
class Views:
    """What the public sees, and what organisers see today."""

    roster: Roster
    public: Standings
    today: Standings


async def views_of(database: Database, cast: Cast) -> Views:
    """Read and compute both: each through its own way to the database."""
    now = today(await database.read(read, cast.event_id))
    async with window_of(database.setting) as window:
        projection = await window.read(project, cast.event_id)
    seen = projection.seen() if isinstance(projection, Held) else seen_openly(projection.reading, now)
    return Views(seen.roster, seen.standings, now.standings)
