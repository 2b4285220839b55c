"""What push.py measures with: processes on a core of their own, what they cost, and the client."""

import contextlib
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

CORES = sorted(os.sched_getaffinity(0))
SERVERS_CORE, CLIENTS_CORE = CORES[0], CORES[-1]
PAGE = os.sysconf("SC_PAGE_SIZE")
# Caches of the kernel that have nothing to do with sockets, and that other programs fill and empty meanwhile.
ELSEWHERE = re.compile(
    r"buffer_head|radix_tree_node|vm_area|anon_vma|maple_node|kernfs|task_|ext4|(?<!sock_)inode_cache"
)


@dataclass(frozen=True)
class Running:
    """A server under way: its port, the program that takes orders, and the processes that it consists of."""

    port: int
    path: str
    ordered: subprocess.Popen[str]
    processes: Sequence[int]
    folder: Path

    def order(self, texts: Path, count: int, milliseconds: int, times: Path) -> None:
        """Have the first lines of a file published."""
        say(self.ordered, f"go {texts} {count} {milliseconds} {times}")

    def cpu_ns(self) -> int:
        """Give the time that its processes have used, in the system, too."""
        return sum(map(cpu_ns, self.processes))

    def resident(self) -> int:
        """Give its processes' memory in bytes."""
        return sum(map(resident, self.processes))


@contextlib.contextmanager
def process(*words: object, core: int = SERVERS_CORE, folder: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run a program on one core for as long as the block lasts."""
    started = subprocess.Popen(  # noqa: S603  (our own programs)
        ["taskset", "-c", str(core), *map(str, words)],  # noqa: S607
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    try:
        yield started
    finally:
        started.kill()
        with started:
            pass


def say(program: subprocess.Popen[str], line: str) -> None:
    """Put a line into a program."""
    if program.stdin is None:
        raise RuntimeError("started without a pipe")
    program.stdin.write(line + "\n")
    program.stdin.flush()


def heard(program: subprocess.Popen[str]) -> str:
    """Wait for a line of a program. Raises ClickException when it ends instead."""
    line = program.stdout.readline() if program.stdout else ""
    if not line:
        raise click.ClickException(f"A program ended with {program.wait()}: {program.args!r}")
    return line.strip()


def cpu_ns(pid: int) -> int:
    """Give the processor time of a process: the kernel's clock for another process (clock_getcpuclockid(3))."""
    return time.clock_gettime_ns(~pid << 3 | 2)


def resident(pid: int) -> int:
    """Give the memory of a process in bytes."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) * 1024 if found else 0


def buffered() -> int:
    """Give the bytes that lie in TCP buffers of this machine."""
    found = re.search(r"^TCP: .* mem (\d+)", Path("/proc/net/sockstat").read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) * PAGE if found else 0


def kernel_bytes() -> int:
    """Give what the kernel of this machine holds for sockets, as far as it tells: buffers, and objects in slabs."""
    try:
        rows = Path("/proc/slabinfo").read_text(encoding="ascii").splitlines()[2:]
    except PermissionError:
        return buffered()
    cells = [row.split() for row in rows]
    return buffered() + sum(int(row[1]) * int(row[3]) for row in cells if not ELSEWHERE.search(row[0]))


@dataclass
class Client:
    """The client, connected: see push_client.c."""

    program: subprocess.Popen[str]
    handshakes: dict[str, Any] = field(default_factory=dict)

    def begin(self, order: str) -> None:
        """Give an order, and wait until it is being followed."""
        say(self.program, order)
        heard(self.program)

    def result(self) -> dict[str, Any]:
        """Wait for what came of it."""
        found: dict[str, Any] = json.loads(heard(self.program))
        return found


@contextlib.contextmanager
def client(
    program: Path,
    running: Running,
    viewers: int,
    stalled: int,
    times: Path,
    *,
    packed: bool,
    ballots: Path | None = None,
) -> Iterator[Client]:
    """Connect so many viewers for as long as the block lasts."""
    words = [program, running.port, running.path, viewers, stalled, int(packed), times, *([ballots] if ballots else [])]
    with process(*words, core=CLIENTS_CORE) as started:
        yield Client(started, json.loads(heard(started)))
