import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from builder import Cast, build_event, score, store_event
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlmodel import Session, col, select

from scoreboard.database import Database, open_engine
from scoreboard.errors import InvalidForm, NotFound, NotReady, RoundNotOpen, ScoreboardError, WrongPhase
from scoreboard.judging import decisions, ledger, publication, results, rounds
from scoreboard.judging.rounds import Missing, Phase
from scoreboard.migrations import prepare
from scoreboard.models import Conflict, Hold, Judge, LogEntry, Round, Run


async def round_now(database: Database, cast: Cast) -> Round:
    return await database.read(lambda session: session.get_one(Round, cast.round_id))


def actions(session: Session, event_id: int) -> list[str]:
    return list(
        session.exec(
            select(LogEntry.action)
            .where(LogEntry.event_id == event_id, col(LogEntry.action).startswith("round."))
            .order_by(col(LogEntry.sequence))
        ).all()
    )


async def fill(database: Database, cast: Cast) -> None:
    for judge in cast.judges:
        for number, team in enumerate(cast.teams):
            await score(database, cast, judge, team, number, number)


class RoundLife(RuleBasedStateMachine):
    """Every order of steps, against a model of five lines: what is allowed, and what stands afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = str(Path(self.folder.name) / "x.db")
        prepare(path)
        self.engine = open_engine(path)
        with Session(self.engine) as session:
            self.cast = store_event(session, judges=1, teams=1, opened=False)
            decisions.withdraw(session, self.cast.event_id, "T1", "left", "x")  # so that nothing is ever missing
            session.commit()
        self.phase, self.frozen = Phase.PENDING, False
        self.log: list[str] = []

    def take(self, action: str, step: Callable[[Session], object], *, allowed: bool) -> bool:
        with Session(self.engine) as session:
            try:
                step(session)
            except WrongPhase:
                assert not allowed
                return False
            session.commit()
        assert allowed
        self.log.append(action)
        return True

    @rule()
    def open(self) -> None:
        again = self.phase is Phase.CLOSED
        if self.take(
            "round.reopened" if again else "round.opened",
            lambda session: rounds.open_round(session, self.cast.round_id, "x"),
            allowed=self.phase in {Phase.PENDING, Phase.CLOSED},
        ):
            self.phase = Phase.OPEN

    @rule()
    def close(self) -> None:
        if self.take(
            "round.closed",
            lambda session: rounds.close(session, self.cast.round_id, "x"),
            allowed=self.phase is Phase.OPEN,
        ):
            self.phase = Phase.CLOSED

    @rule()
    def freeze(self) -> None:
        if self.take(
            "round.frozen",
            lambda session: rounds.freeze(session, self.cast.round_id, "x"),
            allowed=self.phase in {Phase.OPEN, Phase.CLOSED} and not self.frozen,
        ):
            self.frozen = True

    @rule()
    def thaw(self) -> None:
        if self.take(
            "round.thawed", lambda session: rounds.thaw(session, self.cast.round_id, "x"), allowed=self.frozen
        ):
            self.frozen = False

    @rule()
    def finalise(self) -> None:
        if self.take(
            "round.finalised",
            lambda session: rounds.finalise(session, self.cast.round_id, "x", "agreed"),
            allowed=self.phase is Phase.CLOSED,
        ):
            self.phase = Phase.FINAL

    @invariant()
    def the_round_stands_where_the_model_stands(self) -> None:
        with Session(self.engine) as session:
            round_ = session.get_one(Round, self.cast.round_id)
            assert (rounds.phase(round_), rounds.frozen(round_)) == (self.phase, self.frozen)
            assert actions(session, self.cast.event_id) == self.log
            times = [round_.opened_at, round_.closed_at, round_.finalised_at]
            happened = [at for at in times if at is not None]
            assert happened == sorted(happened)
            assert len(session.exec(select(Run)).all()) == self.log.count("round.finalised")
            held = session.exec(select(Hold).order_by(col(Hold.id))).all()
            frozen_by = session.exec(
                select(LogEntry.sequence).where(LogEntry.action == "round.frozen").order_by(col(LogEntry.sequence))
            ).all()
            assert [hold.sequence for hold in held] == frozen_by

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()


RoundLife.TestCase.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
TestRoundLife = RoundLife.TestCase


async def test_a_closed_round_takes_no_ballots_until_it_is_opened_again(database: Database) -> None:
    cast = await build_event(database)
    await database.write(rounds.close, cast.round_id, "x")
    with pytest.raises(RoundNotOpen):
        await score(database, cast, "J1", "T1", 5, 5)
    await database.write(rounds.open_round, cast.round_id, "x")
    assert (await score(database, cast, "J1", "T1", 5, 5)).revision == 1


async def test_a_freeze_keeps_what_is_shown_and_lets_judging_go_on(database: Database) -> None:
    cast = await build_event(database, teams=2)
    await score(database, cast, "J1", "T1", 9, 9)
    await publication.freeze(database, cast.round_id, "x")
    await score(database, cast, "J1", "T2", 10, 10)
    kept = await database.read(results.newest_run, cast.round_id, "frozen")
    assert kept is not None
    assert [(line["team"], line["rank"]) for line in kept.standings["standings"]] == [("T1", 1), ("T2", None)]


async def test_a_second_freeze_keeps_the_newer_state(database: Database) -> None:
    cast = await build_event(database, teams=2)
    await score(database, cast, "J1", "T1", 9, 9)
    await publication.freeze(database, cast.round_id, "x")
    await database.write(rounds.thaw, cast.round_id, "x")
    await score(database, cast, "J1", "T2", 10, 10)
    frozen = await publication.freeze(database, cast.round_id, "x")
    kept = await database.read(results.newest_run, cast.round_id, "frozen")
    assert kept is not None
    assert [line["team"] for line in kept.standings["standings"]] == ["T2", "T1"]
    assert (rounds.frozen(frozen), frozen.thawed_at) == (True, None)


async def test_finalising_is_refused_with_the_list_of_what_is_missing(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2, minimum_ballots=2)
    await score(database, cast, "J1", "T1", 5, 5)
    await score(database, cast, "J2", "T1", 5, 5)
    await score(database, cast, "J1", "T2", 5, 5)
    await database.write(rounds.close, cast.round_id, "x")
    with pytest.raises(NotReady) as refused:
        await database.write(rounds.finalise, cast.round_id, "x", "done")
    assert refused.value.extra == {"ballots": [["J2", "T2"]], "awaiting": [["T2", 1]], "late": [], "papers": []}
    assert rounds.phase(await round_now(database, cast)) is Phase.CLOSED


async def test_nothing_is_missing_of_those_who_left_or_may_not_judge(database: Database) -> None:
    cast = await build_event(database, judges=3, teams=3)

    def leave(session: Session) -> None:
        judge = session.get_one(Judge, cast.judges["J1"])
        judge.withdrawn_at = session.get_one(Round, cast.round_id).opened_at
        session.add(Conflict(judge_id=cast.judges["J2"], team_id=cast.teams["T1"], source="judge"))
        decisions.withdraw(session, cast.event_id, "T3", "ill", "x")
        decisions.skip(session, cast.round_id, "J3", "T1", "called away", "x")

    await database.write(leave)
    lacking = await database.read(lambda session: rounds.missing(session, session.get_one(Round, cast.round_id)))
    assert lacking == Missing(ballots=(("J2", "T2"), ("J3", "T2")), awaiting=(("T2", 1), ("T1", 1)))


async def test_finalising_needs_a_comment(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=2)
    await fill(database, cast)
    await database.write(rounds.close, cast.round_id, "x")
    with pytest.raises(InvalidForm):
        await database.write(rounds.finalise, cast.round_id, "x", "  ")


async def test_a_final_result_is_kept_with_its_comment_and_hash(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=2)
    await fill(database, cast)
    await database.write(rounds.close, cast.round_id, "x")
    run = await database.write(rounds.finalise, cast.round_id, "organiser:olga", " agreed ")
    newest = await database.read(
        lambda session: session.exec(select(LogEntry).order_by(col(LogEntry.sequence).desc())).first()
    )
    assert newest is not None
    assert (newest.actor, newest.action) == ("organiser:olga", "round.finalised")
    assert newest.payload == ledger.canonical(
        {"comment": "agreed", "run": run.hash, "kind": "final", "at_sequence": run.sequence}
    )
    assert (await round_now(database, cast)).final_comment == "agreed"


async def test_a_refused_step_leaves_no_trace(database: Database) -> None:
    cast = await build_event(database)
    before = await database.read(ledger.head_sequence, cast.event_id)
    for step in (rounds.open_round, rounds.thaw):
        with contextlib.suppress(ScoreboardError):
            await database.write(step, cast.round_id, "x")
    assert await database.read(ledger.head_sequence, cast.event_id) == before


async def test_a_round_that_is_not_there_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        await database.write(rounds.close, 99, "x")


async def test_the_current_round_is_the_last_that_was_opened_and_at_first_the_first(database: Database) -> None:
    cast = await build_event(database, opened=False)

    def second(session: Session) -> None:
        session.add(
            Round(event_id=cast.event_id, key="stage", position=2, name_en="Stage", rule="raw", precedence=["total"])
        )

    await database.write(second)
    at_first = await database.read(rounds.current_round, cast.event_id)
    assert at_first is not None
    stage = await database.read(lambda session: session.exec(select(Round).where(Round.key == "stage")).one())
    await database.write(rounds.open_round, stage.id or 0, "x")
    later = await database.read(rounds.current_round, cast.event_id)
    assert later is not None
    assert (at_first.key, later.key) == ("final", "stage")


async def test_an_event_without_rounds_is_in_none(database: Database) -> None:
    assert await database.read(rounds.current_round, 1) is None


async def test_a_pause_is_taken_back_and_over_with_the_close(database: Database) -> None:
    cast = await build_event(database)
    await database.write(rounds.pause, cast.round_id, " Prayer ", "test")
    assert (await round_now(database, cast)).paused_at is not None
    await database.write(rounds.resume, cast.round_id, "", "test")
    assert (await round_now(database, cast)).paused_at is None
    await database.write(rounds.pause, cast.round_id, "Prayer", "test")
    await database.write(rounds.close, cast.round_id, "test")
    assert (await round_now(database, cast)).paused_at is None
    assert await database.read(actions, cast.event_id) == [
        "round.opened",
        "round.paused",
        "round.resumed",
        "round.paused",
        "round.closed",
    ]


async def test_a_pause_follows_from_an_open_round_and_has_a_reason(database: Database) -> None:
    cast = await build_event(database, opened=False)
    with pytest.raises(WrongPhase):
        await database.write(rounds.pause, cast.round_id, "Prayer", "test")
    await database.write(rounds.open_round, cast.round_id, "test")
    with pytest.raises(InvalidForm):
        await database.write(rounds.pause, cast.round_id, " ", "test")
    with pytest.raises(WrongPhase):
        await database.write(rounds.resume, cast.round_id, "", "test")
    await database.write(rounds.pause, cast.round_id, "Prayer", "test")
    with pytest.raises(WrongPhase):
        await database.write(rounds.pause, cast.round_id, "Prayer", "test")
