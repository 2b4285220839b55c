"""What a person is told about a result: words with places, and what fills them.

The English sentence is the key into the catalogues; it is translated where it is shown. Numbers are written here, as
many digits as the scale deserves, so that every surface says the same.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

HAIR: Final = 1e-8  # of the last digit that is shown: more than the error of a float, less than anything that is told


@dataclass(frozen=True, slots=True)
class Remark:
    """An English sentence with named places, ``%(like)s`` this, and what fills them; ``%%`` is a percent sign."""

    message: str
    params: Mapping[str, str]

    def __str__(self) -> str:
        return self.message % self.params


def remark(message: str, /, **params: str | int) -> Remark:
    """A remark; the extractor of texts knows this name."""
    return Remark(message, {name: str(value) for name, value in params.items()})


def points(value: float, extent: float) -> str:
    """A score, or a difference of scores, to about a thousandth of the width of their scale; never -0.

    Halves go away from 0, as people round and as the board does: 81.25 is 81.3, whatever the last digits of its float.
    """
    decimals = max(0, 3 - round(math.log10(extent))) if extent > 0 else 1
    hair = math.copysign(HAIR * 10.0**-decimals, value)
    return f"{round(value + hair, decimals) + 0.0:.{decimals}f}"


def decimal(value: float) -> str:
    """A ratio or a coefficient, with two decimals; never -0."""
    return f"{round(value, 2) + 0.0:.2f}"


def percent(share: float) -> str:
    """A probability as whole percents, which never claims to be certain: <1 and >99."""
    if 0.01 <= share <= 0.99:
        return str(round(100 * share))
    return "<1" if share < 0.5 else ">99"
