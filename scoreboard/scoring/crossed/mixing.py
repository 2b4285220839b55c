"""The fixed point of a step, in fewer steps: Anderson's mixing.

Where plain steps x -> g(x) take off a constant part of the distance each time, the steps taken so far tell the
direction that is left. With r = g(x) - x and D the differences of the last m + 1 of them,

    x' = g(x) - (DX + DR) c,    c = argmin |r - DR c|

(Anderson, "Iterative procedures for nonlinear integral equations", J. ACM 12:547, 1965; Walker and Ni, "Anderson
acceleration for fixed-point iterations", SIAM J. Numer. Anal. 49:1715, 2011: it is GMRES where g is linear.) Where it
leads is a fixed point of g as before, so nothing but the number of steps depends on it. Steps that are long, or longer
than one before by far, tell nothing of the end, and are forgotten.
"""

import math
from typing import Final

import numpy as np

from scoreboard.scoring.table import FloatArray

MEMORY: Final = 8  # differences
PLAIN: Final = 2  # steps before there is anything to learn from
NEAR: Final = 0.5  # a step that is longer in any direction is far from the end
GROWN: Final = 4.0  # times the shortest step so far
WORTHLESS: Final = 1e-10  # of the greatest singular value


class Mixing:
    """What is remembered of the steps so far."""

    def __init__(self) -> None:
        self._places: list[FloatArray] = []
        self._steps: list[FloatArray] = []
        self._shortest = math.inf

    def next(self, place: FloatArray, step: FloatArray) -> FloatArray:
        """Where to go from `place` (N), whose plain `step` (N) is this one."""
        longest = float(np.abs(step).max())
        if longest > min(NEAR, GROWN * self._shortest):
            self._places, self._steps, self._shortest = [], [], longest
            return place + step
        self._shortest = min(self._shortest, longest)
        self._places = [*self._places[-MEMORY:], place]
        self._steps = [*self._steps[-MEMORY:], step]
        if len(self._steps) <= PLAIN:
            return place + step
        turns, moves = np.diff(self._steps, axis=0).T, np.diff(self._places, axis=0).T
        share = np.linalg.lstsq(turns, step, rcond=WORTHLESS)[0]
        away: FloatArray = step - (moves + turns) @ share
        return place + np.clip(away, -2 * NEAR, 2 * NEAR)
