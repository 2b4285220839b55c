from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from described import EVENT_TOML, TEAMS_CSV, event_form, memory, team, write_files
from sqlmodel import Session, select

from scoreboard.cli.demo import FOLDER
from scoreboard.cli.event import LINES, quoted, report
from scoreboard.cli.main import commands
from scoreboard.database import open_engine
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.changes import Change, Changes
from scoreboard.models import LogEntry, Round


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "event").mkdir()
    return write_files(tmp_path / "event")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "event.db"


def test_an_import_makes_the_database_and_says_what_is_new(folder: Path, database: Path) -> None:
    result = run("import", folder, "--database", database)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"hack: {kind} added: {count}"
        for kind, count in {
            "event": 1,
            "round": 1,
            "criterion": 1,
            "organisation": 1,
            "track": 1,
            "team": 2,
            "judge": 2,
            "conflict": 1,
            "assignment": 3,
        }.items()
    ]


def test_a_second_import_says_that_nothing_has_changed(folder: Path, database: Path) -> None:
    run("import", folder, "--database", database)
    result = run("import", folder, "--database", database)
    assert (result.exit_code, result.stdout) == (0, "hack: nothing has changed.\n")


def test_a_change_is_said_with_what_was_before_and_what_was_kept(folder: Path, database: Path) -> None:
    run("import", folder, "--database", database)
    write_files(folder, {"teams.csv": "id,name_en,name_ar\nT1,Oases,\n"})
    assert run("import", folder, "--database", database).stdout.splitlines() == [
        "hack: team changed: 1",
        "  T1: name_en Oasis -> Oases; name_ar واحة -> (nothing)",
        "hack: team kept, though the folder does not mention it: T2",
    ]


def test_faults_are_named_on_standard_error_and_nothing_is_stored(folder: Path, database: Path) -> None:
    write_files(folder, {"teams.csv": TEAMS_CSV.replace("roads", "road"), "judges.csv": None})
    result = run("import", folder, "--database", database)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "teams.csv, row 2, organisation: There is no organisation road in event.toml; there are: roads.",
        "judges.csv: The file is missing.",
        "Error: Faults found in the event folder: 2. Nothing was stored.",
    ]
    assert not database.exists()


def test_a_refused_change_leaves_the_database_as_it_was(folder: Path, database: Path) -> None:
    run("import", folder, "--database", database)
    write_files(folder, {"event.toml": EVENT_TOML.replace('"Hackathon"', '"Renamed"').replace("0\n", "x\n", 1)})
    assert run("import", folder, "--database", database).exit_code == 1
    with Session(open_engine(str(database), read_only=True)) as session:
        assert Counter(entry.action for entry in session.exec(select(LogEntry)))["event.changed"] == 0
        assert session.exec(select(Round.key)).all() == ["final"]


def test_an_export_is_imported_without_a_change(folder: Path, database: Path, tmp_path: Path) -> None:
    run("import", folder, "--database", database)
    result = run("export", "hack", tmp_path / "copy", "--database", database)
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'copy'} holds hack: 2 teams, 2 judges.\n")
    assert run("import", tmp_path / "copy", "--database", database).stdout == "hack: nothing has changed.\n"


def test_an_export_writes_over_nothing_unless_forced(folder: Path, database: Path) -> None:
    run("import", folder, "--database", database)
    before = (folder / "teams.csv").read_bytes()
    result = run("export", "hack", folder, "--database", database)
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: {folder} holds files already; --force writes over them. Nothing was written.\n",
    )
    assert (folder / "teams.csv").read_bytes() == before
    assert run("export", "hack", folder, "--force", "--database", database).exit_code == 0
    assert (folder / "teams.csv").read_bytes() != before


def test_an_export_of_what_is_not_there_says_what_is(folder: Path, database: Path, tmp_path: Path) -> None:
    assert run("export", "hack", tmp_path / "copy", "--database", database).stderr == (
        f"Error: There is no database {database}.\n"
    )
    run("import", folder, "--database", database)
    result = run("export", "hac", tmp_path / "copy", "--database", database)
    assert (result.exit_code, result.stderr) == (1, "Error: There is no event hac here; there are: hack.\n")
    assert not (tmp_path / "copy").exists()
    (tmp_path / "file").write_text("mine")
    result = run("export", "hack", tmp_path / "file", "--database", database)
    assert result.stderr == f"Error: {tmp_path / 'file'} is not a folder. Nothing was written.\n"


def test_the_demo_is_imported_with_its_conflicts(database: Path) -> None:
    lines = run("import", FOLDER, "--database", database).stdout.splitlines()
    assert "services-2026: conflict added: 10" in lines
    assert "services-2026: assignment added: 86" in lines


def test_a_locked_rubric_is_said_in_words(folder: Path, database: Path) -> None:
    run("import", folder, "--database", database)
    with Session(open_engine(str(database))) as session:
        session.connection().exec_driver_sql(
            "INSERT INTO ballot (uuid, round_id, judge_id, team_id, revision, base_revision, sequence, comment, note,"
            " received_at) VALUES ('00', 1, 1, 1, 1, 0, 1, '', '', '2026-12-06 08:00:00')"
        )
        session.commit()
    write_files(folder, {"event.toml": EVENT_TOML.replace("weight = 1", "weight = 2")})
    result = run("import", folder, "--database", database)
    assert result.exit_code == 1
    place, words = "event.toml, rounds.final.criteria.impact.weight", "This cannot change any more, as judges have"
    assert result.stderr.splitlines() == [
        f"{place}: {words} scored by it: it was 1 and would become 2.",
        "Error: Judges have scored by this rubric, so it cannot change any more. Nothing was stored.",
    ]


def test_a_long_list_is_cut_and_its_length_said() -> None:
    many = tuple(team(f"T{number}") for number in range(LINES + 2))
    with memory() as session:
        roster.store(session, event_form(teams=many), "test")
        renamed = tuple(team(each.key, desk="A1") for each in many)
        lines = list(report(roster.store(session, event_form(teams=renamed), "test")))
    assert (lines[0], lines[-1], len(lines)) == (f"hack: team changed: {LINES + 2}", "  and 2 more", LINES + 2)


def test_what_was_removed_is_named_without_its_fields() -> None:
    changes = Changes("hack", changed=[Change("conflict", "removed", "J1/T1", {"source": ("organisation", None)})])
    assert list(report(changes)) == ["hack: conflict removed: 1", "  J1/T1"]


def test_values_of_any_kind_fit_on_a_line() -> None:
    assert quoted([{"value": "1", "en": "One\nline"}, "b"]) == "[{'value': '1', 'en': 'One\\nline'}, b]"
    assert [quoted(value) for value in ("", None, 3, "a\nb")] == ["(nothing)", "(nothing)", "3", "a b"]
