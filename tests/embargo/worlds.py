"""Worlds that are the same up to a freeze: the application with a clock of its own, and what may go on behind it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from builder import Cast, ballot, build_event, issue_link
from embargo.driving import Socket, started
from hypothesis import strategies as st
from sqlmodel import Session, col, select
from starlette.types import ASGIApp

from scoreboard.app import create_app
from scoreboard.database import Database, opened
from scoreboard.errors import ScoreboardError
from scoreboard.judging import announcements, ballots, decisions, late, publication, rounds
from scoreboard.live.messages import console
from scoreboard.live.publisher import WINDOW_SECONDS, Publisher
from scoreboard.migrations import prepare
from scoreboard.models import Ballot, Conflict, Judge, LateBallot, Organisation, Round, Team
from scoreboard.settings import Settings

JUDGES, TEAMS, TOP = 3, 4, 100
SLUG = "hack"
START = datetime(2026, 12, 7, 9, 30, 0, 250_000, tzinfo=UTC)
LOOPS = 3  # of the publisher, that sleep

Act = tuple[Any, ...]


class Clock:
    """Time that passes a second at a time, when a world says so."""

    def __init__(self) -> None:
        self.seconds = 0
        self.sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        """What the clock says."""
        return START + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        """Sleep until it is time; the window in which changes ride together is none here."""
        if seconds == WINDOW_SECONDS:
            await asyncio.sleep(0)
            return
        awake = asyncio.Event()
        self.sleepers.append((self.seconds + seconds, awake))
        await awake.wait()

    def advance(self) -> None:
        """Let a second pass."""
        self.seconds += 1
        for due, awake in self.sleepers:
            if due <= self.seconds:
                awake.set()
        self.sleepers = [(due, awake) for due, awake in self.sleepers if due > self.seconds]


async def template(
    folder: Path, given: Sequence[tuple[int, int, int, int]], rule: str, *, kept: bool, maximum: int = TOP
) -> Cast:
    """Make the past that worlds share: an event, ballots (judge, team, two scores), a freeze."""
    path = str(folder / "scoreboard.db")
    prepare(path)
    async with opened(path) as database:
        cast = await build_event(
            database, slug=SLUG, judges=JUDGES, teams=TEAMS, rule=rule, maximum=maximum, minimum_ballots=1
        )
        for act in given:
            await score(database, cast, *act)
        if kept:
            await publication.freeze(database, cast.round_id, "organiser:olga")
        else:  # as by a server that died right after
            await database.write(rounds.freeze, cast.round_id, "organiser:olga")
    return cast


async def score(database: Database, cast: Cast, judge: int, team: int, one: int, other: int) -> None:
    """Give a ballot, or correct the one that there is."""

    def revisions(session: Session) -> int:
        found = select(Ballot.revision).where(
            Ballot.judge_id == cast.judges[f"J{judge}"], Ballot.team_id == cast.teams[f"T{team}"]
        )
        return max(session.exec(found).all(), default=0)

    form = ballot(f"T{team}", one, other, base=await database.read(revisions), comment=f"From {one}")
    await ballots.submit(database, cast.judges[f"J{judge}"], form)


@dataclass
class World:
    """The application at work on a database, with a reader on its board who never leaves."""

    app: ASGIApp
    state: dict[str, Any]
    clock: Clock
    cast: Cast
    reader: Socket
    timeline: list[tuple[int, Any]]

    @property
    def publisher(self) -> Publisher:
        """Whoever publishes."""
        publisher: Publisher = self.state["publisher"]
        return publisher

    @property
    def database(self) -> Database:
        """What is really stored."""
        database: Database = self.state["database"]
        return database

    async def settle(self) -> None:
        """Wait until all that was begun is done, and note what the reader was told meanwhile."""
        async with asyncio.timeout(60):
            quiet = 0
            while quiet < 3:
                await asyncio.sleep(0.001 if quiet else 0)
                quiet = quiet + 1 if self.idle() else 0
        for _ in range(10):
            await asyncio.sleep(0)
        self.timeline += [(self.clock.seconds, told) for told in self.reader.told]
        self.reader.told.clear()

    def idle(self) -> bool:
        """Whether the publisher waits for something to happen."""
        publisher = self.publisher
        return (
            len(self.clock.sleepers) == LOOPS
            and (publisher.keeping is None or publisher.keeping.done())
            and not any(
                desk.due.is_set()
                or desk.console_due.is_set()
                or desk.lock.statistics().locked
                or desk.console_lock.statistics().locked
                for desk in publisher.desks.values()
            )
        )

    async def passes(self, seconds: int) -> None:
        """Let time pass."""
        for _ in range(seconds):
            self.clock.advance()
            await self.settle()

    async def act(self, act: Act) -> None:
        """Do something that the public may not know of; what is refused is refused."""
        kind, *particulars = act
        with suppress(ScoreboardError):
            await ACTS[kind](self, *particulars)
        self.publisher.changed(self.cast.event_id)
        await self.settle()

    async def step(self, change: Callable[[Session, int, str], Round], column: str) -> None:
        """Take a step of the round that everybody may know of, at a time that is the same in every world."""

        def take(session: Session) -> None:
            round_ = change(session, self.cast.round_id, "organiser:olga")
            if getattr(round_, column) is not None:
                setattr(round_, column, self.clock.now())
            session.add(round_)

        with suppress(ScoreboardError):
            await self.database.write(take)
        self.publisher.changed(self.cast.event_id)
        await self.settle()


@asynccontextmanager
async def world(folder: Path, cast: Cast, clock: Clock | None = None) -> AsyncIterator[World]:
    """Start the application on a database, and let a reader join its board."""
    clock = clock or Clock()
    clock.sleepers.clear()
    settings = Settings(database=str(folder / "scoreboard.db"), backups="off", language="en")
    app = create_app(settings, publishing=partial(Publisher, sleep=clock.sleep, now=clock.now))
    async with started(app) as state:
        reader = Socket(app, state, f"/e/{cast.slug}/socket")
        await reader.until("heartbeat")
        made = World(app, state, clock, cast, reader, [])
        await made.settle()
        try:
            yield made
        finally:
            await reader.leave()


def copy_of(folder: Path, name: str) -> Path:
    """Another world with the same past."""
    other = folder.parent / name
    shutil.copytree(folder, other)
    return other


# What may go on behind a freeze.


async def on_team(world: World, decide: Callable[..., object], team: int, *reason: str) -> None:
    """Decide about a team."""
    await world.database.write(decide, world.cast.event_id, f"T{team}", *reason, "organiser:olga")


async def on_duty(world: World, decide: Callable[..., object], judge: int, team: int, *reason: str) -> None:
    """Decide about an assignment."""
    await world.database.write(decide, world.cast.round_id, f"J{judge}", f"T{team}", *reason, "organiser:olga")


async def rename(world: World, team: int, name: str) -> None:
    """Call a team, its agency, a judge and the round otherwise."""

    def change(session: Session) -> None:
        row = session.get_one(Team, world.cast.teams[f"T{team}"])
        row.name_en, row.name_ar, row.project_en = name, name, name
        agency = session.get_one(Organisation, row.organisation_id)
        agency.name_en = f"Agency {name}"
        judge = session.get_one(Judge, world.cast.judges["J1"])
        judge.name_en = name
        round_ = session.get_one(Round, world.cast.round_id)
        round_.name_en, round_.minimum_ballots = name, 1 + len(name) % 2
        session.add_all([row, agency, judge, round_])

    await world.database.write(change)


async def add_people(world: World, name: str) -> None:
    """Another team and another judge come."""

    def change(session: Session) -> None:
        key = f"X{name}{len(session.exec(select(Team.id)).all())}"
        session.add(Team(event_id=world.cast.event_id, key=key, name_en=name))
        session.add(Judge(event_id=world.cast.event_id, key=key, name_en=name))

    await world.database.write(change)


async def conflict(world: World, judge: int, team: int) -> None:
    """A judge turns out to be a member's sister."""

    def change(session: Session) -> None:
        pair = {"judge_id": world.cast.judges[f"J{judge}"], "team_id": world.cast.teams[f"T{team}"]}
        if session.exec(select(Conflict).filter_by(**pair)).first() is None:
            session.add(Conflict(**pair, reason="family", source="organiser"))

    await world.database.write(change)


