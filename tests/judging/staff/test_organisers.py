import pytest
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.errors import InvalidForm, NotFound, NotSignedIn
from scoreboard.judging.staff import factors, organisers, sessions
from scoreboard.models import Organiser

PASSWORD = "correct horse battery"


async def test_the_first_who_can_come_back_owns_every_event(database: Database) -> None:
    names = {"first": "", "second": PASSWORD, "third": PASSWORD, "fourth": ""}
    found = {}
    for name, password in names.items():
        added = await database.write(organisers.add_organiser, name, password)
        found[name] = added.everywhere
    assert found == {"first": True, "second": True, "third": False, "fourth": False}


async def test_a_new_password_replaces_the_old_one(database: Database) -> None:
    added = await database.write(organisers.add_organiser, "olga", PASSWORD)
    await database.write(organisers.set_password, added.id or 0, "another long password")
    assert (await database.read(organisers.organiser_by_password, "olga", "another long password")).name == "olga"
    with pytest.raises(InvalidForm):
        await database.write(organisers.set_password, added.id or 0, "x" * 1001)


@pytest.mark.parametrize("other", [PASSWORD.upper(), f" {PASSWORD}", f"{PASSWORD} ", PASSWORD[:-1], f"{PASSWORD}\0"])
async def test_a_password_is_taken_as_it_is_typed(database: Database, other: str) -> None:
    await database.write(organisers.add_organiser, "olga", PASSWORD)
    with pytest.raises(NotSignedIn):
        await database.read(organisers.organiser_by_password, "olga", other)


@pytest.mark.parametrize(
    "password",
    [
        "gull over the harbour",
        "نخلة فوق بحر هادئ",
        "🦉 🦉 🐟 🌙 🦀 🐌 🍇",
        "7391 0265 8841",
        "a gull over the harbour, " * 9,
    ],
)
async def test_a_password_may_be_of_anything_and_long(database: Database, password: str) -> None:
    await database.write(organisers.add_organiser, "olga", password)
    assert (await database.read(organisers.organiser_by_password, "olga", password)).name == "olga"


async def test_a_one_time_link_does_not_get_around_the_second_factor(database: Database) -> None:
    added = await database.write(organisers.add_organiser, "olga", "")

    def with_factor(session: Session) -> str:
        session.get_one(Organiser, added.id).totp_secret = factors.new_secret()
        return organisers.issue_one_time_link(session, added.id or 0)

    token = await database.write(organisers.redeem_one_time_link, await database.write(with_factor), "laptop")
    assert (await database.read(sessions.signed_in, token, halfway=True)).organiser.name == "olga"


async def test_there_is_no_organiser_of_another_name(database: Database) -> None:
    with pytest.raises(NotFound):
        await database.read(organisers.organiser_named, "nobody")
