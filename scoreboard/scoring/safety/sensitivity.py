"""Is the winner safe? The result recounted in every way that a critic would ask for.

The rule of the event ranks the teams; `recounts` says in how many other ways they are ranked. What decides the verdict
is in how many of them the first place holds, and how sure the mixed model is of the order of neighbours. Where teams
fall into groups that share no judge, each group has its own first place and its own verdict.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from scoreboard.errors import ScoreboardError
from scoreboard.scoring.diagnosing.odd import odd_ballots
from scoreboard.scoring.diagnosing.remark import Remark
from scoreboard.scoring.explaining.contrast import chance_above
from scoreboard.scoring.linkage.graph import Graph
from scoreboard.scoring.linkage.structure import components
from scoreboard.scoring.methods.adaptive import adaptive
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.normalise import method_named
from scoreboard.scoring.options import DEFAULT, Options
from scoreboard.scoring.safety.contest import Contest, Recounted, ranked_of, refused
from scoreboard.scoring.safety.recounts import Recount, recounts
from scoreboard.scoring.safety.verdict import Verdict, close_places, verdict_of, words, words_without_winner
from scoreboard.scoring.standings import Standing
from scoreboard.scoring.table import Ballots, ScoreTable


@dataclass(frozen=True, slots=True)
class Safety:
    """The verdict on a result, and what it rests on.

    `first` are the teams on the first rank (none without an overall winner), `top` those on the first ranks asked for,
    best first. `held` and `top_held` of `counted` recounts agree. `close` are places, from - to, whose order is within
    noise; `sure` is the probability that the first is above the second, None with fewer than two teams. `groups`:
    into how many groups of teams without a common judge the ballots fall. `remarks` say it in words. Where groups leave
    no overall winner, `parts` holds for each of them that has a ranked team the verdict on its own first place, in the
    order of `structure.components`; places are counted within the group.
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
    parts: tuple["Safety", ...] = ()


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
    groups = components(Graph.of_ballots(ballots))
    apart = len(groups) > 1 and not groups_equal
    estimates = method_named(method)(ballots, options)
    out = frozenset(excluded)
    ranked = partial(ranked_of, ballots, estimates, precedence, minimum_ballots)
    rivals = [frozenset(group.teams) for group in groups] if apart else [frozenset(ballots.teams)]
    judges = [frozenset(group.judges) for group in groups] if apart else [frozenset(ballots.judges)]
    contests = [
        Contest(ranking, own, precedence, top, groups_equal)
        for teams, own in zip(rivals, judges, strict=True)
        if (ranking := ranked(out | (frozenset(ballots.teams) - teams)))
    ]
    if not contests:
        return _without_winner(method, "empty", len(groups))
    mixed = estimates if isinstance(estimates, MixedEstimates) else adaptive(ballots, options)
    counting = replace(options, integrated=False, start=mixed.start)
    cases = recounts(ballots, method, odd_ballots(mixed, ballots, options))
    rounds = [_recounted(contests, case, ballots, counting) for case in watch(cases)]
    verdicts = [
        _verdict(method, contest, [each for each in of_contest if each], mixed, ballots.teams, len(groups))
        for contest, of_contest in zip(contests, zip(*rounds, strict=True), strict=True)
    ]
    return replace(_without_winner(method, "apart", len(groups)), parts=tuple(verdicts)) if apart else verdicts[0]


def _recounted(
    contests: Sequence[Contest], recount: Recount, ballots: Ballots, options: Options
) -> list[Recounted | None]:
    """What a recount comes to in each contest, None in those that it does not concern."""
    changed = recount.changed(ballots)
    found: list[Recounted | None] = [None] * len(contests)
    open_ones = []
    for place, contest in enumerate(contests):
        if contest.concerns(recount):
            why = contest.refusal(changed, recount.method)
            if why is None:
                open_ones.append(place)
            else:
                found[place] = refused(recount, why)
    if open_ones:
        try:
            estimates = method_named(recount.method)(changed, options)
        except ScoreboardError as error:
            why = Remark(error.message, {name: str(value) for name, value in error.params.items()})
            for place in open_ones:
                found[place] = refused(recount, why)
        else:
            for place in open_ones:
                found[place] = contests[place].outcome(recount, changed, estimates)
    return found


def _verdict(
    method: str, contest: Contest, done: Sequence[Recounted], mixed: MixedEstimates, teams: Sequence[str], groups: int
) -> Safety:
    counted = [each for each in done if each.refused is None]
    sure = _surenesses(mixed, teams, contest.ranked[: contest.places + 1])
    held, top_held = sum(each.holds_first for each in counted), sum(each.holds_top for each in counted)
    verdict = verdict_of(len(contest.first), held, len(counted), sure)
    close = close_places(sure)
    return Safety(
        method=method,
        verdict=verdict,
        first=contest.first,
        top=contest.best,
        held=held,
        top_held=top_held,
        counted=len(counted),
        sure=sure[0] if sure else None,
        close=close,
        groups=groups,
        recounts=tuple(done),
        remarks=words(verdict, held, top_held, len(counted), min(contest.places, len(contest.ranked)), close),
    )


def _surenesses(mixed: MixedEstimates, teams: Sequence[str], ranked: list[Standing]) -> list[float]:
    """For each team but the last the probability that it is above the next."""
    place = [teams.index(line.team) for line in ranked]
    return [chance_above(mixed.posterior, one, other)[1] for one, other in pairwise(place)]


def _without_winner(method: str, verdict: Verdict, groups: int) -> Safety:
    said = words_without_winner(groups, empty=verdict == "empty")
    return Safety(method, verdict, (), (), 0, 0, 0, None, (), groups, (), said)
