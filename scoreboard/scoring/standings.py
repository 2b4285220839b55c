"""The ordered result: ranks that are shared when tied (1, 2, 2, 4), and what broke a tie.

`precedence` is an ordered list of keys. The first is the total, that is the method's score; those after it are asked
only among teams that the keys before left tied:

    total            the method's score
    median           the median of the totals of a team's ballots
    criterion:KEY    a team's mean on that criterion

What no key separates stays tied and is listed by name, never by chance. Values compare to 1e-9 of their scale, so that
the last digits of a float never break a tie.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scoreboard.errors import InvalidInput
from scoreboard.scoring.estimates import Estimates, JudgeLine, mean_by
from scoreboard.scoring.normalise import method_named
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.ranks import SAME
from scoreboard.scoring.table import Ballots, FloatArray, ScoreTable, extent


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of the standings.

    `rank` and `score` are None while the team awaits `awaiting` more ballots. `tied`: another team has the same rank.
    `tie_break`: the key of the precedence that settled this rank among equal totals, or None.
    """

    rank: int | None
    tied: bool
    team: str
    score: float | None
    ballots: int
    awaiting: int
    tie_break: str | None


@dataclass(frozen=True, slots=True)
class Standings:
    """Ranked teams first, by rank and then name; after them those that await ballots, by name."""

    method: str
    standings: tuple[Standing, ...]
    judges: tuple[JudgeLine, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Key:
    """A key of the precedence with each team's value, higher first; less than `same` apart is equal."""

    name: str
    values: FloatArray
    same: float


def standings(
    table: ScoreTable,
    method: str = "raw",
    *,
    options: Options = DEFAULT,
    precedence: Sequence[str] = ("total",),
    names: Mapping[str, str] | None = None,
    minimum_ballots: int = 1,
    excluded: Collection[str] = frozenset(),
) -> Standings:
    """Rank the teams of a table by one of the methods, with its options; see `rank`."""
    ballots = table.ballots()
    return rank(
        ballots,
        method_named(method)(ballots, options),
        precedence=precedence,
        names=names,
        minimum_ballots=minimum_ballots,
        excluded=excluded,
    )


def rank(
    ballots: Ballots,
    estimates: Estimates,
    *,
    precedence: Sequence[str] = ("total",),
    names: Mapping[str, str] | None = None,
    minimum_ballots: int = 1,
    excluded: Collection[str] = frozenset(),
) -> Standings:
    """Order the teams of `ballots` by what a method estimated from them.

    `names` gives the name to sort ties by (a team's id where it has none), `minimum_ballots` from how many complete
    ballots on a team is ranked, `excluded` the teams that are out of the ranking altogether: withdrawn or disqualified.
    Raises InvalidInput for a precedence that `keys_of` does not allow.
    """
    keys = [_key(name, ballots, estimates) for name in _checked(precedence, ballots)]
    label = {} if names is None else names
    competing = sorted(
        (index for index, team in enumerate(ballots.teams) if team not in excluded),
        key=lambda index: _by_name(ballots.teams[index], label),
    )
    needed = max(minimum_ballots, 1)  # without a ballot there is nothing to rank
    enough = (estimates.ballots >= needed) & np.isfinite(estimates.score)
    lines: list[Standing] = []
    place = 1
    for group, tie_break in _settle([index for index in competing if enough[index]], keys, None):
        lines += [
            Standing(
                rank=place,
                tied=len(group) > 1,
                team=ballots.teams[index],
                score=float(estimates.score[index]),
                ballots=int(estimates.ballots[index]),
                awaiting=0,
                tie_break=tie_break,
            )
            for index in group
        ]
        place += len(group)
    lines += [
        Standing(
            rank=None,
            tied=False,
            team=ballots.teams[index],
            score=None,
            ballots=int(estimates.ballots[index]),
            awaiting=max(needed - int(estimates.ballots[index]), 0),
            tie_break=None,
        )
        for index in competing
        if not enough[index]
    ]
    return Standings(estimates.method, tuple(lines), estimates.judges)


def keys_of(criteria: Sequence[str]) -> tuple[str, ...]:
    """The keys that a precedence may hold for these criteria; `total` comes first."""
    return ("total", "median", *(f"criterion:{key}" for key in criteria))


def _checked(precedence: Sequence[str], ballots: Ballots) -> Sequence[str]:
    known = keys_of([scale.key for scale in ballots.scales])
    if not precedence or precedence[0] != "total":
        raise InvalidInput("The precedence must begin with total.")
    for name in precedence:
        if name not in known:
            raise InvalidInput(
                "The precedence has no key %(key)s; known are: %(known)s.", key=name, known=", ".join(known)
            )
    return precedence


def _key(name: str, ballots: Ballots, estimates: Estimates) -> _Key:
    if name == "total":
        return _Key(name, estimates.score, SAME * estimates.extent)
    if name == "median":
        return _Key(name, _medians(ballots), SAME * ballots.extent)
    column = keys_of([scale.key for scale in ballots.scales]).index(name) - 2
    units = ballots.units[:, column]
    width = 1.0 if ballots.scales[column].ranged else extent(units)
    return _Key(name, mean_by(ballots.team, units, len(ballots.teams)), SAME * width)


def _medians(ballots: Ballots) -> FloatArray:
    """The median of each team's totals (T), NaN without any."""
    counts = np.bincount(ballots.team, minlength=len(ballots.teams))
    some = counts > 0
    ordered = ballots.total[np.lexsort((ballots.total, ballots.team))]
    start = np.cumsum(counts) - counts
    medians = np.full(len(counts), np.nan)
    medians[some] = (ordered[(start + (counts - 1) // 2)[some]] + ordered[(start + counts // 2)[some]]) / 2
    return medians


def _settle(group: list[int], keys: Sequence[_Key], tie_break: str | None) -> Iterator[tuple[list[int], str | None]]:
    """Split teams into groups that no key separates, best first, each with the tie-break that settled its rank."""
    if not keys or len(group) < 2:
        if group:
            yield group, tie_break
        return
    parts = _alike(group, keys[0])
    settled = keys[0].name if len(parts) > 1 and keys[0].name != "total" else tie_break
    for part in parts:
        yield from _settle(part, keys[1:], settled)


def _alike(group: list[int], key: _Key) -> list[list[int]]:
    """Teams of equal value together, highest first; within them the order stays.

    A cut is where neighbours differ, not where a grid of rounded values has its edges: two equal scores with noise in
    the last digit may lie on both sides of an edge.
    """
    ordered = sorted(group, key=lambda index: -key.values[index])
    parts = [ordered[:1]]
    for before, index in pairwise(ordered):
        if key.values[before] - key.values[index] > key.same:
            parts.append([])
        parts[-1].append(index)
    place = {index: position for position, index in enumerate(group)}
    return [sorted(part, key=place.__getitem__) for part in parts]


def _by_name(team: str, names: Mapping[str, str]) -> tuple[str, str]:
    return names.get(team, team).casefold(), team
