from datetime import UTC, datetime

from builder import Cast, build_event, score
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.judging import decisions
from scoreboard.judging.analysis.inputs import read_inputs
from scoreboard.judging.joining import visits_that_join
from scoreboard.judging.terms import Pair
from scoreboard.models import Conflict, Judge


async def rooms(database: Database, **wishes: object) -> Cast:
    """J1 and J2 are to judge T1 and T2, J3 is to judge T3 and T4; nobody has been anywhere yet."""
    cast = await build_event(database, judges=3, teams=4, rule="severity", **wishes)
    for judge, teams in (("J1", ("T3", "T4")), ("J2", ("T3", "T4")), ("J3", ("T1", "T2"))):
        for team in teams:
            await database.write(decisions.skip, cast.round_id, judge, team, "another room", "x")
    return cast


async def found(database: Database, cast: Cast) -> tuple[Pair, ...]:
    return visits_that_join(await database.read(read_inputs, cast.round_id))


async def test_before_any_ballot_the_plan_tells_which_visit_is_needed(database: Database) -> None:
    cast = await rooms(database)
    assert await found(database, cast) == (("J3", "T1"),)
    await score(database, cast, "J3", "T1", 5, 5)
    assert await found(database, cast) == ()


async def test_nobody_is_sent_who_may_not_or_cannot_go(database: Database) -> None:
    def bar(session: Session, judge: str, team: str) -> None:
        session.add(Conflict(judge_id=cast.judges[judge], team_id=cast.teams[team], source="judge"))

    def leave(session: Session) -> None:
        session.get_one(Judge, cast.judges["J1"]).withdrawn_at = datetime.now(UTC)

    cast = await rooms(database)
    await database.write(bar, "J3", "T1")
    assert await found(database, cast) == (("J3", "T2"),)
    await database.write(decisions.withdraw, cast.event_id, "T2", "left", "x")
    assert await found(database, cast) == (("J1", "T3"),)
    await score(database, cast, "J1", "T1", 5, 5)
    await database.write(leave)
    assert await found(database, cast) == (("J2", "T3"),)
