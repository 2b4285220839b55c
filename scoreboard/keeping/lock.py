"""One server to one SQLite file: a lock beside it, which the system takes back when its holder dies.

The publisher and the writer of a process know what that process does. Two servers on one file would each tell their
own half of the audience half of the story, and a restore under a running server would pull the file from under it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from scoreboard.errors import Unusable

SUFFIX = ".lock"


@contextmanager
def held(setting: str) -> Iterator[None]:
    """Hold a database for this process alone. A PostgreSQL address needs no lock: many servers may share one.

    Raises Unusable when a server holds it already.
    """
    if "://" in setting:
        yield
        return
    lock = lock_of(setting)
    try:
        lock.acquire()
    except Timeout:
        raise Unusable(
            "A server is running on the database %(database)s. Please stop it first.", database=setting
        ) from None
    except OSError as failure:
        raise Unusable(
            "The database %(database)s cannot be locked: %(words)s", database=setting, words=failure.strerror
        ) from failure
    try:
        yield
    finally:
        lock.release()


def is_held(setting: str) -> bool:
    """Whether a server runs on a database, as far as its lock tells; nothing is made or changed."""
    if "://" in setting or not place_of(setting).exists():
        return False
    try:
        with lock_of(setting):
            return False
    except Timeout:
        return True
    except OSError:  # not ours to lock: then it does not tell
        return False


def lock_of(setting: str) -> FileLock:
    """The lock of a database, which is not waited for."""
    return FileLock(place_of(setting), blocking=False, mode=0o600)


def place_of(setting: str) -> Path:
    """Where a database's lock lies: beside the file itself, by whatever name it is called."""
    return Path(f"{Path(setting).resolve()}{SUFFIX}")
