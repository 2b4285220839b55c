from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from builder import Cast, build_event, score
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import InvalidForm, NotFound, NotReady, Outdated, WrongPhase
from scoreboard.judging import decisions, ledger, publication, results, rounds, runs
from scoreboard.judging.holds import unkept
from scoreboard.judging.runs import Result
from scoreboard.models import LogEntry, Round, Run


async def test_a_freeze_stores_what_stands_and_the_ledger_names_it(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2)
    await score(database, cast, "J1", "T1", 5, 5)
    before = await database.read(ledger.head_sequence, cast.event_id)
    frozen = await publication.freeze(database, cast.round_id, "organiser:olga")
    run = await database.read(results.newest_run, cast.round_id, "frozen")
    assert run is not None
    assert (rounds.frozen(frozen), run.sequence) == (True, before)
    with pytest.raises(WrongPhase):
        await publication.freeze(database, cast.round_id, "organiser:olga")


async def test_a_final_result_is_stored_once_all_is_there(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=2)
    await score(database, cast, "J1", "T1", 5, 5)
    with pytest.raises(WrongPhase):
        await publication.finalise(database, cast.round_id, "x", "agreed")
    await database.write(rounds.close, cast.round_id, "x")
    with pytest.raises(NotReady):
        await publication.finalise(database, cast.round_id, "x", "agreed")
    await database.write(rounds.open_round, cast.round_id, "x")
    await score(database, cast, "J1", "T2", 5, 5)
    await database.write(rounds.close, cast.round_id, "x")
    with pytest.raises(InvalidForm):
        await publication.finalise(database, cast.round_id, "x", " ")
    run = await publication.finalise(database, cast.round_id, "x", " agreed ")
    round_ = await database.read(lambda session: session.get_one(Round, cast.round_id))
    assert (run.kind, rounds.phase(round_), round_.final_comment) == ("final", rounds.Phase.FINAL, "agreed")
    with pytest.raises(NotFound):
        await publication.finalise(database, 99, "x", "agreed")


class Rush:
    """Submits a ballot between the computing and the storing of a result, for so many times."""

    def __init__(self, database: Database, times: int, store: Callable[..., Any], ballot: Callable[[int], Any]) -> None:
        self.database, self.times, self.store, self.ballot = database, times, store, ballot
        self.given: list[Result | None] = []

    async def __call__(self, result: Result | None) -> Any:
        self.given.append(result)
        if len(self.given) <= self.times and result is not None:
            await self.ballot(len(self.given))
        return await self.database.write(self.store, result)


@pytest.mark.parametrize(
    ("times", "tries", "inside"), [(0, 1, False), (1, 2, False), (2, 3, False), (3, 4, True), (9, 4, True)]
)
async def test_what_is_stored_holds_every_ballot_that_came_before(
    database: Database, times: int, tries: int, *, inside: bool
) -> None:
    cast = await build_event(database, judges=9, teams=1)

    async def ballot(number: int) -> None:
        await score(database, cast, f"J{number}", "T1", number, number)

    def store(session: Session, result: Result | None) -> Run:
        return rounds.keep_newest(session, session.get_one(Round, cast.round_id), "final", datetime.now(UTC), result)

    rush = Rush(database, times, store, ballot)
    await publication.kept(database, cast.round_id, lambda _session, _round: None, rush)
    run = await database.read(results.newest_run, cast.round_id, "final")
    assert run is not None
    assert (len(rush.given), rush.given[-1] is None) == (tries, inside)
    assert run.standings["standings"][0]["ballots"] == min(times, 3)
    assert (await database.read(runs.recomputed, run)).hash == run.hash
    assert run.sequence == await database.read(ledger.head_sequence, cast.event_id)


async def test_a_result_of_an_older_ledger_is_refused(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    inputs = await database.read(lambda session: results.contest(session, session.get_one(Round, cast.round_id)))
    old = runs.result_of(inputs, "final")
    await score(database, cast, "J1", "T1", 5, 5)
    await database.write(rounds.close, cast.round_id, "x")
    with pytest.raises(Outdated):
        await database.write(rounds.finalise, cast.round_id, "x", "agreed", old)
    assert await database.read(results.newest_run, cast.round_id, "final") is None


class Rushed:
    """A database in which a judge gives a ballot before and after every write."""

    def __init__(self, database: Database, cast: Cast) -> None:
        self.database, self.cast, self.given = database, cast, 0
        self.read = database.read

    async def ballot(self) -> None:
        self.given += 1
        await score(self.database, self.cast, "J1", "T1", self.given % 11, self.given % 11, base=self.given - 1)

    async def write(self, f: Any, *args: Any) -> Any:
        await self.ballot()
        value = await self.database.write(f, *args)
        await self.ballot()
        return value


async def test_a_freeze_in_the_middle_of_a_rush_holds_what_was_before_it_and_no_more(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    await publication.freeze(Rushed(database, cast), cast.round_id, "x")  # type: ignore[arg-type]  # one that is rushed
    run = await database.read(results.newest_run, cast.round_id, "frozen")
    assert run is not None
    assert (run.standings["standings"][0]["total"], run.standings["sequence"]) == ("10.000000000", run.sequence)
    entries = await database.read(
        lambda session: session.exec(select(LogEntry.sequence, LogEntry.action).order_by(col(LogEntry.sequence))).all()
    )
    sequences = {action: sequence for sequence, action in entries}
    assert (run.sequence, sequences["result.kept"]) == (sequences["round.frozen"] - 1, sequences["round.frozen"] + 3)
    assert (await database.read(runs.recomputed, run)).hash == run.hash


async def test_what_a_server_that_died_could_not_keep_is_kept_by_the_next_one_as_it_would_have_been(
    database: Database,
) -> None:
    cast = await build_event(database, judges=2, teams=3)
    await score(database, cast, "J1", "T1", 9, 9)
    await database.write(rounds.freeze, cast.round_id, "x")
    await score(database, cast, "J1", "T1", 1, 1, base=1)
    await score(database, cast, "J2", "T2", 10, 10)
    await database.write(decisions.withdraw, cast.event_id, "T1", "left", "x")
    await database.write(rounds.thaw, cast.round_id, "x")
    await database.write(rounds.freeze, cast.round_id, "x")
    await publication.keep_held(database)
    await publication.keep_held(database)
    kept = await database.read(lambda session: session.exec(select(Run).order_by(col(Run.sequence))).all())
    assert [[line["team"] for line in run.standings["standings"] if line["rank"]] for run in kept] == [["T1"], ["T2"]]
    assert await database.read(unkept) == []


async def test_freezing_computes_nothing_while_other_writes_wait(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    await database.write(rounds.freeze, cast.round_id, "x")
    assert await database.read(results.newest_run, cast.round_id, "frozen") is None
    assert [hold.round_id for hold in await database.read(unkept)] == [cast.round_id]
