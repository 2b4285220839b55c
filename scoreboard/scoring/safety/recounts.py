"""The recounts that a result has to survive: each counts the same ballots, or nearly the same, in another way.

    method      by every other method
    judge       without each judge in turn
    criterion   with the weight of each criterion a fifth lower and a fifth higher
    odd         without the ballots that are far from what was expected

Teams, judges and criteria stay those of the ballots; only what counts changes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from scoreboard.scoring.diagnosing.odd import OddBallot, without
from scoreboard.scoring.diagnosing.remark import Remark, remark
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.table import Ballots, extent

FIFTH: Final = 0.2


@dataclass(frozen=True, slots=True)
class Recount:
    """A recount: its `kind` and `subject` (a method, a judge, a criterion), its `label` in words, and how to do it.

    `changed` makes of the ballots those to count by `method`.
    """

    kind: str
    subject: str
    label: Remark
    method: str
    changed: Callable[[Ballots], Ballots]


def recounts(ballots: Ballots, method: str, odd: tuple[OddBallot, ...]) -> tuple[Recount, ...]:
    """Every recount of these ballots, which are ranked by `method`."""
    return (
        *_by_methods(method),
        *_without_judges(ballots, method),
        *_with_weights(ballots, method),
        *_without_odd(method, odd),
    )


def _by_methods(method: str) -> Iterator[Recount]:
    for other in METHODS:
        if other != method:
            yield Recount("method", other, remark("By the method %(method)s", method=other), other, _same)


def _without_judges(ballots: Ballots, method: str) -> Iterator[Recount]:
    for place in np.unique(ballots.judge).tolist():
        judge = ballots.judges[place]
        label = remark("Without the ballots of %(judge)s", judge=judge)
        yield Recount("judge", judge, label, method, partial(_without_judge, place))


def _with_weights(ballots: Ballots, method: str) -> Iterator[Recount]:
    if sum(scale.weight > 0 for scale in ballots.scales) < 2:
        return
    for place, scale in enumerate(ballots.scales):
        if scale.weight == 0:
            continue
        less = remark("With a fifth less weight for %(criterion)s", criterion=scale.key)
        more = remark("With a fifth more weight for %(criterion)s", criterion=scale.key)
        yield Recount("criterion", scale.key, less, method, partial(reweighted, place, 1 - FIFTH))
        yield Recount("criterion", scale.key, more, method, partial(reweighted, place, 1 + FIFTH))


def _without_odd(method: str, odd: tuple[OddBallot, ...]) -> Iterator[Recount]:
    if odd:
        label = remark("Without the odd ballots: %(count)s", count=len(odd))
        yield Recount("odd", "", label, method, partial(_without_odd_ballots, odd))


def reweighted(place: int, factor: float, ballots: Ballots) -> Ballots:
    """The ballots with the weight of the criterion at `place` times `factor`."""
    scales = tuple(
        replace(scale, weight=scale.weight * factor) if index == place else scale
        for index, scale in enumerate(ballots.scales)
    )
    weight = np.array([scale.weight for scale in scales])
    ranged = scales[place].ranged
    total = (ballots.units * (weight / weight.sum())).sum(axis=1) * (100.0 if ranged else 1.0)
    return replace(ballots, scales=scales, total=total, extent=ballots.extent if ranged else extent(total))


def _same(ballots: Ballots) -> Ballots:
    return ballots


def _without_judge(place: int, ballots: Ballots) -> Ballots:
    return ballots.only(ballots.judge != place)


def _without_odd_ballots(odd: tuple[OddBallot, ...], ballots: Ballots) -> Ballots:
    return ballots.only(without(ballots, odd))
