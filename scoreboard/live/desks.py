"""What was last published of an event, and how what is seen now follows from it.

The public's side and the organisers' are apart: each has its own lock, its own time and its own reason to be looked at
again, so that nothing that only organisers may see moves anything that everybody sees.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import anyio

from scoreboard.judging.outcome import COLD, Starts
from scoreboard.live.messages import ConsoleMessage, Heartbeat, RosterMessage, StandingsMessage, Status, public
from scoreboard.live.projector import Mark
from scoreboard.live.views import Seen, Today

HELD = {Status.FROZEN, Status.CLOSED}  # in which the public sees what a freeze holds
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Shown:
    """What everybody is told of an event."""

    roster: RosterMessage
    standings: StandingsMessage

    @property
    def held(self) -> bool:
        """Whether it is what a freeze holds."""
        return self.standings.standings.status in HELD


@dataclass(frozen=True)
class Published(Shown):
    """What organisers are told: the same, and today's ranking."""

    console: ConsoleMessage


class Desk:
    """One event: what was last published of it, whether it changed, and where the next computation may begin."""

    def __init__(self, event_id: int) -> None:
        self.event_id = event_id
        self.starts: Starts = COLD
        self.beats: dict[str, tuple[Heartbeat, str]] = {}  # the newest of each topic, and how it goes over the wire
        # The public's side.
        self.due = asyncio.Event()
        self.lock = anyio.Lock()
        self.shown: Shown | None = None
        self.mark: Mark = ()  # of what is shown
        self.holding = False  # what a freeze holds is being computed
        self.shown_at = NEVER  # when what is shown was last known to be current
        self.looked_at = NEVER  # when it was last asked whether that is so, whatever the answer was
        # The organisers' side.
        self.console_due = asyncio.Event()
        self.console_lock = anyio.Lock()
        self.console: ConsoleMessage | None = None
        self.console_at = NEVER
        self.arrivals: list[float] = []  # when ballots came in that no published state contains yet, monotonic

    @property
    def held(self) -> bool:
        """Whether the public is shown what a freeze holds."""
        return self.shown is not None and self.shown.held

    @property
    def sequence(self) -> int:
        """The ledger's entry up to which organisers were told; below any while they were told nothing."""
        return self.console.sequence if self.console else -1

    def message_of(self, topic: str) -> StandingsMessage | ConsoleMessage:
        """The newest state of one of the event's topics. Raises RuntimeError while there is none."""
        shown = self.shown.standings if self.shown else None
        message = shown if topic == public(self.event_id) else self.console
        if message is None:
            raise RuntimeError("nobody reads a topic before it has a state")
        return message

    def known_at(self, topic: str) -> datetime:
        """When a topic's state was last known to be current.

        While the public sees what is held, it is told the second of the last look, which comes as regularly when
        nothing happens as when everything does: it must not be able to tell that judges are scoring.
        """
        if topic != public(self.event_id):
            return self.console_at
        if self.shown is not None and self.shown.held:
            return max(self.shown.standings.as_of, self.looked_at.replace(microsecond=0))
        return self.shown_at

    def dated(self) -> Shown:
        """What is shown, with the time at which it was last known to be current. Raises RuntimeError before."""
        if self.shown is None:
            raise RuntimeError("computed, and yet not published")
        as_of = self.known_at(public(self.event_id))
        return Shown(self.shown.roster, self.shown.standings.model_copy(update={"as_of": as_of}))


def following(before: Shown | None, seen: Seen, epoch: str, as_of: datetime) -> Shown:
    """The messages that say what everybody sees now. Those that would say the same as before are the same objects.

    Names and ranking share the topic's version, so whoever has its newest version has both.
    """
    if before is None:
        return Shown(
            RosterMessage(epoch=epoch, version=1, roster=seen.roster),
            StandingsMessage(epoch=epoch, version=1, roster_version=1, as_of=as_of, standings=seen.standings),
        )
    roster, standings = before.roster, before.standings
    version = standings.version + 1
    if roster.roster != seen.roster:
        roster = RosterMessage(epoch=epoch, version=version, roster=seen.roster)
    if roster is not before.roster or standings.standings != seen.standings:
        standings = StandingsMessage(
            epoch=epoch, version=version, roster_version=roster.version, as_of=as_of, standings=seen.standings
        )
    return Shown(roster, standings)


def following_console(before: ConsoleMessage | None, today: Today, epoch: str, as_of: datetime) -> ConsoleMessage:
    """The message that tells organisers how things are now: the same object where it would say the same."""
    if before is not None and (before.sequence, before.standings) == (today.sequence, today.standings):
        return before
    version = before.version + 1 if before else 1
    return ConsoleMessage(epoch=epoch, version=version, as_of=as_of, sequence=today.sequence, standings=today.standings)
