"""What every handler can reach: yielded by the lifespan, typed, and nothing else is shared."""

from typing import TypedDict

from scoreboard.database import Database
from scoreboard.figures.figures import Figures
from scoreboard.judging.ledger.notary import Notary
from scoreboard.live.hub import Hub
from scoreboard.live.publisher import Publisher
from scoreboard.live.window import Window
from scoreboard.settings import Settings
from scoreboard.web.analyses import Analyses
from scoreboard.web.doorkeeper import Doorkeeper
from scoreboard.web.guesses import Guesses
from scoreboard.web.limits import Doors
from scoreboard.web.readiness import Readiness
from scoreboard.web.regulars import Regulars
from scoreboard.web.templating import Pages
from scoreboard.web.throttle import Throttle


class State(TypedDict):
    """The parts of a running process."""

    settings: Settings
    figures: Figures
    readiness: Readiness
    database: Database
    notary: Notary
    hub: Hub
    publisher: Publisher
    window: Window
    analyses: Analyses
    pages: Pages
    throttle: Throttle
    sign_ins: Throttle
    reports: Throttle
    doors: Doors
    doorkeeper: Doorkeeper
    regulars: Regulars
    guesses: Guesses
