"""A disk that fails at any write or synchronisation: nothing is acknowledged that is not stored.

After such a failure nobody knows what the disk holds, so the server stores nothing more and says so, while the board
goes on; the next server reads the disk anew. A disk that is only full needs no new server.
"""

import errno
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from faults.control import Call, Control, controlled
from faults.load import Crowd, judging
from faults.process import ask, free_port, killed, start, verified
from faults.records import faults, faults_of_copy
from faults.stage import Stage, set_up

LATEST = {Call.WRITE: 200, Call.SYNC: 20}  # the call that fails is one of so many
MORE = 20  # answers, to see that what has begun goes on


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return set_up(str(tmp_path / "scoreboard.db"))


@pytest.fixture
def environment(tmp_path: Path, preload: Path) -> Mapping[str, str]:
    return {
        "LD_PRELOAD": str(preload),
        "FAULTS_FILES": str(tmp_path / "scoreboard.db"),
        "FAULTS_CONTROL": str(tmp_path / "control"),
        "SCOREBOARD_BACKUPS": "off",
    }


def strike(crowd: Crowd, control: Control, call: Call, chance: random.Random) -> bool:
    """Let one of the next calls fail; whether the server stores nothing since."""
    before, told = crowd.refusals["storage_failed"], len(crowd.acks)
    control.fail(call, errno.EIO, nth=chance.randint(1, LATEST[call]), lasting=chance.random() < 0.5)

    def broken() -> bool:
        return crowd.refusals["storage_failed"] > before

    def unimpressed() -> bool:
        return control.failed > 0 and len(crowd.acks) > told + 2 * LATEST[Call.WRITE]

    crowd.wait_until(lambda: broken() or unimpressed())
    return broken()


def test_a_disk_that_failed_is_not_written_to_again(
    stage: Stage, environment: Mapping[str, str], tmp_path: Path, full: bool, tell: Callable[[str], None]
) -> None:
    chance = random.Random(11)
    broken = survived = 0
    port = free_port()
    with controlled(tmp_path / "control") as control, judging(stage) as crowd:
        for number in range(200 if full else 8):
            with killed(start(stage.database, port, tmp_path / "log", environment=environment)) as server:
                server.listening()
                crowd.server_at(port, server.started_at)
                crowd.wait_for_acks(MORE)
                if strike(crowd, control, Call.SYNC if number % 2 else Call.WRITE, chance):
                    broken += 1
                    told = len(crowd.acks)
                    crowd.wait_for_refusals("storage_failed", MORE)
                    assert len(crowd.acks) <= told + len(crowd.phones)  # answers that were under way
                    assert ask(port, "/readyz") == (503, "storage_failed\n")
                    assert ask(port, f"/e/{stage.slug}/standings.json")[0] == 200
                else:  # it was a checkpoint, which is tried again, and of which no answer depends
                    survived += 1
            crowd.server_gone()
            control.heal()
            assert faults_of_copy(stage.database, tmp_path, list(crowd.acks)) == []
        with killed(start(stage.database, port, tmp_path / "log", environment=environment)) as server:
            server.listening()
            crowd.server_at(port, server.started_at)
            crowd.finish()
            assert ask(port, "/readyz") == (200, "ok\n")
            server.stop()
    assert faults_of_copy(stage.database, tmp_path, crowd.acks) == []
    assert verified(stage.database) == ""
    assert broken > survived
    tell(f"{broken} disks failed, {survived} failures without consequence; {len(crowd.acks)} acknowledged, none false")


def test_a_full_disk_is_survived(stage: Stage, environment: Mapping[str, str], tmp_path: Path, full: bool) -> None:
    chance = random.Random(12)
    rounds = 500 if full else 10
    port = free_port()
    with (
        controlled(tmp_path / "control") as control,
        killed(start(stage.database, port, tmp_path / "log", environment=environment)) as server,
        judging(stage) as crowd,
    ):
        server.listening()
        crowd.server_at(port, server.started_at)
        for _ in range(rounds):
            crowd.wait_for_acks(MORE)
            control.fail(Call.WRITE, errno.ENOSPC, nth=chance.randint(1, LATEST[Call.WRITE]), lasting=True)
            crowd.wait_for_refusals("disk_full", MORE)
            assert faults(Path(stage.database), list(crowd.acks)) == []
            assert ask(port, "/readyz") == (503, "disk_full\n")
            control.heal()
        crowd.finish()
        assert ask(port, "/readyz") == (200, "ok\n")
        server.stop()
    assert faults_of_copy(stage.database, tmp_path, crowd.acks) == []
    assert verified(stage.database) == ""
