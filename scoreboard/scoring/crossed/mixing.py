"""The fixed point of a step, in fewer steps: Anderson's mixing.

Where plain steps x -> g(x) take off a constant part of the distance each time, the steps taken so far tell the
direction that is left. With r = g(x) - x and D the differences of the last m + 1 of them,

    x' = g(x) - (DX + DR) c,    c = argmin |r - DR c|

(Anderson, "Iterative procedures for nonlinear integral equations", J. ACM 12:547, 1965; Walker and Ni, "Anderson
acceleration for fixed-point iterations", SIAM J. Numer. Anal. 49:1715, 2011: it is GMRES where g is linear.) Where it
leads is a fixed point of g as before, so nothing but the number of steps depends on it.
"""

from typing import Final

import numpy as np

from scoreboard.scoring.table import FloatArray

MEMORY: Final = 8  # differences
PLAIN: Final = 2  # steps before there is anything to learn from
LONGEST_STEP: Final = 1.0
WORTHLESS: Final = 1e-10  # of the greatest singular value


class Mixing:
    """What is remembered of the steps so far."""

    def __init__(self) -> None:
        self._places: list[FloatArray] = []
        self._steps: list[FloatArray] = []

    def next(self, place: FloatArray, step: FloatArray) -> FloatArray:
        """Where to go from `place` (N), whose plain `step` (N) is this one; no further than 1 in any direction."""
        self._places = [*self._places[-MEMORY:], place]
        self._steps = [*self._steps[-MEMORY:], step]
        if len(self._steps) <= PLAIN:
            return place + step
        turns, moves = np.diff(self._steps, axis=0).T, np.diff(self._places, axis=0).T
        share = np.linalg.lstsq(turns, step, rcond=WORTHLESS)[0]
        away: FloatArray = step - (moves + turns) @ share
        return place + np.clip(away, -LONGEST_STEP, LONGEST_STEP)
