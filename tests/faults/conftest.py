"""What the harnesses share: how much they do, what they need of the machine."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from parts import absent

SOURCE = Path(__file__).with_name("preload.c")
MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session", autouse=True)
def linux() -> None:
    """The harnesses reach between a process and its kernel, as Linux lets them."""
    if sys.platform != "linux":
        absent("linux", "servers are killed, and their disks broken, on Linux only")


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the harnesses do all that they can (``--faults=full``), or what there is time for at each change."""
    return bool(request.config.getoption("--faults") == "full")


@pytest.fixture
def tell(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Write a line for whoever runs the tests: what a harness went through."""

    def write(line: str) -> None:
        with capfd.disabled():
            sys.stdout.write(f"\n{line}\n")

    return write


@pytest.fixture(scope="session")
def preload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that records and breaks what a server does to its files."""
    compiler = shutil.which("cc")
    if compiler is None:
        absent(
            "compiler", "no C compiler is installed, so disks cannot be made to fail (apt-get install gcc libc6-dev)"
        )
        raise AssertionError
    library = tmp_path_factory.mktemp("preload") / "preload.so"
    flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "-o", library, SOURCE, "-ldl"], check=True)
    return library


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: images of disks come and go quickly there."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)
