"""What is seen of an event: by everybody while nothing is held, and by its organisers at any time.

What the public sees while a round is frozen is made elsewhere and from other things (see `projector`). Teams that are
out are in no ranking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlmodel import Session

from scoreboard.errors import NotFound
from scoreboard.judging import ledger
from scoreboard.judging.duty.progress import Count, progress
from scoreboard.judging.groups import Linkage
from scoreboard.judging.names import names_of
from scoreboard.judging.outcome import COLD, Outcome, Starts
from scoreboard.judging.results import Contest, as_lines, contest, newest_run
from scoreboard.judging.rounds import Phase, current_round, frozen, phase
from scoreboard.live.messages import Line, Progress, Roster, Standings, Status
from scoreboard.models import Event, Round, Run
from scoreboard.scoring.normalise import METHODS


@dataclass(frozen=True)
class Reading:
    """All that is read from one snapshot of the database; `names` are those of `judging.names`."""

    event: Event
    round: Round | None
    names: Mapping[str, Any]
    contest: Contest | None
    final: Run | None
    ballots: Count
    sequence: int


@dataclass(frozen=True)
class Today:
    """An event's ranking as it is; `starts` is where the next computation may begin."""

    standings: Standings
    sequence: int
    starts: Starts


@dataclass(frozen=True)
class Seen:
    """What the public sees: names, and the ranking that they belong to."""

    roster: Roster
    standings: Standings


def read(session: Session, event_id: int) -> Reading:
    """Read what an event's views are made of. Raises NotFound."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound("There is no such event.")
    round_ = current_round(session, event_id)
    final = round_ is not None and phase(round_) is Phase.FINAL
    return Reading(
        event=event,
        round=round_,
        names=names_of(session, event, round_),
        contest=contest(session, round_) if round_ else None,
        final=newest_run(session, round_.id, "final") if round_ and round_.id and final else None,
        ballots=progress(session, round_).total() if round_ else Count(0, 0),
        sequence=ledger.head_sequence(session, event_id),
    )


def today(reading: Reading, starts: Starts = COLD) -> Today:
    """Rank. Pure; with a large table the expensive part, so run it in a thread.

    `starts` are those of the last ranking of this event.
    """
    found = reading.contest.outcome(starts) if reading.contest else None
    return Today(
        standings=ranking(reading.round, found, reading.contest, reading.ballots),
        sequence=reading.sequence,
        starts=found.starts if found else COLD,
    )


def seen_openly(reading: Reading, now: Today) -> Seen:
    """What everybody sees while nothing is held: the final result where there is one, today's ranking otherwise."""
    round_, run = reading.round, reading.final
    shown_ = now.standings if round_ is None or run is None else as_kept(round_, run.standings)
    return Seen(roster(reading.names, shown_), shown_)


def ranking(round_: Round | None, found: Outcome | None, inputs: Contest | None, ballots: Count) -> Standings:
    """A round's ranking as it is today, with what is to be said about it."""
    method = found.standings.method if found else ""
    return Standings(
        status=status_of(round_, hidden=False),
        opened_at=round_.opened_at if round_ else None,
        frozen_at=round_.frozen_at if round_ and frozen(round_) else None,
        closed_at=round_.closed_at if round_ else None,
        finalised_at=round_.finalised_at if round_ else None,
        rule=method,
        decimals=decimals_of(method),
        linkage=found.groups.linkage if found else Linkage.JOINED,
        groups=len(found.groups.parts) if found else 0,
        minimum_ballots=inputs.minimum_ballots if inputs else 1,
        progress=Progress(received=ballots.done, expected=ballots.expected),
        lines=shown(as_lines(found), method) if found else (),
    )


def as_kept(round_: Round, stated: Mapping[str, Any], *, hidden: bool = False) -> Standings:
    """A result that was kept, as it is shown; `hidden` says that it is what a freeze holds."""
    method = stated["method"]
    return Standings(
        status=status_of(round_, hidden=hidden),
        opened_at=round_.opened_at,
        frozen_at=round_.frozen_at if hidden else None,
        closed_at=round_.closed_at,
        finalised_at=None if hidden else round_.finalised_at,
        rule=method,
        decimals=decimals_of(method),
        linkage=stated["linkage"],
        groups=len(stated["groups"]),
        minimum_ballots=stated["minimum_ballots"],
        progress=None,
        lines=shown(stated["standings"], method),
    )


def status_of(round_: Round | None, *, hidden: bool) -> Status:
    """Put into one word where the round stands; `hidden` says whether it is shown as it was at a freeze."""
    stands = Phase.PENDING if round_ is None else phase(round_)
    if hidden:
        return Status.FROZEN if stands is Phase.OPEN else Status.CLOSED
    return {
        Phase.PENDING: Status.WAITING_FOR_START,
        Phase.OPEN: Status.LIVE,
        Phase.CLOSED: Status.PRELIMINARY,
        Phase.FINAL: Status.FINAL,
    }[stands]


def decimals_of(method: str) -> int:
    """How many decimals of a method's totals are shown (none named: nothing is); more than judges can mean are not."""
    return METHODS[method].decimals if method else 0


def shown(lines: Sequence[Mapping[str, Any]], method: str) -> tuple[Line, ...]:
    """Lines as they are shown, from lines as they are stored, with totals on the method's scale."""
    step = Decimal(1).scaleb(-decimals_of(method))
    return tuple(
        Line(
            team=line["team"],
            rank=line["rank"],
            tied=line["tied"],
            # From the stored text and not from a float: a frozen board shows to the last digit what was live.
            total=None if line["total"] is None else str(Decimal(line["total"]).quantize(step, ROUND_HALF_UP)),
            ballots=line["ballots"],
            awaiting=line["awaiting"],
            interval=None if line["interval"] is None else (line["interval"][0], line["interval"][1]),
            group=line["group"],
        )
        for line in lines
    )


def roster(names: Mapping[str, Any], seen: Standings) -> Roster:
    """The names that belong to what is seen."""
    on_board = {line.team for line in seen.lines}
    return Roster.model_validate({**names, "teams": [team for team in names["teams"] if team["key"] in on_board]})
