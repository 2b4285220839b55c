from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import Session, select

from scoreboard.cli.main import commands
from scoreboard.database import open_engine
from scoreboard.errors import NotSignedIn
from scoreboard.judging.staff import organisers, sessions
from scoreboard.models import Organiser

PASSWORD = "correct horse battery"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "x.db")


def run(path: str, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(commands, ["organiser", *arguments, "--database", path], input=typed)


def session(path: str) -> Session:
    return Session(open_engine(path))


def test_an_organiser_is_added_with_a_password_typed_twice_and_not_shown(path: str) -> None:
    done = run(path, "add", "fatima", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert (done.exit_code, PASSWORD in done.output) == (0, False)
    with session(path) as opened:
        assert organisers.organiser_by_password(opened, "fatima", PASSWORD).name == "fatima"
        kept = opened.exec(select(Organiser.password_hash)).one()
    assert kept.startswith("$argon2id$")


def test_a_password_can_come_from_another_program(path: str) -> None:
    assert run(path, "add", "fatima", "--password-stdin", typed=f"{PASSWORD}\n").exit_code == 0
    with session(path) as opened:
        assert organisers.organiser_by_password(opened, "fatima", PASSWORD).name == "fatima"


@pytest.mark.parametrize("typed", ["\n", "", "short\n"])
def test_a_short_password_is_refused_in_words(path: str, typed: str) -> None:
    done = run(path, "add", "fatima", "--password-stdin", typed=typed)
    assert (done.exit_code, done.stderr) == (1, "Error: A password needs 12 characters or more.\n")
    with session(path) as opened:
        assert opened.exec(select(Organiser)).all() == []


def test_two_organisers_have_two_names(path: str) -> None:
    run(path, "add", "fatima", "--password-stdin", typed=PASSWORD)
    done = run(path, "add", " fatima ", "--owner", "--password-stdin", typed=PASSWORD)
    assert (done.exit_code, done.stderr) == (1, "Error: There is already an organiser named fatima.\n")


def test_a_link_is_printed_that_signs_in_once(path: str) -> None:
    run(path, "add", "fatima", "--password-stdin", typed=PASSWORD)
    done = run(path, "link", "fatima", "--public-address", "https://score.example")
    address, _, secret = done.stdout.strip().partition("#")
    assert address == "https://score.example/console/enter"
    with session(path) as opened:
        token = organisers.redeem_one_time_link(opened, secret, "test")
        assert sessions.organiser_of(opened, token).name == "fatima"
        with pytest.raises(NotSignedIn):
            organisers.redeem_one_time_link(opened, secret, "test")


def test_there_is_no_link_for_a_stranger(path: str) -> None:
    done = run(path, "link", "nobody")
    assert (done.exit_code, done.stderr) == (1, "Error: There is no organiser named nobody.\n")


def test_somebody_is_signed_out_everywhere_and_can_come_back(path: str) -> None:
    run(path, "add", "fatima", "--password-stdin", typed=PASSWORD)
    with session(path) as opened:
        person = organisers.organiser_named(opened, "fatima").id or 0
        tokens = [sessions.sign_in_organiser(opened, person, device) for device in ("phone", "laptop")]
        opened.commit()
    assert run(path, "sign-out", "fatima").stdout == "fatima is signed out everywhere.\n"
    with session(path) as opened:
        for token in tokens:
            with pytest.raises(NotSignedIn):
                sessions.organiser_of(opened, token)
        assert organisers.organiser_by_password(opened, "fatima", PASSWORD).id == person


def test_an_account_that_is_closed_lets_nobody_in_by_any_way(path: str) -> None:
    run(path, "add", "fatima", "--password-stdin", typed=PASSWORD)
    alone = run(path, "sign-out", "fatima", "--for-good")
    assert (alone.exit_code, "the last who owns every event" in alone.stderr) == (1, True)
    run(path, "add", "olga", "--owner", "--password-stdin", typed=PASSWORD)
    secret = run(path, "link", "fatima").stdout.strip().partition("#")[2]
    with session(path) as opened:
        token = sessions.sign_in_organiser(opened, organisers.organiser_named(opened, "fatima").id or 0, "phone")
        opened.commit()
    assert run(path, "sign-out", "fatima", "--for-good").stdout == "fatima is signed out, for good.\n"
    with session(path) as opened:
        with pytest.raises(NotSignedIn):
            sessions.organiser_of(opened, token)
        with pytest.raises(NotSignedIn):
            organisers.organiser_by_password(opened, "fatima", PASSWORD)
        with pytest.raises(NotSignedIn):
            organisers.redeem_one_time_link(opened, secret, "test")
    assert run(path, "link", "fatima").exit_code == 1


@pytest.mark.parametrize("command", ["add", "link", "sign-out"])
def test_each_command_shows_an_example(command: str) -> None:
    shown = CliRunner().invoke(commands, ["organiser", command, "--help"])
    assert f"Example: scoreboard organiser {command} fatima" in shown.output
