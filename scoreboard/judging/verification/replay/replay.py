"""The entries of an event, told again in their order."""

from collections.abc import Callable, Mapping
from json import JSONDecoder
from json.scanner import make_scanner
from typing import Any, Final, cast

from scoreboard.judging.verification.chain import BALLOT, Recorded
from scoreboard.judging.verification.keys import OPENED, ROTATED
from scoreboard.judging.verification.replay.ballots import corrected, reoffered, submitted
from scoreboard.judging.verification.replay.course import Course
from scoreboard.judging.verification.replay.decisions import DECISIONS, restored
from scoreboard.judging.verification.replay.entering import ENTERING
from scoreboard.judging.verification.replay.hall import HALL
from scoreboard.judging.verification.replay.late import LATE_BALLOTS
from scoreboard.judging.verification.replay.roster import ROSTER, Rule
from scoreboard.judging.verification.verdict import Check, Illegal


def kept_elsewhere(_course: Course, _entry: Recorded, _payload: dict[str, Any]) -> None:
    """An entry about the ledger itself, which `keys` follows."""


RULES: Final[dict[str, Rule]] = {
    OPENED: kept_elsewhere,
    ROTATED: kept_elsewhere,
    "deployment.restored": restored,
    "ballot.submitted": submitted,
    "ballot.corrected": corrected,
    "ballot.reoffered": reoffered,
    **LATE_BALLOTS,
    **ROSTER,
    **DECISIONS,
    **ENTERING,
    **HALL,
}
MALFORMED: Final = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, StopIteration)
# What reads one value, and no more: StopIteration where there is none. Its types are told otherwise than it is made.
scan: Final[Callable[[str, int], tuple[Any, int]]] = make_scanner(cast("Any", JSONDecoder()))


class Replay:
    """What the entries tell, and how many of a kind there is no rule for."""

    def __init__(self) -> None:
        self.course = Course()
        self.unknown: dict[str, int] = {}

    def tell(self, entry: Recorded) -> Mapping[str, Any]:
        """Take the next entry; give its particulars. Raises Illegal for one that may not be."""
        try:
            payload, end = scan(entry.payload, 0)
            if end != len(entry.payload) or type(payload) is not dict:
                raise ValueError(entry.payload)
            action = entry.action
            if not action.startswith(BALLOT):
                self.course.spoken[entry.subject] = entry.sequence
            rule = RULES.get(action)
            if rule is not None:
                rule(self.course, entry, payload)
            else:
                self.unknown[action] = self.unknown.get(action, 0) + 1
        except MALFORMED as failure:
            raise Illegal(
                "Entry %(sequence)s does not hold what a %(action)s must hold.",
                Check.FORM,
                sequence=entry.sequence,
                action=entry.action,
            ) from failure
        return payload
