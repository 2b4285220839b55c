import shutil
from pathlib import Path

import pytest

from scoreboard.cli.doctor import disk as module
from scoreboard.cli.doctor.disk import disk, flushes, kind_of_disk
from scoreboard.cli.doctor.finding import Level


@pytest.mark.parametrize(("free", "level"), [(10**8, Level.RED), (5 * 10**8, Level.AMBER), (5 * 10**9, Level.GREEN)])
def test_room_is_green_amber_or_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free))
    assert next(disk(tmp_path)).level is level


def test_how_long_a_flush_takes_is_measured(tmp_path: Path) -> None:
    assert flushes(tmp_path).words.startswith("the disk has a write for good in ")
    assert list(tmp_path.iterdir()) == []


def test_a_network_disk_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NETWORK_DISKS", {kind_of_disk(tmp_path)})
    assert [finding.level for finding in disk(tmp_path)][-1] is Level.RED
