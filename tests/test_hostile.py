"""What hostile texts meet before any page shows them."""

from pathlib import Path

import pytest
from builder import store_event
from described import faults_of, memory, write_files
from hostile import HOSTILE
from hostile_events import CONTROLS, NAMES, refused, shown
from sqlmodel import Session

from scoreboard.errors import InvalidForm
from scoreboard.exchange.folder import read_folder
from scoreboard.exchange.folder.sheets import unguarded
from scoreboard.judging import decisions
from scoreboard.judging.staff import organisers
from scoreboard.judging.staff.organisers import LONGEST_NAME


def sheet(name: str) -> str:
    """A file of teams, the first of which has a name, as a program writes it."""
    return 'id,name_en\nT1,"' + name.replace('"', '""') + '"\nT2,Pearl\n'


def test_they_are_two_hundred_and_more() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 200
    assert len(NAMES) >= 200


@pytest.mark.parametrize("text", [text for text in HOSTILE if refused(text)], ids=ascii)
def test_a_name_that_cannot_be_shown_is_refused_in_words(text: str, tmp_path: Path) -> None:
    (fault,) = faults_of(write_files(tmp_path, {"teams.csv": sheet(text)}))
    assert (fault.row, fault.column) == (2, "name_en")
    assert fault.words().startswith(("There is a character that cannot be shown", "The text is too long"))


def test_every_other_name_is_kept_as_it_is(tmp_path: Path) -> None:
    found = {}
    for text in NAMES:
        form = read_folder(write_files(tmp_path, {"teams.csv": sheet(text)}))
        found[text] = form.teams[0].name_en
    assert found == {text: unguarded(shown(text)) for text in NAMES}


def take_out(session: Session, text: str) -> str:
    cast = store_event(session)
    return decisions.withdraw(session, cast.event_id, "T1", text, "test").out_reason


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_reason_and_an_organisers_name_are_kept_as_they_are_or_refused(text: str) -> None:
    with memory() as session:
        if CONTROLS & set(shown(text)):
            with pytest.raises(InvalidForm, match="cannot be shown"):
                take_out(session, text)
            with pytest.raises(InvalidForm, match="cannot be shown"):
                organisers.add_organiser(session, text, "")
            return
        assert take_out(session, text) == shown(text)
        if len(shown(text)) <= LONGEST_NAME:
            organiser = organisers.add_organiser(session, text, "")
            assert organisers.organiser_named(session, text).id == organiser.id
            assert organiser.name == shown(text)
