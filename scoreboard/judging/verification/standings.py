"""Published standings, computed again: from what the entries tell, and from nothing that the result says of itself."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from scoreboard import __version__
from scoreboard.judging.results import Contest
from scoreboard.judging.runs import result_of
from scoreboard.judging.verification.replay.course import Course, RoundCourse
from scoreboard.judging.verification.verdict import Check, Illegal
from scoreboard.scoring.table import Scale, ScoreTable

CLOSE: Final = 1e-6  # of 100 points: far below what is shown, and above what another processor may add up otherwise
UNCOMPARED: Final = frozenset({"software", "standings"})


def contest_of(course: Course, round_: RoundCourse, sequence: int) -> Contest:
    """What a round's ranking is computed from, as the entries up to `sequence` tell it."""
    judges, teams = course.of("judge"), course.of("team")
    arabic = next(iter(course.of("event").values()), {}).get("language") == "ar"
    first, second = ("name_ar", "name_en") if arabic else ("name_en", "name_ar")
    left_out = round_.ballots.keys() & course.conflicts.keys()
    values = {
        key: [float(Decimal(told["minimum"]) + step * Decimal(told["step"])) for step in range(round_.tops[key] + 1)]
        for key, told in round_.criteria.items()
    }
    rows = [
        (judge, team, key, values[key][steps])
        for (judge, team), ballot in round_.ballots.items()
        if (judge, team) not in left_out
        for key, steps in ballot.scores.items()
    ]
    return Contest(
        table=ScoreTable.from_rows(
            rows,
            scales=[
                Scale(key, *(float(Decimal(told[name])) for name in ("weight", "minimum", "maximum")))
                for key, told in round_.criteria.items()
            ],
            judges=sorted(judges),
            teams=sorted(teams),
        ),
        method=round_.told["rule"],
        beside=round_.told.get("beside", ""),
        precedence=tuple(round_.told["precedence"]),
        names={key: str(team.get(first) or team.get(second)) for key, team in teams.items()},
        minimum_ballots=round_.told["minimum_ballots"],
        excluded=frozenset(key for key, team in teams.items() if team.get("status")),
        left_out=frozenset(left_out),
        awaited=frozenset(),
        given=len(rows),
        open=False,
        acceptance=round_.acceptance,
        sequence=sequence,
    )


def confirm(stated: Mapping[str, Any], contest: Contest, round_key: str) -> None:
    """Compute a result again and compare it with what was published. Raises Illegal where they differ."""
    found = result_of(contest, round_key).stated
    by = str(stated.get("software", ""))
    differs = next((name for name in found if name not in UNCOMPARED and stated.get(name) != found[name]), None)
    if differs is not None:
        raise Illegal(
            "The published result says that its %(name)s is %(found)s; the entries give %(expected)s.",
            Check.STANDINGS,
            name=differs,
            found=shortened(stated.get(differs)),
            expected=shortened(found[differs]),
        )
    published: list[dict[str, Any]] = stated["standings"]
    if len(published) != len(found["standings"]):
        raise Illegal(
            "The published result has %(found)s lines; computed again it has %(expected)s.",
            Check.STANDINGS,
            found=len(published),
            expected=len(found["standings"]),
        )
    for number, (line, again) in enumerate(zip(published, found["standings"], strict=True), 1):
        name = next((name for name in again if not same(line.get(name), again[name])), None)
        if name is None:
            continue
        if by != __version__:
            raise Illegal(
                "Line %(number)s of the published result, %(name)s of team %(team)s, is %(found)s; version %(version)s "
                "computes %(expected)s. It was published by version %(by)s: verify it with that.",
                Check.STANDINGS,
                **compared(number, name, line, again),
                version=__version__,
                by=by,
            )
        raise Illegal(
            "Line %(number)s of the published result, %(name)s of team %(team)s, is %(found)s; computed again it is "
            "%(expected)s.",
            Check.STANDINGS,
            **compared(number, name, line, again),
        )


def compared(number: int, name: str, line: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, str | int]:
    """What the words on a line that differs are filled in with."""
    return {
        "number": number,
        "name": name,
        "team": str(line.get("team")),
        "found": shortened(line.get(name)),
        "expected": shortened(again[name]),
    }


def same(published: object, again: object) -> bool:
    """Whether two values of a line are the same, totals as far as anybody can see."""
    if isinstance(published, str) and isinstance(again, str) and published != again:
        try:
            return abs(float(published) - float(again)) <= CLOSE
        except ValueError:
            return False
    return type(published) is type(again) and published == again


def shortened(value: object) -> str:
    """A value for a sentence."""
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
