"""What a ballot must be: of an open round, for a team that is assigned and without conflict, revision by revision."""

from typing import Any, Final

from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.replay.course import Course, Given, Pair, RoundCourse
from scoreboard.judging.verification.verdict import Illegal

JUDGE: Final = "judge:"
TEAM: Final = "team:"


def submitted(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge's first ballot for a team."""
    if payload["revision"] != 1:
        raise out_of_order(payload["revision"], 1)
    take(course, entry, payload)


def corrected(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A revision of one."""
    if payload["revision"] == 1:
        raise Illegal("The first ballot of a judge for a team is recorded as a correction.")
    take(course, entry, payload)


def take(course: Course, entry: Recorded, payload: dict[str, Any], *, closed: bool = False) -> None:
    """Take a ballot, if all that the server promises to refuse is not so; `closed`: after the close, too."""
    round_, pair, state = allowed(course, entry, payload, late=closed)
    follow(course, round_, pair, state, entry.sequence, payload)


def allowed(
    course: Course, entry: Recorded, payload: dict[str, Any], *, late: bool = False
) -> tuple[RoundCourse, Pair, str]:
    """Where a ballot belongs, and the state of its assignment; `late`: a close or a pause does not matter.

    Raises Illegal for all that the server promises to refuse.
    """
    actor, subject = entry.actor, entry.subject
    if not actor.startswith(JUDGE) or not subject.startswith(TEAM):
        raise Illegal("A ballot was recorded of %(actor)s for %(subject)s.", actor=actor, subject=subject)
    pair = judge, team = actor[len(JUDGE) :], subject[len(TEAM) :]
    round_, told, group = course.rounds.get(payload["round"]), course.judges.get(judge), course.teams.get(team)
    if round_ is None or told is None or group is None:
        raise unheard(course, payload["round"], judge, team)
    if told.get("status"):
        raise Illegal("Judge %(judge)s had withdrawn when this ballot was taken.", judge=judge)
    if group.get("status"):
        raise Illegal("A ballot was taken for team %(team)s, which no longer competed.", team=team)
    refuse_phase(round_, late=late)
    if pair in course.conflicts:
        raise Illegal(
            "Judge %(judge)s scored team %(team)s in spite of a conflict of interest.", judge=judge, team=team
        )
    if round_.signatures and round_.signature(judge):
        raise Illegal("A ballot of judge %(judge)s was taken after the judge had signed.", judge=judge)
    state = round_.assignments.get(pair)
    if state is None:
        raise Illegal("Judge %(judge)s scored team %(team)s without an assignment.", judge=judge, team=team)
    return round_, pair, state


def refuse_phase(round_: RoundCourse, *, late: bool) -> None:
    """Raise Illegal where a round took no ballots."""
    if round_.closed and not late:
        raise Illegal("A ballot was taken after round %(round)s was closed.", round=round_.key)
    if not round_.opened:
        raise Illegal("A ballot was taken before round %(round)s was opened.", round=round_.key)
    if round_.paused and not late:
        raise Illegal("A ballot was taken while round %(round)s was paused.", round=round_.key)


def unheard(course: Course, round_: str, judge: str, team: str) -> Illegal:
    """Which of the three no entry has told of."""
    try:
        course.round(round_)
        course.judge(judge)
        course.team(team)
    except Illegal as wrong:
        return wrong
    raise AssertionError((round_, judge, team))


def reoffered(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A ballot that a judge's phone offered again after a restore, with the receipt of when it was taken first.

    It was allowed then, so it is taken whatever became of assignments and conflicts, and after the close; not after the
    end.
    """
    if not entry.actor.startswith(JUDGE) or not entry.subject.startswith(TEAM):
        raise Illegal("A ballot was recorded of %(actor)s for %(subject)s.", actor=entry.actor, subject=entry.subject)
    if not course.restored:
        raise Illegal("A ballot was offered again, although nothing had been restored.")
    judge, team = entry.actor[len(JUDGE) :], entry.subject[len(TEAM) :]
    round_ = course.round(payload["round"])
    course.judge(judge)
    course.team(team)
    if round_.final:
        raise Illegal("A ballot was taken after round %(round)s was final.", round=round_.key)
    pair = judge, team
    follow(course, round_, pair, round_.assignments.get(pair), entry.sequence, payload)


def follow(
    course: Course, round_: RoundCourse, pair: Pair, state: str | None, sequence: int, payload: dict[str, Any]
) -> None:
    """Append a revision: the next one, under a number of its own, with a score in range for each criterion."""
    before = round_.ballots.get(pair)
    revision, uuid, scores = payload["revision"], payload["uuid"], payload["scores"]
    expected = 1 if before is None else before.revision + 1
    if revision != expected:
        raise out_of_order(revision, expected)
    fresh(course, uuid)
    within(scores, round_.tops)
    course.uuids.add(uuid)
    round_.ballots[pair] = Given(revision, sequence, scores)
    if state not in {None, "done"}:
        round_.assignments[pair] = "done"


def fresh(course: Course, uuid: str) -> None:
    """Refuse a number that a ballot has already."""
    if uuid in course.uuids:
        raise Illegal("The ballot %(uuid)s was taken twice.", uuid=uuid)


def within(scores: dict[str, Any], tops: dict[str, int]) -> None:
    """Refuse scores that do not follow the rubric."""
    if len(scores) != len(tops):
        raise out_of_rubric(scores, tops)
    for criterion, steps in scores.items():
        if type(steps) is not int or steps < 0 or criterion not in tops or steps > tops[criterion]:
            raise out_of_rubric(scores, tops)


def out_of_rubric(scores: dict[str, Any], tops: dict[str, int]) -> Illegal:
    """What is wrong with scores that do not follow the rubric."""
    if scores.keys() != tops.keys():
        return Illegal(
            "A ballot scores %(found)s; the rubric has %(expected)s.",
            found=", ".join(sorted(scores)),
            expected=", ".join(sorted(tops)),
        )
    criterion, steps = next(
        (criterion, steps)
        for criterion, steps in scores.items()
        if type(steps) is not int or not 0 <= steps <= tops[criterion]
    )
    return Illegal(
        "A score of %(steps)s steps on %(criterion)s is outside of 0 to %(top)s.",
        steps=str(steps),
        criterion=criterion,
        top=tops[criterion],
    )


def out_of_order(found: object, expected: int) -> Illegal:
    """What is wrong with a revision that does not follow."""
    return Illegal(
        "Revision %(found)s of a ballot was taken where revision %(expected)s was to follow.",
        found=str(found),
        expected=expected,
    )