async def come_late(world: World, judge: int, team: int, one: int, other: int) -> None:
    """A ballot comes that was entered before the close."""
    form = ballot(f"T{team}", one, other).model_copy(update={"entered_at": START})
    await ballots.submit(world.database, world.cast.judges[f"J{judge}"], form)


async def decide(world: World, decision: Callable[..., object]) -> None:
    """Decide about the first late ballot that waits."""

    def first(session: Session) -> UUID | None:
        waiting = select(LateBallot.uuid).where(LateBallot.state == "waiting").order_by(col(LateBallot.sequence))
        return session.exec(waiting).first()

    uuid = await world.database.read(first)
    if uuid is not None:
        await world.database.write(decision, world.cast.round_id, uuid, "no network", "organiser:olga")


async def pause(world: World, step: Callable[..., object]) -> None:
    """Judging is paused, or goes on."""
    await world.database.write(step, world.cast.round_id, "prayer", "organiser:olga")


async def announce(world: World, words: str) -> None:
    """Judges are told something."""
    await world.database.write(announcements.announce, world.cast.event_id, "", words, "", "organiser:olga")


async def finalise(world: World) -> None:
    """The result is final, and nobody is told yet."""
    await publication.finalise(world.database, world.cast.round_id, "organiser:olga", "agreed")


