import json
import stat
from pathlib import Path

import pyotp
from builder import store_event
from click.testing import CliRunner, Result
from sqlmodel import Session, col, select

from scoreboard.cli.main import commands
from scoreboard.database import open_engine
from scoreboard.judging.staff import factors, organisers
from scoreboard.keeping.lock import held
from scoreboard.migrations import prepare
from scoreboard.models import LogEntry
from scoreboard.signing import SigningKey, given_key, key_at_hand, key_file, write_key


def run(*words: str, database: str, **environment: str) -> Result:
    return CliRunner().invoke(commands, ["key", *words, "--database", database], env=environment)


def with_event(path: str) -> None:
    engine = open_engine(path)
    with Session(engine) as session:
        store_event(session)
        session.commit()
    engine.dispose()


def last_rotation(path: str) -> dict[str, str]:
    engine = open_engine(path)
    with Session(engine) as session:
        found = session.exec(select(LogEntry).order_by(col(LogEntry.sequence).desc())).first()
    engine.dispose()
    assert found is not None
    assert found.action == "key.rotated"
    told: dict[str, str] = json.loads(found.payload)
    return told


def test_the_public_key_is_shown_and_nothing_else_of_it(database_path: str) -> None:
    shown = run("show", database=database_path)
    assert shown.output == f"Public key  {key_at_hand(database_path).public}\nKept in     {key_file(database_path)}\n"


def test_a_key_that_is_not_the_databases_is_refused(database_path: str, tmp_path: Path) -> None:
    write_key(tmp_path / "other", SigningKey.new())
    shown = run("show", database=database_path, SCOREBOARD_SIGNING_KEY=str(tmp_path / "other"))
    assert shown.exit_code == 1
    assert "signed with another key" in shown.output


def test_second_factors_go_along_with_a_new_key(database_path: str) -> None:
    engine = open_engine(database_path)
    with Session(engine) as session:
        secret, person = factors.new_secret(), organisers.add_organiser(session, "olga", "").id or 0
        code = pyotp.TOTP(secret).generate_otp(factors.step_now() - 1)
        factors.enrol(session, person, key_at_hand(database_path), secret, code)
        session.commit()
        assert run("rotate", database=database_path).exit_code == 0
        session.expire_all()
        code = pyotp.TOTP(secret).generate_otp(factors.step_now())
        factors.use_code(session, person, key_at_hand(database_path), code)
    engine.dispose()


def test_a_rotation_puts_a_new_key_in_place_and_the_old_one_aside(database_path: str) -> None:
    with_event(database_path)
    old = key_at_hand(database_path).public
    assert run("rotate", database=database_path).exit_code == 0
    new = key_at_hand(database_path).public
    told = last_rotation(database_path)
    assert (told["old"], told["new"]) == (old, new)
    assert told["by_old"]
    (aside,) = Path(database_path).parent.glob("*.until-*")
    assert given_key(str(aside)).public == old
    assert [stat.S_IMODE(path.stat().st_mode) for path in (aside, key_file(database_path))] == [0o600, 0o600]
    assert run("show", database=database_path).exit_code == 0


def test_a_rotation_that_was_cut_short_is_finished_by_the_next(database_path: str) -> None:
    with_event(database_path)
    old = key_file(database_path).read_bytes()
    assert run("rotate", database=database_path).exit_code == 0
    new = key_at_hand(database_path).public
    # As if it had ended after the commit: the ledgers name the new key, and the files have not moved.
    key_file(database_path).rename(f"{key_file(database_path)}.next")
    key_file(database_path).touch(0o600)
    key_file(database_path).write_bytes(old)
    for aside in Path(database_path).parent.glob("*.until-*"):
        aside.unlink()
    assert run("rotate", database=database_path).exit_code == 0
    assert key_at_hand(database_path).public == new == last_rotation(database_path)["new"]


def test_a_lost_key_can_be_replaced_and_the_record_says_so(database_path: str) -> None:
    with_event(database_path)
    key_file(database_path).unlink()
    refused = run("rotate", database=database_path)
    assert refused.exit_code == 1
    assert "is missing" in refused.output
    assert run("rotate", "--lost", database=database_path).exit_code == 0
    assert last_rotation(database_path)["by_old"] == ""
    assert run("show", database=database_path).exit_code == 0


def test_a_key_of_the_settings_is_followed_by_one_that_is_given(tmp_path: Path) -> None:
    first, second = "11" * 32, "22" * 32
    path = str(tmp_path / "a.db")
    prepare(path, signing_key=first)
    with_event(path)
    refused = run("rotate", database=path, SCOREBOARD_SIGNING_KEY=first)
    assert (refused.exit_code, "--to" in refused.output) == (1, True)
    assert run("rotate", "--to", second, database=path, SCOREBOARD_SIGNING_KEY=first).exit_code == 0
    assert last_rotation(path)["new"] == given_key(second).public
    assert run("show", database=path, SCOREBOARD_SIGNING_KEY=second).exit_code == 0
    assert not key_file(path).exists()


def test_the_key_is_not_changed_under_a_running_server(database_path: str) -> None:
    with held(database_path):
        refused = run("rotate", database=database_path)
    assert refused.exit_code == 1
    assert "server is running" in refused.output
    assert run("show", database=database_path).exit_code == 0
