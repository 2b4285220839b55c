"""How many wrong PINs are let through: by network address, and by event.

What keeps a PIN from being guessed is that five wrong ones end it (see `judging.pairing.pins`). These limits keep
whoever has a judge's badge from ending one PIN after the other. An address has twenty tries an hour, except one that a
whole hall shares, by which a stranger could lock all judges out. An event has a hundred; from then on PINs that judges'
own devices show are not taken, organisers are told, and theirs still are. A new badge ends all of it.
"""

import time
from collections.abc import Callable
from typing import Final

from scoreboard.settings import Settings
from scoreboard.web.throttle import Throttle
from scoreboard.wire.peers import networks, owner, within

TRIES_OF_ADDRESS: Final = 20
TRIES_OF_EVENT: Final = 100
SECONDS: Final = 3600


class Guesses:
    """Counts wrong PINs; each before it is looked at, so that many at once are not all let through."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.venues = networks(settings.venues)
        self.addresses = Throttle(TRIES_OF_ADDRESS, SECONDS, clock)
        self.events = Throttle(TRIES_OF_EVENT, SECONDS, clock)

    def begin(self, address: str, event_id: int) -> None:
        """Count a try. Raises TooManyTries for an address that has none left, with the seconds to wait."""
        if not within(address, self.venues):
            self.addresses.check(owner(address))
            self.addresses.fail(owner(address))
        self.events.fail(str(event_id))

    def right(self, address: str, event_id: int) -> None:
        """Take a try back that was right."""
        self.addresses.forgive(owner(address))
        self.events.forgive(str(event_id))

    def wrong(self, event_id: int) -> int:
        """How many wrong tries an event had within the hour."""
        return self.events.count(str(event_id))

    def alarmed(self, event_id: int) -> bool:
        """Whether so many PINs were wrong that only those of the console are taken."""
        return self.wrong(event_id) >= TRIES_OF_EVENT
