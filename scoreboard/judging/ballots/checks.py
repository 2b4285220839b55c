"""What must hold before a ballot is taken: who the judge is, which team, and where the round stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, String, bindparam, cast, func, select, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_models

from scoreboard.errors import (
    BallotsSigned,
    Conflicted,
    DeviceRevoked,
    NotAssigned,
    NotSignedIn,
    RoundNotOpen,
    RoundPaused,
    TeamNotCompeting,
)
from scoreboard.judging.access import device_revoked
from scoreboard.judging.ballots.forms import BallotForm
from scoreboard.judging.ledger.writing import Head
from scoreboard.judging.rubric import Scale
from scoreboard.models import (
    Assignment,
    Ballot,
    Conflict,
    Criterion,
    Judge,
    LateBallot,
    LedgerHead,
    Round,
    Signature,
    SignIn,
    Team,
)
from scoreboard.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a ballot: a judge's session, by the hash of its token, and the judge whose page it was sent from.

    `page_of` is that judge's id as text; empty where the page does not say.
    """

    token_hash: str
    page_of: str = ""


Who = int | Caller
"""A judge, by id where it is known already whose ballot it is, or by session."""


def joined(parts: Iterable[Any]) -> ColumnElement[str]:
    """Some columns as one text, with colons in between."""
    texts: list[ColumnElement[str]] = [cast(part, String) for part in parts]
    return reduce(lambda text, part: text + ":" + part, texts)


# Of a criterion, in one text: what comes from the database in one row comes four times as fast as in four. Its exact
# numbers come as thousandths; its key is last, whatever may be in it.
RUBRIC = (
    col(Criterion.position),
    col(Criterion.id),
    type_coerce(col(Criterion.minimum), Integer),
    type_coerce(col(Criterion.maximum), Integer),
    type_coerce(col(Criterion.step), Integer),
    col(Criterion.top),
    col(Criterion.key),
)
KNOWN = aliased(Ballot, name="known")
COLUMNS: tuple[Any, ...] = (
    col(Judge.event_id),
    col(Judge.id).label("judge_id"),
    col(Judge.key).label("judge_key"),
    col(Judge.withdrawn_at).is_not(None).label("judge_left"),
    col(LedgerHead.key).label("head_key"),
    col(LedgerHead.sequence).label("head_sequence"),
    col(LedgerHead.hash).label("head_hash"),
    col(Round.id).label("round_id"),
    col(Round.opened_at).is_not(None).label("opened"),
    col(Round.closed_at).is_not(None).label("closed"),
    col(Round.paused_at).is_not(None).label("paused"),
    col(Team.id).label("team_id"),
    (col(Team.withdrawn_at).is_not(None) | col(Team.disqualified_at).is_not(None)).label("team_left"),
    col(Assignment.state),
    col(Conflict.id).is_not(None).label("conflicted"),
    col(KNOWN.id).label("known_id"),
    select(col(LateBallot.id)).where(col(LateBallot.uuid) == bindparam("uuid")).scalar_subquery().label("late_id"),
    select(col(Signature.id))
    .where(
        col(Signature.round_id) == Round.id,
        col(Signature.judge_id) == Judge.id,
        col(Signature.lifted_at).is_(None),
    )
    .exists()
    .label("signed"),
    select(func.coalesce(func.max(Ballot.revision), 0))
    .where(col(Ballot.round_id) == Round.id, col(Ballot.judge_id) == Judge.id, col(Ballot.team_id) == Team.id)
    .scalar_subquery()
    .label("revision"),
    select(func.aggregate_strings(joined(RUBRIC), ";"))
    .where(col(Criterion.round_id) == Round.id)
    .scalar_subquery()
    .label("rubric"),
)


def finding(judges: Select[Any]) -> Prepared:
    """Prepare to read what decides about a ballot, in one row, where `judges` gives the judge."""
    return Prepared(
        judges.join(LedgerHead, col(LedgerHead.event_id) == Judge.event_id)
        .outerjoin(Round, (col(Round.event_id) == Judge.event_id) & (col(Round.key) == bindparam("round")))
        .outerjoin(Team, (col(Team.event_id) == Judge.event_id) & (col(Team.key) == bindparam("team")))
        .outerjoin(
            Assignment,
            (col(Assignment.round_id) == Round.id)
            & (col(Assignment.judge_id) == Judge.id)
            & (col(Assignment.team_id) == Team.id),
        )
        .outerjoin(Conflict, (col(Conflict.judge_id) == Judge.id) & (col(Conflict.team_id) == Team.id))
        .outerjoin(KNOWN, col(KNOWN.uuid) == bindparam("uuid"))
        .with_for_update(of=LedgerHead)
    )


