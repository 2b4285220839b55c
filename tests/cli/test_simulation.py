import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scoreboard.cli.simulation import SimulatedJudge, Tally, Taste

CRITERION = {"key": "impact", "minimum": "0", "maximum": "5", "step": "0.5"}


@given(st.floats(0, 1), st.floats(-0.5, 0.5), st.integers())
def test_a_simulated_score_is_one_that_the_rubric_allows(quality: float, severity: float, seed: int) -> None:
    value = Taste({"T1": quality}, severity).value(random.Random(seed), CRITERION, "T1")
    assert 0 <= value <= 5
    assert value % Decimal("0.5") == 0


@given(st.sampled_from([Decimal(n) / 2 for n in range(11)]), st.integers())
def test_a_correction_is_one_step_on_one_criterion(before: Decimal, seed: int) -> None:
    judge = SimulatedJudge("", "", 1, random.Random(seed), Tally())
    judge.scores["T1"] = {"impact": before}
    after = judge.corrected({"rubric": [CRITERION]}, "T1")["impact"]
    assert abs(after - before) == Decimal("0.5")
    assert 0 <= after <= 5
