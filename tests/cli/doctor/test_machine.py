import shutil
import sys

import pytest

from scoreboard.cli.doctor.finding import Level
from scoreboard.cli.doctor.machine import clock, files, machine, zones


def test_the_machine_is_told_by_its_clock_zones_limits_and_versions() -> None:
    assert [finding.subject for finding in machine()] == ["clock", "time zones", "limits", "versions"]


def test_a_clock_that_nobody_vouches_for_is_amber(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert clock().level is Level.AMBER


def test_the_time_zones_are_there() -> None:
    assert zones().level is Level.GREEN


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("limit", "level"), [(256, Level.RED), (1024, Level.AMBER), (65_536, Level.GREEN), (-1, Level.GREEN)]
)
def test_few_files_mean_few_phones(monkeypatch: pytest.MonkeyPatch, limit: int, level: Level) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (limit, limit))
    assert [finding.level for finding in files()] == [level]
