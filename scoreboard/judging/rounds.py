"""The life of a round: open, pause, freeze, thaw, close, finalise.

A phase is told by the times at which things happened. Each step is an entry in the ledger, and says so when it does
not follow from where the round stands. A freeze stops what the public sees, not the judging. A pause stops judging for
a while, and is over when the round is closed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from scoreboard.errors import InvalidForm, NotFound, NotReady, Outdated, WrongPhase
from scoreboard.judging import ledger, second_person
from scoreboard.judging.ballots import waiting as late_waiting
from scoreboard.judging.ballots.papers import waiting as papers_waiting
from scoreboard.judging.holds import fingerprint, hold_of
from scoreboard.judging.results import awaited, contest
from scoreboard.judging.runs import Result, keep, result_of
from scoreboard.judging.second_person import confirmed
from scoreboard.models import Hold, LedgerHead, Round, Run
from scoreboard.texts import given, tidy, written


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


def pause(session: Session, round_id: int, reason: str, actor: str) -> Round:
    """Take no ballots for a while; what is entered meanwhile stays on the phones. Raises InvalidForm, WrongPhase."""

    def step(round_: Round, now: datetime) -> None:
        if phase(round_) is not Phase.OPEN:
            raise WrongPhase("The round is not open.")
        if round_.paused_at is not None:
            raise WrongPhase("Judging is paused already.")
        round_.paused_at = now

    return change(session, round_id, actor, "round.paused", step, reason=given(reason))


def resume(session: Session, round_id: int, reason: str, actor: str) -> Round:
    """Take ballots again after a pause. Raises WrongPhase; a reason need not be given."""

    def step(round_: Round, _now: datetime) -> None:
        if round_.paused_at is None:
            raise WrongPhase("Judging is not paused.")
        round_.paused_at = None

    return change(session, round_id, actor, "round.resumed", step, reason=given(reason) if reason.strip() else "")


def freeze(session: Session, round_id: int, actor: str) -> Round:
    """Hold what the public sees as it is now; judging goes on.

    Nothing is computed here: what is held can be computed at any time after (see `holds`, `publication.freeze`).
    """
    held: list[Hold] = []
    kept: dict[str, str] = {}

    def step(round_: Round, now: datetime) -> None:
        check_frozen(round_)
        held.append(hold_of(session, round_, now))
        kept["holds"] = fingerprint(held[0].terms, held[0].names, held[0].keys)
        round_.frozen_at, round_.thawed_at = now, None

    round_ = change(session, round_id, actor, "round.frozen", step, also=kept)
    held[0].sequence = session.exec(select(LedgerHead.sequence).where(LedgerHead.event_id == round_.event_id)).one()
    session.add(held[0])
    session.flush()
    return round_


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
        round_.closed_at, round_.paused_at = now, None

    return change(session, round_id, actor, "round.closed", step)


@dataclass(frozen=True)
class Missing:
    """What stands between a round and its result."""

    ballots: tuple[tuple[str, str], ...]  # judge's key, team's key: assigned, and no ballot
    awaiting: tuple[tuple[str, int], ...]  # team's key, and how many ballots it lacks to be ranked
    late: tuple[tuple[str, str], ...] = ()  # judge's key, team's key: a late ballot that nobody has decided about
    papers: tuple[tuple[str, str, str], ...] = ()  # judge's key, team's key, uuid: typed in, and not yet confirmed

    def __bool__(self) -> bool:
        return bool(self.ballots or self.awaiting or self.late or self.papers)


def missing(session: Session, round_: Round) -> Missing:
    """List what a round lacks: ballots that are awaited, teams that cannot be ranked yet, what nobody has decided."""
    ranking = contest(session, round_).plain()
    return Missing(
        tuple(awaited(session, round_)),
        tuple((line.team, line.awaiting) for line in ranking.standings if line.awaiting),
        tuple(late_waiting(session, round_)),
        tuple((judge.key, team.key, str(paper.uuid)) for paper, judge, team in papers_waiting(session, round_)),
    )


def finalise(session: Session, round_id: int, actor: str, comment: str, result: Result | None = None) -> Run:
    """Store the round's result as final. Raises NotReady, with what is missing in `extra`; needs a comment.

    `result` is what is kept; it must be of the ledger's newest entry. Computed here when it is not given, while every
    other write waits: `publication.finalise` computes it before.
    """
    stored: list[Run] = []
    agreed: dict[str, str] = {}

    def step(round_: Round, now: datetime) -> None:
        check_final(session, round_, comment)
        stored.append(keep_newest(session, round_, "final", now, result))
        agreed.update(confirmed(session, round_, actor, stored[0].standings))
        round_.finalised_at = now
        round_.final_comment = tidy(comment)

    change(session, round_id, actor, "round.finalised", step, run=stored, also=agreed, comment=tidy(comment))
    return stored[0]


def propose(session: Session, round_id: int, actor: str, comment: str, result: Result | None = None) -> None:
    """Record what a first person proposes as final, where the event asks for two. Raises as `finalise` does."""
    round_ = session.get(Round, round_id)
    if round_ is None:
        raise NotFound("There is no such round.")
    check_final(session, round_, comment)
    second_person.propose(session, round_, actor, comment, up_to_date(session, round_, result).stated)


def check_final(session: Session, round_: Round, comment: str) -> None:
    """Raise what stands against a final result: WrongPhase, InvalidForm, NotReady."""
    if phase(round_) is Phase.FINAL:
        raise WrongPhase("The round has been finalised.")
    if phase(round_) is not Phase.CLOSED:
        raise WrongPhase("The round must be closed before it is finalised.")
    if not written(comment, "comment"):
        raise InvalidForm("Finalising needs a comment for the record.", extra={"fields": ["comment"]})
    lacks = missing(session, round_)
    if lacks:
        raise NotReady(
            "The round cannot be finalised yet: something is missing.",
            extra={
                "ballots": [list(pair) for pair in lacks.ballots],
                "awaiting": [list(t) for t in lacks.awaiting],
                "late": [list(pair) for pair in lacks.late],
                "papers": [list(paper) for paper in lacks.papers],
            },
        )


def check_frozen(round_: Round) -> None:
    """Raise WrongPhase where a freeze does not follow."""
    if phase(round_) is Phase.PENDING:
        raise WrongPhase("The round has not been opened yet.")
    if frozen(round_):
        raise WrongPhase("The board is frozen already.")
    if phase(round_) is Phase.FINAL:
        raise WrongPhase("The round has been finalised.")


def keep_newest(session: Session, round_: Round, kind: str, at: datetime, result: Result | None) -> Run:
    """Store a result that was computed before. Raises Outdated when the ledger has moved on since."""
    return keep(session, round_, kind, at, up_to_date(session, round_, result))


def up_to_date(session: Session, round_: Round, result: Result | None) -> Result:
    """Give a result that was computed before, or compute it. Raises Outdated when the ledger has moved on since."""
    if result is None:
        return result_of(contest(session, round_), round_.key)
    if result.sequence != ledger.head_sequence(session, round_.event_id):
        raise Outdated("Something was recorded while the result was computed. Please try again.")
    return result


def change(
    session: Session,
    round_id: int,
    actor: str,
    action: str,
    step: Callable[[Round, datetime], None],
    run: Sequence[Run] = (),
    also: Mapping[str, str] | None = None,
    **particulars: str,
) -> Round:
    """Take one step in a round's life and record it, with the hash of the run that the step stored (in `run`).

    What the step puts into `also` is recorded, too.
    """
    round_ = session.get(Round, round_id)
    if round_ is None:
        raise NotFound("There is no such round.")
    step(round_, datetime.now(UTC))
    session.add(round_)
    kept = {"run": run[0].hash, "kind": run[0].kind, "at_sequence": run[0].sequence} if run else {}
    payload = {**particulars, **(also or {}), **kept}
    ledger.append(session, round_.event_id, actor, action, f"round:{round_.key}", payload)
    session.flush()
    return round_
