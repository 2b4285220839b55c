from datetime import UTC, datetime

from builder import build_event, score

from scoreboard.database import Database
from scoreboard.judging import decisions
from scoreboard.judging.analysis.inputs import read_inputs
from scoreboard.models import Judge


async def test_what_an_analysis_needs_is_read_with_the_contest(database: Database) -> None:
    cast = await build_event(database, judges=3, teams=2, conflicts=(("J2", "T2"),))
    await score(database, cast, "J1", "T1", 5, 5)
    await score(database, cast, "J3", "T1", 7, 7)
    inputs = await database.read(read_inputs, cast.round_id)
    assert inputs.judges == ("J1", "J2", "J3")
    assert inputs.barred == {("J2", "T2")}
    assert set(inputs.times) == {("J1", "T1"), ("J3", "T1")}
    assert len(inputs.contest.table.ballots()) == 2


async def test_a_correction_does_not_change_when_the_visit_was(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=1)
    await score(database, cast, "J1", "T1", 5, 5)
    first = (await database.read(read_inputs, cast.round_id)).times
    await score(database, cast, "J2", "T1", 5, 5)
    await score(database, cast, "J1", "T1", 6, 6, base=1)
    times = (await database.read(read_inputs, cast.round_id)).times
    assert times["J1", "T1"] == first["J1", "T1"] <= times["J2", "T1"]


async def test_a_judge_who_left_cannot_visit(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=1)
    await database.write(
        lambda session: session.add(withdrawn(session.get_one(Judge, cast.judges["J1"]))),
    )
    assert (await database.read(read_inputs, cast.round_id)).judges == ("J2",)


async def test_another_events_conflicts_are_not_read(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=1)
    await build_event(database, slug="other", judges=2, teams=1, conflicts=(("J1", "T1"),))
    assert (await database.read(read_inputs, cast.round_id)).barred == frozenset()


async def test_a_team_that_is_out_stays_in_the_contest_and_is_excluded(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=2)
    await database.write(decisions.withdraw, cast.event_id, "T1", "ill", "organiser:olga")
    assert (await database.read(read_inputs, cast.round_id)).contest.excluded == {"T1"}


def withdrawn(judge: Judge) -> Judge:
    """The judge, gone."""
    judge.withdrawn_at = datetime.now(UTC)
    return judge
