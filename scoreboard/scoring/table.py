"""The score table: judge x team x criterion x value, the input of everything in this package.

A table becomes ballots. A ballot is what one judge said of one team on one occasion; it enters only when it is
complete, that is when it has a score for each criterion: what was not scored is absent, never 0. Its total is

    total = 100 * sum(weight * unit) / sum(weight),    unit = (value - minimum) / (maximum - minimum)

where the criteria declare their ranges. Where none does, the table keeps its own scale: unit = value, and the total
is the weighted mean of the units. Criteria that nobody declared are those that occur in the table; they weigh alike.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from scoreboard.errors import InvalidTable

IntArray: TypeAlias = npt.NDArray[np.intp]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


LARGEST: Final = 1e60
SMALLEST: Final = 1e-60
"""Of a score, and of the largest of them: beyond, squares of squares are no numbers any more."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a criterion's values mean: its weight (any unit, 0 or more) and its range, if it declares one."""

    key: str
    weight: float = 1.0
    minimum: float | None = None
    maximum: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise InvalidTable("The weight of %(criterion)s must be 0 or more.", criterion=self.key)
        if (self.minimum is None) != (self.maximum is None):
            raise InvalidTable("%(criterion)s needs both a minimum and a maximum, or neither.", criterion=self.key)
        if not 0 < self.width < math.inf:
            raise InvalidTable("The maximum of %(criterion)s must be above its minimum.", criterion=self.key)

    @property
    def ranged(self) -> bool:
        """Whether the range is declared."""
        return self.minimum is not None

    @property
    def width(self) -> float:
        """From minimum to maximum; 1 without a declared range."""
        return 1.0 if self.minimum is None or self.maximum is None else self.maximum - self.minimum


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """The complete ballots of a table, B of them on C criteria, ordered by judge, team and occasion.

    `judge`, `team`, `occasion` (B) index the tuples; `units` is B x C, `total` is B. `extent` is the width of the scale
    that totals are on: 100 where ranges are declared, else what the totals themselves span. `incomplete` counts the
    ballots that were left out.
    """

    judges: tuple[str, ...]
    teams: tuple[str, ...]
    scales: tuple[Scale, ...]
    judge: IntArray
    team: IntArray
    occasion: IntArray
    units: FloatArray
    total: FloatArray
    extent: float
    incomplete: int

    def __len__(self) -> int:
        return len(self.total)

    def only(self, kept: BoolArray) -> "Ballots":
        """The ballots where `kept` (B) is true; teams, judges and the scale stay as they are."""
        return replace(
            self,
            judge=self.judge[kept],
            team=self.team[kept],
            occasion=self.occasion[kept],
            units=self.units[kept],
            total=self.total[kept],
        )


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """Scores as parallel arrays of equal length, ordered by judge, team, occasion and criterion.

    `judge`, `team`, `criterion`, `occasion` index the tuples `judges`, `teams`, `scales`, `occasions`; `value` is on
    the scale of its criterion. Build it by `from_rows` or `from_columns`, which check it.
    """

    judges: tuple[str, ...]
    teams: tuple[str, ...]
    scales: tuple[Scale, ...]
    judge: IntArray
    team: IntArray
    criterion: IntArray
    value: FloatArray
    occasion: IntArray
    occasions: tuple[str, ...] = field(default=("",))

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[tuple[str, str, str, float]],
        scales: Sequence[Scale] | None = None,
        judges: Sequence[str] | None = None,
        teams: Sequence[str] | None = None,
    ) -> Self:
        """Build a table from (judge, team, criterion, value); see `from_columns`."""
        judge, team, criterion, value = tuple(zip(*rows, strict=True)) or ((), (), (), ())
        return cls.from_columns(judge, team, criterion, value, scales=scales, judges=judges, teams=teams)

    @classmethod
    def from_columns(
        cls,
        judge: Sequence[str],
        team: Sequence[str],
        criterion: Sequence[str],
        value: Sequence[float],
        occasion: Sequence[str] | None = None,
        *,
        scales: Sequence[Scale] | None = None,
        judges: Sequence[str] | None = None,
        teams: Sequence[str] | None = None,
    ) -> Self:
        """Build a table from columns of equal length.

        `scales`, `judges` and `teams` say what may occur, in the order to keep; without them it is what does occur, in
        the order of the alphabet. Teams and judges without scores are welcome. Raises InvalidTable for a value that is
        not finite or out of its range, for an unknown judge, team or criterion, and for a judge who scored a team
        twice on one criterion on one occasion.
        """
        chosen = tuple(scales) if scales is not None else tuple(map(Scale, _alphabetical(criterion)))
        labels = (
            _unique(judges) if judges is not None else _alphabetical(judge),
            _unique(teams) if teams is not None else _alphabetical(team),
            _unique([scale.key for scale in chosen]),
            _alphabetical(occasion) if occasion is not None else ("",),
        )
        if chosen and (len({scale.ranged for scale in chosen}) > 1 or not any(scale.weight for scale in chosen)):
            raise InvalidTable("Either every criterion declares its range or none does, and one must have weight.")
        of_judge = _coded(judge, labels[0], "The judge %(label)s is not known.")
        of_team = _coded(team, labels[1], "The team %(label)s is not known.")
        of_criterion = _coded(criterion, labels[2], "The criterion %(label)s is not known.")
        of_occasion = _coded(occasion or ("",) * len(judge), labels[3], "The occasion %(label)s is not known.")
        values = np.asarray(value, dtype=np.float64) + 0.0  # -0 is 0
        order = np.lexsort((of_criterion, of_occasion, of_team, of_judge))
        table = cls(
            labels[0],
            labels[1],
            chosen,
            of_judge[order],
            of_team[order],
            of_criterion[order],
            values[order],
            of_occasion[order],
            labels[3],
        )
        table._check()
        return table

    def ballots(self) -> Ballots:
        """The complete ballots with their totals."""
        start = np.flatnonzero(self._differs(self.judge, self.team, self.occasion))
        complete = np.diff(start, append=len(self.value)) == len(self.scales)
        first = start[complete]
        values = self.value[first[:, None] + np.arange(len(self.scales))]
        minimum = np.array([scale.minimum or 0.0 for scale in self.scales])
        width = np.array([scale.width for scale in self.scales])
        weight = np.array([scale.weight for scale in self.scales])
        ranged = any(scale.ranged for scale in self.scales)
        units = (values - minimum) / width
        # A sum along each row, unlike a matrix product, gives equal ballots equal totals to the last bit.
        total = (units * (weight / weight.sum())).sum(axis=1) * (100.0 if ranged else 1.0)
        return Ballots(
            judges=self.judges,
            teams=self.teams,
            scales=self.scales,
            judge=self.judge[first],
            team=self.team[first],
            occasion=self.occasion[first],
            units=units,
            total=total,
            extent=100.0 if ranged else extent(total),
            incomplete=len(start) - len(first),
        )

    def _differs(self, *codes: IntArray) -> npt.NDArray[np.bool_]:
        """For each row whether it differs from the row before in any of `codes`; the first row does."""
        differs = np.ones(len(self.value), dtype=np.bool_)
        differs[1:] = np.logical_or.reduce([code[1:] != code[:-1] for code in codes])
        return differs

    def _check(self) -> None:
        minimum = np.array([-math.inf if scale.minimum is None else scale.minimum for scale in self.scales])
        maximum = np.array([math.inf if scale.maximum is None else scale.maximum for scale in self.scales])
        self._refuse(
            ~np.isfinite(self.value),
            "The score of judge %(judge)s for team %(team)s on %(criterion)s is not a number.",
        )
        self._refuse(
            np.abs(self.value) > LARGEST,
            "The score of judge %(judge)s for team %(team)s on %(criterion)s is too large "
            "to be computed with: %(value)s.",
        )
        if 0 < np.abs(self.value).max(initial=0.0) < SMALLEST:
            raise InvalidTable("The scores are too small to be computed with: none is above %(least)s.", least=SMALLEST)
        self._refuse(
            (self.value < minimum[self.criterion]) | (self.value > maximum[self.criterion]),
            "The score of judge %(judge)s for team %(team)s on %(criterion)s is out of range: %(value)s.",
        )
        self._refuse(
            ~self._differs(self.judge, self.team, self.occasion, self.criterion),
            "Judge %(judge)s scored team %(team)s more than once on %(criterion)s.",
        )

    def _refuse(self, faulty: npt.NDArray[np.bool_], message: str) -> None:
        if not faulty.any():
            return
        row = int(faulty.argmax())
        raise InvalidTable(
            message,
            judge=self.judges[self.judge[row]],
            team=self.teams[self.team[row]],
            criterion=self.scales[self.criterion[row]].key,
            value=float(self.value[row]),
        )


def extent(values: FloatArray) -> float:
    """The width of the scale that `values` are on, where nobody declared it: what they span.

    Never so little that the last digits of a float would count: 1e-9 of it is still well above their noise.
    """
    if not values.size:
        return 0.0
    return max(float(np.ptp(values)), 1e-4 * float(np.abs(values).max()))


def _alphabetical(column: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(column)))


def _unique(labels: Sequence[str]) -> tuple[str, ...]:
    seen: set[str] = set()
    for label in labels:
        if label in seen:
            raise InvalidTable("%(label)s is declared twice.", label=label)
        seen.add(label)
    return tuple(labels)


def _coded(column: Sequence[str], labels: tuple[str, ...], unknown: str) -> IntArray:
    place = {label: index for index, label in enumerate(labels)}
    try:
        return np.fromiter(map(place.__getitem__, column), dtype=np.intp, count=len(column))
    except KeyError as missing:
        raise InvalidTable(unknown, label=missing.args[0]) from None
