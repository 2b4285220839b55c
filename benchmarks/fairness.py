"""Which method finds the better teams, and is it honest about what it knows: python benchmarks/fairness.py [--quick].

Events are drawn whose truth is known, 14 kinds of them, and every method sees the same ones. Printed are, for each
kind, Kendall's tau with the true order, how often the winner is the best team, and how many of the true top three are
among the first three; what `adaptive` gains on others, with an error; and of `adaptive` how many of its 90 % intervals
hold the truth, and how often its leader is the best when it says so with 30 %, 40 % and so on.

A total is a_j (quality + noise) - severity_j: judges are affine and errors normal, as the model has it. That is a
caveat: what real panels do can be seen in the tests, not here. Only scored teams count. An interval is for what an
average judge of this panel would give, so the truth is put on the geometric mean of the spreads of judges that say
anything at all. In kind H totals end where the scale ends, and no judge can give a team what the straight line would:
there the truth is what the judges of the panel would give it, in points of the scale and on average, less what they
would give an average team. How many intervals hold the straight line's truth is printed too.
"""

import json
from dataclasses import dataclass
from typing import Any

import click
import numpy as np
from scipy.stats import kendalltau, norm

from scoreboard.scoring.certainty.uncertainty import chances
from scoreboard.scoring.methods.adaptive import adaptive
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import Ballots, FloatArray, IntArray, ScoreTable

QUICK = Options(integrated=False)
ROUNDED_STEP = 1.5  # points of a scale from 1 to 10, for each of quality
MIDDLE = 5.5


@dataclass(frozen=True)
class Scenario:
    """A kind of event. Quality has a standard deviation of 1 over teams, with tracks too.

    `severity`, `noise`: standard deviations; `spread`: that of the logarithm of judges' spread; `noisy` judges have a
    noise of 2.5, `constant` ones give everybody the same; `tracks` have judges of their own and two who go everywhere;
    `single`: part of the teams with one ballot; `drift` over a judge's day; `known`: part of the ballots that are in.
    """

    name: str
    teams: int = 60
    judges: int = 20
    each: int = 3
    severity: float = 0.75
    noise: float = 0.8
    spread: float = 0.0
    noisy: int = 0
    constant: int = 0
    tracks: int = 0
    rounded: bool = False
    single: float = 0.0
    drift: float = 0.0
    known: float = 1.0


SCENARIOS = (
    Scenario("A mild severity", severity=0.5),
    Scenario("B strong severity", severity=1.0),
    Scenario("C severity and spread", spread=0.35),
    Scenario("D C, 3 noisy judges", spread=0.35, noisy=3),
    Scenario("E C, 2 noisy 2 constant", spread=0.35, noisy=2, constant=2),
    Scenario("F unequal tracks", tracks=4),
    Scenario("G no severity", severity=0.0),
    Scenario("H C in integers 1-10", spread=0.35, rounded=True),
    Scenario("I a third with 1 ballot", single=1 / 3),
    Scenario("J drift", drift=0.75),
    Scenario("K 15 teams, 6 judges", teams=15, judges=6),
    Scenario("L 5 ballots a team", each=5),
    Scenario("M a third of ballots in", known=0.35),
    Scenario("N as NIPS 2014", severity=0.43, noise=1.0),
)
TRACK_SD = 0.7


@dataclass(frozen=True)
class Drawn:
    """An event: its ballots, the true quality (T) on the scale of the totals, and the track of each team.

    `given` (T) is what the panel's judges would give on average, less what they would give an average team: the truth,
    but where the scale ends. `level` is the true mean quality of the tracks, over ballots: what effects are about when
    tracks are told.
    """

    ballots: Ballots
    truth: FloatArray
    given: FloatArray
    tracks: dict[str, str]
    level: float


