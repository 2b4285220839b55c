"""The entries of a database and the ballots beside them, as a verification reads them: here, or in another process."""

from collections.abc import Iterable
from itertools import chain
from typing import Any
from urllib.parse import quote

from sqlalchemy import Select, String, cast, func, literal, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from scoreboard.judging.verification.ballot_rows import BallotRows, Keys
from scoreboard.judging.verification.fingerprints import Stored
from scoreboard.models import Ballot, Criterion, Judge, LogEntry, Round, Score, Team
from scoreboard.prepared import streamed


def rows_of(session: Session, event_id: int) -> BallotRows:
    """The ballots of an event, in the session's snapshot."""
    keys = keys_of(session, event_id)
    return BallotRows(keys, chain.from_iterable(streamed(session.connection(), ballots_of(keys.rounds))))


def to_be_read(session: Session, event_id: int, until: int) -> Stored | None:
    """Tell another process how to read what is stored up to entry `until`; None where it cannot.

    It reads it in a snapshot of its own, a little later. What is stored of those entries does not change, but there
    must be no ballots beyond.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return None
    keys = keys_of(session, event_id)
    last = connection.execute(
        core_select(func.max(col(Ballot.sequence))).where(col(Ballot.round_id).in_(list(keys.rounds)))
    ).scalar_one()
    file = connection.exec_driver_sql("PRAGMA database_list").one()[2]
    if not file or (last is not None and (type(last) is not int or last > until)):
        return None

    def words(statement: Select[*tuple[Any, ...]]) -> str:
        return str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))

    return Stored(
        module=connection.dialect.loaded_dbapi.__name__,
        address=f"file:{quote(file)}?mode=ro",
        entries=words(ledger_of(event_id, until)),
        ballots=words(ballots_of(keys.rounds, until)),
        keys=(keys.rounds, keys.judges, keys.teams, keys.criteria),
    )


def keys_of(session: Session, event_id: int) -> Keys:
    """Read how an event's rows are called, and nothing else of them: it may be anything."""

    def of_event(table: type[Round | Judge | Team]) -> dict[int | None, str]:
        return dict(session.exec(select(table.id, table.key).where(table.event_id == event_id)).all())

    rounds = of_event(Round)
    criteria: dict[str, list[tuple[str, str, str]]] = {key: [] for key in rounds.values()}
    for number, round_id, key, top in session.exec(
        select(Criterion.id, Criterion.round_id, Criterion.key, Criterion.top)
        .where(col(Criterion.round_id).in_(list(rounds)))
        .order_by(col(Criterion.id))
    ):
        criteria[rounds[round_id]].append((key, str(number), str(top)))
    return Keys(rounds, of_event(Judge), of_event(Team), criteria)


def ledger_of(event_id: int | None, until: int | None = None) -> Select[*tuple[Any, ...]]:
    """Find the entries of an event in their order (see `Recorded`), up to one of them."""
    statement: Select[*tuple[Any, ...]] = (
        core_select(
            col(LogEntry.sequence),
            col(LogEntry.at),
            col(LogEntry.actor),
            col(LogEntry.action),
            col(LogEntry.subject),
            col(LogEntry.payload),
            col(LogEntry.salt),
            col(LogEntry.leaf),
            col(LogEntry.hash),
            literal(value=False),
        )
        .where(col(LogEntry.event_id) == event_id)
        .order_by(col(LogEntry.sequence))
    )
    if until is not None:
        statement = statement.where(col(LogEntry.sequence) <= until)
    return statement


def ballots_of(rounds: Iterable[int | None], until: int | None = None) -> Select[*tuple[Any, ...]]:
    """Find the ballots of some rounds in the order in which they were stored (see `Row`), up to that of an entry."""
    scores = (
        core_select(
            func.aggregate_strings(
                cast(Score.criterion_id, String)
                + literal(":")
                + cast(Score.steps, String)
                + literal(":")
                + cast(Score.top, String),
                ",",
            )
        )
        .where(col(Score.ballot_id) == col(Ballot.id))
        .scalar_subquery()
    )
    statement: Select[*tuple[Any, ...]] = (
        core_select(
            col(Ballot.sequence),
            type_coerce(col(Ballot.uuid), String),
            col(Ballot.round_id),
            col(Ballot.judge_id),
            col(Ballot.team_id),
            col(Ballot.revision),
            col(Ballot.base_revision),
            col(Ballot.comment),
            col(Ballot.note),
            type_coerce(col(Ballot.received_at), String),
            scores,
        )
        # No index: by it they would come in another order, and all of them had to be sorted.
        .where((col(Ballot.round_id) + 0).in_(list(rounds)))
        .order_by(col(Ballot.id))
    )
    if until is not None:
        statement = statement.where(col(Ballot.sequence) <= until)
    return statement
