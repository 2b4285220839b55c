"""The tables of an event folder: CSV as editors and spreadsheets write it.

Comma, semicolon or tab, found by themselves; rows are counted by the file's lines, as an editor does, so that a cell
with a line break in it does not move the numbers. A text that a spreadsheet would take for a formula is written with an
apostrophe before it, and read without.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scoreboard.exchange.folder.files import SHORT, Folder, check_text, shortened
from scoreboard.judging.setup.faults import Faults, Place, nearest
from scoreboard.texts import tidy

DELIMITERS = (",", ";", "\t")
FORMULA = re.compile(r"'*[=+\-@\t]")  # what a spreadsheet would run, or what was kept from it


@dataclass(frozen=True)
class Row:
    """One line of a table; `number` is the line of the file on which it begins."""

    faults: Faults
    file: str
    number: int
    cells: Mapping[str, str]

    def at(self, column: str | None = None) -> Place:
        """Name the place of a cell."""
        return self.faults.at(self.file, self.number, column)

    def cell(self, column: str, limit: int = SHORT) -> str | None:
        """Give a cell's text; None where the table has no such column."""
        text = self.cells.get(column)
        if text is not None:
            check_text(text, self.at(column), limit)
        return text


@dataclass(frozen=True)
class Sheet:
    """A table that was read; `whole` is false where it is absent or a fault hides some of its rows."""

    rows: tuple[Row, ...] = ()
    whole: bool = False


def read_sheet(folder: Folder, name: str, columns: Sequence[str], required: Sequence[str]) -> Sheet:
    """Read a table whose header has some of the `columns`, all `required` ones among them."""
    text = folder.text(name)
    if text is None:
        return Sheet()
    if not text.strip():
        folder.faults.at(name).fault("The file is empty. Its first line is: %(expected)s", expected=",".join(columns))
        return Sheet()
    lines, whole = read_lines(text, folder.faults.at, name, columns)
    if not lines:
        return Sheet()
    (number, first), *rest = lines
    header = [cell.casefold() for cell in first]
    if not check_header(header, folder.faults.at(name, number), columns, required):
        return Sheet()
    rows = (
        Row(folder.faults, name, line, cells_of(header, cells, folder.faults.at(name, line))) for line, cells in rest
    )
    return Sheet(tuple(rows), whole)


def read_lines(
    text: str, at: Callable[[str, int], Place], name: str, columns: Sequence[str]
) -> tuple[list[tuple[int, list[str]]], bool]:
    """Split a file into tidy cells, each row with its line, without blank rows; and tell whether all was read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text, columns), strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((start, [unguarded(tidy(cell)) for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        at(name, start).fault(
            "The file cannot be read from here on: a quotation mark opens and does not close, or text follows where "
            "it closes (%(found)s). Inside of a quoted text a quotation mark is written twice.",
            found=str(error),
        )
        return lines, False
    return lines, True


def delimiter_of(text: str, columns: Sequence[str]) -> str:
    """Find what stands between cells: whatever makes most sense of the first line."""
    first = next(line for line in text.splitlines() if line.strip())

    def known(delimiter: str) -> tuple[int, int]:
        cells = [cell.strip().strip('"').casefold() for cell in first.split(delimiter)]
        return len(set(cells) & set(columns)), len(cells)

    return max(DELIMITERS, key=known)


def check_header(header: Sequence[str], place: Place, columns: Sequence[str], required: Sequence[str]) -> bool:
    """Tell whether rows can be read under a header; note what is wrong with it."""
    for name in sorted(set(header) - set(columns) - {""}):
        place.fault(
            "%(found)s is not a column of this file; there are: %(known)s.",
            found=shortened(name),
            known=nearest(name, columns),
        )
    for name in columns:
        if list(header).count(name) > 1:
            place.fault("The column %(found)s is there twice.", found=name)
    missing = [name for name in required if name not in header]
    for name in missing:
        place.fault(
            "The column %(column)s is missing. The first line is: %(expected)s",
            column=name,
            expected=",".join(columns),
        )
    return not missing


def cells_of(header: Sequence[str], cells: Sequence[str], place: Place) -> dict[str, str]:
    """Put cells under their columns; cells that a short row lacks are empty, cells beyond the header a fault."""
    stray = [cell for number, cell in enumerate(cells) if cell and (number >= len(header) or not header[number])]
    if stray:
        place.fault(
            "%(found)s stands in no column; the columns of the first line: %(columns)s. A text with a comma or "
            "semicolon in it needs quotation marks round it.",
            found=shortened(stray[0]),
            columns=len(header),
        )
    padded = [*cells, *[""] * len(header)]
    return {name: padded[number] for number, name in enumerate(header) if name}


def write_sheet(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table as spreadsheets read it: with a byte order mark, so that Arabic letters are shown."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows([guarded(cell) for cell in row] for row in rows)


def guarded(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Give a text as it was before `guarded`."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
