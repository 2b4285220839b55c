"""What may be seen of an event, decided once: by the public, and by its organisers.

While a round is frozen the public's ranking is made from the run that was stored at the freeze, and from nothing
else: no total, rank, count of ballots or progress of later ballots enters it. Teams that are out are not in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlmodel import Session, col, select

from scoreboard.errors import NotFound
from scoreboard.judging import ledger
from scoreboard.judging.duty.progress import Count, progress
from scoreboard.judging.groups import Linkage
from scoreboard.judging.outcome import COLD, Outcome, Starts
from scoreboard.judging.results import Contest, as_lines, contest, newest_run
from scoreboard.judging.rounds import Phase, current_round, frozen, phase
from scoreboard.live.messages import NAMELESS, EventCard, Line, Name, Progress, Roster, Standings, Status, TeamCard
from scoreboard.models import Event, Organisation, Round, Run, Team
from scoreboard.scoring.normalise import METHODS


@dataclass(frozen=True)
class Reading:
    """All that is read from one snapshot of the database."""

    event: Event
    round: Round | None
    teams: Sequence[Team]
    organisations: Mapping[int | None, Organisation]
    contest: Contest | None
    kept: Run | None
    ballots: Count
    sequence: int


@dataclass(frozen=True)
class Views:
    """What the public may see, and what the organisers see today; `starts` is where the next computation may begin."""

    roster: Roster
    public: Standings
    today: Standings
    sequence: int
    starts: Starts


def read(session: Session, event_id: int) -> Reading:
    """Read what an event's views are made of. Raises NotFound."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound("There is no such event.")
    round_ = current_round(session, event_id)
    kind = None if round_ is None else "frozen" if frozen(round_) else "final" if phase(round_) is Phase.FINAL else None
    return Reading(
        event=event,
        round=round_,
        teams=session.exec(select(Team).where(Team.event_id == event_id).order_by(col(Team.key))).all(),
        organisations={o.id: o for o in session.exec(select(Organisation).where(Organisation.event_id == event_id))},
        contest=contest(session, round_) if round_ else None,
        kept=newest_run(session, round_.id, kind) if round_ and round_.id and kind else None,
        ballots=progress(session, round_).total() if round_ else Count(0, 0),
        sequence=ledger.head_sequence(session, event_id),
    )


def views(reading: Reading, starts: Starts = COLD) -> Views:
    """Rank, and decide what is seen by whom. Pure; with a large table the expensive part, so run it in a thread.

    `starts` are those of the last views of this event.
    """
    found = reading.contest.outcome(starts) if reading.contest else None
    today = ranking(reading.round, found, reading.contest, reading.ballots)
    seen = public_view(reading, today)
    return Views(
        roster=roster(reading, seen),
        public=seen,
        today=today,
        sequence=reading.sequence,
        starts=found.starts if found else COLD,
    )


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


def public_view(reading: Reading, today: Standings) -> Standings:
    """What the public may see: a stored run where there is one to be shown, today's ranking otherwise."""
    round_, run = reading.round, reading.kept
    if round_ is None or run is None:
        return today
    hidden = frozen(round_)
    return Standings(
        status=status_of(round_, hidden=hidden),
        opened_at=round_.opened_at,
        frozen_at=round_.frozen_at if hidden else None,
        closed_at=round_.closed_at,
        finalised_at=None if hidden else round_.finalised_at,
        rule=run.rule,
        decimals=decimals_of(run.rule),
        linkage=run.standings["linkage"],
        groups=len(run.standings["groups"]),
        minimum_ballots=run.standings["minimum_ballots"],
        progress=None,
        lines=shown(run.standings["standings"], run.rule),
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


def roster(reading: Reading, seen: Standings) -> Roster:
    """The names that belong to what the public sees."""
    on_board = {line.team for line in seen.lines}
    return Roster(
        event=EventCard(
            slug=reading.event.slug,
            name=name(reading.event),
            time_zone=reading.event.time_zone,
            digits=reading.event.digits,
        ),
        round_key=reading.round.key if reading.round else "",
        round=name(reading.round),
        teams=tuple(
            TeamCard(key=team.key, name=name(team), organisation=name(reading.organisations.get(team.organisation_id)))
            for team in reading.teams
            if team.key in on_board
        ),
    )


def name(thing: Event | Round | Team | Organisation | None) -> Name:
    """A thing's names, as they travel."""
    return Name(en=thing.name_en, ar=thing.name_ar) if thing else NAMELESS
