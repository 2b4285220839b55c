"""When something changed, standings are computed and published: at once, and then not too often.

The first change goes out immediately; those that follow within a short window ride together, and the last of them is
never left out. An event has one computation at a time. Nothing is computed for nobody: an event without subscribers is
looked at again when somebody asks (`current`). Once a second the ledgers of the events that are watched are compared
with what was published, so that what another process changed is seen as well.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.to_thread
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.judging import ledger
from scoreboard.judging.duty.progress import event_named
from scoreboard.judging.outcome import COLD, Starts
from scoreboard.live.hub import Hub
from scoreboard.live.messages import (
    ConsoleMessage,
    Heartbeat,
    RosterMessage,
    StandingsMessage,
    Status,
    console,
    public,
)
from scoreboard.live.topics import Version
from scoreboard.live.views import Views, read, views
from scoreboard.models import Deployment, LedgerHead

WINDOW_SECONDS = 0.2  # in which followers ride together
WATCH_SECONDS = 1.0  # between two looks at the ledgers
HEARTBEAT_SECONDS = 10.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Published:
    """What is seen of an event: by the public (`roster`, `standings`), and by its organisers."""

    roster: RosterMessage
    standings: StandingsMessage
    console: ConsoleMessage


class Desk:
    """One event: whether it changed, what was last published of it, and where the next computation may begin."""

    def __init__(self, event_id: int) -> None:
        self.event_id = event_id
        self.changed = asyncio.Event()
        self.lock = anyio.Lock()
        self.published: Published | None = None
        self.starts: Starts = COLD
        self.as_of = datetime.min.replace(tzinfo=UTC)  # when what was published was last known to be current
        self.beats: dict[str, tuple[Heartbeat, str]] = {}  # the newest of each topic, and how it goes over the wire
        self.looked_at = self.as_of  # when it was last asked whether that is so, whatever the answer was

    @property
    def sequence(self) -> int:
        """The ledger's entry up to which the published state goes; below any while there is none."""
        return self.published.console.sequence if self.published else -1

    def message_of(self, topic: str) -> StandingsMessage | ConsoleMessage:
        """The newest state of one of the event's topics. Raises RuntimeError while there is none."""
        if self.published is None:
            raise RuntimeError("nobody reads a topic before it has a state")
        return self.published.standings if topic == public(self.event_id) else self.published.console

    def known_at(self, topic: str) -> datetime:
        """When a topic's state was last known to be current.

        While the public sees a stored result, it is told the second of the last look, which comes as regularly when
        nothing happens as when everything does: it must not be able to tell that judges are scoring.
        """
        message = self.message_of(topic)
        if isinstance(message, StandingsMessage) and message.standings.status in {Status.FROZEN, Status.CLOSED}:
            return max(message.as_of, self.looked_at.replace(microsecond=0))
        return self.as_of


