import pytest

from scoreboard.errors import Crowded
from scoreboard.settings import Settings
from scoreboard.web.limits import BURST_SECONDS, MOST_PER_SESSION, RETRY_SECONDS, STAFF, Door, doors
from scoreboard.wire.peers import Peers


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def door(clock: Clock, most: int = 1000, per_second: float = 10) -> Door:
    return Door(Peers(1000, 1000), most, per_second, clock)


def let_in(door: Door, tries: int) -> int:
    """How many of so many who come at once get in."""
    inside = 0
    for _ in range(tries):
        try:
            door.enter("192.0.2.1")
        except Crowded:
            continue
        inside += 1
    return inside


def test_a_burst_is_let_in_and_then_so_many_in_a_second() -> None:
    clock = Clock()
    here = door(clock)
    assert let_in(here, 100) == 10 * BURST_SECONDS
    clock.now += 0.5
    assert let_in(here, 100) == 5
    clock.now += 3600
    assert let_in(here, 100) == 10 * BURST_SECONDS


def test_those_who_are_turned_away_are_told_different_times() -> None:
    here = door(Clock(), per_second=0)
    waits = set()
    for _ in range(200):
        with pytest.raises(Crowded) as refused:
            here.enter("192.0.2.1")
        waits.add(refused.value.extra["seconds"])
    assert waits == set(range(1, RETRY_SECONDS + 1))


def test_all_together_are_limited_and_who_leaves_makes_room() -> None:
    here = door(Clock(), most=3)
    assert let_in(here, 10) == 3
    here.leave("192.0.2.1")
    assert let_in(here, 10) == 1


def test_a_session_is_limited_wherever_it_comes_from() -> None:
    here = door(Clock())
    for number in range(MOST_PER_SESSION):
        here.enter(f"192.0.2.{number}", "token")
    with pytest.raises(Crowded):
        here.enter("192.0.2.99", "token")
    here.enter("192.0.2.99", "another")
    here.leave("192.0.2.0", "token")
    here.enter("192.0.2.99", "token")
    assert here.peers.held.total() == here.inside == MOST_PER_SESSION + 1


def test_who_is_turned_away_takes_no_place_and_no_token() -> None:
    here = Door(Peers(1, 1), 1000, 1, Clock())
    here.enter("192.0.2.1")
    tokens = here.tokens
    with pytest.raises(Crowded):
        here.enter("192.0.2.1")
    assert (here.inside, here.tokens, here.peers.held.total()) == (1, tokens, 1)


def test_nothing_is_kept_of_those_who_have_left() -> None:
    here = door(Clock())
    here.enter("192.0.2.1", "token")
    here.leave("192.0.2.1", "token")
    assert (dict(here.sessions), dict(here.peers.held), here.inside) == ({}, {}, 0)


def test_a_full_hall_keeps_nobody_out_who_works_here() -> None:
    both = doors(Settings(viewers=1))
    both.viewers.enter("192.0.2.1")
    with pytest.raises(Crowded):
        both.viewers.enter("192.0.2.2")
    both.staff.enter("192.0.2.2")
    assert both.staff.most == STAFF
