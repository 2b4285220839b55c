import json
from datetime import timedelta

import pytest
from builder import ballot, build_event, score
from lateness import closed_at, closed_event, late_ballot, newest_entry, send_late, states
from submissions import refused, stored

from scoreboard.database import Database
from scoreboard.errors import (
    BallotReused,
    Conflicted,
    MissingCriterion,
    RoundNotOpen,
    StaleBallot,
    TeamNotCompeting,
)
from scoreboard.judging import ballots, decisions, late, publication, rounds
from scoreboard.judging.ballots import current_ballots
from scoreboard.judging.ballots.late import waiting
from scoreboard.models import Conflict, Round


async def test_a_ballot_that_was_entered_before_the_close_and_comes_after_it_is_kept_and_counts_for_nothing(
    database: Database,
) -> None:
    cast = await closed_event(database)
    form = late_ballot("T1", 7, 8)
    kept = await ballots.submit(database, cast.judges["J1"], form)
    told = kept.as_json()
    assert (told["late"], told["revision"], told["base_revision"]) == (True, None, 0)
    assert told["scores"] == {"impact": "7", "quality": "8"}
    assert await database.read(current_ballots, cast.round_id) == []
    entry = await database.read(newest_entry)
    assert (entry.sequence, entry.action, entry.actor, entry.subject) == (
        kept.sequence,
        "ballot.late",
        "judge:J1",
        "team:T1",
    )
    payload = json.loads(entry.payload)
    assert (payload["base_revision"], payload["scores"], "revision" in payload) == (
        0,
        {"impact": 7, "quality": 8},
        False,
    )
    assert payload["entered_at"] == form.entered_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if form.entered_at else False


async def test_a_repeat_is_answered_as_the_first_time_and_also_after_it_was_decided_about(database: Database) -> None:
    cast = await closed_event(database)
    form = late_ballot("T1", 7, 8)
    first = await ballots.submit(database, cast.judges["J1"], form)
    again = await ballots.submit(database, cast.judges["J1"], form)
    await database.write(late.admit, cast.round_id, form.uuid, "no network", "organiser:olga")
    before = await stored(database)
    admitted = await ballots.submit(database, cast.judges["J1"], form)
    assert [again, admitted] == [first, first]
    assert await stored(database) == before


async def test_the_instant_of_the_close_is_in_time_and_the_next_is_not(database: Database) -> None:
    cast = await closed_event(database)
    at = await database.read(closed_at, cast.round_id)
    in_time, after = (
        ballot(team, 7, 8).model_copy(update={"entered_at": at + timedelta(microseconds=more)})
        for team, more in (("T1", 0), ("T2", 1))
    )
    assert (await ballots.submit(database, cast.judges["J1"], in_time)).late
    assert type(await refused(database, cast, "J1", after)) is RoundNotOpen


async def test_without_a_time_it_is_refused_and_after_the_end_whatever_it_says(database: Database) -> None:
    cast = await closed_event(database, judges=1, teams=2)
    assert type(await refused(database, cast, "J1", ballot("T1", 7, 8))) is RoundNotOpen
    await database.write(rounds.open_round, cast.round_id, "x")
    for team in ("T1", "T2"):
        await score(database, cast, "J1", team, 5, 5)
    await database.write(rounds.close, cast.round_id, "x")
    await publication.finalise(database, cast.round_id, "x", "Agreed")
    assert type(await refused(database, cast, "J1", late_ballot("T1", 7, 8, base=1))) is RoundNotOpen


async def test_what_refuses_any_ballot_refuses_a_late_one(database: Database) -> None:
    cast = await build_event(database, conflicts=(("J1", "T1"),))
    await database.write(decisions.withdraw, cast.event_id, "T2", "gave up", "x")
    await database.write(rounds.close, cast.round_id, "x")
    found = [
        type(await refused(database, cast, "J1", form))
        for form in (
            late_ballot("T1", 7, 8),
            late_ballot("T2", 7, 8),
            late_ballot("T3", 7),
            late_ballot("T3", 7, 8, base=1),  # from a revision that there is not
        )
    ]
    assert found == [Conflicted, TeamNotCompeting, MissingCriterion, StaleBallot]


async def test_one_that_was_made_from_an_older_revision_is_kept_all_the_same(database: Database) -> None:
    cast = await build_event(database)
    await score(database, cast, "J1", "T1", 5, 5)
    await score(database, cast, "J1", "T1", 6, 6, base=1)
    await database.write(rounds.close, cast.round_id, "x")
    assert (await send_late(database, cast, "J1", "T1", 9, 9, base=1)).late
    (current,) = await database.read(current_ballots, cast.round_id)
    assert current.revision == 2


async def test_its_number_is_its_own(database: Database) -> None:
    cast = await closed_event(database)
    form = late_ballot("T1", 7, 8)
    await ballots.submit(database, cast.judges["J1"], form)
    for other in (form.model_copy(update={"team": "T2"}), form.model_copy(update={"comment": "Another"})):
        assert type(await refused(database, cast, "J1", other)) is BallotReused
    assert type(await refused(database, cast, "J2", form)) is BallotReused
    await database.write(rounds.open_round, cast.round_id, "x")
    assert (await ballots.submit(database, cast.judges["J1"], form)).late  # no second way in, by the open door


async def test_in_an_open_round_the_time_of_entry_says_nothing(database: Database) -> None:
    cast = await build_event(database)
    given = await ballots.submit(database, cast.judges["J1"], late_ballot("T1", 7, 8))
    assert (given.late, given.revision) == (False, 1)


async def test_those_that_wait_are_told_by_their_judges_and_teams(database: Database) -> None:
    cast = await closed_event(database)
    first = await send_late(database, cast, "J2", "T1", 7, 8)
    await send_late(database, cast, "J1", "T3", 7, 8)

    async def told() -> list[tuple[str, str]]:
        return await database.read(lambda session: waiting(session, session.get_one(Round, cast.round_id)))

    assert await told() == [("J2", "T1"), ("J1", "T3")]
    await database.write(late.refuse, cast.round_id, first.uuid, "corrected since", "x")
    assert await told() == [("J1", "T3")]


@pytest.mark.parametrize("step", ["conflict", "team"])
async def test_what_has_changed_since_stands_against_admitting(database: Database, step: str) -> None:
    cast = await closed_event(database)
    kept = await send_late(database, cast, "J1", "T1", 7, 8)
    if step == "team":
        await database.write(decisions.disqualify, cast.event_id, "T1", "copied", "x")
    else:
        await database.write(
            lambda session: session.add(
                Conflict(judge_id=cast.judges["J1"], team_id=cast.teams["T1"], source="organiser", reason="")
            )
        )
    with pytest.raises((Conflicted, TeamNotCompeting)):
        await database.write(late.admit, cast.round_id, kept.uuid, "no network", "organiser:olga")
    assert await database.read(states) == [("waiting", "")]
