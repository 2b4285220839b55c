from pathlib import Path
from tempfile import TemporaryDirectory

from described import event_form, event_forms, log, memory, team, the_event
from hypothesis import HealthCheck, given, settings

from scoreboard.cli.demo import FOLDER
from scoreboard.database import Database
from scoreboard.exchange.folder import read_folder, write_folder
from scoreboard.exchange.folder.writing import spelt
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.description import EventForm


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@given(event_forms())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_an_import_of_an_export_changes_nothing(form: EventForm) -> None:
    with memory() as session, TemporaryDirectory() as folder, TemporaryDirectory() as again:
        roster.store(session, form, "test")
        entries = log(session)
        write_folder(session, the_event(session), Path(folder))
        changes = roster.store(session, read_folder(Path(folder)), "test")
        assert (changes.changed, changes.kept) == ([], [])
        assert log(session) == entries
        write_folder(session, the_event(session), Path(again))
        assert bytes_of(Path(again)) == bytes_of(Path(folder))


@given(event_forms())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_an_export_makes_the_same_event_elsewhere(form: EventForm) -> None:
    with memory() as session, memory() as elsewhere, TemporaryDirectory() as folder, TemporaryDirectory() as again:
        roster.store(session, form, "test")
        write_folder(session, the_event(session), Path(folder))
        roster.store(elsewhere, read_folder(Path(folder)), "test")
        write_folder(elsewhere, the_event(elsewhere), Path(again))
        assert bytes_of(Path(again)) == bytes_of(Path(folder))


async def test_the_demo_goes_out_as_it_came_in(database: Database, tmp_path: Path) -> None:
    form = read_folder(FOLDER)
    await database.write(roster.store, form, "test")
    await database.read(lambda session: write_folder(session, the_event(session), tmp_path))
    written = read_folder(tmp_path)
    assert written.assignments is not None
    assert {**vars(written), "assignments": None} == vars(form)
    assert not await database.write(roster.store, written, "test")


def test_arabic_is_shown_by_a_spreadsheet_and_formulas_are_not_run(tmp_path: Path) -> None:
    with memory() as session:
        roster.store(session, event_form(teams=(team("T1", name_ar="واحة", name_en="=1+1"),)), "test")
        write_folder(session, the_event(session), tmp_path)
    assert (tmp_path / "teams.csv").read_bytes() == (
        "\ufeffid,name_en,name_ar,project_en,project_ar,organisation,table,tracks,status,reason,members\r\n"
        "T1,'=1+1,واحة,,,,,,,,\r\n"
    ).encode()


def test_texts_are_written_as_toml_takes_them() -> None:
    assert spelt('a "b" \\ \n \x7f') == r'"a \"b\" \\ \n \u007f"'
