"""Who judged whom: two crossed factors, and the products with their count matrix that a mixed model needs.

Of teams and judges, the factor with more levels is called wide (W levels), the other narrow (M levels). N (W x M)
counts the ballots in each cell, weighted. Only cells with a ballot are listed, and the pairs of cells that share a wide
level: N'SN, with S diagonal, costs one addition for each of those pairs. Where most cells are filled, a product of full
matrices is quicker, and is taken.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from scoreboard.errors import InvalidTable
from scoreboard.scoring.estimates import sum_by
from scoreboard.scoring.table import Ballots, FloatArray, IntArray

LARGEST = 5_000  # narrow levels: a dense matrix of that size is solved several times
DENSE_GAIN = 50  # a pair in a list costs as much as so many multiplications in a dense product


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """The cells of N and their pairs; it depends on who judged whom only, not on a score or a weight.

    `wide`, `narrow` (B) give the levels of each ballot and `cell` (B) its cell; `cell_wide`, `cell_narrow` (C) the
    levels of each cell, ordered by wide; `start` (W + 1) where a wide level's cells begin. `first`, `second` (P) are
    all ordered pairs of cells with a common wide level, empty if `dense`. `judges_wide`: the wide factor is the judges.
    """

    wide: IntArray
    narrow: IntArray
    levels: tuple[int, int]
    judges_wide: bool
    cell: IntArray
    cell_wide: IntArray
    cell_narrow: IntArray
    start: IntArray
    dense: bool
    first: IntArray
    second: IntArray

    @classmethod
    def of(cls, ballots: Ballots, *, teams_wide: bool = False) -> Self:
        """Cross the teams and the judges of `ballots`; with `teams_wide`, teams are wide even if they are fewer.

        Raises InvalidTable where the narrow factor has more levels than can be solved.
        """
        team, judge, teams, judges = ballots.team, ballots.judge, len(ballots.teams), len(ballots.judges)
        judges_wide = judges > teams and not teams_wide
        wide, narrow, levels = (judge, team, (judges, teams)) if judges_wide else (team, judge, (teams, judges))
        if levels[1] > LARGEST:
            raise InvalidTable("More than %(most)s judges with as many teams cannot be normalised.", most=LARGEST)
        keys, cell = np.unique(wide * max(levels[1], 1) + narrow, return_inverse=True)
        cell_wide, cell_narrow = np.divmod(keys, max(levels[1], 1))
        degree = np.bincount(cell_wide, minlength=levels[0])
        start = np.concatenate([[0], np.cumsum(degree)])
        pairs = int(degree @ degree)
        area = levels[0] * levels[1]
        dense = pairs * DENSE_GAIN > area * levels[1] or 2 * pairs > area
        first = second = np.empty(0, dtype=np.intp)
        if not dense:
            mates = degree[cell_wide]
            first = np.repeat(np.arange(len(keys)), mates)
            second = np.arange(pairs) - np.repeat(np.cumsum(mates) - mates - start[cell_wide], mates)
        return cls(wide, narrow, levels, judges_wide, cell, cell_wide, cell_narrow, start, dense, first, second)

    def forth(self, counts: FloatArray, narrow: FloatArray) -> FloatArray:
        """N A for A (M x k): W x k."""
        product: FloatArray = (self._full(counts) if self.dense else self._rows(counts)) @ narrow
        return product

    def gather(self, counts: FloatArray, wide: FloatArray) -> FloatArray:
        """N'A for A (W x k): M x k."""
        product: FloatArray = (self._full(counts) if self.dense else self._rows(counts)).T @ wide
        return product

    def times(self, counts: FloatArray, narrow: FloatArray) -> FloatArray:
        """N v for v (M): W sums."""
        return sum_by(self.cell_wide, counts * narrow[self.cell_narrow], self.levels[0])

    def back(self, counts: FloatArray, wide: FloatArray) -> FloatArray:
        """N'v for v (W): M sums."""
        return sum_by(self.cell_narrow, counts * wide[self.cell_wide], self.levels[1])

    def gram(self, counts: FloatArray, scale: FloatArray) -> FloatArray:
        """N' diag(scale) N (M x M) for `scale` (W)."""
        size = self.levels[1]
        if self.dense:
            full = self._full(counts)
            dense: FloatArray = full.T @ (full * scale[:, None])
            return dense
        scaled = counts * scale[self.cell_wide]
        flat = self.cell_narrow[self.first] * size + self.cell_narrow[self.second]
        return sum_by(flat, scaled[self.first] * counts[self.second], size * size).reshape(size, size)

    def at_cells(self, counts: FloatArray, matrix: FloatArray) -> FloatArray:
        """N A at the cells only (C), for a symmetric A (M x M)."""
        if self.dense:
            all_cells: FloatArray = self._full(counts) @ matrix
            return all_cells[self.cell_wide, self.cell_narrow]
        found = matrix[self.cell_narrow[self.first], self.cell_narrow[self.second]]
        return sum_by(self.first, counts[self.second] * found, len(counts))

    def _rows(self, counts: FloatArray) -> csr_array:
        return csr_array((counts, self.cell_narrow, self.start), shape=self.levels)

    def _full(self, counts: FloatArray) -> FloatArray:
        full = np.zeros(self.levels)
        full[self.cell_wide, self.cell_narrow] = counts
        return full
