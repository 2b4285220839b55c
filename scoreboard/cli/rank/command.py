"""`scoreboard rank`: rank a table of scores without a database, by the same engine as the server's."""

import io
import sys
import unicodedata
from typing import IO

import click

from scoreboard.cli.rank.answer import MOST_COMPARED, Ranking, ranking_of
from scoreboard.cli.rank.formats import as_csv, as_json, as_table
from scoreboard.cli.rank.progress import Progress
from scoreboard.cli.rank.sections import Sections
from scoreboard.errors import ScoreboardError
from scoreboard.exchange.tables import read_score_table
from scoreboard.exchange.weights import read_scales
from scoreboard.scoring.diagnosing.diagnostics import diagnostics as diagnostics_of
from scoreboard.scoring.explaining.explain import why
from scoreboard.scoring.linkage.structure import joining_visits
from scoreboard.scoring.methods.adaptive import adaptive
from scoreboard.scoring.methods.mixed import MixedEstimates
from scoreboard.scoring.normalise import METHODS, method_named
from scoreboard.scoring.options import WEAK, Options
from scoreboard.scoring.safety.sensitivity import safety as safety_of
from scoreboard.scoring.table import Ballots, ScoreTable

EXAMPLE = """\b
Example:
  scoreboard rank scores.csv --method raw --format table
  scoreboard rank scores.csv --criteria weights.toml --safety
  printf 'judge,team,score\\nAda,Falcon,8\\nAda,Oryx,7\\n' | scoreboard rank
"""
LARGE = 500_000  # bytes: reading and ranking so many takes about a second
MOST_INTEGRATED = 20_000  # ballots: with more, variances are known well enough
VISITS_SHOWN = 5


class BadInput(click.ClickException):
    """What was given cannot be ranked."""

    exit_code = 2


@click.command(epilog=EXAMPLE)
@click.argument("file", type=click.File("rb"), default="-")
@click.option(
    "--method", type=click.Choice(list(METHODS)), default="adaptive", show_default=True, help="How to score teams."
)
@click.option(
    "--criteria",
    type=click.File("rb"),
    metavar="FILE.toml",
    help="Weights and ranges: for each criterion [[criteria]] with key, weight and, if all have one, minimum, maximum.",
)
@click.option(
    "--prior",
    type=click.Choice(["default", "none"]),
    default="default",
    show_default=True,
    help="For adaptive and severity: what is assumed of variances before any score; none is plain REML.",
)
@click.option("--safety", is_flag=True, help="Recount in every other way, and say whether the winner is safe.")
@click.option("--explain", nargs=2, metavar="A B", help="Say why team A is above team B, or below.")
@click.option("--diagnostics", is_flag=True, help="Say how reliable the panel is, and what to ask judges about.")
@click.option(
    "--equal-groups",
    is_flag=True,
    help="Rank all teams in one table even if no ballots connect them: groups count as equally strong.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Of the draws that probabilities are counted from."
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="For people (table) or for programs.",
)
def rank(
    file: IO[bytes],
    method: str,
    criteria: IO[bytes] | None,
    prior: str,
    safety: bool,
    explain: tuple[str, str] | None,
    diagnostics: bool,
    equal_groups: bool,
    seed: int,
    layout: str,
) -> None:
    """Rank the teams of FILE, a CSV table with the columns judge, team, score.

    A column criterion names what was scored, where there is more than one; criteria weigh alike unless --criteria says
    otherwise, and only ballots with all of them count. Without FILE, or with -, the table is read from standard input.

    The methods adaptive and severity correct for strict and lenient judges and state how sure each rank is. Teams
    that no judges connect are ranked in tables of their own.
    """
    if layout == "csv" and (safety or explain or diagnostics):
        raise click.UsageError("CSV holds the standings only; ask for --format table or json.")
    try:
        with Progress(sys.stderr, steps=3) as progress:
            content = file.read()
            progress.step("reading", long=len(content) > LARGE)
            table = read_score_table(io.BytesIO(content), None if criteria is None else read_scales(criteria))
            ballots = table.ballots()
            options = _options(ballots, prior)
            progress.step("estimating")
            estimates = method_named(method)(ballots, options)
            progress.step("ranking")
            ranking = ranking_of(ballots, estimates, groups_equal=equal_groups, seed=seed)
            reasons = recounted = panel = None
            if explain:
                reasons = why(estimates, ballots, _as_read(explain[0]), _as_read(explain[1]), options)
            if safety:
                watch = progress.through
                recounted = safety_of(table, method, options=options, groups_equal=equal_groups, watch=watch)
            if diagnostics:
                mixed = estimates if isinstance(estimates, MixedEstimates) else adaptive(ballots, options)
                panel = diagnostics_of(mixed, ballots, options)
            sections = Sections(recounted, reasons, panel)
    except ScoreboardError as error:
        raise BadInput(str(error)) from error
    for remark in [*_of_table(table), *_of_groups(ranking), *_of_size(ranking)]:
        click.echo(remark, err=True)
    if layout == "json":
        click.echo(as_json(ranking, sections.record(ballots)))
    elif layout == "csv":
        click.echo(as_csv(ranking))
    else:
        click.echo("\n\n".join([as_table(ranking), *sections.texts(ballots.extent)]))


def _as_read(name: str) -> str:
    """A name as tables are read: without spaces around it, its accents composed."""
    return unicodedata.normalize("NFC", name.strip())


def _options(ballots: Ballots, prior: str) -> Options:
    return Options(prior=WEAK if prior == "default" else None, integrated=len(ballots) <= MOST_INTEGRATED)


def _of_table(table: ScoreTable) -> list[str]:
    """What a person should know of how the table was taken."""
    said = []
    if len(table.occasions) > 1:
        said.append(
            f"Some judges scored a team more than once. {len(table.occasions)} occasions were told apart "
            f"({table.occasions[0]}, ...), and each counts as a ballot of its own."
        )
    incomplete = table.ballots().incomplete
    if incomplete:
        said.append(f"Ballots left out because they lack a criterion: {incomplete}.")
    return said


def _of_groups(ranking: Ranking) -> list[str]:
    """What a person should know of teams that cannot be compared."""
    if ranking.graph is None or ranking.components is None or ranking.components < 2:
        return []
    groups = f"The teams fall into {ranking.components} groups that share no judge"
    if not ranking.apart:
        return [f"{groups}; they are ranked together as if the groups were equally strong."]
    visits = joining_visits(ranking.graph)
    shown = "; ".join(f"{judge} to {team}" for judge, team in visits[:VISITS_SHOWN])
    more = f"; and {len(visits) - VISITS_SHOWN} more" if len(visits) > VISITS_SHOWN else ""
    return [
        f"{groups}, so nothing says which is better: each has a table of its own, and there is no overall winner.",
        f"Visits that would join them: {shown}{more}. With --equal-groups they are ranked together, as equally strong.",
    ]


def _of_size(ranking: Ranking) -> list[str]:
    """What a person should know of numbers that are not there."""
    if isinstance(ranking.estimates, MixedEstimates) and any(table.chances is None for table in ranking.tables):
        return [f"Rank intervals and probabilities are told for {MOST_COMPARED} teams in a table at the most."]
    return []
