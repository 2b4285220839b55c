"""What happened between judges and organisers in the hall: signatures, ballots on paper, teams that were away."""

from typing import Any, Final

from scoreboard.judging.desk.papers import DISCARDED, ENTERED, TAKEN
from scoreboard.judging.reports.absences import EXCUSED, PRESENT, REPORTED, SETTLED
from scoreboard.judging.signature.pins import RESET
from scoreboard.judging.signature.signatures import LIFTED, SIGNED
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.replay.ballots import JUDGE, take
from scoreboard.judging.verification.replay.course import Course, Pair, PaperCourse, RoundCourse, SignatureCourse
from scoreboard.judging.verification.replay.decisions import require
from scoreboard.judging.verification.replay.roster import Rule, key_of
from scoreboard.judging.verification.verdict import Illegal

ORGANISER: Final = "organiser:"


def signed(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge confirmed all of their ballots of a round, and nothing else."""
    round_ = course.round(key_of("round", entry))
    judge = own(course, entry)
    require(round_.opened and not round_.final, "Ballots of round %(round)s were signed while it had none.", round_)
    ballots = {team: given.revision for (by, team), given in round_.ballots.items() if by == judge}
    if round_.signature(judge) or not ballots or payload["ballots"] != ballots:
        raise Illegal("Judge %(judge)s signed other ballots than there were, or signed twice.", judge=judge)
    round_.signatures[judge, entry.sequence] = SignatureCourse(entry.at)


def lifted(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """An organiser lifted a signature, with a reason."""
    round_, judge = course.round(payload["round"]), key_of("judge", entry)
    require(not round_.final, "A signature was lifted after round %(round)s was final.", round_)
    signature = round_.signature(judge)
    if signature is None or not by_organiser(entry.actor) or not payload["reason"]:
        raise Illegal("A signature of judge %(judge)s was lifted, and there was none or no reason.", judge=judge)
    signature.lifted = True


def entered(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A first person typed a sheet in."""
    round_, pair = sheet_of(course, entry, payload)
    require(round_.opened and not round_.final, "A ballot on paper came while round %(round)s took none.", round_)
    if not by_organiser(entry.actor) or pair not in round_.assignments:
        raise Illegal(
            "A ballot on paper was typed in by %(actor)s for judge %(judge)s and team %(team)s, who were not assigned.",
            actor=entry.actor,
            judge=pair[0],
            team=pair[1],
        )
    if payload["uuid"] in course.uuids or any(payload["uuid"] in other.papers for other in course.rounds.values()):
        raise Illegal("The ballot %(uuid)s was taken twice.", uuid=str(payload["uuid"]))
    round_.papers[payload["uuid"]] = PaperCourse(pair, entry.actor)


def discarded(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A sheet was put aside, with a reason."""
    round_, pair = sheet_of(course, entry, payload)
    waiting = round_.papers.get(payload["uuid"])
    if waiting is None or waiting.outcome or waiting.pair != pair or not payload["reason"]:
        raise Illegal("A ballot on paper was put aside that did not wait, or without a reason.")
    waiting.outcome = "discarded"


def taken(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A second person read a sheet as the first one had: a ballot; after the close with a reason."""
    round_ = course.round(payload["round"])
    require(not round_.final, "A ballot was taken after round %(round)s was final.", round_)
    paper, pair = payload["paper"], (entry.actor.removeprefix(JUDGE), key_of("team", entry))
    waiting = round_.papers.get(payload["uuid"])
    if waiting is None or waiting.outcome or (waiting.pair, waiting.entered_by) != (pair, paper["entered_by"]):
        raise Illegal("A ballot on paper was taken that nobody had typed in so.")
    if not by_organiser(paper["confirmed_by"]) or paper["confirmed_by"] == waiting.entered_by:
        raise Illegal(
            "A ballot on paper was confirmed by %(actor)s, who typed it in.", actor=str(paper["confirmed_by"])
        )
    if round_.closed and not paper.get("reason"):
        raise Illegal(
            "A ballot on paper was taken after round %(round)s was closed, without a reason.", round=round_.key
        )
    waiting.outcome, waiting.confirmed_by, waiting.reason = "taken", paper["confirmed_by"], paper.get("reason", "")
    take(course, entry, payload, closed=True)


def reported(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge found a team away."""
    round_ = course.round(payload["round"])
    pair = own(course, entry), key_of("team", entry)
    require(round_.takes_ballots, "A team was reported away while round %(round)s was not open.", round_)
    reports = round_.absences.setdefault(pair, [])
    if "" in reports or pair not in round_.assignments:
        raise out_of_place(pair)
    reports.append("")


def settled(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """An organiser said how that ended."""
    round_, pair = course.round(payload["round"]), (payload["judge"], key_of("team", entry))
    require(not round_.final, "A report was settled after round %(round)s was final.", round_)
    reports = round_.absences.get(pair, [])
    if "" not in reports or payload["outcome"] not in {EXCUSED, PRESENT} or not by_organiser(entry.actor):
        raise out_of_place(pair)
    reports[reports.index("")] = payload["outcome"]


def pin_reset(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """A judge may choose another PIN to sign with."""
    course.judge(key_of("judge", entry))


def out_of_place(pair: Pair) -> Illegal:
    """What is wrong with a report that could not be."""
    return Illegal(
        "Team %(team)s was reported away by judge %(judge)s, or that was settled, where it could not be.",
        team=pair[1],
        judge=pair[0],
    )


def own(course: Course, entry: Recorded) -> str:
    """The judge who acts. Raises Illegal where nobody like that does."""
    judge = entry.actor.removeprefix(JUDGE)
    if not entry.actor.startswith(JUDGE):
        raise Illegal("%(action)s is recorded of %(actor)s.", action=entry.action, actor=entry.actor)
    if course.judge(judge).get("status"):
        raise Illegal("Judge %(judge)s had withdrawn.", judge=judge)
    return judge


def sheet_of(course: Course, entry: Recorded, payload: dict[str, Any]) -> tuple[RoundCourse, Pair]:
    """The round and the pair of a sheet."""
    team = key_of("team", entry)
    course.judge(payload["judge"])
    course.team(team)
    return course.round(payload["round"]), (payload["judge"], team)


def by_organiser(actor: object) -> bool:
    """Whether it is somebody of the console."""
    return isinstance(actor, str) and actor.startswith(ORGANISER) and actor != ORGANISER


HALL: Final[dict[str, Rule]] = {
    SIGNED: signed,
    LIFTED: lifted,
    ENTERED: entered,
    DISCARDED: discarded,
    TAKEN: taken,
    REPORTED: reported,
    SETTLED: settled,
    RESET: pin_reset,
}
