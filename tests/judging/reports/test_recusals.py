import json
from collections.abc import Sequence

import pytest
from builder import Cast, build_event, score
from sqlalchemy import update
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import Clash, Conflicted, InvalidForm, NotAssigned, RoundNotOpen
from scoreboard.judging import results, rounds
from scoreboard.judging.reports import recusals
from scoreboard.judging.reports.recusals import Recusal
from scoreboard.models import Assignment, Ballot, Conflict, LogEntry, Round

OLGA = "organiser:olga"


async def recuse(
    database: Database, cast: Cast, kind: str = "family", words: str = "", team: str = "T1", judge: str = "J1"
) -> Conflict:
    return await database.write(recusals.recuse, cast.judges[judge], "final", team, kind, words)


async def listed(database: Database, cast: Cast) -> list[Recusal]:
    return await database.read(lambda session: recusals.recusals(session, session.get_one(Round, cast.round_id)))


async def told(database: Database) -> list[tuple[str, str, str, object]]:
    def newest(session: Session) -> Sequence[LogEntry]:
        return session.exec(select(LogEntry).where(LogEntry.actor == "judge:J1").order_by(col(LogEntry.sequence))).all()

    return [(e.actor, e.action, e.subject, json.loads(e.payload)) for e in await database.read(newest)]


async def test_a_judges_own_conflict_takes_the_assignment_away_and_is_told_as_the_judges(database: Database) -> None:
    cast = await build_event(database)
    conflict = await recuse(database, cast, "employer", "Same floor")
    assert (conflict.source, conflict.reason) == ("judge", "employer: Same floor")
    assert await told(database) == [
        (
            "judge:J1",
            "conflict.added",
            "conflict:J1/T1",
            {"after": {"source": "judge", "reason": "employer: Same floor"}},
        ),
        (
            "judge:J1",
            "assignment.removed",
            "assignment:final/J1/T1",
            {"before": {"judge": "J1", "team": "T1"}},
        ),
    ]


async def test_a_ballot_that_was_given_stays_and_counts_no_longer(database: Database) -> None:
    cast = await build_event(database)
    await score(database, cast, "J1", "T1", 7, 8)
    await recuse(database, cast)
    assert len(await database.read(lambda s: s.exec(select(Ballot)).all())) == 1
    contest = await database.read(lambda s: results.contest(s, s.get_one(Round, cast.round_id)))
    assert ("J1", "T1") in contest.left_out


async def test_what_is_sent_twice_is_said_once(database: Database) -> None:
    cast = await build_event(database)
    first = await recuse(database, cast)
    assert (await recuse(database, cast, "mentor")).id == first.id
    assert len(await told(database)) == 2


@pytest.mark.parametrize(("kind", "words"), [("", ""), ("envy", ""), ("other", " "), ("family", "x" * 1001)])
async def test_a_reason_is_one_of_four_and_another_one_needs_words(database: Database, kind: str, words: str) -> None:
    cast = await build_event(database)
    with pytest.raises(InvalidForm):
        await recuse(database, cast, kind, words)
    assert await told(database) == []


async def test_it_is_for_own_teams_before_the_close(database: Database) -> None:
    cast = await build_event(database, conflicts=(("J1", "T2"),))
    with pytest.raises(Conflicted):
        await recuse(database, cast, team="T2")
    with pytest.raises(NotAssigned):
        await recuse(database, cast, team="T9")
    await database.write(rounds.close, cast.round_id, OLGA)
    with pytest.raises(RoundNotOpen):
        await recuse(database, cast)


async def test_a_team_needs_another_judge_until_it_has_one(database: Database) -> None:
    cast = await build_event(database, judges=3, teams=2)

    def two_a_team(session: Session) -> None:
        session.execute(update(Round).values({"ballots_per_team": 2}))
        of_third = session.exec(select(Assignment).where(Assignment.judge_id == cast.judges["J3"])).all()
        for assignment in of_third:
            session.delete(assignment)

    await database.write(two_a_team)
    await recuse(database, cast, "other", "I taught them")
    (line,) = await listed(database, cast)
    assert (line.judge.key, line.team.key, line.kind, line.words) == ("J1", "T1", "other", "I taught them")
    assert (line.left, line.wanted, line.open) == (1, 2, True)
    await database.write(recusals.assign, cast.round_id, "J3", "T1", OLGA)
    assert [each.open for each in await listed(database, cast)] == [False]
    for judge in ("J1", "J2", "J3"):  # in conflict; assigned; assigned now
        with pytest.raises(Clash):
            await database.write(recusals.assign, cast.round_id, judge, "T1", OLGA)
