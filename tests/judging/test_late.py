import json
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from builder import Cast, score
from kept import imported_event
from lateness import closed_event, faults, newest_entry, send_late, states
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select, text

from scoreboard.database import Database
from scoreboard.errors import Clash, InvalidForm, NotFound, NotReady, RubricLocked, WrongPhase
from scoreboard.judging import late, publication, rounds
from scoreboard.judging.ballots import AcceptedBallot, current_ballots
from scoreboard.judging.late import Place, late_lines, recounts
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.describing import describe
from scoreboard.models import Event, Judge, Round

OLGA = "organiser:olga"


async def one_late(database: Database) -> tuple[Cast, AcceptedBallot]:
    """A round with a ballot of J1 for T1, one of J1 for T2, and a late correction of the first."""
    cast = await imported_event(database, judges=1, teams=2)
    await score(database, cast, "J1", "T1", 5, 5)
    await score(database, cast, "J1", "T2", 6, 6)
    await database.write(rounds.close, cast.round_id, OLGA)
    return cast, await send_late(database, cast, "J1", "T1", 9, 9, base=1)


async def test_one_that_is_admitted_is_the_next_revision_and_its_entry_says_whose_decision_it_was(
    database: Database,
) -> None:
    cast, kept = await one_late(database)
    accepted = await database.write(late.admit, cast.round_id, kept.uuid, " No network ", OLGA)
    current = {each.team_id: each for each in await database.read(current_ballots, cast.round_id)}[cast.teams["T1"]]
    assert (accepted.revision, current.revision, current.uuid, current.scores) == (2, 2, kept.uuid, kept.scores)
    entry = await database.read(newest_entry)
    assert (entry.action, entry.actor, entry.subject) == ("ballot.admitted", "judge:J1", "team:T1")
    payload = json.loads(entry.payload)
    assert (payload["uuid"], payload["revision"]) == (str(kept.uuid), 2)
    assert payload["late"] == {"sequence": kept.sequence, "by": OLGA, "reason": "No network"}
    assert await database.read(states) == [("admitted", "No network")]
    assert await database.read(faults) == []


async def test_a_refusal_is_taken_back_and_decided_anew(database: Database) -> None:
    cast, kept = await one_late(database)
    await database.write(late.refuse, cast.round_id, kept.uuid, "Corrected since", OLGA)
    assert json.loads((await database.read(newest_entry)).payload) == {
        "round": "final",
        "judge": "J1",
        "uuid": str(kept.uuid),
        "reason": "Corrected since",
    }
    assert await database.read(states) == [("refused", "Corrected since")]
    with pytest.raises(Clash):
        await database.write(late.admit, cast.round_id, kept.uuid, "after all", OLGA)
    await database.write(late.reopen, cast.round_id, kept.uuid, OLGA)
    assert await database.read(states) == [("waiting", "")]
    await database.write(late.admit, cast.round_id, kept.uuid, "after all", OLGA)
    with pytest.raises(Clash):
        await database.write(late.reopen, cast.round_id, kept.uuid, OLGA)
    with pytest.raises(Clash):
        await database.write(late.refuse, cast.round_id, kept.uuid, "no", OLGA)
    assert await database.read(faults) == []


async def test_no_result_is_proposed_or_final_while_one_waits(database: Database) -> None:
    cast, kept = await one_late(database)
    for step in (publication.finalise, publication.propose):
        with pytest.raises(NotReady) as refused:
            await step(database, cast.round_id, OLGA, "Agreed")
        assert refused.value.extra["late"] == [["J1", "T1"]]
    await database.write(late.refuse, cast.round_id, kept.uuid, "Corrected since", OLGA)
    await publication.finalise(database, cast.round_id, OLGA, "Agreed")
    with pytest.raises(WrongPhase):
        await database.write(late.reopen, cast.round_id, kept.uuid, OLGA)
    assert await database.read(faults) == []


async def test_deciding_needs_a_reason_a_ballot_and_a_round_that_is_closed(database: Database) -> None:
    cast, kept = await one_late(database)
    for decide in (late.admit, late.refuse):
        with pytest.raises(InvalidForm):
            await database.write(decide, cast.round_id, kept.uuid, "  ", OLGA)
        with pytest.raises(NotFound):
            await database.write(decide, cast.round_id, uuid4(), "why not", OLGA)
    await database.write(rounds.open_round, cast.round_id, OLGA)
    with pytest.raises(WrongPhase):
        await database.write(late.admit, cast.round_id, kept.uuid, "no network", OLGA)
    await database.write(late.refuse, cast.round_id, kept.uuid, "can be sent now", OLGA)
    assert await database.read(faults) == []


async def test_one_of_a_judge_who_has_left_can_only_be_refused(database: Database) -> None:
    cast = await closed_event(database)
    kept = await send_late(database, cast, "J1", "T1", 7, 8)

    def leave(session: Session) -> None:
        judge = session.get_one(Judge, cast.judges["J1"])
        judge.withdrawn_at = kept.received_at
        session.add(judge)

    await database.write(leave)
    with pytest.raises(Clash, match="withdrawn"):
        await database.write(late.admit, cast.round_id, kept.uuid, "no network", OLGA)
    await database.write(late.refuse, cast.round_id, kept.uuid, "has left", OLGA)


async def test_both_are_shown_with_what_would_become_of_the_ranking(database: Database) -> None:
    cast, kept = await one_late(database)

    def read(session: Session) -> object:
        round_ = session.get_one(Round, cast.round_id)
        lines = late_lines(session, round_)
        changes = recounts(session, round_, lines).changes()
        (line,) = lines
        assert line.current
        return line.total(), line.current_total(), line.older, changes[kept.uuid].before, changes[kept.uuid].after

    assert await database.read(read) == (90, 50, False, Place(2, 50.0), Place(1, 90.0))


async def test_what_came_is_never_changed(database: Database) -> None:
    await one_late(database)

    def run(session: Session, statement: str) -> None:
        session.execute(text(statement))

    for statement in ("UPDATE lateballot SET comment = 'x'", "DELETE FROM lateballot"):
        with pytest.raises(IntegrityError, match="append-only"):
            await database.write(run, statement)


async def test_a_rubric_does_not_change_under_a_late_ballot(database: Database) -> None:
    def change(session: Session) -> None:
        form = describe(session, session.exec(select(Event)).one())
        heavier = replace(form.rounds[0].criteria[0], weight=Decimal(2))
        roster.store(session, replace(form, rounds=(replace(form.rounds[0], criteria=(heavier,)),)), "x")

    cast = await imported_event(database, judges=1, teams=1)
    await database.write(rounds.close, cast.round_id, OLGA)
    await send_late(database, cast, "J1", "T1", 7, 8)
    with pytest.raises(RubricLocked):
        await database.write(change)
