"""A disk that is really full: judges are told so in their language, the board goes on, and room is all it takes."""

import errno
import http.client
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from faults.load import judging
from faults.process import ask, free_port, killed, start, verified
from faults.records import faults, faults_of_copy
from faults.stage import set_up
from parts import absent

from scoreboard.i18n import language

SIZE = "6m"
MORE = 50
WORDS = "There is no room left on the server's disk. Please tell the organisers."


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not shutil.which("mount"):
        absent("mount", "no small disk can be mounted here: there is no mount command")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        absent("mount", f"no small disk can be mounted here: {mounted.stderr.strip() or 'not permitted'}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(folder: Path) -> Path:
    """Take all the room that there is."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as failure:
            if failure.errno != errno.ENOSPC:
                raise
    return ballast


def put(port: int, token: str, spoken: str, ballot: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """Send a ballot as a judge who reads this language."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Cookie": f"judge={token}; language={spoken}", "Content-Type": "application/json"}
        connection.request("PUT", f"/judge/ballots/{ballot['uuid']}", json.dumps(ballot), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_full_disk_is_said_and_survived(small_disk: Path, tmp_path: Path, full: bool) -> None:
    stage = set_up(str(small_disk / "scoreboard.db"))
    port = free_port()
    with killed(start(stage.database, port, tmp_path / "log")) as server, judging(stage) as crowd:
        server.listening()
        crowd.server_at(port, server.started_at)
        for _ in range(20 if full else 3):
            crowd.wait_for_acks(MORE)
            ballast = fill(small_disk)
            crowd.wait_for_refusals("disk_full", MORE)
            waiting = crowd.unanswered()
            for spoken in ("ar", "en"):
                judge, ballot = waiting[0]
                status, said = put(port, stage.tokens[judge], spoken, ballot)
                assert (status, said) == (507, {"code": "disk_full", "message": language(spoken).text(WORDS)})
            assert ask(port, f"/e/{stage.slug}")[0] == 200
            assert ask(port, f"/e/{stage.slug}/standings.json")[0] == 200
            assert ask(port, "/judge/bundle", {"Cookie": f"judge={stage.tokens[judge]}"})[0] == 200
            assert faults(Path(stage.database), list(crowd.acks)) == []
            ballast.unlink()
        crowd.finish()
        assert ask(port, "/readyz") == (200, "ok\n")
        server.stop()
    assert faults_of_copy(stage.database, tmp_path, crowd.acks) == []
    assert verified(stage.database) == ""
