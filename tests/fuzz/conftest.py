"""How long the fuzzers try."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults.process import Server, free_port, killed, start
from fuzz.house import House, house

FULL_SECONDS = 600.0


@pytest.fixture(scope="session")
def seconds(request: pytest.FixtureRequest) -> float:
    """How long each of them goes on (``--faults=full``: ten minutes); 0 for once through, the same at every change."""
    return FULL_SECONDS if request.config.getoption("--faults") == "full" else 0.0


@pytest.fixture
def tell(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Write a line for whoever runs the tests: what a fuzzer went through."""

    def write(line: str) -> None:
        with capfd.disabled():
            sys.stdout.write(f"\n{line}\n")

    return write


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the server writes."""
    return tmp_path / "log"


@pytest.fixture
def furnished(tmp_path: Path) -> House:
    """Events, and who is at them."""
    return house(str(tmp_path / "event.db"))


@pytest.fixture
def server(furnished: House, log: Path) -> Iterator[Server]:
    """The real server on them."""
    environment = {"SCOREBOARD_LOG": "json", "SCOREBOARD_BACKUPS": "off"}
    with killed(start(furnished.database, free_port(), log, environment=environment)) as server:
        server.listening()
        server.ready()
        yield server
