"""What the numbers of a rubric allow and mean.

A score is shown and sent as a value (7.5) and kept as a whole number of steps above its criterion's minimum. A
ballot's total is the weighted mean of its scores, each brought to 0-1 by its own range, on 0 to 100.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scoreboard.errors import MissingCriterion, ScoreOutOfRange, UnknownCriterion
from scoreboard.models import Criterion


class Scale(NamedTuple):
    """A criterion, as far as scores are held to it."""

    id: int
    key: str
    minimum: Decimal
    maximum: Decimal
    step: Decimal
    top: int


Scaled = Criterion | Scale


def value_at(criterion: Scaled, steps: int) -> Decimal:
    """Give the value so many steps above the minimum, without needless zeros: 1, 0.5, 100."""
    value = (criterion.minimum + steps * criterion.step).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def choices(criterion: Scaled) -> list[Decimal]:
    """Give every value that a score may have, the lowest first."""
    return [value_at(criterion, steps) for steps in range(criterion.top + 1)]


def step_of(criterion: Scaled, value: Decimal) -> int:
    """Turn a value into steps above the minimum. Raises ScoreOutOfRange, for a value between two steps as well."""
    distance = (value - criterion.minimum) / criterion.step
    if not 0 <= distance <= criterion.top or distance != distance.to_integral_value():
        raise ScoreOutOfRange(
            "%(value)s is not a score here: scores go from %(minimum)s to %(maximum)s in steps of %(step)s.",
            value=value,
            minimum=criterion.minimum,
            maximum=criterion.maximum,
            step=criterion.step,
            extra={"criteria": [criterion.key]},
        )
    return int(distance)


def steps_of(rubric: Sequence[Scaled], scores: Mapping[str, Decimal]) -> dict[str, int]:
    """Turn a ballot's values into steps, each criterion exactly once.

    Raises UnknownCriterion, MissingCriterion, ScoreOutOfRange; `extra` names the criteria by their keys.
    """
    unknown = sorted(set(scores) - {criterion.key for criterion in rubric})
    if unknown:
        raise UnknownCriterion(
            "This round has no criterion named %(names)s.", names=", ".join(unknown), extra={"criteria": unknown}
        )
    missing = [criterion.key for criterion in rubric if criterion.key not in scores]
    if missing:
        raise MissingCriterion("Not every criterion has a score yet.", extra={"criteria": missing})
    return {criterion.key: step_of(criterion, scores[criterion.key]) for criterion in rubric}


def total_of(rubric: Sequence[Criterion], scores: Mapping[str, Decimal]) -> Decimal:
    """Give the total of a complete ballot, 0 to 100."""
    parts = sum(
        (
            criterion.weight * (scores[criterion.key] - criterion.minimum) / (criterion.maximum - criterion.minimum)
            for criterion in rubric
        ),
        Decimal(0),
    )
    return 100 * parts / sum((criterion.weight for criterion in rubric), Decimal(0))
