"""How many connections each network address holds, so that one machine cannot take them all."""

import ipaddress
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

from uvicorn.server import ServerState

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

PREFIX_OF_ONE = 64  # bits of an IPv6 address that are one subscriber's; the rest is his to choose


def networks(text: str) -> tuple[Network, ...]:
    """Read a list of addresses and networks, separated by commas. Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def owner(address: str) -> str:
    """Whose address this is: of IPv6 the network, since every machine there has more addresses than can be counted."""
    if ":" not in address:
        return address
    try:
        plain = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:  # what a proxy says that does not know either
        return address
    if plain.ipv4_mapped is not None:
        return str(plain.ipv4_mapped)
    return str(ipaddress.ip_network((plain, PREFIX_OF_ONE), strict=False))


def within(address: str, among: Sequence[Network]) -> bool:
    """Whether an address lies in one of these networks. What is no address lies in none."""
    if not among:
        return False
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return any(found in network for network in among)


class Peers:
    """Counts what each owner of an address holds: `most`, or `most_of_venue` where many share one address.

    An address in `unlimited` may hold any number: a proxy, which speaks for everybody.
    """

    def __init__(
        self, most: int, most_of_venue: int, venues: Sequence[Network] = (), unlimited: Sequence[Network] = ()
    ) -> None:
        self.most = most
        self.most_of_venue = most_of_venue
        self.venues = venues
        self.unlimited = unlimited
        self.held: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Count one more, if there is room for it."""
        whose = owner(address)
        if self.held[whose] >= self.most and not self.roomy(address, self.held[whose]):
            return False
        self.held[whose] += 1
        return True

    def roomy(self, address: str, held: int) -> bool:
        """Whether an address that is over the common limit may hold more than so many."""
        if within(address, self.unlimited):
            return True
        return held < self.most_of_venue and within(address, self.venues)

    def leave(self, address: str) -> None:
        """Count one less."""
        whose = owner(address)
        self.held[whose] -= 1
        if self.held[whose] <= 0:
            del self.held[whose]


class SharedState(ServerState):
    """What uvicorn shares between its connections, who they come from, and which were cut, by the reason."""

    def __init__(self, peers: Peers) -> None:
        super().__init__()
        self.peers = peers
        self.cut: Counter[str] = Counter()
