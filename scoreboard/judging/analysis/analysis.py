"""Everything that organisers are told of a round's result, except the recounts: pure, and quick enough for a page.

The rule ranks. A mixed model tells how sure that is and what is remarkable about judges: the rule itself, or the
method beside it, or `adaptive` where neither is one. Nothing here changes a score.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from scoreboard.errors import InvalidTable
from scoreboard.judging.analysis.connections import Connections, connections_of
from scoreboard.judging.analysis.inputs import Inputs
from scoreboard.judging.analysis.lines import TOP, Line, lines_of
from scoreboard.judging.groups import JOINING, Linkage
from scoreboard.judging.outcome import Outcome
from scoreboard.judging.results import Contest
from scoreboard.judging.runs import FEWEST_DRAWS, MOST_NUMBERS
from scoreboard.scoring.certainty.uncertainty import PUBLISHED
from scoreboard.scoring.diagnosing.diagnostics import Diagnostics, diagnostics
from scoreboard.scoring.diagnosing.findings import ALIKE
from scoreboard.scoring.methods.adaptive import adaptive
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.safety.sensitivity import Safety, safety
from scoreboard.scoring.table import Ballots


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What is known of a result.

    `model` is None where the ballots cannot be taken by any mixed model, and `diagnostics` is None then.
    """

    inputs: Inputs
    ballots: Ballots
    outcome: Outcome
    model: MixedEstimates | None
    lines: tuple[Line, ...]
    connections: Connections
    diagnostics: Diagnostics | None

    @property
    def rule(self) -> str:
        """The method that ranked."""
        return self.outcome.standings.method

    @property
    def told(self) -> bool:
        """Whether the ballots tell teams apart, so that there is something to be sure of."""
        return self.model is not None and self.model.posterior is not None

    @property
    def recountable(self) -> bool:
        """Whether recounting is worth it: not while ballots are awaited that will join teams which they do not yet."""
        return len(self.ballots) > 0 and self.outcome.groups.linkage is not Linkage.AWAITED

    @property
    def apart(self) -> bool:
        """Whether some teams cannot be compared with others."""
        return len(self.connections.groups) > 1 and not self.outcome.groups.accepted

    @property
    def tables(self) -> tuple[tuple[int | None, tuple[Line, ...]], ...]:
        """The lines by the table that they stand in, with its number; None where there is one for all."""
        number = self.outcome.group_of.get
        return tuple(
            (table, tuple(lines)) for table, lines in groupby(self.lines, lambda line: number(line.standing.team))
        )

    @property
    def severity_share(self) -> float | None:
        """By how much judges differ in severity, over how much teams differ; None where nothing tells teams apart."""
        if self.model is None or self.model.variance.team == 0 or len(self.model.judges) < 2:
            return None
        return math.sqrt(self.model.variance.judge / self.model.variance.team)

    @property
    def alike(self) -> bool:
        """Whether judges differ so little in severity that raw and normalised scores nearly agree."""
        return self.severity_share is not None and self.severity_share < ALIKE

    @property
    def moved(self) -> Sequence[Line]:
        """The teams whose rank normalising changes."""
        return [line for line in self.lines if line.moved]


def analyse(inputs: Inputs) -> Analysis:
    """Analyse a round; for large ones the expensive part of a page, so run it in a thread."""
    contest = inputs.contest
    ballots = contest.table.ballots()
    outcome = contest.outcome() if contest.open else contest.outcome(draws=draws_for(contest), integrated=True)
    model = outcome.model or _model(ballots)
    connections = connections_of(inputs, ballots, model)
    return Analysis(
        inputs=inputs,
        ballots=ballots,
        outcome=outcome,
        model=model,
        lines=lines_of(contest, ballots, outcome, model, _comparable(outcome, connections)),
        connections=connections,
        diagnostics=diagnostics(model, ballots, minimum_ballots=contest.minimum_ballots, times=inputs.times)
        if model and len(ballots)
        else None,
    )


def recounted(analysis: Analysis) -> Safety:
    """Recount the result in every way that a critic would ask for: seconds, for a large round.

    The mean compares whatever it is given, and so do groups that were accepted as equally strong. Raises what the rule
    raises where it cannot be used.
    """
    contest = analysis.inputs.contest
    return safety(
        contest.table,
        analysis.rule,
        top=TOP,
        precedence=contest.precedence,
        minimum_ballots=contest.minimum_ballots,
        excluded=contest.excluded,
        groups_equal=analysis.outcome.groups.accepted or analysis.rule not in JOINING,
    )


def draws_for(contest: Contest) -> int:
    """How many draws a result is worth that nothing changes any more: as many as for one that is kept."""
    return min(PUBLISHED, max(FEWEST_DRAWS, MOST_NUMBERS // max(len(contest.table.teams), 1)))


def _comparable(outcome: Outcome, connections: Connections) -> dict[str, int]:
    """The number of the group of each team that has a ballot; all are in one where groups were accepted as equal."""
    together = outcome.groups.accepted
    return {
        team: 1 if together else number for number, group in enumerate(connections.groups, 1) for team in group.teams
    }


def _model(ballots: Ballots) -> MixedEstimates | None:
    try:
        return adaptive(ballots)
    except InvalidTable:
        return None
