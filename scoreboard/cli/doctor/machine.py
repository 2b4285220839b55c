"""The machine: its clock, its limits, the versions of what runs on it."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scoreboard.cli.doctor.finding import Finding, amber, green, red

if sys.platform != "win32":
    import resource

FILES = 4_096  # each phone and each viewer holds one open
FEWEST_FILES = 1_024
PACKAGES = ("starlette", "uvicorn", "websockets", "sqlalchemy", "sqlmodel", "pydantic", "numpy", "scipy")
ZONE = "Asia/Qatar"


def machine() -> Iterator[Finding]:
    """Look at the machine."""
    yield clock()
    yield zones()
    yield from files()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    yield green(
        "versions", f"Scoreboard {metadata.version('scoreboard')}, Python {platform.python_version()}, {versions}"
    )


def clock() -> Finding:
    """Whether the clock is set by the network, where the system tells."""
    program = shutil.which("timedatectl")
    advice = "compare it with another clock, or give --url; timedatectl set-ntp true"
    if program is None:
        return amber("clock", "This system does not tell whether its clock is set by the network.", advice)
    told = subprocess.run(  # noqa: S603  (a fixed program with fixed words)
        [program, "show", "--property=NTPSynchronized", "--value"],
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    ).stdout.strip()
    if told == "yes":
        return green("clock", "the clock is set by the network")
    if told == "no":
        return amber("clock", "The clock is not set by the network.", advice)
    return amber("clock", "This system does not tell whether its clock is set by the network.", advice)


def zones() -> Finding:
    """Whether times can be shown in an event's time zone."""
    try:
        ZoneInfo(ZONE)
    except ZoneInfoNotFoundError:
        return red("time zones", "The time zones of the world are not installed.", "pip install tzdata")
    return green("time zones", "installed")


def files() -> Iterator[Finding]:
    """Whether a process may have so many connections as an event needs."""
    if sys.platform == "win32":
        return
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    words = f"a process may hold {soft} files and connections open"
    if soft == resource.RLIM_INFINITY or soft >= FILES:
        yield green("limits", words)
        return
    advice = f"ulimit -n {4 * FILES}, or LimitNOFILE={4 * FILES} in the service"
    yield red("limits", words, advice) if soft < FEWEST_FILES else amber("limits", words, advice)
