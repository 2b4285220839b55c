"""What a description of the event brings: things that are added, changed, removed or put into another order.

An entry tells each field before and after. What it says was there before must be what the entries before it told.
"""

from collections.abc import Callable
from typing import Any, Final

from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.replay.course import Course, Pair, RoundCourse
from scoreboard.judging.verification.verdict import Illegal

Rule = Callable[[Course, Recorded, dict[str, Any]], None]
PLAIN: Final = ("event", "organisation", "track", "award", "team", "judge", "member")
OWN_CHOICE: Final = frozenset({("judge", "language")})  # a judge chooses it on the phone, which is no matter of record
BY_RUBRIC: Final = frozenset({"weight", "minimum", "maximum", "step"})
BY_RULE: Final = frozenset({"rule", "precedence"})


def thing_added(kind: str) -> Rule:
    """A rule for a new thing of a kind."""

    def rule(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
        new(course.of(kind), key_of(kind, entry), payload["after"])

    return rule


def thing_changed(kind: str) -> Rule:
    """A rule for a change of a thing of a kind."""

    def rule(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
        update(known(course.of(kind), key_of(kind, entry)), payload, kind)

    return rule


def member_removed(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """A person whose role at the event ends."""
    known(course.of("member"), key_of("member", entry))
    del course.of("member")[key_of("member", entry)]


def order_changed(_course: Course, _entry: Recorded, payload: dict[str, Any]) -> None:
    """A new order of things; it moves nothing but their places in lists."""
    if payload["before"] == payload["after"]:
        raise Illegal("Things were put into the order in which they were.")


def round_added(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A new round."""
    key = key_of("round", entry)
    if key in course.rounds:
        raise Illegal("%(key)s is added a second time.", key=key)
    course.rounds[key] = RoundCourse(key, dict(payload["after"]))


def round_changed(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A change of what a round is; not of what its ballots were given by."""
    round_ = course.round(key_of("round", entry))
    if round_.scored and BY_RULE & payload["after"].keys():
        raise Illegal("The rule of round %(round)s was changed after ballots had been given by it.", round=round_.key)
    update(round_.told, payload)


def criterion_added(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A new criterion of a round's rubric."""
    key = payload["after"]["key"]
    round_ = unlocked(course, entry, key)
    new(round_.criteria, key, payload["after"])
    round_.measure()


def criterion_changed(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A change of a criterion; of its numbers only while no ballot follows them."""
    round_, key = place(course, entry)
    if round_.scored and BY_RUBRIC & payload["after"].keys():
        raise Illegal("The rubric of round %(round)s was changed after ballots had been given by it.", round=round_.key)
    update(known(round_.criteria, key), payload)
    round_.measure()


def criterion_removed(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """A criterion that the rubric has no more."""
    round_, key = place(course, entry)
    unlocked(course, entry, key)
    known(round_.criteria, key)
    del round_.criteria[key]
    round_.measure()


def criteria_reordered(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A rubric in another order."""
    round_ = course.round(key_of("criterion", entry))
    order: list[str] = payload["after"]["order"]
    places = {key: number for number, key in enumerate(order)}
    round_.criteria = dict(sorted(round_.criteria.items(), key=lambda item: places.get(item[0], len(places))))


def conflict_added(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge who must not score a team."""
    pair = pair_of(course, key_of("conflict", entry))
    if pair in course.conflicts:
        raise Illegal("%(key)s is added a second time.", key="/".join(pair))
    if (payload["after"].get("source") == "judge" or entry.actor.startswith("judge:")) and (
        payload["after"].get("source") != "judge" or entry.actor != f"judge:{pair[0]}"
    ):
        raise Illegal("A conflict of judge %(judge)s was declared by %(actor)s.", judge=pair[0], actor=entry.actor)
    course.conflicts[pair] = dict(payload["after"])


def conflict_changed(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """Other words for a conflict."""
    pair = pair_of(course, key_of("conflict", entry))
    if pair not in course.conflicts:
        raise Illegal("No entry before it tells of %(key)s.", key="/".join(pair))
    update(course.conflicts[pair], payload)


def conflict_removed(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """A conflict that is none any more."""
    pair = pair_of(course, key_of("conflict", entry))
    if course.conflicts.pop(pair, None) is None:
        raise Illegal("No entry before it tells of %(key)s.", key="/".join(pair))


def assignment_added(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge who is to score a team."""
    round_, pair = duty(course, entry, payload["after"])
    course.judge(pair[0])
    course.team(pair[1])
    if round_.final:
        raise Illegal("An assignment was added to round %(round)s after it was final.", round=round_.key)
    if pair in course.conflicts:
        raise Illegal(
            "Judge %(judge)s was assigned to team %(team)s in spite of a conflict.", judge=pair[0], team=pair[1]
        )
    if pair in round_.assignments:
        raise Illegal("%(key)s is added a second time.", key=key_of("assignment", entry))
    round_.assignments[pair] = "pending"


def assignment_removed(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge who is not to score a team after all; only while there is no ballot."""
    round_, pair = duty(course, entry, payload["before"])
    if round_.assignments.get(pair) != "pending" or pair in round_.ballots:
        raise Illegal("%(key)s was removed, which was not pending.", key=key_of("assignment", entry))
    del round_.assignments[pair]


def assignments_reordered(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge's visits in another order."""
    path = key_of("assignment", entry)
    for round_ in course.rounds.values():
        judge = path.removeprefix(f"{round_.key}/")
        mine = {pair: state for pair, state in round_.assignments.items() if pair[0] == judge}
        if mine and judge != path:
            order = [(judge, team) for team in payload["after"]["teams"]]
            if mine.keys() != set(order):
                break
            for pair in order:
                round_.assignments[pair] = round_.assignments.pop(pair)
            return
    raise Illegal("The visits %(key)s were put in order, and are not the same ones.", key=path)


def new(things: dict[str, dict[str, Any]], key: str, told: dict[str, Any]) -> None:
    """Add a thing."""
    if key in things:
        raise Illegal("%(key)s is added a second time.", key=key)
    things[key] = dict(told)


def known(things: dict[str, dict[str, Any]], key: str) -> dict[str, Any]:
    """Find a thing that was told of."""
    found = things.get(key)
    if found is None:
        raise Illegal("No entry before it tells of %(key)s.", key=key)
    return found


def update(told: dict[str, Any], payload: dict[str, Any], kind: str = "") -> None:
    """Bring what was told of a thing up to date, if it was as the entry says."""
    before: dict[str, Any] = payload["before"]
    after: dict[str, Any] = payload["after"]
    for name, value in before.items():
        if (kind, name) not in OWN_CHOICE and (told.get(name) or None) != (value or None):
            raise Illegal(
                "It says that %(name)s was %(found)s; the entries before it say %(expected)s.",
                name=name,
                found=str(value),
                expected=str(told.get(name)),
            )
    told.update(after)


def key_of(kind: str, entry: Recorded) -> str:
    """The key in an entry's subject."""
    found, _, key = entry.subject.partition(":")
    if found != kind or not key:
        raise Illegal("%(action)s is recorded on %(subject)s.", action=entry.action, subject=entry.subject)
    return key


def place(course: Course, entry: Recorded) -> tuple[RoundCourse, str]:
    """The round and the key of a criterion, which its subject names as ``round/key``."""
    path = key_of("criterion", entry)
    for round_ in course.rounds.values():
        if path.startswith(f"{round_.key}/") and path[len(round_.key) + 1 :] in round_.criteria:
            return round_, path[len(round_.key) + 1 :]
    raise Illegal("No entry before it tells of %(key)s.", key=path)


def unlocked(course: Course, entry: Recorded, key: str) -> RoundCourse:
    """The round of a criterion that comes or goes: none that has ballots."""
    round_ = course.round(key_of("criterion", entry).removesuffix(f"/{key}"))
    if round_.scored:
        raise Illegal("The rubric of round %(round)s was changed after ballots had been given by it.", round=round_.key)
    return round_


def pair_of(course: Course, path: str) -> Pair:
    """The judge and the team that ``judge/team`` names."""
    parts = path.split("/")
    for cut in range(1, len(parts)):
        judge, team = "/".join(parts[:cut]), "/".join(parts[cut:])
        if judge in course.of("judge") and team in course.of("team"):
            return judge, team
    raise Illegal("No entry before it tells of %(key)s.", key=path)


def duty(course: Course, entry: Recorded, told: dict[str, Any]) -> tuple[RoundCourse, Pair]:
    """The round and the pair of an assignment, which its subject names as ``round/judge/team``."""
    judge, team = told["judge"], told["team"]
    return course.round(key_of("assignment", entry).removesuffix(f"/{judge}/{team}")), (judge, team)


ROSTER: Final[dict[str, Rule]] = {
    **{f"{kind}.added": thing_added(kind) for kind in PLAIN},
    **{f"{kind}.changed": thing_changed(kind) for kind in PLAIN},
    **{f"{kind}.reordered": order_changed for kind in ("round", "track", "award")},
    "member.removed": member_removed,
    "round.added": round_added,
    "round.changed": round_changed,
    "criterion.added": criterion_added,
    "criterion.changed": criterion_changed,
    "criterion.removed": criterion_removed,
    "criterion.reordered": criteria_reordered,
    "conflict.added": conflict_added,
    "conflict.changed": conflict_changed,
    "conflict.removed": conflict_removed,
    "assignment.added": assignment_added,
    "assignment.removed": assignment_removed,
    "assignment.reordered": assignments_reordered,
}
