"""Everything that a running server measures of itself; what can be asked when it is wanted is not kept here.

    answered   from the moment at which a ballot was read to that at which its answer was written
    pushed     from there to that at which every viewer of a topic was written a state that contains it
    shown      from the publication of a state to the word of a screen in the hall that it shows it
    late       by how much the event loop is late: so long does everybody wait for whoever has the turn
    committed  how long a commit takes, with the disk; `together`: how many pieces of work ride in one

All are in seconds of a monotonic clock, except `together`.
"""

import time
from collections import Counter
from typing import NamedTuple

from scoreboard.figures.distribution import Distribution

PUBLIC = "public"
CONSOLE = "console"


class Answered(NamedTuple):
    """A kind of answer: how a request was made, the address as the sitemap has it, the status."""

    method: str
    route: str
    status: int


class Figures:
    """What one process measures."""

    def __init__(self) -> None:
        self.began_at = time.monotonic()
        self.answered = Distribution()
        self.pushed = {PUBLIC: Distribution(), CONSOLE: Distribution()}
        self.shown = Distribution()
        self.late = Distribution()
        self.committed = Distribution()
        self.together = Distribution(least=1)
        self.answers: Counter[Answered] = Counter()
        self.refusals: Counter[str] = Counter()  # by the code of the error
        self.words: Counter[str] = Counter()  # of viewers who say what they show: "current" or "behind"
        self.cut: Counter[str] = Counter()  # connections that the server ended, by the reason; counted by who ends them

    def seconds(self) -> float:
        """How long the process has been measuring."""
        return time.monotonic() - self.began_at
