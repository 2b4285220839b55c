"""A judge confirms all of their ballots of a round; from then on none is taken, until an organiser lifts it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import anyio.to_thread
from sqlmodel import Session, select

from scoreboard.database import Database
from scoreboard.errors import Clash, NotFound, NotReady, Outdated, WrongPhase
from scoreboard.judging import ledger
from scoreboard.judging.ballots.signed import revisions_of, seen, signature_of
from scoreboard.judging.bundle import collect
from scoreboard.judging.decisions import undecided
from scoreboard.judging.ledger.writing import head_of
from scoreboard.judging.rounds import Phase, phase
from scoreboard.judging.signature import pins
from scoreboard.models import Judge, Round, Signature
from scoreboard.texts import given

SIGNED: Final = "ballots.signed"
LIFTED: Final = "signature.lifted"


@dataclass(frozen=True)
class Wish:
    """What a judge sends to sign: the round, what they saw of their ballots (see `seen`), and the PIN, chosen or known.

    `again` is the PIN a second time, where it is chosen.
    """

    round: str
    seen: str
    pin: str
    again: str = ""


async def sign(database: Database, judge_id: int, wish: Wish) -> Signature:
    """Sign a judge's ballots of a round; a second signature under the same is the first one.

    Raises NotFound, WrongPhase before the opening and after the final, NotReady with nothing to sign or (while the
    round is open) with teams to score, Outdated when the ballots are others by now, InvalidForm, WrongPin, PinSpent.
    """
    await database.read(check, judge_id, wish)
    known = await database.write(pins.claim_try, judge_id)
    if known:
        await anyio.to_thread.run_sync(pins.check, known, wish.pin)
    else:
        known = await anyio.to_thread.run_sync(pins.hash_of, pins.chosen(wish.pin, wish.again))
    await database.write(pins.keep, judge_id, known)
    return await database.write(store, judge_id, wish)


def check(session: Session, judge_id: int, wish: Wish) -> tuple[Judge, Round, dict[str, int]]:
    """Raise what stands against a signature, whatever the PIN is; give the judge, the round and the ballots by team."""
    judge = session.get_one(Judge, judge_id)
    round_ = session.exec(select(Round).where(Round.event_id == judge.event_id, Round.key == wish.round)).one_or_none()
    if round_ is None:
        raise NotFound("There is no such round.")
    if phase(round_) is Phase.PENDING:
        raise WrongPhase("The round has not been opened yet.")
    if phase(round_) is Phase.FINAL:
        raise WrongPhase("The round has been finalised.")
    revisions = revisions_of(session, round_, judge_id)
    if not revisions:
        raise NotReady("There is no ballot to sign yet.")
    if seen(revisions) != wish.seen:
        raise Outdated("Your ballots are others by now. Please look again.")
    missing = [each.team.key for each in collect(session, judge, round_).assignments if each.to_do]
    if missing and phase(round_) is Phase.OPEN:
        raise NotReady("There are teams that you have not scored yet.", extra={"teams": missing})
    return judge, round_, revisions


def store(session: Session, judge_id: int, wish: Wish) -> Signature:
    """Store a signature and its entry, once the PIN was right."""
    head_of(session.connection(), session.get_one(Judge, judge_id).event_id)  # no ballot comes in between
    judge, round_, revisions = check(session, judge_id, wish)
    standing = signature_of(session, round_.id or 0, judge_id)
    if standing is not None:
        return standing
    sequence = ledger.append(
        session, judge.event_id, f"judge:{judge.key}", SIGNED, f"round:{round_.key}", {"ballots": revisions}
    )
    signature = Signature(round_id=round_.id or 0, judge_id=judge_id, sequence=sequence, signed_at=datetime.now(UTC))
    session.add(signature)
    session.flush()
    return signature


def lift(session: Session, round_id: int, judge_key: str, reason: str, actor: str) -> Signature:
    """Lift a judge's signature, with a reason, so that ballots can be corrected again.

    Raises InvalidForm, NotFound, WrongPhase after the final, Clash where there is none.
    """
    reason = given(reason)
    round_ = undecided(session, round_id)
    judge = session.exec(select(Judge).where(Judge.event_id == round_.event_id, Judge.key == judge_key)).one_or_none()
    if judge is None:
        raise NotFound("There is no such judge.")
    standing = signature_of(session, round_id, judge.id or 0)
    if standing is None:
        raise Clash("This judge has not signed, or the signature has been lifted already.")
    standing.lifted_at = datetime.now(UTC)
    session.add(standing)
    payload = {"round": round_.key, "reason": reason}
    ledger.append(session, round_.event_id, actor, LIFTED, f"judge:{judge.key}", payload)
    session.flush()
    return standing
