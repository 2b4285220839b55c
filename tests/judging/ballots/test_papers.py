from builder import build_event
from sheets import OLGA, sheet
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.judging import rounds
from scoreboard.judging.ballots.papers import waiting
from scoreboard.judging.desk.papers import discard, enter
from scoreboard.models import Round


async def test_a_round_waits_for_its_sheets(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    read = sheet("J1", "T1")
    await database.write(enter, cast.round_id, read, OLGA)

    def names(session: Session) -> tuple[list[tuple[str, str]], tuple[tuple[str, str, str], ...]]:
        round_ = session.get_one(Round, cast.round_id)
        found = [(judge.key, team.key) for _paper, judge, team in waiting(session, round_)]
        return found, rounds.missing(session, round_).papers

    assert await database.read(names) == ([("J1", "T1")], (("J1", "T1", str(read.uuid)),))
    await database.write(discard, cast.round_id, read.uuid, "Twice", OLGA)
    assert await database.read(names) == ([], ())
