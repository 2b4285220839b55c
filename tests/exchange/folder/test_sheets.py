from pathlib import Path

import pytest
from described import TEXT, told
from hypothesis import given

from scoreboard.exchange.folder.files import Folder
from scoreboard.exchange.folder.sheets import Sheet, guarded, read_sheet, unguarded, write_sheet
from scoreboard.judging.setup.faults import Faults
from scoreboard.texts import tidy

COLUMNS = ("id", "name", "reason")


def read(folder: Path, content: str) -> tuple[Sheet, Faults]:
    (folder / "teams.csv").write_text(content, encoding="utf-8", newline="")
    faults = Faults()
    return read_sheet(Folder(folder, faults), "teams.csv", COLUMNS, ("id",)), faults


def rows_of(sheet: Sheet) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, dict(row.cells)) for row in sheet.rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_by_itself(tmp_path: Path, delimiter: str) -> None:
    sheet, faults = read(tmp_path, "id,name\nT1,Oasis\n".replace(",", delimiter))
    assert (rows_of(sheet), faults.found) == ([(2, {"id": "T1", "name": "Oasis"})], [])


def test_rows_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    sheet, _ = read(tmp_path, '\nid,name\n\nT1,"two\nlines"\n,\nT2,Pearl')
    assert rows_of(sheet) == [(4, {"id": "T1", "name": "two\nlines"}), (7, {"id": "T2", "name": "Pearl"})]


def test_headers_may_be_in_any_order_and_letter_case(tmp_path: Path) -> None:
    sheet, faults = read(tmp_path, "Name, ID ,,\nOasis,T1,,\n")
    assert (rows_of(sheet), faults.found) == ([(2, {"id": "T1", "name": "Oasis"})], [])


def test_a_short_row_ends_in_empty_cells(tmp_path: Path) -> None:
    sheet, faults = read(tmp_path, "id,name,reason\nT1\n")
    assert (rows_of(sheet), faults.found) == ([(2, {"id": "T1", "name": "", "reason": ""})], [])


def test_a_column_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    sheet, _ = read(tmp_path, "id,name\nT1,\n")
    assert [(row.cell("name"), row.cell("reason")) for row in sheet.rows] == [("", None)]


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        ("", None, "The file is empty. Its first line is: id,name,reason"),
        ("id,nmae\nT1,Oasis\n", 1, "nmae is not a column of this file; there are: name, id, reason."),
        ("id,name,id\nT1,Oasis,T1\n", 1, "The column id is there twice."),
        ("name\nOasis\n", 1, "The column id is missing. The first line is: id,name,reason"),
        (
            "id,name\nT1,Oasis, the first\n",
            2,
            (
                "the first stands in no column; the columns of the first line: 2. A text with a comma or semicolon "
                "in it needs quotation marks round it."
            ),
        ),
        (
            'id,name\nT1,Oasis\nT2,"Pearl\nT3,Sail\n',
            3,
            (
                "The file cannot be read from here on: a quotation mark opens and does not close, or text follows "
                "where it closes (unexpected end of data). Inside of a quoted text a quotation mark is written twice."
            ),
        ),
    ],
    ids=["empty", "unknown column", "column twice", "no id", "comma in a text", "open quotation"],
)
def test_a_table_that_is_not_one_is_said(tmp_path: Path, content: str, row: int | None, words: str) -> None:
    _, faults = read(tmp_path, content)
    assert told(faults.found) == [("teams.csv", row, None, words)]


def test_a_table_that_breaks_off_is_not_whole(tmp_path: Path) -> None:
    assert read(tmp_path, 'id\nT1\n"T2')[0].whole is False
    assert read(tmp_path, "id\nT1\nT2")[0].whole is True


@given(TEXT)
def test_a_guarded_text_is_read_as_it_was(text: str) -> None:
    written = guarded(text)
    assert unguarded(tidy(written)) == text
    assert not written.startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    ("text", "written"), [("=1+1", "'=1+1"), ("'=1", "''=1"), ("'Ayn", "'Ayn"), ("a=b", "a=b"), ("+974", "'+974")]
)
def test_only_formulas_are_guarded(text: str, written: str) -> None:
    assert guarded(text) == written


def test_what_is_written_is_read(tmp_path: Path) -> None:
    cells = ["T1", 'a "b", c;\nd', "واحة"]
    write_sheet(tmp_path / "teams.csv", COLUMNS, [cells])
    sheet = read_sheet(Folder(tmp_path, Faults()), "teams.csv", COLUMNS, ("id",))
    assert [list(row.cells.values()) for row in sheet.rows] == [cells]
