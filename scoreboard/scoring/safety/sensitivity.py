"""Is the winner safe? The result recounted in every way that a critic would ask for.

The rule of the event ranks the teams; `recounts` says in how many other ways they are ranked. What decides the verdict
is in how many of them the first place holds, and how sure the mixed model is of the order of neighbours.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from scoreboard.errors import ScoreboardError
from scoreboard.scoring.diagnosing.odd import odd_ballots
from scoreboard.scoring.diagnosing.remark import Remark, remark
from scoreboard.scoring.estimates import Estimates
from scoreboard.scoring.explaining.contrast import chance_above
from scoreboard.scoring.linkage.graph import Graph, component_labels
from scoreboard.scoring.methods.adaptive import adaptive
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.normalise import method_named
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.safety.recounts import Recount, recounts
from scoreboard.scoring.standings import Standing, rank
from scoreboard.scoring.table import Ballots, ScoreTable

SURE: Final = 0.8  # two neighbours are within noise when the order of the two is no surer than that
MOSTLY: Final = 0.9  # of the recounts hold, where a winner is likely

Verdict = Literal["safe", "likely", "open", "tied", "apart", "empty"]


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


@dataclass(frozen=True, slots=True)
class Safety:
    """The verdict on a result, and what it rests on.

    `first` are the teams on the first rank (none without an overall winner), `top` those on the first ranks asked for,
    best first. `held` and `top_held` of `counted` recounts agree. `close` are places, from - to, whose order is within
    noise; `sure` is the probability that the first is above the second, None with fewer than two teams. `groups`:
    into how many groups of teams without a common judge the ballots fall. `remarks` say it in words.
    """

    method: str
    verdict: Verdict
    first: tuple[str, ...]
    top: tuple[str, ...]
    held: int
    top_held: int
    counted: int
    sure: float | None
    close: tuple[tuple[int, int], ...]
    groups: int
    recounts: tuple[Recounted, ...]
    remarks: tuple[Remark, ...]


def safety(
    table: ScoreTable,
    method: str = "adaptive",
    *,
    top: int = 3,
    options: Options = DEFAULT,
    precedence: Sequence[str] = ("total",),
    minimum_ballots: int = 1,
    excluded: Collection[str] = frozenset(),
    groups_equal: bool = False,
    watch: Callable[[Sequence[Recount]], Iterable[Recount]] = iter,
) -> Safety:
    """Recount the table in every way; see `standings.rank` for what decides a rank.

    More than one group of teams without a common judge has no overall winner, unless `groups_equal` says that the
    groups are accepted as equally strong. `watch` hands out the recounts one after the other: a progress bar. Raises
    what `method` raises when it cannot be used on this table.
    """
    ballots = table.ballots()
    groups = _groups(ballots)
    if groups > 1 and not groups_equal:
        return _without_winner(method, "apart", groups)
    estimates = method_named(method)(ballots, options)
    ranked = _ranked(ballots, estimates, precedence, minimum_ballots, excluded)
    if not ranked:
        return _without_winner(method, "empty", groups)
    mixed = estimates if isinstance(estimates, MixedEstimates) else adaptive(ballots, options)
    counting = _Counting(ranked, precedence, top, replace(options, integrated=False, start=mixed.start), groups_equal)
    cases = recounts(ballots, method, odd_ballots(mixed, ballots, options))
    done = tuple(counting.done(ballots, case) for case in watch(cases))
    counted = [each for each in done if each.refused is None]
    sure = _surenesses(mixed, ballots, ranked[: top + 1])
    first, best = counting.first, counting.best
    held, top_held = sum(each.holds_first for each in counted), sum(each.holds_top for each in counted)
    verdict = _verdict(first, held, len(counted), sure)
    close = _close(sure)
    return Safety(
        method=method,
        verdict=verdict,
        first=first,
        top=best,
        held=held,
        top_held=top_held,
        counted=len(counted),
        sure=sure[0] if sure else None,
        close=close,
        groups=groups,
        recounts=done,
        remarks=_remarks(verdict, held, top_held, len(counted), min(top, len(ranked)), close),
    )


@dataclass(frozen=True, slots=True)
class _Counting:
    """How recounts are made: only the teams that the rule ranked compete, whatever ballots a recount leaves them."""

    ranked: list[Standing]
    precedence: Sequence[str]
    places: int
    options: Options
    groups_equal: bool

    @property
    def first(self) -> tuple[str, ...]:
        return _up_to(self.ranked, 1)

    @property
    def best(self) -> tuple[str, ...]:
        return _up_to(self.ranked, self.places)

    def done(self, ballots: Ballots, recount: Recount) -> Recounted:
        changed = recount.changed(ballots)
        refused = self._refusal(changed, recount.method)
        if refused is None:
            try:
                estimates = method_named(recount.method)(changed, self.options)
            except ScoreboardError as error:
                refused = Remark(error.message, {name: str(value) for name, value in error.params.items()})
        if refused is not None:
            return Recounted(recount, (), (), holds_first=False, holds_top=False, refused=refused)
        competing = {line.team for line in self.ranked}
        others = frozenset(ballots.teams) - competing
        ranked = _ranked(changed, estimates, self.precedence, 1, others)
        first, best = _up_to(ranked, 1), _up_to(ranked, self.places)
        return Recounted(recount, first, best, set(first) == set(self.first), set(best) == set(self.best), None)

    def _refusal(self, changed: Ballots, method: str) -> Remark | None:
        left = {changed.teams[place] for place in np.unique(changed.team).tolist()}
        lost = [team for team in self.best if team not in left]
        if lost:
            return remark("%(team)s would have no ballot left.", team=lost[0])
        groups = _groups(changed)
        if groups > 1 and method == "additive":
            return remark("The method %(method)s cannot compare groups of teams that share no judge.", method=method)
        if groups > 1 and not self.groups_equal:
            return remark("Some teams would share no judge with the others.")
        return None


def _ranked(
    ballots: Ballots, estimates: Estimates, precedence: Sequence[str], minimum_ballots: int, excluded: Collection[str]
) -> list[Standing]:
    result = rank(ballots, estimates, precedence=precedence, minimum_ballots=minimum_ballots, excluded=excluded)
    return [line for line in result.standings if line.rank is not None]


def _up_to(ranked: list[Standing], places: int) -> tuple[str, ...]:
    """The teams on these first ranks; more than that many where the last of them is shared."""
    return tuple(line.team for line in ranked if line.rank is not None and line.rank <= places)


def _groups(ballots: Ballots) -> int:
    return int(component_labels(Graph.of_ballots(ballots))[1].max(initial=-1)) + 1


def _surenesses(mixed: MixedEstimates, ballots: Ballots, ranked: list[Standing]) -> list[float]:
    """For each team but the last the probability that it is above the next."""
    place = [ballots.teams.index(line.team) for line in ranked]
    return [chance_above(mixed.posterior, one, other)[1] for one, other in pairwise(place)]


def _close(sure: list[float]) -> tuple[tuple[int, int], ...]:
    """Runs of places (from, to) of which no two neighbours are surely in order."""
    runs: list[tuple[int, int]] = []
    for place, chance in enumerate(sure, start=1):
        if chance > SURE:
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return tuple(runs)


def _verdict(first: tuple[str, ...], held: int, counted: int, sure: list[float]) -> Verdict:
    if len(first) > 1:
        return "tied"
    if sure and sure[0] <= SURE:
        return "open"
    if held == counted:
        return "safe"
    return "likely" if held >= MOSTLY * counted else "open"


def _without_winner(method: str, verdict: Literal["apart", "empty"], groups: int) -> Safety:
    words = (
        remark(
            "The teams fall into %(groups)s groups that share no judge: there is no overall winner, "
            "unless the groups are accepted as equally strong.",
            groups=groups,
        )
        if verdict == "apart"
        else remark("No team has enough ballots for a rank.")
    )
    return Safety(method, verdict, (), (), 0, 0, 0, None, (), groups, (), (words,))


def _remarks(
    verdict: Verdict, held: int, top_held: int, counted: int, top: int, close: tuple[tuple[int, int], ...]
) -> tuple[Remark, ...]:
    words = {
        "safe": remark("The winner is safe."),
        "likely": remark("The winner is likely, but not safe."),
        "open": remark("The winner is not certain: deliberate before announcing."),
        "tied": remark("The first place is shared: deliberate."),
    }
    said = [words[verdict], remark("1st place holds in %(held)s of %(all)s recounts.", held=held, all=counted)]
    if top > 1:
        said.append(
            remark("The first %(top)s hold in %(held)s of %(all)s recounts.", top=top, held=top_held, all=counted)
        )
    said += [
        remark("Places %(first)s to %(last)s are within noise: deliberate.", first=first, last=last)
        for first, last in close
    ]
    return tuple(said)
