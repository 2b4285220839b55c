from pathlib import Path

import pytest
from described import EVENT_TOML, JUDGES_CSV, TEAMS_CSV, faults_of, told, write_files

from scoreboard.exchange.folder import read_folder
from scoreboard.judging.setup.description import ConflictForm

TRACKS = EVENT_TOML + '\n[[tracks]]\nkey = "offices"\nname = { en = "Offices" }\n'


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (",Sail,,,", "id", "The id is missing. Any short mark will do that stays the same, such as T01."),
        (
            "T/3,Sail,,,",
            "id",
            "T/3 cannot be an id: use up to 64 letters A-Z a-z, digits, and . - _ after the first.",
        ),
        ("t1,Sail,,,", "id", "The id t1 is used twice; each row needs its own."),
        ("T3,,,,", "name_en", "The name is missing. Write it in name_en, in name_ar, or in both."),
        ("T3,Sail,,road,", "organisation", "There is no organisation road in event.toml; there are: roads."),
        ("T3,Sail,,,people;place", "tracks", "There is no track place in event.toml; there are: people."),
    ],
)
def test_a_team_that_cannot_be_is_said(tmp_path: Path, row: str, column: str, words: str) -> None:
    write_files(tmp_path, {"teams.csv": f"{TEAMS_CSV}{row}\n"})
    assert told(faults_of(tmp_path)) == [("teams.csv", 4, column, words)]


@pytest.mark.parametrize(
    ("columns", "cells", "column", "words"),
    [
        ("email", "ada", "email", "ada is not an e-mail address; one looks like name@example.org."),
        (
            "email",
            "a@example.org; b@example.org",
            "email",
            "a@example.org; b@example.org is not an e-mail address; one looks like name@example.org.",
        ),
        ("language", "Arabic", "language", "arabic is not known here; write one of: ar, en. Or leave the cell empty."),
        ("status", "gone", "status", "gone is not known here; write one of: withdrawn. Or leave the cell empty."),
    ],
)
def test_a_judge_who_cannot_be_is_said(tmp_path: Path, columns: str, cells: str, column: str, words: str) -> None:
    write_files(tmp_path, {"judges.csv": f"id,name_ar,{columns}\nJ0,آدا,\nJ1,آدا,{cells}\n"})
    assert told(faults_of(tmp_path)) == [("judges.csv", 3, column, words)]


def test_tracks_stand_in_one_cell_and_words_in_any_letter_case(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "event.toml": TRACKS,
            "teams.csv": 'id;name_en;tracks;status;reason\nT1;Oasis;"people; offices";Withdrawn;No time\nT2;Sail\n',
            "judges.csv": "id,name_en,language\nJ1,Ada,EN\n",
        },
    )
    form = read_folder(tmp_path)
    assert [(team.tracks, team.status, team.out_reason) for team in form.teams] == [
        ({"people", "offices"}, "withdrawn", "No time"),
        (frozenset(), "", ""),
    ]
    assert form.judges[0].language == "en"


def test_a_column_that_is_not_there_says_nothing_and_an_empty_language_leaves_the_judges_choice(
    tmp_path: Path,
) -> None:
    write_files(
        tmp_path, {"teams.csv": "id,name_en\nT1,Oasis\n", "judges.csv": "id,name_en,language,email\nJ1,Ada,,\n"}
    )
    form = read_folder(tmp_path)
    assert (form.teams[0].name_ar, form.teams[0].tracks, form.teams[0].status) == (None, None, None)
    assert (form.judges[0].language, form.judges[0].email, form.judges[0].status) == (None, "", None)


def test_conflicts_name_judges_and_teams_once(tmp_path: Path) -> None:
    write_files(tmp_path, {"conflicts.csv": "judge,team,reason\nJ1,T2,Friends\nJ1,T2,\nJ3,T1,\nJ1,,\n"})
    assert told(faults_of(tmp_path)) == [
        ("conflicts.csv", 3, "team", "Judge J1 and team T2 stand together in an earlier row already."),
        ("conflicts.csv", 4, "judge", "There is no judge J3 in judges.csv; there are: J2, J1."),
        ("conflicts.csv", 5, "team", "There is no team – in teams.csv; there are: T1, T2."),
    ]


def test_conflicts_are_read_with_their_reason(tmp_path: Path) -> None:
    write_files(tmp_path, {"conflicts.csv": "judge,team,reason\nJ1,T2,Friends\n"})
    assert read_folder(tmp_path).conflicts == (ConflictForm("J1", "T2", "Friends"),)


def test_assignments_name_rounds_judges_and_teams_once(tmp_path: Path) -> None:
    rows = "round,judge,team\nfinal,J1,T1\nfinal,J1,T2\nfinal,J1,T2\nsemi,J1,T1\nfinal,J3,T1\nfinal,J1,T3\n"
    write_files(tmp_path, {"assignments.csv": rows})
    assert [(fault.row, fault.column) for fault in faults_of(tmp_path)] == [
        (4, "team"),
        (5, "round"),
        (6, "judge"),
        (7, "team"),
    ]


def test_an_id_twice_is_told_in_its_own_row(tmp_path: Path) -> None:
    write_files(tmp_path, {"judges.csv": JUDGES_CSV + "J2,Olga,,,\n"})
    assert told(faults_of(tmp_path)) == [("judges.csv", 4, "id", "The id J2 is used twice; each row needs its own.")]