BY_ID = finding(select(*COLUMNS).select_from(Judge).where(col(Judge.id) == bindparam("judge")))
BY_SESSION = finding(
    select(*COLUMNS)
    .select_from(SignIn)
    .join(Judge, col(Judge.id) == SignIn.judge_id)
    .where(
        col(SignIn.token_hash) == bindparam("token"),
        col(SignIn.ended_at).is_(None),
        col(SignIn.expires_at) > bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True)
class Case:
    """All that decides about a ballot, as it is in the transaction that would store it.

    `round_id` and `team_id` are None where the event has none by that key; `state` is the assignment's, None without
    one. `signed`: the judge has confirmed the ballots of this round. `known_id` is the ballot that has the form's uuid
    already, `late_id` the late one that has; `revision` is the newest of this judge and team.
    """

    event_id: int
    judge_id: int
    judge_key: str
    head: Head
    round_id: int | None
    opened: bool
    closed: bool
    paused: bool
    team_id: int | None
    team_left: bool
    state: str | None
    conflicted: bool
    signed: bool
    known_id: int | None
    late_id: int | None
    revision: int
    rubric: tuple[Scale, ...]


def find_case(connection: Connection, who: Who, form: BallotForm) -> Case:
    """Read what decides about a ballot, and hold other writers of the event up. Raises NotSignedIn."""
    values = {"round": form.round, "team": form.team, "uuid": form.uuid}
    if isinstance(who, Caller):
        rows = BY_SESSION.run(connection, {**values, "token": who.token_hash, "now": datetime.now(UTC)})
    else:
        rows = BY_ID.run(connection, {**values, "judge": who})
    if not rows or rows[0].judge_left:
        raise unknown(connection, who)
    first = rows[0]
    if isinstance(who, Caller) and who.page_of not in {"", str(first.judge_id)}:
        raise NotSignedIn("Another judge has signed in on this phone. Please sign in again.")
    return Case(
        event_id=first.event_id,
        judge_id=first.judge_id,
        judge_key=first.judge_key,
        head=Head(first.head_key, first.head_sequence, first.head_hash),
        round_id=first.round_id,
        opened=bool(first.opened),
        closed=bool(first.closed),
        paused=bool(first.paused),
        team_id=first.team_id,
        team_left=bool(first.team_left),
        state=first.state,
        conflicted=bool(first.conflicted),
        signed=bool(first.signed),
        known_id=first.known_id,
        late_id=first.late_id,
        revision=first.revision,
        rubric=rubric_in(first.rubric or ""),
    )


def unknown(connection: Connection, who: Who) -> NotSignedIn:
    """Why nobody was found: a device that was signed out is told so."""
    with Session(bind=connection, join_transaction_mode="create_savepoint") as session:
        if isinstance(who, Caller) and device_revoked(session, who.token_hash):
            return DeviceRevoked("The organisers have signed this device out.")
    return NotSignedIn("Please sign in with your personal link or code.")


@lru_cache(maxsize=1024)
def rubric_in(text: str) -> tuple[Scale, ...]:
    """Read a round's criteria, in their order, from how `RUBRIC` gives them."""
    found = [part.split(":", len(RUBRIC) - 1) for part in text.split(";") if part]
    return tuple(
        Scale(int(number), key, exact(minimum), exact(maximum), exact(step), int(top))
        for _place, number, minimum, maximum, step, top, key in sorted(found, key=lambda each: int(each[0]))
    )


def exact(thousandths: str) -> Decimal:
    """Give a number of thousandths as what it is."""
    return Decimal(thousandths) / 1000


def refuse_stranger(*, conflicted: bool, assigned: bool) -> None:
    """Raise unless this judge is to score this team in this round: Conflicted, NotAssigned."""
    if conflicted:
        raise Conflicted("You have a conflict of interest with this team and cannot score it.")
    if not assigned:
        raise NotAssigned("This team is not assigned to you.")


def refuse_now(case: Case) -> None:
    """Raise unless ballots for this team are taken now.

    TeamNotCompeting, RoundNotOpen, RoundPaused, BallotsSigned.
    """
    refuse_left(case)
    if not case.opened:
        raise RoundNotOpen("Judging has not been opened yet.")
    if case.closed:
        raise RoundNotOpen("Judging has been closed.")
    if case.paused:
        raise RoundPaused("Judging is paused. Ballots are taken again when it goes on.")
    refuse_signed(case)


def refuse_left(case: Case) -> None:
    """Raise TeamNotCompeting for a team that is out."""
    if case.team_left:
        raise TeamNotCompeting("This team no longer competes.")


def refuse_signed(case: Case) -> None:
    """Raise BallotsSigned where the judge has confirmed the ballots of this round."""
    if case.signed:
        raise BallotsSigned("The ballots of this round have been signed. The organisers can lift the signature.")


def round_and_team(session: Session, judge: Judge, round_key: str, team_key: str) -> tuple[Round, Team]:
    """Find a round and a team of the judge's event. What is not there is answered like what is not assigned."""
    round_ = session.exec(
        select_models(Round).where(Round.event_id == judge.event_id, Round.key == round_key)
    ).one_or_none()
    team = session.exec(select_models(Team).where(Team.event_id == judge.event_id, Team.key == team_key)).one_or_none()
    if round_ is None or team is None:
        raise NotAssigned("This team is not assigned to you.")
    return round_, team


def allow(session: Session, judge_id: int, round_id: int, team_id: int) -> None:
    """Raise unless this judge is to score this team in this round: Conflicted, NotAssigned."""
    conflict = session.exec(
        select_models(Conflict.id).where(Conflict.judge_id == judge_id, Conflict.team_id == team_id)
    ).one_or_none()
    assignment = session.exec(
        select_models(Assignment.id).where(
            Assignment.round_id == round_id, Assignment.judge_id == judge_id, Assignment.team_id == team_id
        )
    ).one_or_none()
    refuse_stranger(conflicted=conflict is not None, assigned=assignment is not None)


def stored_id(row: Round | Team) -> int:
    """Give the id of a row that was read."""
    if row.id is None:
        raise ValueError(f"not stored: {row!r}")
    return row.id
