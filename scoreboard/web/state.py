"""What every handler can reach: yielded by the lifespan, typed, and nothing else is shared."""

from typing import TypedDict

from scoreboard.database import Database
from scoreboard.judging.ledger.notary import Notary
from scoreboard.live.hub import Hub
from scoreboard.live.publisher import Publisher
from scoreboard.settings import Settings
from scoreboard.web.analyses import Analyses
from scoreboard.web.limits import Doors
from scoreboard.web.templating import Pages
from scoreboard.web.throttle import Throttle


class State(TypedDict):
    """The parts of a running process."""

    settings: Settings
    database: Database
    notary: Notary
    hub: Hub
    publisher: Publisher
    analyses: Analyses
    pages: Pages
    throttle: Throttle
    doors: Doors
