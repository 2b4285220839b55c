"""How long a fit takes, beside other software, in one run: python benchmarks/scoring.py [--quick] [--json].

Contenders take turns on the same table, so that whatever else the machine does hits them alike; medians are printed,
and their ratio to ours. `severity` with `prior` None is the model of lme4's `score ~ 1 + (1|team) + (1|judge)`, fitted
cold and with all standard errors. Others are timed where they are installed: interlace-lme and mixedlm (pip), and R
with lme4. The second table is the time from a score to the ranking: `adaptive` from the last fit on, all standard
errors, and a thousand draws, as the ballots of an event come in.

Linear algebra has one thread, as in the server: on matrices of this size several only get in each other's way.
"""

import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import numpy as np
from threadpoolctl import threadpool_limits

from scoreboard.scoring.certainty.uncertainty import chances
from scoreboard.scoring.methods.adaptive import adaptive
from scoreboard.scoring.methods.severity import severity
from scoreboard.scoring.options import Options
from scoreboard.scoring.table import Ballots, ScoreTable

SIZES = {"60x20": (60, 20, 4), "500x150": (500, 150, 5), "5000x1000": (5_000, 1_000, 6)}
GOALS_MS = {"60x20": 2.0, "500x150": 15.0, "5000x1000": 500.0}
HOPELESS_MS = 2_000  # a fit; who takes so long is not asked for ten times the teams
LIVE_GOALS_MS = {"60x20": 15.0, "500x150": 60.0}
PLAIN = Options(prior=None, integrated=False)
LIVE = Options(integrated=False)
R_PROGRAM = """
suppressMessages(library(lme4)); d <- read.csv(commandArgs(TRUE)[1])
d$team <- factor(d$team); d$judge <- factor(d$judge)
spent <- 0
for (i in 1:as.integer(commandArgs(TRUE)[2])) if (spent < as.numeric(commandArgs(TRUE)[3])) {
  s <- proc.time()[3]; m <- lmer(score ~ 1 + (1 | team) + (1 | judge), d); r <- ranef(m, condVar = TRUE)
  t <- proc.time()[3] - s; spent <- spent + t
  cat(t, "\\n")
}
"""


