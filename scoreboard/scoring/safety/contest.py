"""Teams that are ranked among each other, and what a recount makes of their first places."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from scoreboard.scoring.diagnosing.remark import Remark, remark
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.linkage.graph import Graph, component_labels
from scoreboard.scoring.safety.recounts import Recount
from scoreboard.scoring.standings import Standing, rank
from scoreboard.scoring.table import Ballots


@dataclass(frozen=True, slots=True)
class Recounted:
    """What a recount came to: the teams on the first rank and the top, best first.

    `refused` says why it could not be made; then it counts neither way, and the teams are none.
    """

    recount: Recount
    first: tuple[str, ...]
    top: tuple[str, ...]
    holds_first: bool
    holds_top: bool
    refused: Remark | None


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """A result that recounts are held against: only the teams that the rule `ranked` compete, best first.

    `judges` are those of its teams, `places` how many of the first are looked at. `groups_equal`: teams that share no
    judge may be compared all the same.
    """

    ranked: list[Standing]
    judges: frozenset[str]
    precedence: Sequence[str]
    places: int
    groups_equal: bool

    @property
    def first(self) -> tuple[str, ...]:
        """The teams on the first rank."""
        return _up_to(self.ranked, 1)

    @property
    def best(self) -> tuple[str, ...]:
        """The teams on the first ranks that are looked at."""
        return _up_to(self.ranked, self.places)

    def concerns(self, recount: Recount) -> bool:
        """Whether a recount says anything of these teams; not so without the ballots of a judge of others."""
        return recount.kind != "judge" or recount.subject in self.judges

    def outcome(self, recount: Recount, changed: Ballots, estimates: Estimates) -> Recounted:
        """What the estimates of a recount's `changed` ballots come to."""
        competing = {line.team for line in self.ranked}
        ranked = ranked_of(changed, estimates, self.precedence, 1, frozenset(changed.teams) - competing)
        first, best = _up_to(ranked, 1), _up_to(ranked, self.places)
        return Recounted(recount, first, best, set(first) == set(self.first), set(best) == set(self.best), None)

    def refusal(self, changed: Ballots, method: str) -> Remark | None:
        """Why these ballots, counted by this method, would tell nothing of the teams; None where they do."""
        left = {changed.teams[place] for place in np.unique(changed.team).tolist()}
        lost = [team for team in self.best if team not in left]
        if lost:
            return remark("%(team)s would have no ballot left.", team=lost[0])
        if self._groups(changed) > 1 and method == "additive":
            return remark("The method %(method)s cannot compare groups of teams that share no judge.", method=method)
        if self._groups(changed) > 1 and not self.groups_equal:
            return remark("Some teams would share no judge with the others.")
        return None

    def _groups(self, ballots: Ballots) -> int:
        """Into how many groups without a common judge the teams fall, those without a ballot left aside."""
        competing = {line.team for line in self.ranked}
        of_team = component_labels(Graph.of_ballots(ballots))[1].tolist()
        return len(
            {label for team, label in zip(ballots.teams, of_team, strict=True) if label >= 0 and team in competing}
        )


def ranked_of(
    ballots: Ballots, estimates: Estimates, precedence: Sequence[str], minimum_ballots: int, excluded: Collection[str]
) -> list[Standing]:
    """The standings of the teams that have a rank."""
    result = rank(ballots, estimates, precedence=precedence, minimum_ballots=minimum_ballots, excluded=excluded)
    return [line for line in result.standings if line.rank is not None]


def refused(recount: Recount, why: Remark) -> Recounted:
    """A recount that could not be made."""
    return Recounted(recount, (), (), holds_first=False, holds_top=False, refused=why)


def _up_to(ranked: list[Standing], places: int) -> tuple[str, ...]:
    """The teams on these first ranks; more than that many where the last of them is shared."""
    return tuple(line.team for line in ranked if line.rank is not None and line.rank <= places)
