"""The real server in a process of its own, that can be killed."""

import http.client
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

from scoreboard.cli.main import main

ANSWER_SECONDS = 60  # nothing is wrong with a busy machine; how soon a server is ready is measured
TESTS = Path(__file__).resolve().parents[1]

# Processes that begin with everything imported: the same server, started in a tenth of the time.
warm = multiprocessing.get_context("forkserver")
warm.set_forkserver_preload(["scoreboard.cli.main"])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(port: int, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """GET a page; status and text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@dataclass
class Server:
    """A process that was told to serve."""

    process: "subprocess.Popen[bytes] | multiprocessing.process.BaseProcess"
    port: int
    output: IO[bytes]
    log: Path
    begun: float  # by the monotonic clock
    started_at: float  # Unix time

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self.process.pid or 0

    def listening(self) -> None:
        """Return when it can be reached, though it may not answer yet."""
        if not self.output.readline():  # the first line says where it is
            raise AssertionError(f"the server does not start:\n{self.log.read_text()[-2000:]}")

    def ready(self) -> float:
        """Return when it answers: how many seconds after its start."""
        ask(self.port, "/healthz")
        return time.monotonic() - self.begun

    def worked(self) -> float:
        """How many seconds it has kept processors busy so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Ask it to end, as Ctrl-C does, and return when it has."""
        os.kill(self.pid, signal.SIGINT)
        self.wait()

    def kill(self) -> None:
        """End it at once: kill -9."""
        self.process.kill()
        self.wait()

    def wait(self) -> None:
        """Return when the process has ended."""
        if isinstance(self.process, subprocess.Popen):
            self.process.wait()
        else:
            self.process.join()


def start(
    database: str, port: int, log: Path, *, environment: Mapping[str, str] | None = None, mutant: str = ""
) -> Server:
    """Start ``scoreboard serve`` as people do. With `mutant` a control is taken out of it (see `faults.mutant`)."""
    program = ["-m", "faults.mutant", mutant] if mutant else ["-m", "scoreboard"]
    begun, started_at = time.monotonic(), time.time()
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, *program, *arguments(database, port)],
            env={**os.environ, "PYTHONPATH": str(TESTS), **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    if process.stdout is None:
        raise AssertionError("a pipe was asked for")
    return Server(process, port, process.stdout, log, begun, started_at)


def start_warm(database: str, port: int, log: Path, *, environment: Mapping[str, str] | None = None) -> Server:
    """Start the same server, forked from a process that has imported it."""
    begun, started_at = time.monotonic(), time.time()
    reading, writing = warm.Pipe(duplex=False)
    process = warm.Process(target=serve, args=(database, port, str(log), writing, environment or {}), daemon=True)
    process.start()
    writing.close()
    with reading:
        output = os.fdopen(os.dup(reading.fileno()), "rb")
    return Server(process, port, output, log, begun, started_at)


def serve(database: str, port: int, log: str, output: Connection, environment: Mapping[str, str]) -> None:
    """What the forked process runs."""
    os.environ.update(environment)
    errors = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(output.fileno(), 1)
    os.dup2(errors, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    sys.argv = ["scoreboard", *arguments(database, port)]
    main()


def arguments(database: str, port: int) -> list[str]:
    """The command line after the program's name."""
    return ["serve", "--database", database, "--port", str(port)]


def verified(database: str) -> str:
    """What ``scoreboard verify`` has against a database; empty when it is intact."""
    command = [sys.executable, "-m", "scoreboard", "verify", "--database", database]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    return outcome.stdout + outcome.stderr if outcome.returncode else ""


@contextmanager
def killed(server: Server) -> Iterator[Server]:
    """Kill a server at the end of the block, unless it has ended."""
    try:
        yield server
    finally:
        server.kill()
        server.output.close()
