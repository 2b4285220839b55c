"""`scoreboard rank`: rank a table of scores without a database, by the same engine as the server's."""

import csv
import io
import json
from collections.abc import Sequence
from typing import IO

import click

from scoreboard.errors import ScoreboardError
from scoreboard.exchange.tables import read_score_table
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.standings import Standing, Standings, standings
from scoreboard.scoring.table import ScoreTable

EXAMPLE = """\b
Example:
  scoreboard rank scores.csv --method raw --format table
  printf 'judge,team,score\\nAda,Falcon,8\\nAda,Oryx,7\\n' | scoreboard rank
"""


class BadInput(click.ClickException):
    """What was given cannot be ranked."""

    exit_code = 2


@click.command(epilog=EXAMPLE)
@click.argument("file", type=click.File("rb"), default="-")
@click.option(
    "--method", type=click.Choice(list(METHODS)), default="raw", show_default=True, help="How to score teams."
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="For people (table) or for programs.",
)
def rank(file: IO[bytes], method: str, layout: str) -> None:
    """Rank the teams of FILE, a CSV table with the columns judge, team, score.

    A column criterion names what was scored, where there is more than one; criteria weigh alike, and only ballots with
    all of them count. Without FILE, or with -, the table is read from standard input.
    """
    try:
        table = read_score_table(file)
        result = standings(table, method)
    except ScoreboardError as error:
        raise BadInput(str(error)) from error
    for remark in remarks(table):
        click.echo(remark, err=True)
    click.echo({"table": as_table, "json": as_json, "csv": as_csv}[layout](result))


def remarks(table: ScoreTable) -> list[str]:
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


def as_json(result: Standings) -> str:
    """Standings as JSON; numbers in full."""
    lines = [
        {"rank": line.rank, "tied": line.tied, "team": line.team, "score": line.score, "ballots": line.ballots}
        for line in result.standings
    ]
    judges = [{"judge": line.judge, "ballots": line.ballots, "mean": line.mean} for line in result.judges]
    answer = {"method": result.method, "standings": lines, "judges": judges}
    return json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=2)


def as_csv(result: Standings) -> str:
    """Standings as CSV; numbers in full, empty cells where there is none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["rank", "tied", "team", "score", "ballots"])
    writer.writerows(
        [line.rank, "true" if line.tied else "false", line.team, line.score, line.ballots] for line in result.standings
    )
    return text.getvalue().removesuffix("\n")


def as_table(result: Standings) -> str:
    """Standings as aligned text; `2=` is a shared second place.

    Names come last: their width on a screen cannot be counted, and Arabic ones run the other way.
    """
    standing = [("rank", "score", "ballots", "team"), *(_row(line) for line in result.standings)]
    judges = [
        ("mean", "ballots", "judge"),
        *((_decimals(line.mean), str(line.ballots), line.judge) for line in result.judges),
    ]
    return f"{_aligned(standing)}\n\n{_aligned(judges)}"


def _row(line: Standing) -> tuple[str, ...]:
    place = f"awaits {line.awaiting}" if line.rank is None else f"{line.rank}{'=' if line.tied else ' '}"
    return place, _decimals(line.score), str(line.ballots), line.team


def _decimals(number: float | None) -> str:
    return "-" if number is None else f"{number:.3f}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    return "\n".join(
        "  ".join([*(cell.rjust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    )