async def look(world: World) -> None:
    """An organiser looks at the console."""
    await world.publisher.current(world.cast.event_id)


async def follow(world: World) -> None:
    """An organiser's console follows for a while."""
    with world.state["hub"].subscribe(console(world.cast.event_id)):
        await look(world)
        world.publisher.changed(world.cast.event_id)
        await world.settle()


async def link(world: World, judge: int) -> None:
    """A judge is given a new link."""
    await issue_link(world.database, world.cast.judges[f"J{judge}"])


async def sign(world: World) -> None:
    """The ledger is signed, so far as it goes."""
    await world.state["notary"].checkpoint(world.cast.event_id)


ACTS: dict[str, Callable[..., Awaitable[None]]] = {
    "score": lambda world, *act: score(world.database, world.cast, *act),
    "withdraw": lambda world, team: on_team(world, decisions.withdraw, team, "gave up"),
    "disqualify": lambda world, team: on_team(world, decisions.disqualify, team, "copied"),
    "restore": lambda world, team: on_team(world, decisions.restore, team),
    "skip": lambda world, judge, team: on_duty(world, decisions.skip, judge, team, "ill"),
    "resume": lambda world, judge, team: on_duty(world, decisions.resume, judge, team),
    "conflict": conflict,
    "rename": rename,
    "add": add_people,
    "link": link,
    "look": look,
    "follow": follow,
    "sign": sign,
    "finalise": finalise,
    "late": come_late,
    "admit": lambda world: decide(world, late.admit),
    "refuse": lambda world: decide(world, late.refuse),
    "pause": lambda world: pause(world, rounds.pause),
    "go on": lambda world: pause(world, rounds.resume),
    "announce": announce,
}

judge_numbers, team_numbers = st.integers(1, JUDGES), st.integers(1, TEAMS)
scores = st.tuples(judge_numbers, team_numbers, st.integers(0, TOP), st.integers(0, TOP))
words = st.text("abcdefgh", min_size=1, max_size=12)
hidden_act = st.one_of(
    scores.map(lambda act: ("score", *act)),
    scores.map(lambda act: ("score", *act)),
    st.tuples(st.sampled_from(["withdraw", "disqualify", "restore"]), team_numbers),
    st.tuples(st.sampled_from(["skip", "resume", "conflict"]), judge_numbers, team_numbers),
    st.tuples(st.just("rename"), team_numbers, words),
    st.tuples(st.just("add"), words),
    st.tuples(st.just("link"), judge_numbers),
    scores.map(lambda act: ("late", *act)),
    st.tuples(st.just("announce"), words),
    st.tuples(st.sampled_from(["look", "follow", "sign", "finalise", "admit", "refuse", "pause", "go on"])),
)