def simulated(teams: int, judges: int, each: int, seed: int) -> Ballots:
    """An event: quality 1, severity .75, noise .8; every team is seen by `each` judges, who see about as many."""
    chance = np.random.default_rng(seed)
    quality, harsh = chance.normal(size=teams), 0.75 * chance.normal(size=judges)
    rounds = -(-teams * each // judges)
    order = np.concatenate([chance.permutation(judges) for _ in range(rounds)])[: teams * each]
    pairs = np.unique(np.column_stack([order, np.tile(np.arange(teams), each)]), axis=0)
    value = 5 + quality[pairs[:, 1]] - harsh[pairs[:, 0]] + 0.8 * chance.normal(size=len(pairs))
    return ScoreTable.from_columns(
        [f"J{judge:05d}" for judge in pairs[:, 0]],
        [f"T{team:05d}" for team in pairs[:, 1]],
        ["score"] * len(pairs),
        value.tolist(),
    ).ballots()


def contenders(ballots: Ballots) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Whoever can fit this table here."""
    yield "scoreboard", lambda: severity(ballots, PLAIN)
    if find_spec("pandas") is None:
        return
    frame = import_module("pandas").DataFrame(
        {
            "team": np.array(ballots.teams)[ballots.team],
            "judge": np.array(ballots.judges)[ballots.judge],
            "score": ballots.total,
        }
    )
    if find_spec("interlace"):
        interlace = import_module("interlace")
        yield "interlace-lme", lambda: interlace.fit("score ~ 1", data=frame, groups=["team", "judge"])
    if find_spec("mixedlm"):
        mixedlm = import_module("mixedlm")
        yield (
            "mixedlm",
            lambda: mixedlm.lmer("score ~ 1 + (1|team) + (1|judge)", frame).ranef(condVar=True),
        )


def milliseconds(work: Callable[[], Any]) -> float:
    """How long `work` took."""
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def fits(ballots: Ballots, repeats: int, slow: int, left_out: set[str]) -> dict[str, list[float]]:
    """Times of all contenders but those left out, in turns; slow ones drop out after `slow` seconds of their own."""
    found: dict[str, list[float]] = {}
    for turn in range(repeats + 1):
        for name, work in contenders(ballots):
            if name in left_out:
                continue
            click.echo(f"\r\x1b[K{turn}/{repeats} {name}", err=True, nl=False)
            taken = found.setdefault(name, [])
            if sum(taken) < 1e3 * slow or name == "scoreboard":
                spent = milliseconds(work)
                if turn or spent > 1e3 * slow:  # the first turn warms up
                    taken.append(spent)
    click.echo("\r\x1b[K", err=True, nl=False)
    if shutil.which("Rscript") and "lme4" not in left_out:
        found["lme4"] = in_r(ballots, repeats, slow)
    return found


def in_r(ballots: Ballots, repeats: int, slow: int) -> list[float]:
    """Times of lme4, with its conditional errors."""
    with tempfile.TemporaryDirectory() as folder:
        table, program = Path(folder) / "table.csv", Path(folder) / "fit.R"
        rows = zip(ballots.judge.tolist(), ballots.team.tolist(), ballots.total.tolist(), strict=True)
        table.write_text("judge,team,score\n" + "".join(f"{j},{t},{y}\n" for j, t, y in rows), encoding="utf-8")
        program.write_text(R_PROGRAM, encoding="utf-8")
        said = subprocess.run(  # noqa: S603  # our own program, on our own table
            ["Rscript", program, table, str(repeats), str(slow)],  # noqa: S607  # whichever R is installed
            check=True,
            capture_output=True,
            text=True,
        )
    return [1e3 * float(line) for line in said.stdout.split()]


def live(ballots: Ballots, steps: int) -> list[float]:
    """Times from a score to the ranking, for the last `steps` ballots of an event in a random order."""
    order = np.random.default_rng(1).permutation(len(ballots))
    known = np.ones(len(ballots), dtype=np.bool_)
    known[order[len(ballots) - steps :]] = False
    last = adaptive(ballots.only(known), LIVE)
    taken = []
    for row in order[len(ballots) - steps :]:
        known[row] = True
        now = ballots.only(known)
        start = time.perf_counter()
        last = adaptive(now, replace(LIVE, start=last.start))
        counted = chances(last, now.teams)
        counted.first.argsort()
        taken.append(1e3 * (time.perf_counter() - start))
    return taken


@click.command()
@click.option("--quick", is_flag=True, help="Without the largest table, and fewer turns.")
@click.option("--json", "as_json", is_flag=True, help="One object on the last line.")
@click.option("--seed", default=1, show_default=True)
@click.option("--slow", default=60, show_default=True, help="Seconds after which another software drops out of a size.")
def main(*, quick: bool, as_json: bool, seed: int, slow: int) -> None:
    """Time fits and live rankings."""
    threadpool_limits(limits=1)
    figures: dict[str, Any] = {"fit_ms": {}, "ratio": {}, "live_ms": {}}
    click.echo("cold fit with all standard errors, median ms (ratio to ours)")
    hopeless: set[str] = set()
    for size, shape in SIZES.items():
        if quick and size == "5000x1000":
            continue
        repeats = 5 if size == "5000x1000" else 9 if quick else 25
        taken = fits(simulated(*shape, seed), repeats=repeats, slow=slow, left_out=hopeless)
        medians = {name: statistics.median(times) for name, times in taken.items() if times}
        ours = medians["scoreboard"]
        hopeless |= {name for name, median in medians.items() if median > HOPELESS_MS}
        figures["fit_ms"][size] = medians
        figures["ratio"][size] = {name: median / ours for name, median in medians.items()}
        others = "".join(
            f"   {name} {median:.1f} (x {median / ours:.1f})"
            for name, median in medians.items()
            if name != "scoreboard"
        )
        click.echo(f"  {size:>9}  scoreboard {ours:8.2f}   goal {GOALS_MS[size]:g}{others}")
    click.echo("from a score to the ranking: adaptive, all standard errors, 1,000 draws, ms")
    for size, goal in LIVE_GOALS_MS.items():
        times = live(simulated(*SIZES[size], seed), steps=20 if quick else 60)
        half, most = np.quantile(times, [0.5, 0.95]).tolist()
        figures["live_ms"][size] = {"median": half, "p95": most}
        click.echo(f"  {size:>9}  median {half:.1f}   p95 {most:.1f}   goal {goal:g}")
    if as_json:
        click.echo(json.dumps(figures))


if __name__ == "__main__":
    main()