class Publisher:
    """Tells the hub what the public and the organisers see: ``async with Publisher(database, hub) as publisher``.

    `sleep` waits a number of seconds; tests that do not want to wait give their own.
    """

    def __init__(
        self, database: Database, hub: Hub, *, sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    ) -> None:
        self.database = database
        self.hub = hub
        self.sleep = sleep
        self.epoch = ""
        self.desks: dict[int, Desk] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        deployment = await self.database.read(lambda session: session.exec(select(Deployment.epoch)).one())
        self.epoch = f"{deployment}-{time.time_ns():x}"
        self.start(self.watch())
        self.start(self.beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def changed(self, event_id: int) -> None:
        """Say that something of an event may look different now. Returns at once."""
        self.desk(event_id).changed.set()

    async def attend_to(self, slug: str) -> int:
        """See to it that an event's topics hold a state, for a reader who is about to join one; give the event's id.

        Where others read already there is one, and what is newer will arrive by itself: so the database is not asked
        ten thousand times when a whole hall comes back. Raises NotFound.
        """
        for desk in self.watched():
            if desk.published is not None and desk.published.roster.roster.event.slug == slug:
                return desk.event_id
        event = await self.database.read(event_named, slug)
        await self.current(event.id or 0)
        return event.id or 0

    async def current(self, event_id: int) -> Published:
        """Give what is seen of an event now, everything included that was committed before the call.

        Raises NotFound.
        """
        desk = self.desk(event_id)
        asked_at = datetime.now(UTC)
        head = await self.database.read(ledger.head_sequence, event_id)
        if desk.sequence < head:
            async with desk.lock:
                if desk.sequence < head:  # unless whoever held the lock did it
                    await self.compute(desk)
        desk.as_of, desk.looked_at = max(desk.as_of, asked_at), max(desk.looked_at, asked_at)
        if desk.published is None:
            raise RuntimeError("computed, and yet not published")
        standings = desk.published.standings.model_copy(update={"as_of": desk.known_at(public(event_id))})
        return replace(desk.published, standings=standings)

    def desk(self, event_id: int) -> Desk:
        """The desk of an event; somebody sits at it from its first mention on."""
        if event_id not in self.desks:
            desk = self.desks[event_id] = Desk(event_id)
            self.start(self.attend(desk))
        return self.desks[event_id]

    def watched(self) -> list[Desk]:
        """The desks of events that somebody subscribes to."""
        return [
            desk
            for desk in self.desks.values()
            if self.hub.subscribers(public(desk.event_id)) or self.hub.subscribers(console(desk.event_id))
        ]

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let an endless task run until the publisher ends."""
        self.tasks.add(asyncio.create_task(work))

    async def attend(self, desk: Desk) -> None:
        """Publish each change of an event: the first at once, those that follow within the window together."""
        while True:
            await desk.changed.wait()
            desk.changed.clear()
            if desk in self.watched():
                await surviving(self.refresh(desk), f"The standings of event {desk.event_id} could not be published.")
                await self.sleep(WINDOW_SECONDS)

    async def refresh(self, desk: Desk) -> None:
        """Compute and publish an event, when its turn comes."""
        async with desk.lock:
            await self.compute(desk)

    async def compute(self, desk: Desk) -> None:
        """Compute what is seen of an event, and publish what is different from before. Needs the desk's lock."""
        as_of = datetime.now(UTC)
        reading = await self.database.read(read, desk.event_id)
        starts, desk.starts = desk.starts, COLD  # what fails is not begun in the same place again
        seen = await anyio.to_thread.run_sync(views, reading, starts)
        before, now = desk.published, following(desk.published, seen, self.epoch, as_of)
        desk.published, desk.as_of, desk.starts = now, as_of, seen.starts
        frames = {"roster": now.roster.frame()} if before is None or now.roster is not before.roster else {}
        if before is None or now.standings is not before.standings:
            self.hub.publish(
                public(desk.event_id),
                {**frames, "standings": now.standings.frame()},
                Version(self.epoch, now.standings.version),
            )
        if before is None or now.console is not before.console:
            self.hub.publish(
                console(desk.event_id), {"console": now.console.frame()}, Version(self.epoch, now.console.version)
            )

    async def watch(self) -> None:
        """Look at the ledgers of watched events again and again."""
        while True:
            await self.sleep(WATCH_SECONDS)
            await surviving(self.look(), "The ledgers could not be read.")

    async def look(self) -> None:
        """Find the watched events whose ledgers have moved on."""
        desks = self.watched()
        if not desks:
            return
        asked_at = datetime.now(UTC)
        heads = await self.database.read(heads_of, [desk.event_id for desk in desks])
        for desk in desks:
            desk.looked_at = max(desk.looked_at, asked_at)
            if desk.sequence < heads.get(desk.event_id, 0):
                desk.changed.set()
            else:
                desk.as_of = max(desk.as_of, asked_at)

    async def beat(self) -> None:
        """Tell the readers of watched events, every so often, that the server lives and what is current."""
        while True:
            await self.sleep(HEARTBEAT_SECONDS)
            for desk in self.watched():
                if desk.published is not None:
                    for topic in (public(desk.event_id), console(desk.event_id)):
                        self.hub.pulse(topic, self.heartbeat(desk.event_id, topic))

    def heartbeat(self, event_id: int, topic: str) -> str:
        """What a reader of one of an event's topics needs to hear to know whether its state is current."""
        desk = self.desk(event_id)
        message, as_of = desk.message_of(topic), desk.known_at(topic)
        beat, text = desk.beats.get(topic, (None, ""))
        if beat is None or (beat.epoch, beat.version, beat.as_of) != (message.epoch, message.version, as_of):
            beat = Heartbeat(epoch=message.epoch, version=message.version, as_of=as_of)
            desk.beats[topic] = beat, (text := beat.frame())  # a whole hall that joins is told the same
        return text


def following(before: Published | None, seen: Views, epoch: str, as_of: datetime) -> Published:
    """The messages that say what is seen now. Those that would say the same as before are the same objects.

    Names and ranking share the public topic's version, so whoever has its newest version has both.
    """
    if before is None:
        return Published(
            RosterMessage(epoch=epoch, version=1, roster=seen.roster),
            StandingsMessage(epoch=epoch, version=1, roster_version=1, as_of=as_of, standings=seen.public),
            ConsoleMessage(epoch=epoch, version=1, as_of=as_of, sequence=seen.sequence, standings=seen.today),
        )
    roster, standings, told = before.roster, before.standings, before.console
    version = standings.version + 1
    if roster.roster != seen.roster:
        roster = RosterMessage(epoch=epoch, version=version, roster=seen.roster)
    if roster is not before.roster or standings.standings != seen.public:
        standings = StandingsMessage(
            epoch=epoch, version=version, roster_version=roster.version, as_of=as_of, standings=seen.public
        )
    if (told.sequence, told.standings) != (seen.sequence, seen.today):
        told = ConsoleMessage(
            epoch=epoch, version=told.version + 1, as_of=as_of, sequence=seen.sequence, standings=seen.today
        )
    return Published(roster, standings, told)


def heads_of(session: Session, event_ids: Sequence[int]) -> dict[int, int]:
    """The newest sequence in the ledger of each of these events."""
    rows = session.exec(select(LedgerHead.event_id, LedgerHead.sequence).where(col(LedgerHead.event_id).in_(event_ids)))
    return dict(rows.all())


async def surviving(step: Awaitable[None], complaint: str) -> None:
    """Take one step of an endless loop. Whatever goes wrong in it is logged, and the loop goes on."""
    try:
        await step
    except Exception:  # a loop that ends in silence would leave every board on its last state, looking alive
        logger.exception(complaint)
