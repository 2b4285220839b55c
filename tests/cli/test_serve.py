import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from scoreboard.cli.main import commands
from scoreboard.cli.serve import address_of, first_way_in, listening_socket
from scoreboard.database import Database
from scoreboard.judging.staff import organisers
from scoreboard.settings import Settings
from scoreboard.signing import SigningKey, key_file, write_key


@contextmanager
def serving(*words: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The command as a process, with the lines that it prints until it is ready."""
    command = [sys.executable, "-m", "scoreboard", "serve", "--port", "0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise AssertionError
            lines = [process.stdout.readline()]
            yield process, lines
        finally:
            process.kill()


def test_serve_makes_an_empty_database_and_answers(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with serving("--database", str(path)) as (process, lines):
        address = re.fullmatch(r"Scoreboard on (http://127\.0\.0\.1:\d+)\n", lines[0])
        if address is None or process.stdout is None:
            raise AssertionError(lines)
        link = process.stdout.readline()
        assert f"{address[1]}/console/enter#" in link
        assert httpx2.get(f"{address[1]}/healthz").text == "ok\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) in {0, -signal.SIGTERM}
        assert process.stderr is None or "Traceback" not in process.stderr.read()


def test_serve_refuses_a_newer_database(database_path: str) -> None:
    connection = sqlite3.connect(database_path)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    result = CliRunner().invoke(commands, ["serve", "--database", database_path, "--port", "0"])
    assert (result.exit_code, result.stderr) == (
        1,
        (
            f"Error: The database {database_path} was written by a newer version of Scoreboard. "
            "Please update Scoreboard.\n"
        ),
    )


def test_serve_refuses_a_database_without_its_key(database_path: str) -> None:
    key_file(database_path).unlink()
    result = CliRunner().invoke(commands, ["serve", "--database", database_path, "--port", "0"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"The signing key {key_file(database_path)} is missing." in result.stderr


def test_serve_refuses_a_database_that_is_signed_with_another_key(database_path: str) -> None:
    key_file(database_path).unlink()
    write_key(key_file(database_path), SigningKey.new())
    result = CliRunner().invoke(commands, ["serve", "--database", database_path, "--port", "0"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "signed with another key" in result.stderr
    assert "scoreboard key rotate --lost" in result.stderr


def test_a_second_server_on_one_database_is_refused(database_path: str) -> None:
    with serving("--database", database_path) as (_, lines):
        assert lines[0].startswith("Scoreboard on ")
        second = CliRunner().invoke(commands, ["serve", "--database", database_path, "--port", "0"])
    assert (second.exit_code, second.stdout, second.stderr) == (
        1,
        "",
        f"Error: A server is running on the database {database_path}. Please stop it first.\n",
    )


def test_serve_says_when_its_port_is_taken(database_path: str) -> None:
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(commands, ["serve", "--database", database_path, "--port", str(port)])
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: Cannot listen on 127.0.0.1, port {port}: Address already in use.\n",
    )


def test_serve_stops_at_a_setting_that_it_does_not_know(database_path: str) -> None:
    runner = CliRunner(env={"SCOREBOARD_PROT": "80"})
    result = runner.invoke(commands, ["serve", "--database", database_path])
    assert (result.exit_code, result.stderr) == (1, "Error: There is no setting named SCOREBOARD_PROT.\n")


def test_migrate_says_what_it_found(tmp_path: Path) -> None:
    path = str(tmp_path / "new.db")
    runner = CliRunner()
    assert (
        runner.invoke(commands, ["migrate", "--database", path]).output
        == f"The database {path} was empty and is ready.\n"
    )
    assert (
        runner.invoke(commands, ["migrate", "--database", path]).output
        == f"The database {path} is of this version already.\n"
    )


def test_links_lead_to_the_public_address_where_one_is_set() -> None:
    with listening_socket("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        assert address_of(bound, Settings()) == f"http://127.0.0.1:{port}"
        assert address_of(bound, Settings(public_address="https://score.example")) == "https://score.example"


def test_a_server_for_the_venue_names_an_address_that_phones_can_reach() -> None:
    with listening_socket("0.0.0.0", 0) as bound:
        assert "0.0.0.0" not in address_of(bound, Settings())


async def test_the_first_way_in_is_offered_until_somebody_has_a_password(database: Database) -> None:
    first, second = await database.write(first_way_in), await database.write(first_way_in)
    assert first
    assert second
    assert first != second
    await database.write(organisers.add_organiser, "Olga", "a long password")
    assert await database.write(first_way_in) is None


@pytest.mark.parametrize("port", ["-1", "70000"])
def test_a_port_that_cannot_be_is_refused_in_words(database_path: str, port: str) -> None:
    result = CliRunner().invoke(commands, ["serve", "--database", database_path, "--port", port])
    assert result.exit_code == 1
    assert "SCOREBOARD_PORT" in result.stderr


def test_a_server_with_metrics_tells_them_where_it_was_told_to_and_logs_as_json(tmp_path: Path) -> None:
    with listening_socket("127.0.0.1", 0) as free:
        private = f"127.0.0.1:{free.getsockname()[1]}"
    os.environ["SCOREBOARD_METRICS"] = private
    try:
        with serving("--database", str(tmp_path / "new.db")) as (process, lines):
            address = lines[0].removeprefix("Scoreboard on ").strip()
            httpx2.get(f"{address}/nowhere")
            metrics = httpx2.get(f"http://{private}/metrics")
            public = httpx2.get(f"{address}/metrics")
            process.send_signal(signal.SIGTERM)
            process.wait(10)
            if process.stderr is None:
                raise AssertionError
            told = [json.loads(line) for line in process.stderr.read().splitlines()]
    finally:
        del os.environ["SCOREBOARD_METRICS"]
    assert (metrics.status_code, public.status_code) == (200, 404)
    assert 'scoreboard_answers_total{method="GET",route="unmatched",status="404"} 1.0' in metrics.text
    assert [(line["event"], line["status"]) for line in told] == [("request.refused", 404)] * 2
