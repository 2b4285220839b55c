"""Do judges score higher, or lower, as the day goes on? Time as a fixed effect of the mixed model, and its slope."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from scoreboard.scoring.methods.fixed import fixed_of
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.table import Ballots


@dataclass(frozen=True, slots=True)
class Drift:
    """By how much a total changes from the earliest ballot to the latest, with its standard error, and their ratio."""

    change: float
    se: float
    z: float


def drift(ballots: Ballots, times: Mapping[tuple[str, str], float], options: Options = DEFAULT) -> Drift | None:
    """The drift over `times`, (judge, team) -> any number that grows with time.

    None where nothing tells it: no times, all the same, or too few ballots. Raises InvalidInput when some ballots lack
    a time.
    """
    timed = replace(options, times=times, integrated=False, start=None)
    columns = fixed_of(ballots, timed).columns
    if columns.shape[1] == fixed_of(ballots, replace(timed, times={})).columns.shape[1]:
        return None
    posterior = severity(ballots, timed).posterior
    if posterior is None:
        return None
    at = posterior.best
    se = float(np.sqrt(at.noise * at.inverse.full[-1, -1]))
    if se == 0:
        return None
    slope = float(at.solution.fixed[-1])
    span = float(np.ptp(columns[:, -1]))
    return Drift(slope * span, se * span, slope / se)
