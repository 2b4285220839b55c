"""Rounds to be analysed in tests: contests made of scores, without a database."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from scoreboard.judging.acceptance import Acceptance
from scoreboard.judging.analysis.inputs import Inputs
from scoreboard.judging.results import Contest
from scoreboard.judging.terms import Pair
from scoreboard.scoring.table import Scale, ScoreTable

Rows = Sequence[tuple[str, str, float]]

# Ada and Bob share no team with Dan and Eve.
APART: Rows = (
    ("Ada", "Falcon", 80),
    ("Ada", "Oryx", 70),
    ("Bob", "Falcon", 90),
    ("Bob", "Oryx", 60),
    ("Dan", "Ibis", 30),
    ("Dan", "Lynx", 40),
    ("Dan", "Ray", 10),
    ("Eve", "Ibis", 50),
    ("Eve", "Lynx", 55),
    ("Eve", "Ray", 20),
)


def panel(teams: int = 8, judges: int = 8, seed: int = 1, *, severity: float = 6.0) -> Rows:
    """Judges of different severity who all scored all teams."""
    random = np.random.default_rng(seed)
    quality, harsher = random.normal(0, 8, teams), random.normal(0, severity, judges)
    return [
        (f"J{j + 1}", f"T{t + 1}", float(np.clip(60 + quality[t] - harsher[j] + random.normal(0, 4), 0, 100)))
        for t in range(teams)
        for j in range(judges)
    ]


def inputs_of(
    rows: Rows,
    method: str = "adaptive",
    *,
    beside: str = "",
    teams: Iterable[str] = (),
    minimum_ballots: int = 1,
    excluded: Collection[str] = (),
    barred: Collection[Pair] = (),
    awaited: Collection[Pair] = (),
    left: Collection[str] = (),
    closed: bool = False,
    accepted: Sequence[Sequence[str]] = (),
) -> Inputs:
    """The inputs of a round with these ballots on one criterion; `left` are judges who are gone."""
    judges = sorted({judge for judge, _, _ in rows} | {judge for judge, _ in awaited})
    everyone = sorted({team for _, team, _ in rows} | {team for _, team in awaited} | set(teams))
    table = ScoreTable.from_rows(
        [(judge, team, "impact", value) for judge, team, value in rows],
        scales=[Scale("impact", 1, 0, 100)],
        judges=judges,
        teams=everyone,
    )
    contest = Contest(
        table=table,
        method=method,
        beside=beside,
        precedence=("total",),
        names={team: team for team in everyone},
        minimum_ballots=minimum_ballots,
        excluded=frozenset(excluded),
        left_out=frozenset(),
        awaited=frozenset(awaited),
        given=len(rows),
        open=not closed,
        acceptance=Acceptance(1, "organiser:olga", "agreed", tuple(map(tuple, accepted))) if accepted else None,
        sequence=len(rows),
    )
    times = {(judge, team): float(place) for place, (judge, team, _) in enumerate(rows)}
    return Inputs(contest, tuple(judge for judge in judges if judge not in left), frozenset(barred), times)
