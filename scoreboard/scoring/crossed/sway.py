"""How the effects of teams move when the habits of judges are not quite what they seem.

A habit that is one standard deviation off moves the totals of its judge's ballots, and these move the effects: to first
order the errors of habits are errors of effects, which are added to what the model tells by itself. All of it follows
from right-hand sides of the mixed-model equations, see `equations`, and the matrix of all judges and teams, which would
be as large as they are many, is never there as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from scoreboard.scoring.crossed.equations import Sides, answered, team_side
from scoreboard.scoring.crossed.fit import Point
from scoreboard.scoring.estimates import sum_by
from scoreboard.scoring.table import FloatArray, IntArray

AT_ONCE: Final = 20_000_000  # numbers: as many judges are asked for together


@dataclass(frozen=True, slots=True, eq=False)
class Sway:
    """Habits of H kinds that are known with an error, for the fit `at` with fixed `columns` (B x p), `of_team` (T x p).

    `moved` (H of B) is what the total of each ballot, times its weight, gains when its judge's habit is one standard
    deviation more than it seems; `variance` (T) is what all habits together add to that of each team's effect.
    """

    at: Point
    columns: FloatArray
    of_team: FloatArray
    moved: tuple[FloatArray, ...]
    variance: FloatArray

    @classmethod
    def of(cls, at: Point, columns: FloatArray, of_team: FloatArray, moved: tuple[FloatArray, ...]) -> Self:
        """The sway of these habits."""
        teams, judges = len(of_team), _judges(at)
        variance, step = np.zeros(teams), max(AT_ONCE // max(teams, judges, 1), 1)
        for start in range(0, judges, step):
            block = np.eye(judges, min(step, judges - start), -start)
            for values in moved:
                variance += (_effects(at, columns, of_team, [values], [block]) ** 2).sum(axis=1)
        return cls(at, columns, of_team, moved, variance)

    def effects(self, off: Sequence[FloatArray]) -> FloatArray:
        """What effects gain (T x S) when habits are `off` by these (H of J x S), in standard deviations of each."""
        return _effects(self.at, self.columns, self.of_team, self.moved, off)

    def variance_of(self, contrast: FloatArray) -> float:
        """What all habits together add to the variance of a combination `contrast` (T x 1) of effects."""
        crossing, judges = self.at.sums.crossing, _judges(self.at)
        judge, team = (crossing.wide, crossing.narrow) if crossing.judges_wide else (crossing.narrow, crossing.wide)
        pull = answered(self.at, team_side(self.at, self.of_team, contrast)).at(team, judge, self.columns)[:, 0]
        return float(sum((sum_by(judge, values * pull, judges) ** 2).sum() for values in self.moved))


def _effects(
    at: Point,
    columns: FloatArray,
    of_team: FloatArray,
    moved: Sequence[FloatArray],
    off: Sequence[FloatArray],
) -> FloatArray:
    width = off[0].shape[1]
    side = Sides(np.zeros((len(of_team), width)), np.zeros((_judges(at), width)), np.zeros((columns.shape[1], width)))
    for values, amount in zip(moved, off, strict=True):
        _add(side, at, columns, values, amount)
    answer = answered(at, side)
    effects: FloatArray = answer.team + of_team @ answer.fixed
    return effects


def _add(side: Sides, at: Point, columns: FloatArray, moved: FloatArray, amount: FloatArray) -> None:
    """Add to the right-hand side what `moved` (B) is for judges that are off by `amount` (J x S)."""
    crossing = at.sums.crossing
    judge: IntArray = crossing.wide if crossing.judges_wide else crossing.narrow
    judges = len(amount)
    cells = sum_by(crossing.cell, moved, len(crossing.cell_wide))
    across = crossing.gather if crossing.judges_wide else crossing.forth
    side.team[...] += across(cells, amount)
    side.judge[...] += sum_by(judge, moved, judges)[:, None] * amount
    side.fixed[...] += np.stack([sum_by(judge, moved * column, judges) for column in columns.T]) @ amount


def _judges(at: Point) -> int:
    return at.sums.crossing.levels[0 if at.sums.crossing.judges_wide else 1]
