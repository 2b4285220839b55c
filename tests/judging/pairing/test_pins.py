from datetime import UTC, datetime, timedelta

import pytest
from builder import Cast, build_event, issue_link
from pairs import SIGNING, by_pin, first_device, show_pin
from sqlalchemy import update
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import NotFound
from scoreboard.judging.access import NewLink
from scoreboard.judging.pairing import pins
from scoreboard.models import DevicePin, Judge, LogEntry
from scoreboard.signing import SigningKey


async def in_use(database: Database) -> tuple[Cast, NewLink]:
    """A judge's link that a first device has come in by."""
    cast = await build_event(database)
    link = await issue_link(database, cast.judges["J1"])
    await database.write(first_device, link.secret)
    return cast, link


def wrong(pin: str, nth: int = 1) -> str:
    return f"{(int(pin) + nth) % 10**pins.DIGITS:0{pins.DIGITS}}"


async def actions(database: Database) -> list[str]:
    def read(session: Session) -> list[str]:
        return list(session.exec(select(LogEntry.action).order_by(col(LogEntry.sequence))).all())

    return await database.read(read)


def test_a_pin_is_six_digits() -> None:
    drawn = [pins.new_pin() for _ in range(200)]
    assert {len(pin) for pin in drawn} == {6}
    assert all(pin.isdecimal() for pin in drawn)
    assert len(set(drawn)) > 150


async def test_a_pin_lets_one_device_in_however_its_digits_are_written(database: Database) -> None:
    cast, link = await in_use(database)
    pin = await database.write(show_pin, cast.judges["J1"])
    typed = f" {pin[:3]} {pin[3:]}".translate({ord("0") + n: ord("٠") + n for n in range(10)})
    assert await database.write(by_pin, link.secret, typed)
    assert await database.write(by_pin, link.secret, pin) == ""


async def test_five_wrong_tries_end_a_pin_and_are_told_once(database: Database) -> None:
    cast, link = await in_use(database)
    pin = await database.write(show_pin, cast.judges["J1"])
    tries = [await database.write(by_pin, link.secret, wrong(pin, n)) for n in range(1, 6)]
    assert [*tries, await database.write(by_pin, link.secret, pin)] == [""] * 6
    assert (await actions(database)).count(pins.SPENT) == 1
    fresh = await database.write(show_pin, cast.judges["J1"])
    assert await database.write(by_pin, link.secret, fresh)


async def test_four_wrong_tries_do_not(database: Database) -> None:
    cast, link = await in_use(database)
    pin = await database.write(show_pin, cast.judges["J1"])
    for n in range(1, 5):
        await database.write(by_pin, link.secret, wrong(pin, n))
    assert await database.write(by_pin, link.secret, pin)


async def test_a_pin_lives_ten_minutes(database: Database) -> None:
    cast, link = await in_use(database)
    pin = await database.write(show_pin, cast.judges["J1"])
    kept = await database.read(lambda session: session.exec(select(DevicePin)).one())
    assert kept.expires_at - kept.issued_at == timedelta(minutes=10)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await database.write(lambda session: session.execute(update(DevicePin).values(expires_at=past)))
    assert await database.write(by_pin, link.secret, pin) == ""


async def test_a_new_pin_ends_the_one_before(database: Database) -> None:
    cast, link = await in_use(database)
    old, new = [await database.write(show_pin, cast.judges["J1"]) for _ in range(2)]
    assert await database.write(by_pin, link.secret, old if old != new else wrong(new)) == ""
    assert await database.write(by_pin, link.secret, new)


async def test_a_pin_is_for_one_judges_link(database: Database) -> None:
    cast, link = await in_use(database)
    other = await issue_link(database, cast.judges["J2"])
    await database.write(first_device, other.secret)
    pin = await database.write(show_pin, cast.judges["J1"])
    assert await database.write(by_pin, other.secret, pin) == ""
    assert await database.write(by_pin, link.secret, pin)


async def test_while_pins_are_tried_only_those_of_the_console_count(database: Database) -> None:
    cast, link = await in_use(database)

    def shown_and_typed(session: Session, *, of_console: bool) -> bool:
        pin = show_pin(session, cast.judges["J1"], of_console=of_console)
        return bool(by_pin(session, link.secret, pin, of_console_only=True))

    assert await database.write(shown_and_typed, of_console=False) is False
    assert await database.write(shown_and_typed, of_console=True) is True


async def test_whoever_reads_the_database_cannot_try_out_pins_on_it(database: Database) -> None:
    cast, link = await in_use(database)
    pin = await database.write(show_pin, cast.judges["J1"])
    kept = await database.read(lambda session: session.exec(select(DevicePin)).one())
    assert kept.pin_hash == pins.sealed(SIGNING, link.secret_hash, pin)
    assert kept.pin_hash != pins.sealed(SigningKey.new(), link.secret_hash, pin)
    assert pin not in kept.model_dump_json(exclude={"issued_at", "expires_at"})


async def test_there_is_no_pin_without_a_link_or_for_who_has_left(database: Database) -> None:
    cast, _link = await in_use(database)

    def leave(session: Session) -> None:
        session.get_one(Judge, cast.judges["J1"]).withdrawn_at = datetime.now(UTC)

    await database.write(leave)
    for judge in ("J1", "J2"):
        with pytest.raises(NotFound):
            await database.write(show_pin, cast.judges[judge])


async def test_wrong_tries_with_one_badge_do_not_use_up_the_pin_of_another(database: Database) -> None:
    cast, link = await in_use(database)
    other = await issue_link(database, cast.judges["J2"])
    await database.write(first_device, other.secret)
    pin = await database.write(show_pin, cast.judges["J1"])
    for n in range(1, pins.TRIES + 1):
        assert await database.write(by_pin, other.secret, wrong(pin, n)) == ""
    assert await database.write(by_pin, link.secret, pin)
