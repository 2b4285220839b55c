"""Copies in a folder: what they are called, which there are, and which are kept.

A copy is called ``scoreboard-20261207T140000Z-1234.db`` by its time (UTC) and the number of ledger entries in it. One
that was made because a minute had passed ends in ``-minute.db`` and goes in time: the newest sixty are kept, and of
what is older the last of each hour, for a day. Copies of a change of phase, and those that somebody asked for, stay.
"""

import contextlib
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

MINUTES = 60  # so many of the newest passing copies are kept,
HOURS = 24  # and of those before them the last of each hour, for so many hours
SUFFIX = "-backups"
PART = ".part"  # what a copy is called until it is one
ABANDONED_SECONDS = 3600  # nobody is at work any more on a part so old
STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"scoreboard-(\d{8}T\d{6}Z)-(\d+)(-minute)?\.db")


@dataclass(frozen=True)
class Copy:
    """A copy of a database in a folder. `passing` ones are thinned out as they grow old."""

    path: Path
    made_at: datetime  # UTC, to the second
    entries: int  # of all its ledgers together
    passing: bool

    @classmethod
    def named(cls, folder: Path, made_at: datetime, entries: int, *, passing: bool) -> Self:
        """A copy that is to be made, with its name."""
        stamp = made_at.astimezone(UTC).strftime(STAMP)
        name = f"scoreboard-{stamp}-{entries}{'-minute' if passing else ''}.db"
        return cls(folder / name, made_at.astimezone(UTC).replace(microsecond=0), entries, passing)

    @classmethod
    def at(cls, path: Path) -> Self | None:
        """What a file's name says; None when it is not the name of a copy."""
        found = NAME.fullmatch(path.name)
        if found is None:
            return None
        made_at = datetime.strptime(found[1], STAMP).replace(tzinfo=UTC)
        return cls(path, made_at, int(found[2]), found[3] is not None)


def folder_of(setting: str, wish: str) -> Path:
    """The folder of a database's automatic copies: the one wished for, else one beside the database."""
    return Path(wish or setting + SUFFIX)


def copies_in(folder: Path) -> list[Copy]:
    """The copies in a folder, the newest first; none when there is no such folder."""
    if not folder.is_dir():
        return []
    found = [copy for path in folder.iterdir() if (copy := Copy.at(path)) is not None]
    return sorted(found, key=lambda copy: (copy.made_at, copy.entries), reverse=True)


def outlived(copies: list[Copy]) -> list[Copy]:
    """Which of these copies, the newest first, need not be kept any longer."""
    passing = [copy for copy in copies if copy.passing]
    older = passing[MINUTES:]
    last_of_hour: dict[datetime, Copy] = {}
    for copy in older:
        last_of_hour.setdefault(copy.made_at.replace(minute=0, second=0), copy)
    since = passing[0].made_at - timedelta(hours=HOURS) if passing else datetime.max.replace(tzinfo=UTC)
    kept = {copy.path for copy in last_of_hour.values() if copy.made_at > since}
    return [copy for copy in older if copy.path not in kept]


def thin(folder: Path) -> list[Copy]:
    """Remove the copies that need not be kept, and what is left of those that were cut short; return the former."""
    gone = outlived(copies_in(folder))
    for copy in gone:
        copy.path.unlink(missing_ok=True)
    if folder.is_dir():
        for part in folder.glob(f".scoreboard-*{PART}*"):
            with contextlib.suppress(FileNotFoundError):  # it has just become a copy
                if time.time() - part.stat().st_mtime > ABANDONED_SECONDS:
                    part.unlink()
    return gone
