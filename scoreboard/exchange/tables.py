"""Tables of scores as CSV files.

A row is one score: `judge,team,score`, with a column `criterion` where there are several. Columns may come in any order
and letter case, apart by comma, semicolon or tab, in UTF-8. A blank row is nothing; a row that is not clear is a fault,
and all faults are told at once, each with its row as a spreadsheet counts it (the header is row 1) and its column.

Any other column is not ranked by. It may tell occasions apart: where a judge scored a team more than once on a
criterion, a column by which no score repeats makes each occasion a ballot of its own. Without one it is a duplicate.
"""

import csv
import io
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, NamedTuple, TypeAlias

from scoreboard.errors import InvalidTable
from scoreboard.scoring.table import Scale, ScoreTable

DELIMITERS: Final = (",", ";", "\t")
REQUIRED: Final = ("judge", "team", "score")
COLUMNS: Final = (*REQUIRED, "criterion")
FAULTS_SHOWN: Final = 20

_Scored: TypeAlias = tuple[str, str, str]  # judge, team, criterion


class Fault(NamedTuple):
    """What is wrong where: `message` is a sentence with the named places %(found)s and %(earlier)s."""

    row: int
    column: str
    message: str
    found: str = ""
    earlier: int = 0

    def __str__(self) -> str:
        words = self.message % {"found": self.found, "earlier": self.earlier}
        return f"row {self.row}, column {self.column}: {words}" if self.column else f"row {self.row}: {words}"


class _Header(NamedTuple):
    """The row that names the columns, its number, and what stands between cells."""

    row: int
    delimiter: str
    names: list[str]

    @property
    def others(self) -> list[int]:
        """Where the columns are that hold no score."""
        return [place for place, name in enumerate(self.names) if name not in COLUMNS]


@dataclass(slots=True)
class _Columns:
    """What was read so far, one element a score; `other` holds the cells of all other columns."""

    row: list[int] = field(default_factory=list)
    judge: list[str] = field(default_factory=list)
    team: list[str] = field(default_factory=list)
    criterion: list[str] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    other: list[tuple[str, ...]] = field(default_factory=list)


def read_score_table(source: Path | IO[bytes], scales: Sequence[Scale] | None = None) -> ScoreTable:
    """Read a CSV file, by its path or as an open binary stream, as a score table on its own scale.

    A table without the column `criterion` has the one criterion `score`. `scales` declares the criteria; without it
    they are those that occur, and weigh alike. Where a column tells occasions apart, they are called by its name and
    value ("tasting r003"). Raises InvalidTable, whose `extra` holds the first faults and how many there are; OSError
    if the file cannot be read.
    """
    text = _decoded(source.read_bytes() if isinstance(source, Path) else source.read())
    faults: list[Fault] = []
    try:
        header = _header(text)
        columns = _scores(text, header, faults)
    except csv.Error as error:
        raise InvalidTable("The file is not sound CSV: %(reason)s.", reason=error) from error
    scored = list(zip(columns.judge, columns.team, columns.criterion, strict=True))
    occasion = None
    if len(set(scored)) < len(scored):
        occasion = _occasions([header.names[place] for place in header.others], scored, columns.other)
        if occasion is None:
            faults += _repeated(scored, columns.row)
    if faults:
        raise _invalid(sorted(faults))
    if not columns.row:
        raise InvalidTable("The table has a header but no scores.")
    return ScoreTable.from_columns(
        columns.judge, columns.team, columns.criterion, columns.value, occasion, scales=scales
    )


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidTable(
            "The file is not a CSV file in UTF-8 (byte %(byte)s); save it as CSV UTF-8.", byte=error.start + 1
        ) from error
    if not text.strip():
        raise InvalidTable("The file is empty; expected a header judge, team, score and a row for each score.")
    # The same name from two keyboards may differ in how its accents are composed.
    return unicodedata.normalize("NFC", text)


def _header(text: str) -> _Header:
    """The first row that is not blank, read with the delimiter by which it is understood best."""
    header = max((_header_by(text, delimiter) for delimiter in DELIMITERS), key=_known)
    for name in COLUMNS:
        if header.names.count(name) > 1:
            raise InvalidTable("The header names the column %(column)s twice.", column=name)
    missing = [name for name in REQUIRED if name not in header.names]
    if missing:
        raise InvalidTable(
            "The header lacks %(missing)s; expected judge, team, score and, if there are several criteria, criterion. "
            "It has: %(found)s.",
            missing=", ".join(missing),
            found=", ".join(header.names),
        )
    return header


