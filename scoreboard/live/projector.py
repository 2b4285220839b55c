"""What the public sees of an event: the truth while nothing is held, and after a freeze what came before it.

Everything here is read through a window (see `window`), which ends where the freeze stands. What is held follows from
the hold and the ballots before it alone: the stored result only saves computing it again, and the phases of the round
are what organisers let everybody know by taking the step.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from scoreboard.errors import NotFound
from scoreboard.judging import ledger
from scoreboard.judging.holds import held_contest, kept_run, newest_hold
from scoreboard.judging.results import Contest
from scoreboard.judging.rounds import current_round, frozen
from scoreboard.judging.runs import result_of
from scoreboard.live.views import Reading, Seen, as_kept, read, roster
from scoreboard.models import Event, Hold, Round, Run

Mark = tuple[Hashable, ...]
"""Tells one state of what the public may see from another; only good for comparing."""


@dataclass(frozen=True)
class Held:
    """What a frozen round shows: the result that was kept, or else what it is computed from."""

    round: Round
    hold: Hold
    result: Run | Contest

    @property
    def mark(self) -> Mark:
        """Tell this state from another: a different freeze, or a different phase."""
        return held_mark(self.round)

    def seen(self) -> Seen:
        """Make it what is seen. Pure; expensive where the result is not kept yet, so run it in a thread."""
        result = self.result
        stated = result.standings if isinstance(result, Run) else result_of(result, self.round.key).stated
        standings = as_kept(self.round, stated, hidden=True)
        return Seen(roster(self.hold.names, standings), standings)


@dataclass(frozen=True)
class Open:
    """What a round shows of which nothing is held: everything that belongs to its ranking."""

    reading: Reading

    @property
    def mark(self) -> Mark:
        """Tell this state from another: a different end of the ledger."""
        return open_mark(self.reading.sequence)


def project(session: Session, event_id: int) -> Held | Open:
    """Read what the public may see. Raises NotFound."""
    round_ = current_round(session, event_id)
    if round_ is None or not frozen(round_):
        return Open(read(session, event_id))
    hold = newest_hold(session, round_.id or 0)
    if hold is None:
        raise NotFound("There is no such page.")
    return Held(round_, hold, kept_run(session, hold) or held_contest(session, hold))


def mark_of(session: Session, event_id: int) -> Mark:
    """Read the mark of what `project` would give, at little expense. Raises NotFound."""
    if session.exec(select(Event.id).where(Event.id == event_id)).one_or_none() is None:
        raise NotFound("There is no such event.")
    round_ = current_round(session, event_id)
    if round_ is not None and frozen(round_):
        return held_mark(round_)
    return open_mark(ledger.head_sequence(session, event_id))


def marks_of(session: Session, event_ids: Sequence[int]) -> dict[int, Mark]:
    """The mark of each of these events."""
    return {event_id: mark_of(session, event_id) for event_id in event_ids}


def held_mark(round_: Round) -> Mark:
    """Name the state of a held round by the times of its steps."""
    return ("held", round_.id, round_.opened_at, round_.frozen_at, round_.closed_at)


def open_mark(sequence: int) -> Mark:
    """Name the state of an event of which nothing is held by the end of its ledger."""
    return ("open", sequence)
