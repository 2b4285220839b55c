import math

import numpy as np

from scoreboard.scoring.estimates import mean_by


def test_a_mean_of_nothing_is_not_a_number() -> None:
    means = mean_by(np.array([0, 2, 2]), np.array([1.0, 2.0, 4.0]), 4)
    assert np.array_equal(means, [1, math.nan, 3, math.nan], equal_nan=True)
