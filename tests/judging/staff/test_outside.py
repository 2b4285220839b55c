from datetime import UTC, datetime

import pytest
from sqlmodel import update

from scoreboard.database import Database
from scoreboard.errors import NotSignedIn
from scoreboard.judging.staff import organisers, outside
from scoreboard.models import OutsideSignIn


async def test_a_sign_in_is_taken_up_once_by_the_browser_that_began_it(database: Database) -> None:
    begun = await database.write(outside.begin, "/console", None)
    other = await database.write(outside.begin, "/console", None)
    for browser, state in ((other.browser, begun.state), (begun.browser, other.state), ("", begun.state)):
        with pytest.raises(NotSignedIn):
            await database.write(outside.take, browser, state)
    taken = await database.write(outside.take, begun.browser, begun.state)
    assert (taken.nonce, taken.verifier, taken.back) == (begun.nonce, begun.verifier, "/console")
    with pytest.raises(NotSignedIn):
        await database.write(outside.take, begun.browser, begun.state)


async def test_a_sign_in_is_not_taken_up_for_ever(database: Database) -> None:
    begun = await database.write(outside.begin, "/console", None)
    await database.write(lambda session: session.execute(update(OutsideSignIn).values(expires_at=datetime.now(UTC))))
    with pytest.raises(NotSignedIn):
        await database.write(outside.take, begun.browser, begun.state)


async def test_a_person_of_the_provider_has_one_account(database: Database) -> None:
    olga, omar = [(await database.write(organisers.add_organiser, name, "")).id or 0 for name in ("olga", "omar")]
    await database.write(outside.connect, olga, "https://one", "7")
    await database.write(outside.connect, olga, "https://one", "7")
    await database.write(outside.connect, omar, "https://other", "7")
    found = await database.read(outside.organiser_outside, "https://one", "7")
    assert found is not None
    assert found.id == olga
    with pytest.raises(NotSignedIn):
        await database.write(outside.connect, omar, "https://one", "7")
