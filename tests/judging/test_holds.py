import pytest
from builder import build_event, score
from sqlmodel import Session, select

from scoreboard.database import Database
from scoreboard.judging import decisions, publication, rounds, runs
from scoreboard.judging.holds import fingerprint, held_contest, hold_of, kept_run, newest_hold, unkept
from scoreboard.judging.results import contest
from scoreboard.models import Criterion, Hold, LogEntry, Round, Team


async def test_what_is_held_is_to_the_digit_what_stood_whatever_is_changed_after(database: Database) -> None:
    def spoil(session: Session) -> None:
        for row in (*session.exec(select(Team)), *session.exec(select(Criterion))):
            row.name_en = "Other"
            session.add(row)
        round_ = session.get_one(Round, cast.round_id)
        round_.rule, round_.minimum_ballots = "borda", 3
        session.add(round_)

    cast = await build_event(database, judges=3, teams=3, rule="severity", conflicts=(("J3", "T3"),))
    for j, judge in enumerate(cast.judges):
        for t, team in enumerate(cast.teams):
            if (judge, team) != ("J3", "T3"):
                await score(database, cast, judge, team, 2 + t, 5 + (j * t) % 3)
    await score(database, cast, "J1", "T1", 9, 9, base=1)
    await database.write(decisions.withdraw, cast.event_id, "T2", "left", "x")
    stood = runs.result_of(
        await database.read(lambda session: contest(session, session.get_one(Round, cast.round_id))), "final"
    )
    await database.write(rounds.freeze, cast.round_id, "x")
    await score(database, cast, "J1", "T1", 0, 0, base=2)
    await database.write(decisions.restore, cast.event_id, "T2", "x")
    await database.write(spoil)

    def held(session: Session) -> runs.Result:
        found = newest_hold(session, cast.round_id)
        assert found is not None
        return runs.result_of(held_contest(session, found), "final")

    assert (await database.read(held)).stated == stood.stated


async def test_the_freeze_names_what_it_holds(database: Database) -> None:
    def both(session: Session) -> tuple[str, str]:
        held = session.exec(select(Hold)).one()
        entry = session.exec(select(LogEntry).where(LogEntry.action == "round.frozen")).one()
        assert entry.sequence == held.sequence
        return f'{{"holds":"{fingerprint(held.terms, held.names, held.keys)}"}}', entry.payload

    cast = await build_event(database)
    await database.write(rounds.freeze, cast.round_id, "x")
    found, named = await database.read(both)
    assert found == named


async def test_a_hold_is_kept_once(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    assert await database.read(newest_hold, cast.round_id) is None
    await publication.freeze(database, cast.round_id, "x")
    held = await database.read(newest_hold, cast.round_id)
    assert held is not None
    assert await database.read(kept_run, held) is not None
    assert await database.read(unkept) == []


async def test_a_round_that_is_not_stored_holds_nothing(database: Database) -> None:
    cast = await build_event(database)
    round_ = await database.read(lambda session: session.get_one(Round, cast.round_id))
    bare = Round.model_validate({**round_.model_dump(), "id": None})
    with pytest.raises(ValueError, match="not stored"):
        await database.read(lambda session: hold_of(session, bare, round_.opened_at or round_.frozen_at))  # type: ignore[arg-type]
