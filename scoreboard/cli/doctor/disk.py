"""The disk that the database is on: room, speed, and whether it is one of this machine's own."""

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from scoreboard.cli.doctor.finding import Finding, amber, green, red

MEGABYTE = 10**6
LEAST_FREE, LITTLE_FREE = 200 * MEGABYTE, 1000 * MEGABYTE
FLUSHES = 20
SLOW_FLUSH = 50  # milliseconds
NETWORK_DISKS = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph", "afs"}


def disk(folder: Path) -> Iterator[Finding]:
    """Look at the disk that a folder is on."""
    free = shutil.disk_usage(folder).free
    words = f"{free // MEGABYTE} MB are free in {folder}"
    if free < LEAST_FREE:
        yield red("disk", words, "free at least 1 GB: what cannot be stored cannot be acknowledged")
    elif free < LITTLE_FREE:
        yield amber("disk", words, "free at least 1 GB before the event")
    else:
        yield green("disk", words)
    if os.access(folder, os.W_OK):
        yield flushes(folder)
    kind = kind_of_disk(folder)
    if kind in NETWORK_DISKS:
        yield red("disk", f"{folder} is on a network disk ({kind}).", "SQLite needs a disk of this machine's own")


def flushes(folder: Path) -> Finding:
    """How long the disk takes to have something for good: each acknowledgement waits for that."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        times = []
        for _ in range(FLUSHES):
            file.write(b"0" * 4096)
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(1000 * (time.perf_counter() - started))
    words = f"the disk has a write for good in {statistics.median(times):.1f} ms, {max(times):.1f} ms at the most"
    if statistics.median(times) > SLOW_FLUSH:
        return amber("flushes", words, "put the database on a disk of this machine's own, best on an SSD")
    return green("flushes", words)


def kind_of_disk(folder: Path) -> str:
    """The kind of file system that a folder is on, as Linux tells; empty elsewhere."""
    mounts = Path("/proc/mounts")
    if not mounts.is_file():
        return ""
    real = folder.resolve()
    found = [line.split()[1:3] for line in mounts.read_text(encoding="utf-8").splitlines()]
    fitting = [(place, kind) for place, kind in found if real.is_relative_to(place.replace("\\040", " "))]
    return max(fitting, key=lambda each: len(each[0]), default=("", ""))[1]
