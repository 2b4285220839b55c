"""The life of a round: open, freeze, thaw, close, finalise.

A phase is told by the times at which things happened. Each step is an entry in the ledger, and says so when it does
not follow from where the round stands. A freeze stops what the public sees, not the judging.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from scoreboard.errors import InvalidForm, NotFound, NotReady, WrongPhase
from scoreboard.judging import ledger
from scoreboard.judging.results import contest, keep
from scoreboard.models import Assignment, Conflict, Judge, Round, Run, Team


class Phase(StrEnum):
    """Where a round stands."""

    PENDING = "pending"
    OPEN = "open"
    CLOSED = "closed"
    FINAL = "final"


def phase(round_: Round) -> Phase:
    """Derive the phase from the times."""
    if round_.finalised_at is not None:
        return Phase.FINAL
    if round_.closed_at is not None:
        return Phase.CLOSED
    return Phase.PENDING if round_.opened_at is None else Phase.OPEN


def frozen(round_: Round) -> bool:
    """Whether the public sees the round as it was at the freeze."""
    return round_.frozen_at is not None and round_.thawed_at is None


def current_round(session: Session, event_id: int) -> Round | None:
    """The round that an event is in: the last one that was opened, else its first."""
    rounds = session.exec(select(Round).where(Round.event_id == event_id).order_by(col(Round.position))).all()
    opened = [round_ for round_ in rounds if round_.opened_at is not None]
    return opened[-1] if opened else next(iter(rounds), None)


def open_round(session: Session, round_id: int, actor: str) -> Round:
    """Take ballots from now on; or again, after a close that was too early."""
    before = session.get(Round, round_id)
    action = "round.reopened" if before is not None and before.closed_at is not None else "round.opened"

    def step(round_: Round, now: datetime) -> None:
        if phase(round_) is Phase.OPEN:
            raise WrongPhase("The round is open already.")
        if phase(round_) is Phase.FINAL:
            raise WrongPhase("The round has been finalised.")
        round_.opened_at = round_.opened_at or now
        round_.closed_at = None

    return change(session, round_id, actor, action, step)


def freeze(session: Session, round_id: int, actor: str) -> Round:
    """Hold what the public sees as it is now; judging goes on."""

    def step(round_: Round, now: datetime) -> None:
        if phase(round_) is Phase.PENDING:
            raise WrongPhase("The round has not been opened yet.")
        if frozen(round_):
            raise WrongPhase("The board is frozen already.")
        if phase(round_) is Phase.FINAL:
            raise WrongPhase("The round has been finalised.")
        keep(session, round_, "frozen", now)
        round_.frozen_at, round_.thawed_at = now, None

    return change(session, round_id, actor, "round.frozen", step)


def thaw(session: Session, round_id: int, actor: str) -> Round:
    """Let the public see the round as it is."""

    def step(round_: Round, now: datetime) -> None:
        if not frozen(round_):
            raise WrongPhase("The board is not frozen.")
        round_.thawed_at = now

    return change(session, round_id, actor, "round.thawed", step)


def close(session: Session, round_id: int, actor: str) -> Round:
    """Take no more ballots."""

    def step(round_: Round, now: datetime) -> None:
        if phase(round_) is not Phase.OPEN:
            raise WrongPhase("The round is not open.")
        round_.closed_at = now

    return change(session, round_id, actor, "round.closed", step)


@dataclass(frozen=True)
class Missing:
    """What stands between a round and its result."""

    ballots: tuple[tuple[str, str], ...]  # judge's key, team's key: assigned, and no ballot
    awaiting: tuple[tuple[str, int], ...]  # team's key, and how many ballots it lacks to be ranked

    def __bool__(self) -> bool:
        return bool(self.ballots or self.awaiting)


def missing(session: Session, round_: Round) -> Missing:
    """List what a round lacks: ballots that were assigned and not given, and teams that cannot be ranked.

    Nobody waits for a ballot of a judge or for a team who left, or for one that a conflict forbids.
    """
    pending = session.exec(
        select(Judge.key, Team.key)
        .join(Assignment, col(Assignment.judge_id) == Judge.id)
        .join(Team, col(Team.id) == Assignment.team_id)
        .where(
            Assignment.round_id == round_.id,
            Assignment.state == "pending",
            col(Team.withdrawn_at).is_(None),
            col(Team.disqualified_at).is_(None),
            col(Judge.withdrawn_at).is_(None),
            ~select(Conflict.id)
            .where(Conflict.judge_id == Assignment.judge_id, Conflict.team_id == Assignment.team_id)
            .exists(),
        )
        .order_by(col(Judge.key), col(Team.key))
    ).all()
    result = contest(session, round_).standings()
    return Missing(tuple(pending), tuple((line.team, line.awaiting) for line in result.standings if line.awaiting))


def finalise(session: Session, round_id: int, actor: str, comment: str) -> Run:
    """Store the round's result as final. Raises NotReady, with what is missing in `extra`; needs a comment."""
    stored: list[Run] = []

    def step(round_: Round, now: datetime) -> None:
        if phase(round_) is Phase.FINAL:
            raise WrongPhase("The round has been finalised.")
        if phase(round_) is not Phase.CLOSED:
            raise WrongPhase("The round must be closed before it is finalised.")
        if not comment.strip():
            raise InvalidForm("Finalising needs a comment for the record.", extra={"fields": ["comment"]})
        lacks = missing(session, round_)
        if lacks:
            raise NotReady(
                "The round cannot be finalised yet: something is missing.",
                extra={
                    "ballots": [list(pair) for pair in lacks.ballots],
                    "awaiting": [list(t) for t in lacks.awaiting],
                },
            )
        stored.append(keep(session, round_, "final", now))
        round_.finalised_at = now
        round_.final_comment = comment.strip()

    change(session, round_id, actor, "round.finalised", step, comment=comment.strip(), run=lambda: stored[0].hash)
    return stored[0]


def change(
    session: Session,
    round_id: int,
    actor: str,
    action: str,
    step: Callable[[Round, datetime], None],
    **particulars: str | Callable[[], str],
) -> Round:
    """Take one step in a round's life and record it."""
    round_ = session.get(Round, round_id)
    if round_ is None:
        raise NotFound("There is no such round.")
    step(round_, datetime.now(UTC))
    session.add(round_)
    payload = {key: value() if callable(value) else value for key, value in particulars.items()}
    ledger.append(session, round_.event_id, actor, action, f"round:{round_.key}", payload)
    session.flush()
    return round_
