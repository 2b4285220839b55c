"""The real server in a process of its own, and how hard it is attacked."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from faults.process import Server, free_port, killed, start
from faults.stage import Stage, set_up
from parts import absent

Serve = Callable[..., Server]


@pytest.fixture(scope="session", autouse=True)
def linux() -> None:
    """Memory is read from /proc."""
    if sys.platform != "linux":
        absent("linux", "what an attack costs the server is read from /proc, which only Linux has")


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether attackers come in hundreds (``--faults=full``), or as many as there is time for at each change."""
    return bool(request.config.getoption("--faults") == "full")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the servers of a module write."""
    return tmp_path_factory.mktemp("log") / "log"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """An event that is being judged."""
    return set_up(str(tmp_path_factory.mktemp("stage") / "event.db"))


@pytest.fixture(scope="module")
def server(stage: Stage, log: Path) -> Iterator[Server]:
    """The server as it is when nothing is set; one for a module, since attackers leave no trace."""
    with killed(begun(stage, log)) as server:
        yield server


@pytest.fixture
def serve(tmp_path: Path, log: Path) -> Iterator[Serve]:
    """Start a ``scoreboard serve`` of one's own, with variables."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(killed(begun(set_up(str(tmp_path / "event.db")), log, **settings)))


def begun(stage: Stage, log: Path, **settings: str) -> Server:
    """A server that answers."""
    environment = {f"SCOREBOARD_{name.upper()}": value for name, value in settings.items()}
    server = start(stage.database, free_port(), log, environment=environment)
    server.listening()
    server.ready()
    return server
