"""What a method may be told beside the ballots: its prior, fixed effects, how to state uncertainty, where to begin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from scoreboard.scoring.crossed.fit import LogNormal, Prior

WEAK: Final = LogNormal()


@dataclass(frozen=True, slots=True)
class Start:
    """Where the last fit ended: the next one, with a ballot more, is near.

    `logs` are the logarithms of the variance ratios (team, judge); `log_spread` and `log_precision` are by judge, and
    `spread_sd`, `precision_sd` how much judges differ in them. Without habits it is the start of another model.
    """

    logs: tuple[float, float]
    log_spread: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    log_precision: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    spread_sd: float | None = None
    precision_sd: float | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """Options of every method; one that has no use for an option does not read it.

    `prior` on the variance ratios, None for plain REML. `tracks` (team -> track) and `times` ((judge, team) -> any
    number that grows with time) enter as fixed effects when given. `integrated`: intervals and chances take into
    account that the variance ratios are not known, at some cost. `start`: from `MixedEstimates.start` of the last fit.
    """

    prior: Prior | None = WEAK
    integrated: bool = True
    tracks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    times: Mapping[tuple[str, str], float] = field(default_factory=lambda: MappingProxyType({}))
    start: Start | None = None


DEFAULT: Final = Options()
