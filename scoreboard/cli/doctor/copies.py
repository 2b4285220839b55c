"""The copies of the database: whether there is a fresh one, and whether it would survive the disk."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, select

from scoreboard.cli.doctor.database import reading
from scoreboard.cli.doctor.finding import Finding, amber, green, red
from scoreboard.keeping.copies import copies_in, folder_of
from scoreboard.keeping.keeper import OFF
from scoreboard.keeping.lock import is_held
from scoreboard.models import LedgerHead

OLD_COPY_SECONDS = 180  # three missed copies


def copies(path: Path, wish: str) -> Iterator[Finding]:
    """Whether there is a fresh copy of what the database holds."""
    if wish == OFF:
        yield amber("backup", "Automatic copies are off.", "unset SCOREBOARD_BACKUPS, or name a folder in it")
        return
    folder = folder_of(str(path), wish)
    found = copies_in(folder)
    if not found:
        yield amber("backup", f"There is no copy in {folder}.", "scoreboard backup; a running server makes its own")
        return
    newest = found[0]
    held = entries_in(path)
    seconds = (datetime.now(UTC) - newest.made_at).total_seconds()
    words = f"the newest of {len(found)} in {folder} is {age_in_words(seconds)} old; it holds {newest.entries} entries"
    if newest.entries == held:
        yield green("backup", f"{words}, which is all")
    elif seconds <= OLD_COPY_SECONDS:
        yield green("backup", f"{words}, the database {held}")
    elif is_held(str(path)):
        yield red(
            "backup", f"{words}, the database {held}", "the server's log says why it makes no copies: a full disk?"
        )
    else:
        yield amber("backup", f"{words}, the database {held}", "scoreboard backup; a running server makes its own")
    if folder.stat().st_dev == path.stat().st_dev:
        yield amber(
            "backup",
            f"{folder} is on the same disk as the database.",
            "carry copies to another: scoreboard backup FOLDER",
        )


def entries_in(path: Path) -> int:
    """How many ledger entries a database holds; below any when it cannot be read, which is said elsewhere."""
    try:
        with reading(path) as connection, Session(bind=connection) as session:
            return int(session.exec(select(func.coalesce(func.sum(col(LedgerHead.sequence)), 0))).one())
    except DBAPIError:
        return -1


def age_in_words(seconds: float) -> str:
    """A span of time for a reader."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
