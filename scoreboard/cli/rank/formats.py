"""The answer of `scoreboard rank` as JSON, as CSV, and as text for people."""

import csv
import io
import json
import math
import textwrap
from collections.abc import Sequence
from typing import Any, Final

from scoreboard.cli.rank.answer import Ranking, Record, judges_of, lines_of
from scoreboard.scoring.diagnosing.remark import decimal, percent, points
from scoreboard.scoring.methods.mixed import MixedEstimates

COLUMNS: Final = 100  # of a screen
NARROWEST: Final = 24  # what a name gets of it at the least
PARTS: Final = {"interval": ("low", "high"), "rank_interval": ("rank_low", "rank_high")}


def as_json(ranking: Ranking, sections: Record | None = None) -> str:
    """The answer as JSON, with `sections` at its end; numbers in full, null for what is not known."""
    answer: Record = {"method": ranking.estimates.method}
    if isinstance(ranking.estimates, MixedEstimates):
        variance = ranking.estimates.variance
        answer["components"] = ranking.components
        answer["variance"] = {"team": variance.team, "judge": variance.judge, "residual": variance.residual}
    elif ranking.apart:
        answer["components"] = ranking.components
    answer["standings"] = [line for _, lines in lines_of(ranking) for line in lines]
    answer["judges"] = judges_of(ranking)
    return json.dumps(_known(answer | (sections or {})), ensure_ascii=False, allow_nan=False, indent=2)


def as_csv(ranking: Ranking) -> str:
    """The standings as CSV; numbers in full, empty cells where there is none, an interval as two columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rows = [_flat(line) for _, lines in lines_of(ranking) for line in lines]
    writer.writerow(rows[0].keys())
    writer.writerows(_known(list(row.values())) for row in rows)
    return text.getvalue().removesuffix("\n")


def as_table(ranking: Ranking) -> str:
    """The answer as aligned text; `2=` is a shared second place.

    Names come last: their width on a screen cannot be counted, and Arabic ones run the other way.
    """
    extent = ranking.ballots.extent
    mixed = isinstance(ranking.estimates, MixedEstimates)
    parts = []
    for table, lines in lines_of(ranking):
        rows = [_mixed_row(line, extent) if mixed else _plain_row(line) for line in lines]
        title = f"Group {table.component}\n" if table.component else "Not compared with any group\n"
        parts.append((title if ranking.apart else "") + aligned([MIXED if mixed else PLAIN, *rows]))
    judges = judges_of(ranking)
    if isinstance(ranking.estimates, MixedEstimates):
        parts.append(aligned([MIXED_JUDGE, *(_mixed_judge(judge, extent) for judge in judges)]))
        parts.append(_variance(ranking.estimates))
    else:
        rows = [(_decimals(judge["mean"]), str(judge["ballots"]), judge["judge"]) for judge in judges]
        parts.append(aligned([("mean", "ballots", "judge"), *rows]))
    return "\n\n".join(parts)


def aligned(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows of text in columns, the last one wrapped at the edge of the screen."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    indent = sum(widths) + 2 * len(widths)
    lines = []
    for row in rows:
        head = "".join(f"{cell:>{width}}  " for cell, width in zip(row, widths, strict=False))
        first, *others = textwrap.wrap(row[-1], max(COLUMNS - indent, NARROWEST)) or [""]
        lines += [head + first, *(" " * indent + more for more in others)]
    return "\n".join(lines)


PLAIN: Final = ("rank", "score", "ballots", "team")
MIXED: Final = ("rank", "estimate", "90 % interval", "ranks", "P(1st)", "P(top 3)", "raw", "ballots", "team")
MIXED_JUDGE: Final = ("severity", "+-", "spread", "precision", "ballots", "flags", "judge")


def _place(line: Record) -> str:
    if line["rank"] is not None:
        return f"{line['rank']}{'=' if line['tied'] else ' '}"
    return "-" if line["ballots"] else "awaits 1"


def _plain_row(line: Record) -> tuple[str, ...]:
    return _place(line), _decimals(line["score"]), str(line["ballots"]), line["team"]


def _mixed_row(line: Record, extent: float) -> tuple[str, ...]:
    chances = ("-", "-", "-")
    if line["p_first"] is not None:
        low, high = line["rank_interval"]
        ranks = str(low) if low == high else f"{low}-{high}"
        chances = (ranks, f"{percent(line['p_first'])} %", f"{percent(line['p_top3'])} %")
    interval = "-" if line["interval"] is None else " to ".join(points(end, extent) for end in line["interval"])
    return (
        _place(line),
        _points(line["estimate"], extent),
        interval,
        *chances,
        _points(line["raw"], extent),
        str(line["ballots"]),
        line["team"],
    )


def _mixed_judge(judge: Record, extent: float) -> tuple[str, ...]:
    return (
        points(judge["severity"], extent),
        points(judge["se"], extent),
        decimal(judge["spread"]),
        decimal(judge["precision"]),
        str(judge["ballots"]),
        ", ".join(judge["flags"]) or "-",
        judge["judge"],
    )


def _variance(estimates: MixedEstimates) -> str:
    variance = estimates.variance
    deviations = [math.sqrt(part) for part in (variance.team, variance.judge, variance.residual)]
    team, judge, noise = (points(part, estimates.extent) for part in deviations)
    return f"Standard deviations: teams {team}, judges' severity {judge}, what is left {noise}."


def _points(number: float | None, extent: float) -> str:
    return "-" if number is None else points(number, extent)


def _decimals(number: float | None) -> str:
    return "-" if number is None else f"{number:.3f}"


def _flat(line: Record) -> Record:
    """A record without lists."""
    flat: Record = {}
    for key, value in line.items():
        if key in PARTS:
            flat |= zip(PARTS[key], value or (None, None), strict=True)
        else:
            flat[key] = str(value).lower() if isinstance(value, bool) else value
    return flat


def _known(value: Any) -> Any:
    """The same with None for each number that is none."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {key: _known(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_known(inner) for inner in value]
        case _:
            return value
