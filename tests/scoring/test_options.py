from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from scoreboard.scoring.crossed.fit import LogNormal
from scoreboard.scoring.options import DEFAULT, Options


def test_unless_asked_otherwise_the_prior_is_weak_and_uncertainty_integrated() -> None:
    assert Options() == DEFAULT
    assert LogNormal() == DEFAULT.prior
    assert (DEFAULT.integrated, dict(DEFAULT.tracks), dict(DEFAULT.times), DEFAULT.start) == (True, {}, {}, None)


def test_the_weak_prior_expects_judges_half_as_far_apart_as_teams() -> None:
    assert np.exp(LogNormal().centre).tolist() == pytest.approx([1, 0.5])


def test_options_cannot_be_changed_under_way() -> None:
    with pytest.raises(FrozenInstanceError):
        DEFAULT.integrated = False  # type: ignore[misc]  # the point of the test
