import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.wire.peers import Peers, networks, owner, within


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_network_is_one_owner(address: str, whose: str) -> None:
    assert owner(address) == whose


def test_lists_of_networks_are_read() -> None:
    venues = networks("192.0.2.7, 198.51.100.0/24,2001:db8::/32,")
    told = [within(address, venues) for address in ("192.0.2.7", "192.0.2.8", "198.51.100.9", "2001:db8::1", "x", "")]
    assert told == [True, False, True, True, False, False]
    with pytest.raises(ValueError, match="venue"):
        networks("the venue")


def test_an_owner_holds_so_many_and_a_venue_more_and_a_proxy_any_number() -> None:
    peers = Peers(2, 4, venues=networks("192.0.2.7"), unlimited=networks("127.0.0.1"))
    assert [peers.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert [peers.enter("192.0.2.7") for _ in range(5)] == [True] * 4 + [False]
    assert [peers.enter("127.0.0.1") for _ in range(10)] == [True] * 10
    peers.leave("192.0.2.1")
    assert [peers.enter("192.0.2.1") for _ in range(2)] == [True, False]


@pytest.mark.parametrize("address", ["192.0.2.1:5678", "unknown:x", "[2001:db8::1]:80", ":"])
def test_what_is_no_address_is_held_by_itself(address: str) -> None:
    assert owner(address) == address


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]))))
def test_what_is_held_is_what_came_and_has_not_left(moves: list[tuple[bool, str]]) -> None:
    peers = Peers(3, 3)
    inside: list[str] = []
    for comes, address in moves:
        if comes:
            if peers.enter(address):
                inside.append(address)
        elif address in inside:
            inside.remove(address)
            peers.leave(address)
    assert peers.held.total() == len(inside)
    assert max(peers.held.values(), default=0) <= 3
    assert all(peers.held.values())
