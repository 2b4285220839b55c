from pathlib import Path

from described import EVENT_TOML, TEAMS_CSV, faults_of, told, write_files

from scoreboard.cli.demo import FOLDER
from scoreboard.exchange.folder import read_folder
from scoreboard.judging.setup.description import AssignmentForm

FAULTY_EVENT = """\
slug = "My Event"
name = "Hackathon"
starts_on = 2026-12-06
ends_on = 2026-12-01
time_zone = "Asia/Doha"
language = "fr"
colour = "red"

[[rounds]]
key = "final"
name = { en = "Final" }
rule = "magic"
precedence = ["total", "criterion:novelty"]

[[rounds.criteria]]
key = "impact"
name = { en = "Impact" }
weight = 0
minimum = 0
maximum = 10
step = 3
levels = [{ value = 11, en = "Beyond" }]

[[rounds.criteria]]
key = "impact"
name = { ar = "" }
weight = 1.2345
minimum = "0"
maximum = 5
step = 1

[[rounds.criteria]]
key = "pitch"
name = { en = "Pitch" }
weight = 1
minimum = 5
maximum = 5

[[awards]]
key = "best"
name = { en = "Best" }
track = "poeple"
"""
FAULTY_TEAMS = """\
id;name_en;organisation;tracks;status
T1;Oasis;nowhere;space;gone
T1;Pearl;;;
T 3;;;;
;Sail;;;
T5;Sail;;;;;surplus
"""
FAULTY_JUDGES = """\
id,name_en,email,language

J1,Ada,ada(at)example.org,de
J2,"Grace
Hopper",,
J2,Ada,,
"""
FAULTY_CONFLICTS = "judge,team\nJ9,T1\nJ1,T9\n"
FAULTY_ASSIGNMENTS = "round,judge,team\nsemi,J1,T1\nfinal,J2,T1\nfinal,J2,T1\n"


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "event.toml": FAULTY_EVENT,
            "teams.csv": FAULTY_TEAMS,
            "judges.csv": FAULTY_JUDGES,
            "conflicts.csv": FAULTY_CONFLICTS,
            "assignments.csv": FAULTY_ASSIGNMENTS,
        },
    )
    assert [(fault.file, fault.row, fault.column) for fault in faults_of(tmp_path)] == [
        ("event.toml", 1, "slug"),
        ("event.toml", 2, "name"),
        ("event.toml", 4, "ends_on"),
        ("event.toml", 5, "time_zone"),
        ("event.toml", 6, "language"),
        ("event.toml", 7, "colour"),
        ("event.toml", 12, "rounds.final.rule"),
        ("event.toml", 13, "rounds.final.precedence"),
        ("event.toml", 18, "rounds.final.criteria.impact.weight"),
        ("event.toml", 21, "rounds.final.criteria.impact.step"),
        ("event.toml", 25, "rounds.final.criteria.impact.key"),
        ("event.toml", 26, "rounds.final.criteria.impact.name"),
        ("event.toml", 27, "rounds.final.criteria.impact.weight"),
        ("event.toml", 28, "rounds.final.criteria.impact.minimum"),
        ("event.toml", 32, "rounds.final.criteria.pitch.step"),
        ("event.toml", 37, "rounds.final.criteria.pitch.maximum"),
        ("event.toml", 42, "awards.best.track"),
        ("teams.csv", 2, "organisation"),
        ("teams.csv", 2, "tracks"),
        ("teams.csv", 2, "status"),
        ("teams.csv", 3, "id"),
        ("teams.csv", 4, "id"),
        ("teams.csv", 4, "name_en"),
        ("teams.csv", 4, "id"),
        ("teams.csv", 5, "id"),
        ("teams.csv", 6, None),
        ("teams.csv", 6, "id"),
        ("judges.csv", 3, "email"),
        ("judges.csv", 3, "language"),
        ("judges.csv", 6, "id"),
        ("conflicts.csv", 2, "judge"),
        ("conflicts.csv", 3, "team"),
        ("assignments.csv", 2, "round"),
        ("assignments.csv", 4, "team"),
    ]


def test_a_fault_says_what_was_found_and_what_is_expected(tmp_path: Path) -> None:
    write_files(tmp_path, {"teams.csv": TEAMS_CSV.replace("roads", "road")})
    assert told(faults_of(tmp_path)) == [
        (
            "teams.csv",
            2,
            "organisation",
            "There is no organisation road in event.toml; there are: roads.",
        )
    ]


def test_a_sound_folder_is_read_into_a_form(tmp_path: Path) -> None:
    form = read_folder(write_files(tmp_path))
    assert (form.slug, form.name_ar, form.assignments) == ("hack", "هاكاثون", None)
    assert [(team.key, team.name_ar, team.organisation, team.tracks) for team in form.teams] == [
        ("T1", "واحة", "roads", {"people"}),
        ("T2", "لؤلؤة", "", frozenset()),
    ]


def test_what_hangs_on_a_file_that_cannot_be_read_is_not_blamed(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "event.toml": EVENT_TOML.replace('slug = "hack"', "slug = hack"),
            "judges.csv": b"id,name_en\nJ1,\xe3",
            "conflicts.csv": "judge,team\nJ1,T1\n",
            "assignments.csv": "round,judge,team\nfinal,J1,T2\n",
        },
    )
    assert [(fault.file, fault.row) for fault in faults_of(tmp_path)] == [("event.toml", 1), ("judges.csv", 2)]


def test_assignments_that_cannot_be_read_are_not_taken_for_none(tmp_path: Path) -> None:
    write_files(tmp_path, {"assignments.csv": b"\xff\xfe"})
    assert [fault.file for fault in faults_of(tmp_path)] == ["assignments.csv"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert told(faults_of(tmp_path / "nowhere")) == [("nowhere", None, None, "There is no such folder.")]


def test_an_empty_folder_lacks_three_files(tmp_path: Path) -> None:
    assert told(faults_of(tmp_path)) == [
        (name, None, None, "The file is missing.") for name in ("event.toml", "teams.csv", "judges.csv")
    ]


def test_assignments_of_the_file_are_read_in_their_order(tmp_path: Path) -> None:
    write_files(tmp_path, {"assignments.csv": "round,judge,team\nfinal,J1,T2\nfinal,J1,T1\n"})
    form = read_folder(tmp_path)
    assert form.assignments == (AssignmentForm("final", "J1", "T2"), AssignmentForm("final", "J1", "T1"))


def test_the_demo_has_no_faults() -> None:
    form = read_folder(FOLDER)
    assert (len(form.teams), len(form.judges), len(form.rounds[0].criteria)) == (12, 8, 4)
