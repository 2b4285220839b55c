"""How far a round has come: what the console shows of it, read in one snapshot.

The heart is a matrix of judges and teams. A cell tells whether a ballot is awaited, was received or corrected, is
excused, or is forbidden by a conflict. Sums count only what is expected of those who still take part.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, col, select

from scoreboard.errors import NotFound
from scoreboard.judging import results, rounds
from scoreboard.models import Assignment, Ballot, Conflict, Event, Judge, LateBallot, LogEntry, Round, Run, Team

NEWEST = 12  # ledger entries on the console's first page


class Duty(StrEnum):
    """What is between one judge and one team in a round."""

    FREE = "free"  # nothing is expected
    AWAITED = "awaited"
    RECEIVED = "received"
    CORRECTED = "corrected"
    EXCUSED = "excused"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Cell:
    """One judge and one team: the state, and of a ballot its revision and time of receipt."""

    duty: Duty = Duty.FREE
    revision: int = 0
    received_at: datetime | None = None


@dataclass(frozen=True)
class Count:
    """Ballots that are there, of those expected."""

    done: int
    expected: int

    @property
    def complete(self) -> bool:
        """Whether nothing is awaited."""
        return self.done >= self.expected


@dataclass(frozen=True)
class Progress:
    """The matrix of a round. Judges and teams are in the order of their keys; `cells` is by their ids."""

    judges: tuple[Judge, ...]
    teams: tuple[Team, ...]
    cells: Mapping[tuple[int, int], Cell]

    def cell(self, judge: Judge, team: Team) -> Cell:
        """What is between a judge and a team."""
        return self.cells.get((judge.id or 0, team.id or 0), Cell())

    def of_team(self, team: Team) -> Count:
        """Count a team's ballots."""
        return count(self.cell(judge, team) for judge in self.judges)

    def of_judge(self, judge: Judge) -> Count:
        """Count a judge's ballots for teams that compete."""
        return count(self.cell(judge, team) for team in self.teams if competes(team))

    def total(self) -> Count:
        """Count all ballots for teams that compete."""
        return count(self.cell(judge, team) for judge in self.judges for team in self.teams if competes(team))


def competes(team: Team) -> bool:
    """Whether a team is in the ranking."""
    return team.withdrawn_at is None and team.disqualified_at is None


def count(cells: Iterable[Cell]) -> Count:
    """Count what is there and what is expected."""
    duties = [cell.duty for cell in cells]
    done = duties.count(Duty.RECEIVED) + duties.count(Duty.CORRECTED)
    return Count(done, done + duties.count(Duty.AWAITED))


def progress(session: Session, round_: Round) -> Progress:
    """Read the matrix of a round."""
    judges = session.exec(select(Judge).where(Judge.event_id == round_.event_id).order_by(col(Judge.key))).all()
    teams = session.exec(select(Team).where(Team.event_id == round_.event_id).order_by(col(Team.key))).all()
    left = {judge.id for judge in judges if judge.withdrawn_at is not None}
    out = {team.id for team in teams if not competes(team)}
    cells: dict[tuple[int, int], Cell] = {}
    for judge_id, team_id, state in session.exec(
        select(Assignment.judge_id, Assignment.team_id, Assignment.state).where(Assignment.round_id == round_.id)
    ):
        if state == "skipped":
            cells[judge_id, team_id] = Cell(Duty.EXCUSED)
        elif judge_id not in left and team_id not in out:
            cells[judge_id, team_id] = Cell(Duty.AWAITED)
    for judge_id, team_id, revision, received_at in session.exec(
        select(Ballot.judge_id, Ballot.team_id, func.max(Ballot.revision), func.max(Ballot.received_at))
        .where(Ballot.round_id == round_.id)
        .group_by(col(Ballot.judge_id), col(Ballot.team_id))
    ):
        duty = Duty.CORRECTED if revision > 1 else Duty.RECEIVED
        cells[judge_id, team_id] = Cell(duty, revision, received_at)
    # Last, since a ballot of a pair in conflict does not count.
    for judge_id, team_id in session.exec(
        select(Conflict.judge_id, Conflict.team_id)
        .join(Judge, col(Judge.id) == Conflict.judge_id)
        .where(Judge.event_id == round_.event_id)
    ):
        cells[judge_id, team_id] = Cell(Duty.CONFLICT)
    return Progress(tuple(sorted(judges, key=natural)), tuple(sorted(teams, key=natural)), cells)


def natural(thing: Judge | Team) -> tuple[int, str]:
    """A key to sort by as people number things: T2 before T10."""
    return len(thing.key), thing.key


@dataclass(frozen=True)
class Overview:
    """A round as the console shows it."""

    event: Event
    rounds: tuple[Round, ...]
    round: Round
    current: bool  # whether the event is in this round, so that it is the one on the board
    progress: Progress
    final: Run | None
    entries: tuple[LogEntry, ...]  # the newest first
    late: Count  # ballots that came after the close: how many were decided about, of how many


@dataclass(frozen=True)
class EventLine:
    """An event in the list of events."""

    event: Event
    round: Round | None
    teams: int
    judges: int
    ballots: Count


def event_named(session: Session, slug: str) -> Event:
    """Find an event. Raises NotFound."""
    event = session.exec(select(Event).where(Event.slug == slug)).one_or_none()
    if event is None:
        raise NotFound("There is no such event.")
    return event


def round_of(session: Session, event: Event, key: str | None = None) -> Round:
    """Find a round by its key; without one, the round that the event is in. Raises NotFound."""
    if key is None:
        found = rounds.current_round(session, event.id or 0)
    else:
        found = session.exec(select(Round).where(Round.event_id == event.id, Round.key == key)).one_or_none()
    if found is None:
        raise NotFound("There is no such round.")
    return found


def overview(session: Session, slug: str, key: str | None = None) -> Overview:
    """Read all that the console's first page shows of a round. Raises NotFound."""
    event = event_named(session, slug)
    round_ = round_of(session, event, key)
    every = session.exec(select(Round).where(Round.event_id == event.id).order_by(col(Round.position))).all()
    entries = session.exec(
        select(LogEntry).where(LogEntry.event_id == event.id).order_by(col(LogEntry.sequence).desc()).limit(NEWEST)
    ).all()
    return Overview(
        event=event,
        rounds=tuple(every),
        round=round_,
        current=round_ is rounds.current_round(session, event.id or 0),
        progress=progress(session, round_),
        final=results.newest_run(session, round_.id or 0, "final") if round_.finalised_at else None,
        entries=tuple(entries),
        late=late_count(session, round_),
    )


def late_count(session: Session, round_: Round) -> Count:
    """Count a round's late ballots."""
    states = session.exec(select(LateBallot.state).where(LateBallot.round_id == round_.id)).all()
    return Count(len(states) - states.count("waiting"), len(states))


def event_lines(session: Session, among: Collection[int]) -> list[EventLine]:
    """These events with how far they are, the newest first."""
    return [
        event_line(session, event)
        for event in session.exec(
            select(Event).where(col(Event.id).in_(among)).order_by(col(Event.starts_on).desc(), col(Event.slug))
        )
    ]


def event_line(session: Session, event: Event) -> EventLine:
    """Count an event's people and ballots."""
    round_ = rounds.current_round(session, event.id or 0)
    if round_ is None:
        return EventLine(event, None, 0, 0, Count(0, 0))
    matrix = progress(session, round_)
    return EventLine(
        event=event,
        round=round_,
        teams=sum(competes(team) for team in matrix.teams),
        judges=sum(judge.withdrawn_at is None for judge in matrix.judges),
        ballots=matrix.total(),
    )
