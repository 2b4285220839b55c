"""The parts of an explanation of why one team is above another; see `explain` for what the numbers are."""

from dataclasses import dataclass

from scoreboard.scoring.diagnosing.remark import Remark
from scoreboard.scoring.table import FloatArray


@dataclass(frozen=True, slots=True)
class Given:
    """One judge's ballot for one of the two teams: the total `given`, how the judge is taken, and what comes of it.

    `weight` is the contrast weight. It is 0, and so is the precision, for a ballot that is not `heard`: its judge was
    set aside.
    """

    judge: str
    given: float
    severity: float
    se: float
    spread: float
    precision: float
    adjusted: float
    heard: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two teams; the numbers are those at the head of `explain`. `mean` is None when no ballot was heard."""

    team: str
    score: float
    raw: float
    ballots: tuple[Given, ...]
    mean: float | None
    kept: float
    expected: float

    @property
    def severity(self) -> float:
        """The mean severity of the team's judges, each as much as the judge is trusted; 0 when none was heard."""
        trust = sum(ballot.precision for ballot in self.ballots)
        return sum(ballot.precision * ballot.severity for ballot in self.ballots) / trust if trust else 0.0


@dataclass(frozen=True, slots=True)
class Flip:
    """The smallest change of one ballot's total that makes the two teams level, ratios and habits held."""

    judge: str
    team: str
    total: float
    change: float


@dataclass(frozen=True, slots=True, eq=False)
class Why:
    """The explanation of `difference` = score of `one` less that of `other`.

    `weight` (B) is the contrast weight of every ballot of the table: they sum to 0 and reproduce the difference.
    `influence`: each judge's share of all weight, greatest first. `flip` is None for level teams, and where no single
    ballot within its scale could do it. `error` and `above` (the probability that one is above other) are None where
    nothing tells the noise. `comparable`: a chain of judges joins the two. `remarks` say it in words.
    """

    method: str
    one: Side
    other: Side
    difference: float
    error: float | None
    above: float | None
    weight: FloatArray
    influence: tuple[tuple[str, float], ...]
    flip: Flip | None
    comparable: bool
    remarks: tuple[Remark, ...]