def visits(kind: Scenario, track: IntArray, chance: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Who sees whom (team, judge): judges with the fewest teams so far first, within a track any of its judges."""
    load = np.zeros(kind.judges)
    home = np.append(np.arange(kind.judges - 2) % kind.tracks, [-1, -1]) if kind.tracks else None
    pairs = []
    for team in chance.permutation(kind.teams):
        if home is None:
            chosen = np.lexsort((chance.random(kind.judges), load))[: kind.each]
        else:
            chosen = chance.permutation(np.flatnonzero((home == track[team]) | (home < 0)))[: kind.each]
        load[chosen] += 1
        pairs += [(team, judge) for judge in chosen]
    if kind.single:
        alone = set(chance.permutation(kind.teams)[: round(kind.teams * kind.single)].tolist())
        pairs = [pair for place, pair in enumerate(pairs) if pair[0] not in alone or place % kind.each == 0]
    kept = np.sort(chance.permutation(len(pairs))[: round(kind.known * len(pairs))])
    team, judge = np.array(pairs)[kept].T
    return team, judge


def drawn(kind: Scenario, chance: np.random.Generator) -> Drawn:
    """Draw one event."""
    track = chance.permutation(kind.teams) % max(kind.tracks, 1)
    quality = chance.normal(size=kind.teams)
    of_track = np.zeros(kind.teams)
    if kind.tracks:
        of_track = TRACK_SD * chance.normal(size=kind.tracks)[track]
        quality = quality * np.sqrt(1 - TRACK_SD**2) + of_track
    team, judge = visits(kind, track, chance)
    harsh = kind.severity * chance.normal(size=kind.judges)
    spread = np.exp(kind.spread * chance.normal(size=kind.judges))
    odd = chance.permutation(kind.judges)
    noise = np.full(kind.judges, kind.noise)
    noise[odd[: kind.noisy]] = 2.5
    spread[odd[kind.noisy : kind.noisy + kind.constant]] = 0.0
    total = spread[judge] * (quality[team] + noise[judge] * chance.normal(size=len(team))) - harsh[judge]
    total += kind.drift * of_day(judge, chance) * (spread[judge] > 0)
    telling = np.unique(judge[spread[judge] > 0])
    truth = quality * float(np.exp(np.log(spread[telling]).mean()))
    given = truth
    if kind.rounded:
        total, truth = np.clip(np.rint(MIDDLE + ROUNDED_STEP * total), 1, 10), ROUNDED_STEP * truth
        given = expected(quality, spread, harsh, noise)
    teams = [f"T{place:02d}" for place in range(kind.teams)]
    judges = [f"J{place:02d}" for place in range(kind.judges)]
    table = ScoreTable.from_columns(
        [judges[place] for place in judge],
        [teams[place] for place in team],
        ["score"] * len(team),
        total.tolist(),
        judges=judges,
        teams=teams,
    )
    tracks = {name: str(place) for name, place in zip(teams, track.tolist(), strict=True)}
    return Drawn(table.ballots(), truth, given, tracks, float(of_track[team].mean()))


def expected(quality: FloatArray, spread: FloatArray, harsh: FloatArray, noise: FloatArray) -> FloatArray:
    """What judges would give teams of this quality (T) on average, in whole points, over that of an average team."""
    points = np.arange(1, 11)
    ends = np.concatenate([[-np.inf], points[:-1] + 0.5, [np.inf]])
    nodes, weight = np.polynomial.hermite_e.hermegauss(61)
    line = spread * np.concatenate([quality, nodes])[:, None] - harsh  # teams, then a sample of all of them, by judge
    below = norm.cdf((ends - MIDDLE - ROUNDED_STEP * line[:, :, None]) / (ROUNDED_STEP * spread * noise)[:, None])
    mean = (np.diff(below) @ points).mean(axis=1)
    over: FloatArray = mean[: len(quality)] - weight @ mean[len(quality) :] / weight.sum()
    return over


def of_day(judge: IntArray, chance: np.random.Generator) -> FloatArray:
    """When each ballot was given, from 0 to 1 over its judge's day."""
    order = np.lexsort((chance.random(len(judge)), judge))
    counts = np.bincount(judge)
    place = np.empty(len(judge))
    place[order] = np.arange(len(judge)) - np.repeat(np.cumsum(counts) - counts, counts)
    return place / np.maximum(counts - 1, 1)[judge]


def marks(score: FloatArray, truth: FloatArray) -> tuple[float, float, float]:
    """Tau, right winner and top-3 recall among scored teams; ties share what they would win by lot."""
    scored = np.isfinite(score)
    found, true = score[scored], truth[scored]
    tau = float(kendalltau(found, true).statistic)
    best = np.argsort(-true)
    return 0.0 if np.isnan(tau) else tau, share(found, best[:1]), share(found, best[:3])


def share(found: FloatArray, best: IntArray) -> float:
    """The part of `best` that is among as many first by `found`; values equal to nine digits are tied."""
    places = len(best)
    rounded = np.round(found / max(float(np.ptp(found)), 1e-12), 9)
    edge = np.sort(rounded)[-places]
    above, level = rounded > edge, rounded == edge
    chance = above + level * (places - above.sum()) / level.sum()
    return float(chance[best].sum() / places)


def judged(kind: Scenario, event: Drawn) -> dict[str, Any]:
    """Marks of all methods for one event, and of `adaptive` its coverage, and its claim for the leader.

    Where there are tracks, intervals are those of `adaptive` as told of them: untold, teams of a track err together.
    """
    ours = adaptive(event.ballots)
    scores = {name: method(event.ballots, QUICK).score for name, method in METHODS.items() if name != "adaptive"}
    found: dict[str, Any] = {
        name: marks(score, event.truth) for name, score in ({"adaptive": ours.score} | scores).items()
    }
    found["coverage"] = coverage(ours, event.given)
    if kind.rounded:
        found["line"] = coverage(ours, event.truth)
    if kind.tracks:
        told = adaptive(event.ballots, Options(tracks=event.tracks))
        found["adaptive, tracks told"] = marks(told.score, event.truth)
        found["coverage"] = coverage(told, event.truth - event.level)
    counted = chances(ours, event.ballots.teams)
    leader = int(counted.first.argmax())
    true = event.truth[counted.teams]
    found["claim"] = float(counted.first[leader]), bool(true[leader] == true.max())
    return found


def coverage(estimates: MixedEstimates, truth: FloatArray) -> float:
    """The part of the scored teams whose true effect is within its interval of 90 %."""
    low, high = (estimates.interval - estimates.mean).T
    heard = estimates.ballots > 0
    return float(((low <= truth) & (truth <= high))[heard].mean())


def claims(pairs: list[tuple[float, bool]]) -> list[dict[str, float]]:
    """What was said of leaders and how often it was so, by tenths of the claim."""
    said, so = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs], dtype=np.float64)
    tenth = np.minimum((said * 10).astype(int), 9)
    return [
        {
            "from": place / 10,
            "events": int(inside.sum()),
            "said": float(said[inside].mean()),
            "so": float(so[inside].mean()),
        }
        for place in range(10)
        if (inside := tenth == place).any()
    ]


