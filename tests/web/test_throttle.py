import pytest

from scoreboard.errors import TooManyTries
from scoreboard.web.throttle import Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def tried(throttle: Throttle, times: int, key: str = "a") -> None:
    for _ in range(times):
        throttle.check(key)
        throttle.fail(key)


def test_five_wrong_tries_are_allowed_and_the_sixth_has_to_wait() -> None:
    clock = Clock()
    throttle = Throttle(clock=clock)
    tried(throttle, 5)
    clock.now += 17.5
    with pytest.raises(TooManyTries) as refused:
        throttle.check("a")
    assert refused.value.extra == {"seconds": 43}


def test_the_window_slides() -> None:
    clock = Clock()
    throttle = Throttle(tries=2, seconds=60, clock=clock)
    tried(throttle, 1)
    clock.now += 40
    tried(throttle, 1)
    clock.now += 20
    tried(throttle, 1)
    with pytest.raises(TooManyTries):
        throttle.check("a")


def test_one_who_tries_does_not_block_another() -> None:
    throttle = Throttle(tries=1, clock=Clock())
    tried(throttle, 1)
    throttle.check("b")


def test_a_try_that_was_right_is_taken_back() -> None:
    throttle = Throttle(tries=1, clock=Clock())
    for _ in range(3):
        tried(throttle, 1)
        throttle.forgive("a")
    assert throttle.failed == {}


def test_a_right_try_does_not_forgive_the_wrong_ones_before_it() -> None:
    throttle = Throttle(tries=2, clock=Clock())
    tried(throttle, 2)
    throttle.forgive("a")
    tried(throttle, 1)
    with pytest.raises(TooManyTries):
        throttle.check("a")


def test_whoever_is_quiet_is_forgotten() -> None:
    clock = Clock()
    throttle = Throttle(clock=clock)
    for key in range(100):
        throttle.fail(str(key))
    clock.now += 60
    throttle.check("a")
    assert throttle.failed == {}
