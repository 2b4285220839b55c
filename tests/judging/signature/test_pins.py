import pytest
from builder import build_event

from scoreboard.database import Database
from scoreboard.errors import InvalidForm, NotFound, PinSpent, WrongPin
from scoreboard.judging.signature import pins
from scoreboard.judging.signature.pins import TRIES


@pytest.mark.parametrize(("typed", "kept"), [("1234", "1234"), ("٤٣٢١", "4321"), (" 123 456 ", "123456")])
def test_a_pin_has_four_to_six_digits_of_any_keyboard(typed: str, kept: str) -> None:
    assert pins.chosen(typed, kept) == kept


@pytest.mark.parametrize("typed", ["", "123", "1234567", "12a4", "१२३४", "12.4"])
def test_what_is_no_pin_is_refused(typed: str) -> None:
    with pytest.raises(InvalidForm):
        pins.chosen(typed, typed)


def test_a_pin_is_chosen_by_typing_it_twice() -> None:
    with pytest.raises(InvalidForm, match="not the same"):
        pins.chosen("1234", "1243")


def test_what_is_kept_is_argon2id_and_tells_nothing() -> None:
    kept = pins.hash_of("1234")
    assert (kept.startswith("$argon2id$"), "1234" in kept) == (True, False)
    pins.check(kept, "١٢٣٤")
    with pytest.raises(WrongPin):
        pins.check(kept, "1235")


async def test_five_tries_end_a_pin_however_many_come_at_once(database: Database) -> None:
    cast = await build_event(database)
    judge = cast.judges["J1"]
    assert await database.write(pins.claim_try, judge) == ""
    await database.write(pins.keep, judge, "hash")
    for _ in range(TRIES):  # each is counted before it is made
        assert await database.write(pins.claim_try, judge) == "hash"
    with pytest.raises(PinSpent):
        await database.write(pins.claim_try, judge)


async def test_a_right_pin_forgives_the_wrong_ones(database: Database) -> None:
    judge = (await build_event(database)).judges["J1"]
    await database.write(pins.keep, judge, "hash")
    for _ in range(3 * TRIES):
        await database.write(pins.claim_try, judge)
        await database.write(pins.keep, judge, "hash")
    with pytest.raises(WrongPin):
        await database.write(pins.keep, judge, "that of a PIN that was chosen at the same time")


async def test_an_organiser_resets_a_pin_that_there_is(database: Database) -> None:
    judge = (await build_event(database)).judges["J1"]
    with pytest.raises(NotFound):
        await database.write(pins.reset, judge, "organiser:olga")
    await database.write(pins.keep, judge, "hash")
    await database.write(pins.reset, judge, "organiser:olga")
    assert await database.write(pins.claim_try, judge) == ""
