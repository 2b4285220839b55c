"""Making a copy of a database while it is in use: one snapshot, checked whole, and then named.

SQLite's own backup reads in one transaction, which in WAL mode holds no writer up. What it writes is flushed little by
little: a commit that comes meanwhile has to wait until the disk is through with what it was given before. A copy has
its name only once it is on the disk and has been found sound, so whatever has the name of a copy is one.
"""

import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from scoreboard.database import sound_sqlite
from scoreboard.errors import Unusable
from scoreboard.keeping.copies import PART, Copy
from scoreboard.keeping.soundness import Contents, connect, verify
from scoreboard.signing import key_file

SPARE = 64 * 1024 * 1024  # bytes that a copy leaves free at the least: judging goes before copies
STEP = 256  # pages that are copied before they are flushed


def copy_database(
    setting: str, folder: Path, *, passing: bool = False, check: Callable[[Path, Path], Contents] = verify
) -> Copy:
    """Copy a database into a folder, which is made when it is not there. Raises Unusable; then nothing is left behind.

    A `passing` copy is one of those that go in time. `check` says what the copy holds, or
    raises Unusable; it is given the copy, and what to call it.
    """
    source = file_of(setting)
    if not source.is_file():
        raise Unusable("There is no database %(database)s.", database=setting)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        leave_room(source, folder)
        part = folder / f".scoreboard-{secrets.token_hex(8)}{PART}"
        try:
            snapshot(source, part)
            found = check(part, source)
            copy = Copy.named(folder, datetime.now(UTC), found.entries, passing=passing)
            part.replace(copy.path)
        finally:
            part.unlink(missing_ok=True)
        flush(folder)
    except OSError as failure:
        raise Unusable(
            "No copy can be made in %(folder)s: %(words)s", folder=folder, words=failure.strerror
        ) from failure
    return copy


def copy_key(setting: str, copy: Copy) -> Path:
    """Copy the signing key that lies beside a database to beside a copy of it, mode 0600. Raises Unusable."""
    source, target = key_file(setting), key_file(str(copy.path))
    try:
        with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(source.read_bytes())
        flush(target)
    except OSError as failure:
        raise Unusable("The key %(file)s cannot be copied: %(words)s", file=source, words=failure.strerror) from failure
    return target


def file_of(setting: str) -> Path:
    """The file of a SQLite database, by its real name. Raises Unusable for an address."""
    if "://" in setting:
        raise Unusable(
            "Copies of a PostgreSQL database are made and restored by its own programs: pg_dump, pg_restore."
        )
    return Path(setting).resolve()


def leave_room(source: Path, folder: Path) -> None:
    """Raise Unusable unless the disk takes a copy and has room left for the judging to go on."""
    wal = source.with_name(f"{source.name}-wal")
    size = source.stat().st_size + (wal.stat().st_size if wal.exists() else 0)
    free = shutil.disk_usage(folder).free
    if free < 2 * size + SPARE:
        raise Unusable(
            "The disk of %(folder)s is too full for another copy: %(n)s MB are free.", folder=folder, n=free // 10**6
        )


def snapshot(source: Path, target: Path) -> None:
    """Copy one snapshot of a database into a new file of mode 0600, on the disk. Raises Unusable, OSError."""
    number = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)

    def step(_status: int, _remaining: int, _total: int) -> None:
        os.fsync(number)

    try:
        with closing(connect(source)) as reading, closing(connect(target, "rw")) as writing:
            # The file is nobody's until it is named: it is flushed as a whole, below, and needs no journal till then.
            writing.execute("PRAGMA synchronous = OFF")
            writing.execute("PRAGMA journal_mode = OFF")
            reading.execute("BEGIN")
            reading.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # from here on it is one snapshot
            reading.backup(writing, pages=STEP, progress=step)
    except sound_sqlite().Error as failure:
        raise Unusable("The file %(file)s cannot be read: %(words)s", file=source, words=failure) from failure
    finally:
        os.close(number)
    one_file(target)


def one_file(path: Path) -> None:
    """Bring a database that nobody uses into one file, with nothing beside it, and have it on the disk."""
    with closing(connect(path, "rw")) as connection:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    if mode != "delete":
        raise Unusable("The file %(file)s is in use.", file=path)
    flush(path)


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
