"""When something changed, standings are computed and published: at once, and then not too often.

The first change goes out immediately; those that follow within a short window ride together, and the last of them is
never left out. Nothing is computed for nobody: an event without subscribers is looked at again when somebody asks. Once
a second the events that are watched are compared with what was published, so that what another process changed is seen
as well.

While nothing is held, one computation serves everybody. From a freeze on the public's side is on its own: it reads
through the window, which ends there, and only once a second, whatever judges and organisers do.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.to_thread
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.figures import figures
from scoreboard.judging import ledger, publication
from scoreboard.judging.duty.progress import event_named
from scoreboard.judging.outcome import COLD
from scoreboard.live.desks import Desk, Published, Shown, following, following_console
from scoreboard.live.hub import Hub
from scoreboard.live.messages import Heartbeat, console, public
from scoreboard.live.projector import Held, mark_of, marks_of, project
from scoreboard.live.topics import Version
from scoreboard.live.views import Reading, Today, read, seen_openly, today
from scoreboard.live.window import Window
from scoreboard.models import Deployment, LedgerHead

WINDOW_SECONDS = 0.2  # in which followers ride together
WATCH_SECONDS = 1.0  # between two looks at the ledgers
HEARTBEAT_SECONDS = 10.0

logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    """What the clock says."""
    return datetime.now(UTC)


class Publisher:
    """Tells the hub what the public and the organisers see: ``async with Publisher(database, hub) as publisher``.

    `sleep` waits a number of seconds, `now` is the clock; tests that do not want to wait give their own.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        *,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.database = database
        self.window = Window(database.setting)
        self.hub = hub
        self.sleep = sleep
        self.now = now
        self.epoch = ""
        self.desks: dict[int, Desk] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.keeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        deployment = await self.database.read(lambda session: session.exec(select(Deployment.epoch)).one())
        self.epoch = f"{deployment}-{int(self.now().timestamp() * 1_000_000):x}"
        self.keeping = asyncio.create_task(self.keep())
        self.start(self.watch())
        self.start(self.watch_ledgers())
        self.start(self.beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks = {*self.tasks, *([self.keeping] if self.keeping else [])}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.window.close()

    async def keep(self) -> None:
        """Store what freezes hold, where a server ended before it could."""
        await surviving(publication.keep_held(self.database), "What a freeze holds could not be kept.")

    @property
    def alive(self) -> bool:
        """Whether whoever should be at work is."""
        return bool(self.tasks) and not any(task.done() for task in self.tasks)

    def changed(self, event_id: int, arrived_at: float | None = None) -> None:
        """Say that something of an event may look different now. Returns at once.

        If it is a ballot, how long it takes to get to the viewers is measured from when it arrived (monotonic).
        """
        desk = self.desk(event_id)
        if arrived_at is not None:
            desk.arrivals.append(arrived_at)
        (desk.console_due if desk.held else desk.due).set()

    async def attend_to(self, slug: str, *, organisers: bool = False) -> int:
        """See to it that an event's topics hold a state, for a reader who is about to join one; give the event's id.

        Where others read already there is one, and what is newer will arrive by itself: so the database is not asked
        ten thousand times when a whole hall comes back. Raises NotFound.
        """
        for desk in self.watched():
            if desk.shown is not None and desk.shown.roster.roster.event.slug == slug:
                if organisers and desk.console is None:
                    break
                return desk.event_id
        event = await self.window.read(event_named, slug)
        await (self.current(event.id or 0) if organisers else self.projected(event.id or 0))
        return event.id or 0

    async def projected(self, event_id: int) -> Shown:
        """Give what everybody sees of an event now: all of it that was committed before the call and is not held back.

        While what a freeze holds is being computed, that is what was seen before. Raises NotFound.
        """
        desk = self.desk(event_id)
        asked_at = self.now()
        mark = await self.window.read(mark_of, event_id)
        if desk.mark != mark and not (desk.holding and desk.shown):
            async with desk.lock:
                if desk.mark != mark:  # unless whoever held the lock did it
                    await self.project(desk)
        if desk.mark == mark:
            desk.shown_at = max(desk.shown_at, asked_at)
        desk.looked_at = max(desk.looked_at, asked_at)
        return desk.dated()

    async def current(self, event_id: int) -> Published:
        """Give what organisers see of an event now, everything included that was committed before the call.

        Raises NotFound.
        """
        shown = await self.projected(event_id)
        desk = self.desk(event_id)
        asked_at = self.now()
        head = await self.database.read(ledger.head_sequence, event_id)
        if desk.sequence < head:
            async with desk.console_lock:
                if desk.sequence < head:
                    await self.compute(desk)
        desk.console_at = max(desk.console_at, asked_at)
        if desk.console is None:
            raise RuntimeError("computed, and yet not published")
        return Published(shown.roster, shown.standings, desk.console)

    def desk(self, event_id: int) -> Desk:
        """The desk of an event; somebody sits at each of its sides from its first mention on."""
        if event_id not in self.desks:
            desk = self.desks[event_id] = Desk(event_id)
            self.start(self.attend(desk, desk.due, self.refresh))
            self.start(self.attend(desk, desk.console_due, self.refresh_console))
        return self.desks[event_id]

    def watched(self) -> list[Desk]:
        """The desks of events that somebody subscribes to."""
        return [desk for desk in self.desks.values() if self.in_public(desk) or self.in_console(desk)]

    def in_public(self, desk: Desk) -> int:
        """How many of the public subscribe to an event."""
        return self.hub.subscribers(public(desk.event_id))

    def in_console(self, desk: Desk) -> int:
        """How many organisers do."""
        return self.hub.subscribers(console(desk.event_id))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let an endless task run until the publisher ends."""
        self.tasks.add(asyncio.create_task(work))

    async def attend(self, desk: Desk, due: asyncio.Event, step: Callable[[Desk], Awaitable[None]]) -> None:
        """Publish each change of an event: the first at once, those that follow within the window together."""
        while True:
            await due.wait()
            due.clear()
            if desk in self.watched():
                await surviving(step(desk), f"The standings of event {desk.event_id} could not be published.")
                await self.sleep(WINDOW_SECONDS)
            else:
                desk.arrivals.clear()  # nobody waits for them

    async def refresh(self, desk: Desk) -> None:
        """Compute and publish what everybody sees of an event, when its turn comes."""
        async with desk.lock:
            await self.project(desk)
        if desk.held:  # so that what organisers see was not computed with it
            desk.console_due.set()

    async def refresh_console(self, desk: Desk) -> None:
        """Compute and publish what only organisers see of an event, if one of them looks."""
        if not self.in_console(desk):
            desk.arrivals.clear()
            return
        async with desk.console_lock:
            await self.compute(desk)

    async def project(self, desk: Desk) -> None:
        """Compute what everybody sees of an event, and publish what is different from before. Needs the desk's lock."""
        as_of, committed = self.now(), len(desk.arrivals)
        projection = await self.window.read(project, desk.event_id)
        now = None
        if isinstance(projection, Held):
            desk.holding = True
            try:
                seen = await anyio.to_thread.run_sync(projection.seen)
            finally:
                desk.holding = False
        else:
            now = await self.ranked(desk, projection.reading)
            seen = seen_openly(projection.reading, now)
        before, desk.shown = desk.shown, following(desk.shown, seen, self.epoch, as_of)
        desk.mark, desk.shown_at = projection.mark, as_of
        arrivals = desk.arrivals[:committed] if now else []
        shown = desk.shown
        if before is None or shown.standings is not before.standings:
            self.hub.publish(
                public(desk.event_id),
                {
                    **({"roster": shown.roster.frame()} if before is None or shown.roster is not before.roster else {}),
                    "standings": shown.standings.frame(),
                },
                Version(self.epoch, shown.standings.version),
                None if shown.held else partial(self.pushed, figures.PUBLIC, arrivals),
            )
        if now is not None:
            self.tell_console(desk, now, as_of, committed)

    async def compute(self, desk: Desk) -> None:
        """Compute what organisers see of an event, and publish it. Needs the lock of the console's side."""
        as_of, committed = self.now(), len(desk.arrivals)
        reading = await self.database.read(read, desk.event_id)
        self.tell_console(desk, await self.ranked(desk, reading), as_of, committed)

    async def ranked(self, desk: Desk, reading: Reading) -> Today:
        """Rank, from where the last computation ended."""
        starts, desk.starts = desk.starts, COLD  # what fails is not begun in the same place again
        now = await anyio.to_thread.run_sync(today, reading, starts)
        desk.starts = now.starts
        return now

    def tell_console(self, desk: Desk, now: Today, as_of: datetime, committed: int) -> None:
        """Tell organisers how things are, if that is different from before and not older."""
        arrivals, desk.arrivals = desk.arrivals[:committed], desk.arrivals[committed:]
        if now.sequence < desk.sequence:
            return
        before, desk.console = desk.console, following_console(desk.console, now, self.epoch, as_of)
        desk.console_at = as_of
        if desk.console is not before:
            self.hub.publish(
                console(desk.event_id),
                {"console": desk.console.frame()},
                Version(self.epoch, desk.console.version),
                partial(self.pushed, figures.CONSOLE, arrivals),
            )

    def pushed(self, topic: str, arrivals: Sequence[float]) -> None:
        """Measure how long ballots took until every viewer of a kind of topic was told of them."""
        now = time.monotonic()
        for arrived_at in arrivals:
            self.hub.figures.pushed[topic].add(now - arrived_at)

    async def watch(self) -> None:
        """Look at what everybody may see of watched events, once a second and for no other reason."""
        while True:
            await self.sleep(WATCH_SECONDS)
            await surviving(self.look(), "What the public may see could not be read.")

    async def look(self) -> None:
        """Find the events that everybody may see more of, or less, than they are shown."""
        desks = [desk for desk in self.desks.values() if self.in_public(desk)]
        if not desks:
            return
        asked_at = self.now()
        marks = await self.window.read(marks_of, [desk.event_id for desk in desks])
        for desk in desks:
            desk.looked_at = max(desk.looked_at, asked_at)
            if desk.mark != marks[desk.event_id]:
                desk.due.set()
            else:
                desk.shown_at = max(desk.shown_at, asked_at)

    async def watch_ledgers(self) -> None:
        """Look at the ledgers of the events that organisers look at, again and again."""
        while True:
            await self.sleep(WATCH_SECONDS)
            await surviving(self.look_at_ledgers(), "The ledgers could not be read.")

    async def look_at_ledgers(self) -> None:
        """Find the events whose ledgers have moved on."""
        desks = [desk for desk in self.desks.values() if self.in_console(desk)]
        if not desks:
            return
        asked_at = self.now()
        heads = await self.database.read(heads_of, [desk.event_id for desk in desks])
        for desk in desks:
            if desk.sequence < heads.get(desk.event_id, 0):
                self.changed(desk.event_id)
            else:
                desk.console_at = max(desk.console_at, asked_at)

    async def beat(self) -> None:
        """Tell the readers of watched events, every so often, that the server lives and what is current."""
        while True:
            await self.sleep(HEARTBEAT_SECONDS)
            for desk in self.watched():
                for topic, message in (
                    (public(desk.event_id), desk.shown),
                    (console(desk.event_id), desk.console),
                ):
                    if message is not None:
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


def heads_of(session: Session, event_ids: Sequence[int]) -> dict[int, int]:
    """The newest sequence in the ledger of each of these events."""
    rows = session.exec(select(LedgerHead.event_id, LedgerHead.sequence).where(col(LedgerHead.event_id).in_(event_ids)))
    return dict(rows.all())


async def surviving(step: Awaitable[None], complaint: str) -> None:
    """Take one step of an endless loop. Whatever goes wrong in it is logged, and the loop goes on."""
    try:
        await step
    except Exception:  # a loop that ends in silence would leave every board on its last state, looking alive
        logger.exception(complaint, extra={"event": "publisher.failed"})