def _header_by(text: str, delimiter: str) -> _Header:
    # Not strict: with a delimiter that is not the file's own, quotes stand where they should not.
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
        if "".join(cells).strip():
            return _Header(number, delimiter, [cell.strip().casefold() for cell in cells])
    return _Header(0, delimiter, [])


def _known(header: _Header) -> tuple[int, int]:
    """How well a header was understood: names that are known, then names at all."""
    return sum(name in COLUMNS for name in header.names), len(header.names)


def _scores(text: str, header: _Header, faults: list[Fault]) -> _Columns:
    """The scores of all rows that are clear; what is wrong with the others is added to `faults`."""
    judge_at, team_at, score_at = (header.names.index(name) for name in REQUIRED)
    criterion_at = header.names.index("criterion") if "criterion" in header.names else None
    others = header.others
    width = len(header.names)
    columns = _Columns()
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=header.delimiter, strict=True)
    for number, cells in enumerate(rows, 1):
        if number <= header.row or not "".join(cells).strip():
            continue
        if len(cells) < width or any(cells[width:]):
            few = Fault(number, "", "has fewer cells than the header.")
            faults.append(few if len(cells) < width else Fault(number, "", "has more cells than the header."))
            continue
        judge, team, score = cells[judge_at].strip(), cells[team_at].strip(), cells[score_at].strip()
        criterion = "score" if criterion_at is None else cells[criterion_at].strip()
        value = _number(score)
        if not (judge and team and criterion) or not math.isfinite(value):
            faults += _unclear(number, judge, team, criterion, score)
            continue
        columns.row.append(number)
        columns.judge.append(judge)
        columns.team.append(team)
        columns.criterion.append(criterion)
        columns.value.append(value)
        columns.other.append(tuple([cells[place].strip() for place in others]) if others else ())
    return columns


def _number(text: str) -> float:
    """The number in a cell, NaN if it holds none."""
    try:
        # Python's own way to group digits is not one that people write in tables.
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan


def _unclear(row: int, judge: str, team: str, criterion: str, score: str) -> list[Fault]:
    cells = {"judge": judge, "team": team, "criterion": criterion, "score": score}
    faults = [Fault(row, name, "is empty.") for name, cell in cells.items() if not cell]
    if score and not math.isfinite(_number(score)):
        faults.append(Fault(row, "score", "expected a number such as 7 or 7.5, found %(found)s.", score))
    return faults


def _occasions(names: Sequence[str], scored: Sequence[_Scored], other: Sequence[tuple[str, ...]]) -> list[str] | None:
    """What each score's occasion is called; None if no column tells repeated ones apart.

    Of several such columns the one with the fewest values is taken: an occasion has many scores, a time stamp one.
    """
    found: dict[str, list[str]] = {}
    for place, name in enumerate(names):
        cells = [row[place] for row in other]
        if len(set(zip(scored, cells, strict=True))) == len(scored):
            found[name] = cells
    if not found:
        return None
    best = min(found, key=lambda name: len(set(found[name])))
    return [f"{best} {cell}" for cell in found[best]]


def _repeated(scored: Sequence[_Scored], rows: Sequence[int]) -> list[Fault]:
    faults = []
    first: dict[_Scored, int] = {}
    for row, what in zip(rows, scored, strict=True):
        earlier = first.setdefault(what, row)
        if earlier != row:
            found = ", ".join(what)
            faults.append(Fault(row, "", "repeats row %(earlier)s: %(found)s has a score already.", found, earlier))
    return faults


def _invalid(faults: Sequence[Fault]) -> InvalidTable:
    shown = faults[:FAULTS_SHOWN]
    extra = {"count": len(faults), "faults": [fault._asdict() for fault in shown]}
    lines = "\n".join(f"  {fault}" for fault in shown)
    if len(faults) > len(shown):
        return InvalidTable(
            "The table cannot be used; %(count)s faults were found:\n%(faults)s\n  and %(more)s more.",
            extra=extra,
            count=len(faults),
            faults=lines,
            more=len(faults) - len(shown),
        )
    return InvalidTable("The table cannot be used:\n%(faults)s", extra=extra, faults=lines)
