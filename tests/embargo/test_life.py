"""Every order of steps: what the public sees is always made from the prefix that it may see, and from nothing else.

The reference is the database itself as it was at the freeze: a copy of it, in which nothing ever happens after.
"""

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builder import store_event
from embargo.worlds import score
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine
from sqlmodel import Session

from scoreboard.database import open_engine, opened, sound_sqlite
from scoreboard.errors import ScoreboardError
from scoreboard.judging import decisions, publication, rounds
from scoreboard.live.messages import Status
from scoreboard.live.projector import Held, project
from scoreboard.live.views import Seen, read, seen_openly, today
from scoreboard.live.window import public_engine
from scoreboard.migrations import prepare
from scoreboard.models import Round, Team

JUDGES, TEAMS = 2, 3


def seen_through(engine: Engine, event_id: int) -> Seen:
    """What the public sees."""
    with Session(engine, expire_on_commit=False) as session:
        found = project(session, event_id)
        return found.seen() if isinstance(found, Held) else seen_openly(found.reading, today(found.reading))


class Life(RuleBasedStateMachine):
    """A round, steps of organisers in any order, ballots and decisions in between."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "now.db"
        self.past: Seen | None = None  # what the copy of the last freeze shows, while that is in force
        self.copies = 0

    @initialize(rule_=st.sampled_from(["raw", "severity"]))
    def begin(self, rule_: str) -> None:
        prepare(str(self.path))
        self.engine = open_engine(str(self.path))
        self.window = public_engine(str(self.path))
        with Session(self.engine) as session:
            self.cast = store_event(session, judges=JUDGES, teams=TEAMS, rule=rule_)
            session.commit()

    def step(self, take: Callable[[Session, int, str], object]) -> bool:
        """Take a step; whether it was allowed."""
        with Session(self.engine) as session:
            try:
                take(session, self.cast.round_id, "organiser:olga")
            except ScoreboardError:
                return False
            session.commit()
        return True

    @rule(kept=st.booleans())
    def freeze(self, *, kept: bool) -> None:
        if not self.step(rounds.freeze):
            return
        self.copies += 1
        copy = self.path.with_name(f"copy{self.copies}.db")
        connect = sound_sqlite().connect
        with closing(connect(self.path)) as source, closing(connect(copy)) as target:
            source.backup(target)
        engine = public_engine(str(copy))
        self.past = seen_through(engine, self.cast.event_id)
        engine.dispose()
        if kept:
            self.keep()

    @rule()
    def keep(self) -> None:
        async def keep() -> None:
            async with opened(str(self.path)) as database:
                await publication.keep_held(database)

        asyncio.run(keep())

    @rule()
    def thaw(self) -> None:
        if self.step(rounds.thaw):
            self.past = None

    @rule()
    def close(self) -> None:
        self.step(rounds.close)

    @rule()
    def reopen(self) -> None:
        self.step(rounds.open_round)

    @rule()
    def finalise(self) -> None:
        self.step(lambda session, round_id, actor: rounds.finalise(session, round_id, actor, "agreed"))

    @rule(judge=st.integers(1, JUDGES), team=st.integers(1, TEAMS), one=st.integers(0, 10), other=st.integers(0, 10))
    def ballot(self, judge: int, team: int, one: int, other: int) -> None:
        async def give() -> None:
            async with opened(str(self.path)) as database:
                with suppress(ScoreboardError):
                    await score(database, self.cast, judge, team, one, other)

        asyncio.run(give())

    @rule(team=st.integers(1, TEAMS), name=st.sampled_from(["Oasis", "Noon", "Dusk"]))
    def rename(self, team: int, name: str) -> None:
        with Session(self.engine) as session:
            row = session.get_one(Team, self.cast.teams[f"T{team}"])
            row.name_en = f"{name} {team}"
            session.add(row)
            session.commit()

    @rule(team=st.integers(1, TEAMS), out=st.booleans())
    def decide(self, team: int, *, out: bool) -> None:
        with Session(self.engine) as session, suppress(ScoreboardError):
            if out:
                decisions.withdraw(session, self.cast.event_id, f"T{team}", "left", "organiser:olga")
            else:
                decisions.restore(session, self.cast.event_id, f"T{team}", "organiser:olga")
            session.commit()

    @invariant()
    def the_public_sees_what_it_may_and_no_more(self) -> None:
        if not hasattr(self, "cast"):
            return
        seen = seen_through(self.window, self.cast.event_id)
        with Session(self.engine) as session:
            round_ = session.get_one(Round, self.cast.round_id)
            if self.past is None:
                reading = read(session, self.cast.event_id)
                assert seen == seen_openly(reading, today(reading))
                return
            status = Status.CLOSED if round_.closed_at else Status.FROZEN
            phases = {"status": status, "closed_at": round_.closed_at}
        assert seen == replace(self.past, standings=self.past.standings.model_copy(update=phases))

    def teardown(self) -> None:
        if hasattr(self, "cast"):
            self.window.dispose()
            self.engine.dispose()
        self.folder.cleanup()


def test_what_is_public_is_the_projection_of_what_may_be_public(request: pytest.FixtureRequest) -> None:
    full = request.config.getoption("--faults") == "full"

    case: Any = Life.TestCase  # here, since pytest would collect it from the module

    class Played(case):  # type: ignore[misc]  # made by hypothesis
        settings = settings(
            max_examples=500 if full else 8,
            stateful_step_count=40 if full else 15,
            phases=[Phase.generate, *([Phase.shrink] if full else [])],
        )

    Played().runTest()
