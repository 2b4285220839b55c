from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from builder import build_event
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, SQLModel, select

from scoreboard.database import Database
from scoreboard.models import (
    Assignment,
    Award,
    Ballot,
    Conflict,
    Criterion,
    Deployment,
    Event,
    Judge,
    Round,
    Score,
    SignIn,
    Team,
)

NOW = datetime(2026, 12, 7, 9, 30, tzinfo=UTC)


def an_event(**changes: Any) -> Event:
    return Event(
        **{
            "slug": "other",
            "name_en": "Other",
            "starts_on": date(2026, 12, 7),
            "ends_on": date(2026, 12, 9),
            "time_zone": "Asia/Qatar",
            "language": "ar",
            "created_at": NOW,
            **changes,
        }
    )


def a_criterion(**changes: Any) -> Criterion:
    return Criterion(
        **{
            "round_id": 1,
            "key": "new",
            "position": 9,
            "name_en": "New",
            "weight": Decimal(1),
            "minimum": Decimal(0),
            "maximum": Decimal(10),
            "step": Decimal("0.5"),
            "top": 20,
            "levels": [],
            **changes,
        }
    )


def a_ballot(**changes: Any) -> Ballot:
    return Ballot(
        **{
            "uuid": uuid4(),
            "round_id": 1,
            "judge_id": 1,
            "team_id": 1,
            "revision": 1,
            "base_revision": 0,
            "sequence": 1,
            "received_at": NOW,
            **changes,
        }
    )


REFUSED: dict[str, Callable[[], SQLModel]] = {
    "an event without a name": lambda: an_event(name_en=""),
    "an event that ends before it starts": lambda: an_event(ends_on=date(2026, 12, 1)),
    "an event in a third language": lambda: an_event(language="fr"),
    "an event with unknown digits": lambda: an_event(digits="roman"),
    "an event without a slug": lambda: an_event(slug=""),
    "a slug that is taken": lambda: an_event(slug="hack"),
    "a round that no team can be ranked in": lambda: Round(
        event_id=1, key="r", position=2, name_en="R", rule="raw", precedence=[], minimum_ballots=0
    ),
    "a round with visits without end": lambda: Round(
        event_id=1, key="r", position=2, name_en="R", rule="raw", precedence=[], visit_minutes=121
    ),
    "a round with visits of less than nothing": lambda: Round(
        event_id=1, key="r", position=2, name_en="R", rule="raw", precedence=[], visit_minutes=-1
    ),
    "a round closed and never opened": lambda: Round(
        event_id=1, key="r", position=2, name_en="R", rule="raw", precedence=[], closed_at=NOW
    ),
    "a round frozen and never opened": lambda: Round(
        event_id=1, key="r", position=2, name_en="R", rule="raw", precedence=[], frozen_at=NOW
    ),
    "a criterion without weight": lambda: a_criterion(weight=Decimal(0)),
    "a criterion whose range is empty": lambda: a_criterion(maximum=Decimal(0), top=0),
    "a criterion whose step does not divide its range": lambda: a_criterion(step=Decimal("0.3")),
    "an award for nobody": lambda: Award(event_id=1, key="a", position=1, name_en="A", places=0),
    "a judge with a third language": lambda: Judge(event_id=1, key="J9", name_en="J", language="fr"),
    "a judge of no event": lambda: Judge(event_id=99, key="J9", name_en="J"),
    "a team's key twice": lambda: Team(event_id=1, key="T1", name_en="T"),
    "an assignment in no known state": lambda: Assignment(round_id=1, judge_id=1, team_id=1, position=1, state="lost"),
    "the same assignment twice": lambda: Assignment(round_id=1, judge_id=1, team_id=1, position=7),
    "a conflict from nowhere": lambda: Conflict(judge_id=1, team_id=1, source="rumour"),
    "a revision that skips one": lambda: a_ballot(revision=3, base_revision=1),
    "a session of nobody": lambda: SignIn(token_hash="x", created_at=NOW, expires_at=NOW),
    "a second deployment": lambda: Deployment(id=2, epoch="x", public_key="00", code_salt="00", created_at=NOW),
}


@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED.keys())
async def test_the_tables_refuse(database: Database, row: Callable[[], SQLModel]) -> None:
    await build_event(database)

    def add(session: Session) -> None:
        session.add(row())

    with pytest.raises(IntegrityError):
        await database.write(add)


async def test_the_rows_that_those_are_made_from_are_taken(database: Database) -> None:
    await build_event(database)

    def add(session: Session) -> None:
        session.add_all([an_event(), a_criterion(), a_ballot()])

    await database.write(add)


@pytest.mark.parametrize("steps", [-1, 11, "abc"])
async def test_a_score_outside_of_its_criterion_is_refused(database: Database, steps: Any) -> None:
    await build_event(database)

    def add(session: Session) -> None:
        ballot = a_ballot()
        session.add(ballot)
        session.flush()
        session.add(Score(ballot_id=ballot.id or 0, criterion_id=1, steps=steps, top=10))

    with pytest.raises(IntegrityError):
        await database.write(add)


async def test_a_range_that_has_scores_cannot_be_changed(database: Database) -> None:
    await build_event(database)

    def score(session: Session) -> None:
        ballot = a_ballot()
        session.add(ballot)
        session.flush()
        session.add(Score(ballot_id=ballot.id or 0, criterion_id=1, steps=7, top=10))

    def narrow(session: Session) -> None:
        criterion = session.exec(select(Criterion).where(Criterion.id == 1)).one()
        criterion.maximum, criterion.top = Decimal(5), 5
        session.add(criterion)

    await database.write(score)
    with pytest.raises(IntegrityError):
        await database.write(narrow)


async def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    doha = timezone(timedelta(hours=3))
    await database.write(lambda session: session.add(an_event(created_at=NOW.astimezone(doha))))
    assert await database.read(lambda session: session.exec(select(Event.created_at)).one()) == NOW


async def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive time"):
        await database.write(lambda session: session.add(an_event(created_at=NOW.replace(tzinfo=None))))


async def test_numbers_of_a_rubric_stay_exact(database: Database) -> None:
    await build_event(database)
    await database.write(
        lambda session: session.add(
            a_criterion(weight=Decimal("33.333"), maximum=Decimal(100), step=Decimal("0.1"), top=1000)
        )
    )
    row = await database.read(lambda session: session.exec(select(Criterion).where(Criterion.key == "new")).one())
    assert [str(value) for value in (row.weight, row.minimum, row.maximum, row.step)] == ["33.333", "0", "100", "0.1"]


async def test_a_number_that_would_be_rounded_is_refused(database: Database) -> None:
    await build_event(database)
    with pytest.raises(StatementError, match="more than three decimal places"):
        await database.write(lambda session: session.add(a_criterion(weight=Decimal("0.0001"))))
