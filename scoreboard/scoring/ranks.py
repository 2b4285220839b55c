"""Ranks that are shared when tied, where the last digits of a float do not break a tie."""

from typing import Final

import numpy as np

from scoreboard.scoring.table import FloatArray, IntArray

SAME: Final = 1e-9
"""What differs by no more than this part of its scale is the same."""


def mid_ranks(values: FloatArray, group: IntArray, same: float) -> FloatArray:
    """The rank (B) of each of `values` (B) within its `group` (B), 1 for the lowest; tied values share their mean rank.

    Neighbours in the order are tied when they differ by no more than `same`.
    """
    order = np.lexsort((values, group))
    fresh = np.diff(group[order], prepend=-1) != 0
    differs = fresh | (np.diff(values[order], prepend=np.nan) > same)
    level = np.cumsum(differs) - 1
    first = np.flatnonzero(differs)
    size = np.diff(first, append=len(values))
    group_start = np.flatnonzero(fresh)[np.cumsum(fresh)[first] - 1]
    ranks = np.empty(len(values))
    ranks[order] = (first - group_start + (size + 1) / 2)[level]
    return ranks
