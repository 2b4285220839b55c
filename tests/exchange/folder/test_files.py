from pathlib import Path

import pytest
from described import TEAMS_CSV, faults_of, told, write_files

from scoreboard.exchange.folder import read_folder
from scoreboard.exchange.folder.files import check_text, decoded, shortened
from scoreboard.judging.setup.faults import Faults


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_utf_8_is_read_with_any_line_ends(tmp_path: Path, mark: str, ends: str) -> None:
    form = read_folder(write_files(tmp_path, {"teams.csv": mark + TEAMS_CSV.replace("\n", ends)}))
    assert [team.name_ar for team in form.teams] == ["واحة", "لؤلؤة"]


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        (TEAMS_CSV.encode("cp1256"), 2, "The file is not in UTF-8"),
        (TEAMS_CSV.encode("utf-16"), None, "The file is in UTF-16"),
        (b"PK\x03\x04rest", None, "This is an Excel workbook"),
    ],
    ids=["Excel's plain CSV", "Excel's Unicode text", "a workbook"],
)
def test_what_excel_makes_otherwise_is_said_with_the_way_out(
    tmp_path: Path, content: bytes, row: int | None, words: str
) -> None:
    (fault,) = faults_of(write_files(tmp_path, {"teams.csv": content}))
    assert (fault.file, fault.row, fault.words().startswith(words)) == ("teams.csv", row, True)
    assert "CSV UTF-8" in fault.words()


@pytest.mark.parametrize("name", ["conflict.csv", "Conflicts.csv", "conflicts.csv.txt", "conflicts.xlsx"])
def test_a_file_under_a_name_that_is_not_read_is_noticed(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {name: "judge,team\n"})
    assert told(faults_of(tmp_path)) == [
        ("conflicts.csv", None, None, f"There is no conflicts.csv, but {name}: rename it.")
    ]


def test_a_file_that_has_nothing_to_do_with_it_is_left_alone(tmp_path: Path) -> None:
    assert read_folder(write_files(tmp_path, {"README.md": "Ours", "logo.svg": "<svg/>"})).slug == "hack"


def test_a_folder_in_a_files_place_cannot_be_read(tmp_path: Path) -> None:
    write_files(tmp_path, {"judges.csv": None})
    (tmp_path / "judges.csv").mkdir()
    assert told(faults_of(tmp_path)) == [("judges.csv", None, None, "The file cannot be read: Is a directory.")]


def test_the_line_of_the_first_foreign_letter_is_told() -> None:
    faults = Faults()
    assert decoded(b"one\ntwo\nthr\xe9e\n", faults, "teams.csv") is None
    assert [fault.row for fault in faults.found] == [3]


@pytest.mark.parametrize(
    ("text", "sound"), [("واحة\n\t", True), ("a\x00b", False), ("\x1b[0m", False), ("x" * 9, False)]
)
def test_texts_that_cannot_be_shown_are_refused(text: str, sound: bool) -> None:
    faults = Faults()
    assert check_text(text, faults.at("teams.csv"), 8) is sound
    assert len(faults.found) == (0 if sound else 1)


def test_what_was_found_is_told_in_one_short_line() -> None:
    assert shortened("a\nb") == "a b"
    assert len(shortened("x" * 100)) == 60
