import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from scores import Scores, ballots, panel, some_scores

from scoreboard.errors import InvalidInput
from scoreboard.scoring.certainty.visits import next_best, visit_gains
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import Ballots, FloatArray

QUICK = Options(integrated=False)
SHAPES = [{"teams": 9, "judges": 5}, {"teams": 5, "judges": 8, "each": 4}, {"teams": 40, "judges": 12}]


def mixed(table: Ballots, method: str = "severity", options: Options = QUICK) -> MixedEstimates:
    found = METHODS[method](table, options)
    assert isinstance(found, MixedEstimates)
    return found


def full_covariance(
    table: Ballots, found: MixedEstimates, tracks: FloatArray, more: tuple[int, int] | None = None
) -> FloatArray:
    """Of the teams' effects by the full equations, with a ballot more (judge, team) at the ratios that were found."""
    assert found.posterior is not None
    at = found.posterior.best
    judge, team = table.judge, table.team
    precision = np.array([line.precision for line in found.judges])
    if more:
        judge, team = np.append(judge, more[0]), np.append(team, more[1])
    teams, judges, border = len(table.teams), len(table.judges), tracks.shape[1]
    design = np.column_stack([np.ones(len(team)), tracks[team], np.eye(teams)[team], np.eye(judges)[judge]])
    penalty = np.repeat([0, 1 / at.ratios[0], 1 / at.ratios[1]], [1 + border, teams, judges])
    pick = np.column_stack([np.zeros(teams), tracks, np.eye(teams), np.zeros((teams, judges))])
    inverse = np.linalg.inv(design.T @ (precision[judge][:, None] * design) + np.diag(penalty))
    covariance: FloatArray = at.noise * pick @ inverse @ pick.T
    return covariance


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("method", ["severity", "adaptive"])
def test_a_visit_takes_off_what_was_said(shape: dict[str, int], method: str, *, tracked: bool) -> None:
    scores = panel(3, noisy=2, spread=0.2, **shape)
    table = ballots(scores)
    named = {team: "left" if place % 3 else "right" for place, team in enumerate(table.teams)} if tracked else {}
    found = mixed(table, method, Options(integrated=False, tracks=named))
    assert found.posterior is not None
    tracks = found.posterior.of_team[:, 1:]
    order = np.argsort(-found.effect)

    def criterion(covariance: FloatArray, weights: dict[tuple[int, int], float]) -> float:
        total: float = sum(
            weight * (covariance[a, a] + covariance[b, b] - 2 * covariance[a, b]) for (a, b), weight in weights.items()
        )
        return total

    before = full_covariance(table, found, tracks)
    weights = {}
    for place, one in enumerate(order[:3]):
        for other in order[place + 1 :]:
            error = np.sqrt(before[one, one] + before[other, other] - 2 * before[one, other])
            chance = norm.cdf((found.effect[one] - found.effect[other]) / error)
            weight = 4 * chance * (1 - chance)
            if weight >= 0.01:
                weights[one, other] = weight
    free = [(judge, team) for judge in range(len(table.judges)) for team in range(len(table.teams))][::7]
    judge, team = np.array(free).T
    precision = np.array([line.precision for line in found.judges])[judge]
    everyone = np.ones(len(table.teams), dtype=np.bool_)
    gains, whole = visit_gains(found.posterior, found.effect, everyone, judge, team, precision, 3)
    assert whole == pytest.approx(criterion(before, weights))
    for pair, gain in zip(free, gains, strict=True):
        after = criterion(full_covariance(table, found, tracks, pair), weights)
        assert gain == pytest.approx(whole - after, abs=1e-9 * whole)


def test_the_best_visit_is_first_and_is_free() -> None:
    scores = panel(3, teams=12, judges=6)
    table = ballots(scores)
    free = [(judge, team) for judge in table.judges for team in table.teams if (judge, team) not in scores]
    found = next_best(mixed(table), table, free, limit=20)
    assert len(found) == 20
    assert {(visit.judge, visit.team) for visit in found} <= set(free)
    gains = [visit.gain for visit in found]
    assert gains == sorted(gains, reverse=True)
    assert all(0 < gain < 1 for gain in gains)


def test_the_team_of_which_least_is_known_is_visited_first() -> None:
    scores = {(judge, team): value for judge in "ABCD" for team, value in (("T", 9.0), ("U", 8.8), ("V", 2.0))}
    noise = np.random.default_rng(1)
    scores = {pair: value + 0.4 * float(noise.normal()) for pair, value in scores.items()}
    del scores["C", "U"], scores["D", "U"]
    table = ballots(scores)
    best = next_best(mixed(table), table, [("C", "U"), ("D", "U"), ("C", "V"), ("D", "T")], top=1)
    assert {best[0].team, best[1].team} == {"U"}


def test_a_team_that_nobody_has_seen_competes_once_it_can_be_visited() -> None:
    scores = panel(3, teams=8, judges=6)
    table = ballots(scores, teams=[*(f"T{team:02d}" for team in range(8)), "New"])
    found = mixed(table)
    assert next_best(found, table, [("J00", "New"), ("J00", "T05")])[0].team == "New"
    assert next_best(found, table, [("J00", "New")], excluded={"New"}) == ()


def test_a_judge_without_a_ballot_may_come_and_one_who_was_set_aside_may_not() -> None:
    scores = panel(1) | {("Idle", f"T{team:02d}"): 6.0 for team in range(3)}
    table = ballots(scores, judges=[*(f"J{judge:02d}" for judge in range(12)), "Idle", "New"])
    found = next_best(mixed(table, "adaptive"), table, [("Idle", "T05"), ("New", "T05")])
    assert [visit.judge for visit in found] == ["New"]


def test_nothing_is_offered_where_nothing_is_open() -> None:
    same = ballots({("A", "T"): 5.0, ("A", "U"): 5.0, ("B", "T"): 5.0})
    assert next_best(mixed(same), same, [("B", "U")]) == ()
    table = ballots(panel(3))
    assert next_best(mixed(table), table, []) == ()
    alone = ballots({("A", "T"): 5.0, ("B", "T"): 6.0, ("C", "T"): 9.0})
    assert next_best(mixed(alone), alone, [("A", "T")]) == ()


def test_unknown_names_are_refused() -> None:
    table = ballots(panel(3))
    for pair in (("Nobody", "T00"), ("J00", "Nothing")):
        with pytest.raises(InvalidInput):
            next_best(mixed(table), table, [pair])


@given(some_scores, st.integers(1, 4))
@settings(max_examples=30)
def test_any_table_is_answered(scores: Scores, top: int) -> None:
    table = ballots(scores)
    free = [(judge, team) for judge in table.judges for team in table.teams if (judge, team) not in scores]
    for visit in next_best(mixed(table), table, free, top):
        assert 0 < visit.gain <= 1
