"""Ballots that came after the close: entered before it, and counted only where somebody admitted them."""

from typing import Any, Final

from scoreboard.judging.ballots.late import ADMITTED, LATE
from scoreboard.judging.late import REFUSED, REOPENED
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.replay.ballots import JUDGE, TEAM, allowed, follow, fresh, within
from scoreboard.judging.verification.replay.course import Course, LateCourse, Pair, RoundCourse
from scoreboard.judging.verification.replay.roster import Rule, key_of
from scoreboard.judging.verification.times import TIME
from scoreboard.judging.verification.verdict import Illegal

SENT: Final = ("scores", "comment", "note")


def kept_late(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A ballot that was entered before the close came after it; or again, after a restore."""
    if "first" in payload:
        round_, pair = offered_again(course, entry, payload)
    else:
        round_, pair, _state = allowed(course, entry, payload, late=True)
    if not round_.closed or round_.final:
        raise Illegal(
            "A ballot was kept as late although round %(round)s was not closed, or was final.", round=round_.key
        )
    entered = payload["entered_at"]
    if not TIME.fullmatch(entered):
        raise ValueError(entered)
    if entered > round_.at["closed"] and "first" not in payload:
        raise Illegal("A ballot was kept as late that was entered after round %(round)s was closed.", round=round_.key)
    before = round_.ballots.get(pair)
    base = payload["base_revision"]
    if type(base) is not int or not 0 <= base <= (before.revision if before else 0):
        raise Illegal("A late ballot was made from revision %(found)s, which there was not.", found=str(base))
    fresh(course, payload["uuid"])
    within(payload["scores"], round_.tops)
    course.uuids.add(payload["uuid"])
    round_.late[payload["uuid"]] = LateCourse(pair, entry.sequence, entry.at, payload)


def offered_again(course: Course, entry: Recorded, payload: dict[str, Any]) -> tuple[RoundCourse, Pair]:
    """Where a late ballot belongs that a phone offered again: it was allowed when it was kept first."""
    if not entry.actor.startswith(JUDGE) or not entry.subject.startswith(TEAM):
        raise Illegal("A ballot was recorded of %(actor)s for %(subject)s.", actor=entry.actor, subject=entry.subject)
    if not course.restored:
        raise Illegal("A ballot was offered again, although nothing had been restored.")
    judge, team = entry.actor[len(JUDGE) :], entry.subject[len(TEAM) :]
    course.judge(judge)
    course.team(team)
    return course.round(payload["round"]), (judge, team)


def admitted(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A late ballot counts, as the next revision, and as it was sent."""
    round_, pair, state = allowed(course, entry, payload, late=True)
    late = undecided(round_, pair, payload["uuid"], "waiting")
    if not round_.closed or round_.final:
        raise Illegal(
            "A late ballot was admitted although round %(round)s was not closed, or was final.", round=round_.key
        )
    said = payload["late"]
    if said["sequence"] != late.sequence or any(payload[name] != late.told[name] for name in SENT):
        raise Illegal(
            "The ballot that was admitted is not the one that came late in entry %(late)s.", late=late.sequence
        )
    if not said["by"] or not said["reason"]:
        raise ValueError(said)
    course.uuids.discard(payload["uuid"])  # it keeps its number
    follow(course, round_, pair, state, entry.sequence, payload)
    late.state, late.reason = "admitted", said["reason"]


def refused(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A late ballot counts for nothing."""
    late = decided(course, entry, payload, "waiting")
    if not payload["reason"]:
        raise ValueError(payload)
    late.state, late.reason = "refused", payload["reason"]


def reopened(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A refusal is taken back."""
    late = decided(course, entry, payload, "refused")
    late.state, late.reason = "waiting", ""


def decided(course: Course, entry: Recorded, payload: dict[str, Any], state: str) -> LateCourse:
    """The late ballot that a decision is about, in the state from which it leads on."""
    round_ = course.round(payload["round"])
    late = undecided(round_, (payload["judge"], key_of("team", entry)), payload["uuid"], state)
    if round_.final:
        raise Illegal("It was decided about a late ballot after round %(round)s was final.", round=round_.key)
    return late


def undecided(round_: RoundCourse, pair: Pair, uuid: str, state: str) -> LateCourse:
    """Find a late ballot of a pair."""
    late = round_.late.get(uuid)
    if late is None or late.pair != pair or late.state != state:
        judge, team = pair
        raise Illegal(
            "There was no late ballot of judge %(judge)s for team %(team)s that this could be decided about.",
            judge=judge,
            team=team,
        )
    return late


LATE_BALLOTS: Final[dict[str, Rule]] = {
    LATE: kept_late,
    ADMITTED: admitted,
    REFUSED: refused,
    REOPENED: reopened,
}