@click.command()
@click.option("--events", default=300, show_default=True, help="Of each kind.")
@click.option("--seed", default=11, show_default=True)
@click.option("--kinds", default="", help="Letters of the kinds, such as ACD; all without it.")
@click.option("--quick", is_flag=True, help="Twenty events of each kind.")
@click.option("--json", "as_json", is_flag=True, help="One object on the last line.")
def main(*, events: int, seed: int, kinds: str, quick: bool, as_json: bool) -> None:
    """Draw events, and compare the methods on them."""
    count = 20 if quick else events
    figures: dict[str, Any] = {"events": count, "seed": seed, "kinds": {}}
    said: list[tuple[float, bool]] = []
    for place, kind in enumerate(SCENARIOS):
        if kinds and kind.name[0] not in kinds.upper():
            continue
        found = [judged(kind, drawn(kind, np.random.default_rng([seed, place, number]))) for number in range(count)]
        said += [one["claim"] for one in found]
        figures["kinds"][kind.name] = summary = summed(found)
        click.echo(kind.name)
        for name, line in summary["methods"].items():
            click.echo(f"  {name:>22}  tau {line['tau']:.3f}  winner {line['winner']:.3f}  top 3 {line['top3']:.3f}")
        for name, gain in summary["gain"].items():
            click.echo(f"  adaptive - {name:<11}  {gain['tau']:+.3f} +- {gain['error']:.3f}")
        click.echo(f"  coverage of adaptive   {summary['coverage']:.3f} +- {summary['coverage_error']:.3f}")
        if "line" in summary:
            click.echo(f"    of the straight line {summary['line']:.3f}")
    figures["overall"] = overall(figures["kinds"])
    figures["claims"] = claims(said)
    click.echo("overall")
    for name, line in figures["overall"]["methods"].items():
        click.echo(f"  {name:>22}  tau {line['tau']:.3f}  winner {line['winner']:.3f}  top 3 {line['top3']:.3f}")
    click.echo(f"  coverage of adaptive   {figures['overall']['coverage']:.3f}")
    click.echo("  leader said to be 1st, and was:")
    for claim in figures["claims"]:
        click.echo(f"    {claim['said']:.2f}  {claim['so']:.2f}  ({claim['events']} events)")
    if as_json:
        click.echo(json.dumps(figures))


def summed(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over the events of a kind, and what `adaptive` gains on the others in tau."""
    names = [name for name in found[0] if name not in {"coverage", "line", "claim"}]
    covered = np.array([one["coverage"] for one in found])
    by_name = {name: np.array([one[name] for one in found]) for name in names}
    gain = {name: by_name["adaptive"][:, 0] - by_name[name][:, 0] for name in ("raw", "zscore", "severity")}
    return {
        "methods": {
            name: dict(zip(("tau", "winner", "top3"), values.mean(axis=0).tolist(), strict=True))
            for name, values in by_name.items()
        },
        "gain": {
            name: {"tau": float(values.mean()), "error": float(1.96 * values.std() / np.sqrt(len(values)))}
            for name, values in gain.items()
        },
        "coverage": float(covered.mean()),
        "coverage_error": float(1.96 * covered.std() / np.sqrt(len(covered))),
    } | ({"line": float(np.mean([one["line"] for one in found]))} if "line" in found[0] else {})


def overall(kinds: dict[str, Any]) -> dict[str, Any]:
    """Means over the kinds."""
    return {
        "methods": {
            name: {
                mark: float(np.mean([kind["methods"][name][mark] for kind in kinds.values()]))
                for mark in ("tau", "winner", "top3")
            }
            for name in METHODS
        },
        "coverage": float(np.mean([kind["coverage"] for kind in kinds.values()])),
    }


if __name__ == "__main__":
    main()
