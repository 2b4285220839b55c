"""PINs cannot be guessed: what is let through, by whom, and what it comes to."""

import pytest
from builder import build_event, issue_link
from pairs import by_pin, first_device, show_pin
from sqlmodel import Session, select

from scoreboard.database import Database
from scoreboard.errors import TooManyTries
from scoreboard.judging.pairing import pins
from scoreboard.models import DevicePin
from scoreboard.settings import Settings
from scoreboard.web.guesses import SECONDS, TRIES_OF_ADDRESS, TRIES_OF_EVENT, Guesses

GUESSES = 100_000
ADDRESSES = 1_000


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def guesses(clock: Clock | None = None, venues: str = "") -> Guesses:
    return Guesses(Settings(database="x", venues=venues), clock or Clock())


def let_through(counted: Guesses, address: str, times: int, event_id: int = 1) -> int:
    done = 0
    for _ in range(times):
        try:
            counted.begin(address, event_id)
        except TooManyTries:
            return done
        done += 1
    return done


def test_an_address_has_twenty_wrong_tries_an_hour() -> None:
    clock = Clock()
    counted = guesses(clock)
    assert let_through(counted, "192.0.2.1", 30) == TRIES_OF_ADDRESS
    assert let_through(counted, "192.0.2.2", 1) == 1
    clock.now += SECONDS
    assert let_through(counted, "192.0.2.1", 30) == TRIES_OF_ADDRESS


def test_machines_of_one_ipv6_network_are_one_address() -> None:
    counted = guesses()
    assert sum(let_through(counted, f"2001:db8:1:2::{n:x}", 5) for n in range(1, 10)) == TRIES_OF_ADDRESS


def test_a_hall_that_shares_one_address_is_not_locked_out_by_a_stranger_in_it() -> None:
    counted = guesses(venues="192.0.2.0/24")
    assert let_through(counted, "192.0.2.1", 300) == 300
    assert counted.alarmed(1)


def test_right_ones_are_not_counted() -> None:
    counted = guesses()
    for _ in range(TRIES_OF_EVENT + 1):
        counted.begin("192.0.2.1", 1)
        counted.right("192.0.2.1", 1)
    assert (counted.wrong(1), counted.alarmed(1)) == (0, False)


def test_a_hundred_wrong_ones_at_an_event_raise_the_alarm_for_an_hour_and_at_no_other() -> None:
    clock = Clock()
    counted = guesses(clock)
    for n in range(TRIES_OF_EVENT):
        assert not counted.alarmed(1)
        counted.begin(f"192.0.2.{n}", 1)
    assert (counted.alarmed(1), counted.alarmed(2)) == (True, False)
    clock.now += SECONDS
    assert not counted.alarmed(1)


async def test_a_hundred_thousand_guesses_from_a_thousand_addresses_come_to_five_in_a_million(
    database: Database,
) -> None:
    """What is counted is the chance: how many guesses were held against a live PIN, of a million that it could be."""
    cast = await build_event(database, judges=1)
    link = await issue_link(database, cast.judges["J1"])
    await database.write(first_device, link.secret)
    live = 4  # PINs that are shown while the attack goes on

    def attack(session: Session) -> tuple[int, int]:
        counted, through, entered, pin, heard = guesses(), 0, 0, "", 0
        for n in range(GUESSES):
            if n % (GUESSES // live) == 0:
                pin, heard = show_pin(session, cast.judges["J1"]), 0
            try:
                counted.begin(f"198.51.{n % ADDRESSES // 256}.{n % ADDRESSES % 256}", cast.event_id)
            except TooManyTries:
                continue
            through += 1
            heard += 1
            if heard <= 50:  # the others find the PIN ended, as these do but for the first five
                entered += bool(by_pin(session, link.secret, f"{(int(pin) + 1 + n) % 10**pins.DIGITS:06}"))
        return through, entered

    assert await database.write(attack) == (ADDRESSES * TRIES_OF_ADDRESS, 0)
    kept = await database.read(lambda session: session.exec(select(DevicePin.tries)).all())
    chance = sum(kept) / 10**pins.DIGITS
    assert (len(kept), max(kept), chance <= 5e-6 * live) == (live, pins.TRIES, True)
    fresh = await database.write(show_pin, cast.judges["J1"])
    assert await database.write(by_pin, link.secret, fresh)


def test_who_has_no_try_left_is_told_when_to_come_back() -> None:
    counted = guesses()
    let_through(counted, "192.0.2.1", TRIES_OF_ADDRESS)
    with pytest.raises(TooManyTries) as refused:
        counted.begin("192.0.2.1", 1)
    assert refused.value.extra == {"seconds": SECONDS}
