"""The mixed model beside other software that fits it here and now, on tables nobody has seen before."""

import math
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from scores import ballots, panel

from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import Ballots

PLAIN = Options(prior=None, integrated=False)
SHAPES = [{"teams": 30, "judges": 12}, {"teams": 10, "judges": 15, "each": 6}, {"teams": 50, "judges": 9, "each": 4}]
every_table = pytest.mark.parametrize("shape", SHAPES)


def frame(table: Ballots) -> Any:
    columns = {"team": np.array(table.teams)[table.team], "judge": np.array(table.judges)[table.judge]}
    return import_module("pandas").DataFrame(columns | {"score": table.total})


def case(shape: dict[str, int]) -> tuple[Ballots, MixedEstimates]:
    table = ballots(panel(21, **shape))
    return table, severity(table, PLAIN)


@every_table
@pytest.mark.filterwarnings("default")
def test_interlace_finds_the_same(shape: dict[str, int]) -> None:
    table, found = case(shape)
    other = import_module("interlace").fit("score ~ 1", data=frame(table), groups=["team", "judge"])
    variances = other.variance_components
    assert [variances["team"], variances["judge"], other.scale] == pytest.approx(
        [found.variance.team, found.variance.judge, found.variance.residual], rel=2e-3
    )
    assert float(other.fe_params.iloc[0]) == pytest.approx(found.mean, abs=1e-4)


@every_table
@pytest.mark.filterwarnings("default")
def test_mixedlm_finds_the_same(shape: dict[str, int]) -> None:
    table, found = case(shape)
    other = import_module("mixedlm").lmer("score ~ 1 + (1|team) + (1|judge)", frame(table))
    assert other.sigma == pytest.approx(math.sqrt(found.variance.residual), rel=1e-3)
    assert other.REMLcrit() == pytest.approx(deviance(found), abs=1e-4)
    assert other.REMLcrit() >= deviance(found) - 1e-8


def deviance(found: MixedEstimates) -> float:
    assert found.posterior is not None
    return found.posterior.best.deviance
