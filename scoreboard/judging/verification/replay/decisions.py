"""What organisers decide: the steps of a round, excuses, teams that leave. Each must follow from what was so."""

from typing import Any, Final

from scoreboard.judging.acceptance import ACCEPTED, WITHDRAWN, Acceptance
from scoreboard.judging.announcements import MADE
from scoreboard.judging.second_person import PROPOSED
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.replay.course import Course, Pair, RoundCourse
from scoreboard.judging.verification.replay.roster import Rule, key_of
from scoreboard.judging.verification.verdict import Illegal


def opened(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """A round takes ballots for the first time."""
    round_ = course.round(key_of("round", entry))
    require(not round_.opened, "Round %(round)s was opened, and had been before.", round_)
    round_.opened = True
    round_.at["opened"] = entry.at


def reopened(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """A round takes ballots again."""
    round_ = course.round(key_of("round", entry))
    require(round_.closed, "Round %(round)s was opened again without having been closed.", round_)
    require(not round_.final, "Round %(round)s was opened again after it was final.", round_)
    round_.closed = False
    round_.proposal = None
    del round_.at["closed"]


def frozen(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """What the public sees is held."""
    round_ = course.round(key_of("round", entry))
    require(round_.opened, "Round %(round)s was frozen before it was opened.", round_)
    require(not round_.final, "Round %(round)s was frozen after it was final.", round_)
    require(not round_.frozen, "Round %(round)s was frozen, and had been before.", round_)
    round_.frozen = True
    round_.holds.add(entry.sequence)
    round_.freezes[entry.sequence] = entry.at, str(payload.get("holds", ""))
    round_.at["frozen"] = entry.at
    round_.at.pop("thawed", None)


def held_kept(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """What a freeze holds was computed, and is named."""
    round_ = course.round(key_of("round", entry))
    require(payload["freeze"] in round_.holds, "Round %(round)s has no freeze whose result was to be named.", round_)
    round_.holds.remove(payload["freeze"])


def thawed(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """The public sees the round as it is."""
    round_ = course.round(key_of("round", entry))
    require(round_.frozen, "Round %(round)s was thawed without having been frozen.", round_)
    round_.frozen = False
    round_.at["thawed"] = entry.at


def closed(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """A round takes no more ballots."""
    round_ = course.round(key_of("round", entry))
    require(round_.takes_ballots, "Round %(round)s was closed without being open.", round_)
    round_.closed, round_.paused = True, False
    round_.at["closed"] = entry.at
    round_.at.pop("paused", None)


def paused(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A round takes no ballots for a while."""
    round_ = course.round(key_of("round", entry))
    require(round_.takes_ballots and not round_.paused, "Round %(round)s was paused without being open.", round_)
    if not payload["reason"]:
        raise ValueError(payload)
    round_.paused = True
    round_.at["paused"] = entry.at


def resumed_round(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """It takes them again."""
    round_ = course.round(key_of("round", entry))
    require(round_.paused, "Round %(round)s went on without having been paused.", round_)
    if type(payload["reason"]) is not str:
        raise TypeError(payload)
    round_.paused = False
    del round_.at["paused"]


def announced(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """Organisers told one judge something, or all."""
    kind, _, key = entry.subject.partition(":")
    if kind == "judge":
        course.judge(key)
    elif entry.subject.removeprefix("event:") not in course.of("event"):
        raise Illegal("%(action)s is recorded on %(subject)s.", action=entry.action, subject=entry.subject)
    if not (payload["text_en"] or payload["text_ar"]):
        raise ValueError(payload)


def finalised(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A round's result is final: nothing was missing, and somebody said why."""
    round_ = course.round(key_of("round", entry))
    require(round_.closed, "Round %(round)s was finalised before it was closed.", round_)
    require(not round_.final, "Round %(round)s was finalised, and had been before.", round_)
    require(bool(payload["comment"]), "Round %(round)s was finalised without a comment.", round_)
    if course.four_eyes:
        by, result = round_.proposal or (entry.actor, "")
        require(by != entry.actor, "Round %(round)s was finalised by one person; the event asks for two.", round_)
        require(payload["result"] == result, "Round %(round)s was finalised otherwise than it was proposed.", round_)
    awaited = course.awaited(round_)
    if awaited:
        judge, team = awaited[0]
        raise Illegal(
            "Round %(round)s was finalised while the ballot of judge %(judge)s for team %(team)s was missing.",
            round=round_.key,
            judge=judge,
            team=team,
        )
    decided(round_)
    require(not round_.waits(), "Round %(round)s was finalised while a ballot on paper waited.", round_)
    round_.final = True
    round_.at["finalised"] = entry.at


def proposed(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A first person proposes a result, for a second one to confirm."""
    round_ = course.round(key_of("round", entry))
    require(round_.closed and not round_.final, "A result of round %(round)s was proposed while it was open.", round_)
    decided(round_)
    round_.proposal = (entry.actor, payload["result"])


def decided(round_: RoundCourse) -> None:
    """Refuse a result while a late ballot waits for a decision."""
    waiting = next((late for late in round_.late.values() if late.state == "waiting"), None)
    if waiting is not None:
        judge, team = waiting.pair
        raise Illegal(
            "A result of round %(round)s was decided while a late ballot of judge %(judge)s for team %(team)s waited.",
            round=round_.key,
            judge=judge,
            team=team,
        )


def require(holds: object, message: str, round_: RoundCourse) -> None:
    """Refuse a step that does not follow from where the round stands."""
    if not holds:
        raise Illegal(message, round=round_.key)


def groups_accepted(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """Groups that share no judge count as equally strong."""
    round_ = course.round(key_of("round", entry))
    require(not round_.final, "Groups of round %(round)s were accepted after it was final.", round_)
    groups = tuple(tuple(group["teams"]) for group in payload["groups"])
    round_.acceptance = Acceptance(entry.sequence, entry.actor, payload["reason"], groups)


def acceptance_withdrawn(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """They do not any more."""
    round_ = course.round(key_of("round", entry))
    require(round_.acceptance, "An acceptance for round %(round)s was withdrawn, and there was none.", round_)
    round_.acceptance = None


def skipped(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge is excused from a team."""
    round_, pair = duty(course, entry, payload)
    if round_.final or round_.assignments.get(pair) != "pending":
        raise Illegal(
            "Judge %(judge)s was excused from team %(team)s, whose ballot was not awaited.", judge=pair[0], team=pair[1]
        )
    round_.assignments[pair] = "skipped"


def resumed(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """An excuse is taken back."""
    round_, pair = duty(course, entry, payload)
    if round_.final or round_.assignments.get(pair) != "skipped":
        raise Illegal(
            "The excuse of judge %(judge)s from team %(team)s was taken back, and there was none.",
            judge=pair[0],
            team=pair[1],
        )
    round_.assignments[pair] = "pending"


def duty(course: Course, entry: Recorded, payload: dict[str, Any]) -> tuple[RoundCourse, Pair]:
    """The round and the pair that a decision about an assignment is of."""
    return course.round(payload["round"]), (key_of("judge", entry), payload["team"])


def team_out(status: str) -> Rule:
    """A rule for a team that leaves the competition."""

    def rule(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
        key = key_of("team", entry)
        team = course.team(key)
        if team.get("status"):
            raise Illegal("Team %(team)s left a second time.", team=key)
        team.update(status=status, out_reason=payload["reason"])

    return rule


def team_restored(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """A team competes again."""
    key = key_of("team", entry)
    team = course.team(key)
    if not team.get("status"):
        raise Illegal("Team %(team)s was let back in, and had not left.", team=key)
    team.update(status="", out_reason="")


def restored(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """The database was put back to a copy, which ended with the entry before this one."""
    if payload["sequence"] != entry.sequence - 1 or payload["old_epoch"] == payload["new_epoch"]:
        raise Illegal("The restored copy is said to have ended with entry %(found)s.", found=str(payload["sequence"]))
    course.restored.append(entry.sequence)


DECISIONS: Final[dict[str, Rule]] = {
    "round.opened": opened,
    "round.reopened": reopened,
    "round.frozen": frozen,
    "result.kept": held_kept,
    "round.thawed": thawed,
    "round.closed": closed,
    "round.paused": paused,
    "round.resumed": resumed_round,
    "round.finalised": finalised,
    PROPOSED: proposed,
    MADE: announced,
    ACCEPTED: groups_accepted,
    WITHDRAWN: acceptance_withdrawn,
    "assignment.skipped": skipped,
    "assignment.resumed": resumed,
    "team.withdrawn": team_out("withdrawn"),
    "team.disqualified": team_out("disqualified"),
    "team.restored": team_restored,
}
