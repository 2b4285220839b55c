"""What tests share: a database of its own for each test, a browser, a server, a whole event that was held."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest
from parts import absent
from recorded import Lived, live
from serving import Served, serving
from threadpoolctl import threadpool_limits

from scoreboard.database import Database, opened
from scoreboard.migrations import prepare
from scoreboard.settings import Settings

# A shared machine is now and then slow: how long an example takes says nothing about whether it holds.
hypothesis.settings.register_profile("scoreboard", deadline=None)
hypothesis.settings.load_profile("scoreboard")
# As the command does it: small matrices on many threads that wait for each other take ten times as long.
threadpool_limits(limits=1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the harnesses of tests/faults take their time."""
    parser.addoption(
        "--faults",
        choices=("short", "full"),
        default="short",
        help="how often servers are killed, disks fail and power is cut: as CI has time for, or some thousand times",
    )


@pytest.fixture(scope="session")
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
    async with serving(Settings(database=database_path, backups="off", language="en")) as served:
        yield served


@pytest.fixture(scope="session")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """An event from its import to its final result. Nobody may write into its database: take a copy."""
    return asyncio.run(live(tmp_path_factory.mktemp("genuine")))


@pytest.fixture(scope="session")
def another(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """The same event with other ballots, as another history of it."""
    return asyncio.run(live(tmp_path_factory.mktemp("another"), seed=2))
