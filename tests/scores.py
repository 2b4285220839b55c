"""Small tables of scores for tests of methods, drawn or written out."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from references import found

from scoreboard.exchange.tables import read_score_table
from scoreboard.scoring.table import Ballots, ScoreTable

Scores = Mapping[tuple[str, str], float]

some_scores = st.dictionaries(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from("TUVWXYZ")),
    st.integers(0, 40).map(lambda quarters: quarters / 4),
    min_size=1,
)


def ballots(scores: Scores, teams: list[str] | None = None, judges: list[str] | None = None) -> Ballots:
    """The ballots (judge, team) -> score."""
    rows = [(judge, team, "score", value) for (judge, team), value in scores.items()]
    return ScoreTable.from_rows(rows, teams=teams, judges=judges).ballots()


def panel(
    seed: int,
    *,
    teams: int = 30,
    judges: int = 12,
    each: int = 3,
    severity: float = 0.7,
    noise: float = 0.8,
    spread: float = 0.0,
    noisy: int = 0,
) -> dict[tuple[str, str], float]:
    """A drawn event: `each` judges for every team; the first `noisy` judges are three times as noisy.

    Team `T00` is the best of all, `T01` the second and so on.
    """
    chance = np.random.default_rng(seed)
    quality = np.sort(chance.normal(size=teams))[::-1]
    harsh = chance.normal(size=judges) * severity
    stretch = np.exp(chance.normal(size=judges) * spread)
    error = np.where(np.arange(judges) < noisy, 3 * noise, noise)
    scores = {}
    for team in range(teams):
        for place in range(each):
            judge = (team * each + place + team // judges) % judges
            value = stretch[judge] * (quality[team] + error[judge] * chance.normal()) - harsh[judge]
            scores[f"J{judge:02d}", f"T{team:02d}"] = float(5 + value)
    return scores


@dataclass(frozen=True)
class Simulated:
    """A table with a known truth, and what lme4 makes of it: (effect, conditional error) of each level."""

    ballots: Ballots
    deviance: float
    variances: dict[str, float]
    team: dict[str, tuple[float, float]]
    judge: dict[str, tuple[float, float]]


def simulated(name: str) -> Simulated:
    """One of the tables a, b, c, with lme4's answers."""
    summary = json.loads(found("simulated/lme4.json").read_text(encoding="utf-8"))[name]
    levels: dict[str, dict[str, tuple[float, float]]] = {"team": {}, "judge": {}}
    with found(f"simulated/lme4_{name}.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            levels[row["grp"]][row["level"]] = float(row["blup"]), float(row["se"])
    table = read_score_table(found(f"simulated/{name}.csv")).ballots()
    return Simulated(table, summary["reml"], summary["var"], levels["team"], levels["judge"])
