"""What tests share: a database of its own for each test, and what to do where a real part is not installed."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest
from serving import Served, serving

from scoreboard.database import Database, opened
from scoreboard.migrations import prepare
from scoreboard.settings import Settings

# A shared machine is now and then slow: how long an example takes says nothing about whether it holds.
hypothesis.settings.register_profile("scoreboard", deadline=None)
hypothesis.settings.load_profile("scoreboard")

REQUIRED = set(filter(None, os.environ.get("SCOREBOARD_REQUIRE", "").split(",")))


def absent(part: str, reason: str) -> None:
    """Skip for want of a part, in words; where the part is required (in CI) that is a failure."""
    if part in REQUIRED:
        pytest.fail(f"{part} is required here: {reason}")
    pytest.skip(reason)


@pytest.fixture
def chromium() -> str:
    """The path of Debian's chromium, or of Chrome."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    absent("browser", "no chromium is installed, so pages cannot be opened (apt-get install chromium)")
    raise AssertionError


@pytest.fixture
def database_path(tmp_path: Path) -> str:
    """A database with all tables and nothing in them."""
    path = str(tmp_path / "scoreboard.db")
    prepare(path)
    return path


@pytest.fixture
async def database(database_path: str) -> AsyncIterator[Database]:
    """The same, opened."""
    async with opened(database_path) as database:
        yield database


@pytest.fixture
async def served(database_path: str) -> AsyncIterator[Served]:
    """The real server on an empty database."""
    async with serving(Settings(database=database_path, language="en")) as served:
        yield served
