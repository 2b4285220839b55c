"""Fixed effects: tracks of unequal quality, and time.

Where tracks differ, teams are exchangeable within a track only; severity that grows or fades over the day is a slope in
time. Both are centred, so that the mean of the model stays that of an average ballot.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoreboard.errors import InvalidInput
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import Ballots, FloatArray

TOLD: Final = 1e-9  # of a column's length: what is left of it beside the others when they tell it


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """The fixed effects of B ballots: `columns` (B x p), the first of them 1, and `of_team` (T x p).

    `of_team` is what of them makes one team better than another: its track, but not the time it was judged at.
    """

    columns: FloatArray
    of_team: FloatArray


def fixed_of(ballots: Ballots, options: Options) -> Fixed:
    """The fixed effects that `options` ask for, without columns that the others already tell.

    Only the mean where there are too few ballots for more. Raises InvalidInput when some ballots lack a time.
    """
    mean = np.ones((len(ballots), 1)), np.zeros((len(ballots.teams), 1))
    parts = [mean]
    if options.tracks:
        parts.append(_tracks(ballots, options))
    if options.times:
        parts.append(_times(ballots, options))
    columns, of_team = (np.concatenate(both, axis=1) for both in zip(*parts, strict=True))
    if columns.shape[1] > 1:
        told = np.abs(np.diagonal(np.linalg.qr(columns)[1]))
        kept = told > TOLD * np.sqrt((columns**2).sum(axis=0))[: len(told)]
        columns, of_team = columns[:, : len(told)][:, kept], of_team[:, : len(told)][:, kept]
    return Fixed(*mean) if columns.shape[1] >= len(columns) else Fixed(columns, of_team)


def _tracks(ballots: Ballots, options: Options) -> tuple[FloatArray, FloatArray]:
    """A column for each track, less the share of ballots that it has; teams of no track are one more."""
    track = np.array([options.tracks.get(team, "") for team in ballots.teams], dtype=np.str_)
    of_team = (track[:, None] == np.unique(track)[None, :]).astype(np.float64)
    of_team -= of_team[ballots.team].sum(axis=0) / max(len(ballots), 1)
    return of_team[ballots.team], of_team


def _times(ballots: Ballots, options: Options) -> tuple[FloatArray, FloatArray]:
    """One column: time in standard deviations from its mean."""
    pairs = [
        (ballots.judges[judge], ballots.teams[team])
        for judge, team in zip(ballots.judge.tolist(), ballots.team.tolist(), strict=True)
    ]
    missing = next((pair for pair in pairs if pair not in options.times), None)
    if missing:
        raise InvalidInput("The ballot of %(judge)s for %(team)s has no time.", judge=missing[0], team=missing[1])
    time = np.array([options.times[pair] for pair in pairs], dtype=np.float64)
    time -= time.mean() if len(time) else 0.0
    spread = float(np.sqrt(np.mean(time**2))) if len(time) else 0.0
    return (time / (spread or 1.0))[:, None], np.zeros((len(ballots.teams), 1))
