from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select, update

from scoreboard.database import Database
from scoreboard.errors import NotSignedIn
from scoreboard.judging.staff import organisers, sessions
from scoreboard.models import SignIn


async def signed_in(database: Database, *, halfway: bool = False) -> tuple[int, str]:
    person = (await database.write(organisers.add_organiser, "olga", "")).id or 0
    return person, await database.write(sessions.sign_in_organiser, person, "laptop", halfway=halfway)


async def ago(database: Database, **times: timedelta) -> None:
    """Set times of every session back."""
    now = datetime.now(UTC)

    def change(session: Session) -> None:
        session.execute(update(SignIn).values({name: now - by for name, by in times.items()}))

    await database.write(change)


async def opens(database: Database, token: str, *, halfway: bool = False) -> bool:
    try:
        await database.read(sessions.signed_in, token, halfway=halfway)
    except NotSignedIn:
        return False
    return True


async def test_a_session_ends_when_nobody_is_there(database: Database) -> None:
    _, token = await signed_in(database)
    await ago(database, seen_at=sessions.IDLE - timedelta(minutes=1))
    assert await opens(database, token)
    await database.write(sessions.note_presence, token)
    await ago(database, seen_at=sessions.IDLE)
    assert not await opens(database, token)


async def test_being_there_does_not_move_the_limit(database: Database) -> None:
    _, token = await signed_in(database)
    limit = await database.read(lambda session: session.exec(select(SignIn.expires_at)).one())
    await database.write(sessions.note_presence, token)
    new = await database.write(sessions.renewed, token)
    ends = await database.read(lambda session: set(session.exec(select(SignIn.expires_at)).all()))
    assert ends == {limit}
    await ago(database, expires_at=timedelta(seconds=1))
    assert not await opens(database, new)


async def test_a_confirmation_ends_the_token_before_it_and_begins_a_fresh_one(database: Database) -> None:
    _, old = await signed_in(database)
    await ago(database, confirmed_at=sessions.FRESH)
    assert not (await database.read(sessions.signed_in, old)).fresh
    new = await database.write(sessions.renewed, old)
    assert new != old
    assert (await database.read(sessions.signed_in, new)).fresh
    assert not await opens(database, old)
    with pytest.raises(NotSignedIn):
        await database.write(sessions.renewed, old)


async def test_half_a_sign_in_opens_nothing_but_its_other_half(database: Database) -> None:
    _, half = await signed_in(database, halfway=True)
    assert [await opens(database, half), await opens(database, half, halfway=True)] == [False, True]
    whole = await database.write(sessions.renewed, half, halfway=True)
    assert [await opens(database, whole), await opens(database, half, halfway=True)] == [True, False]


async def test_a_new_password_ends_the_sessions_on_other_devices(database: Database) -> None:
    person, here = await signed_in(database)
    there = await database.write(sessions.sign_in_organiser, person, "library")
    await database.write(sessions.end_others, person, here)
    assert [await opens(database, here), await opens(database, there)] == [True, False]


async def test_what_the_database_holds_is_no_token(database: Database) -> None:
    await signed_in(database)
    kept = await database.read(lambda session: session.exec(select(col(SignIn.token_hash))).one())
    assert not await opens(database, kept)
