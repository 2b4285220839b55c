"""Putting a copy in the place of a database that was lost, without losing anything else.

The copy is read and checked first; the old database is moved aside under a name with the date and never overwritten.
What is restored has a new epoch, so that every phone and every reader notices that sequences may have gone back, and
says in the ledger of every event that it was restored, and from where.
"""

import contextlib
import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.errors import Unusable
from scoreboard.judging import ledger
from scoreboard.keeping.copies import STAMP
from scoreboard.keeping.copying import file_of, flush, one_file, snapshot
from scoreboard.keeping.lock import held
from scoreboard.keeping.soundness import Contents, examine, verify
from scoreboard.models import Deployment, Event

ACTOR = "command:restore"
BESIDE = ("", "-wal", "-shm")  # a SQLite database and what may lie beside it


@dataclass(frozen=True)
class Restored:
    """What was restored: what the copy held, the new epoch, and where the old database lies now."""

    contents: Contents
    epoch: str
    aside: Path | None  # None when there was nothing in the place


def restore(source: Path, setting: str) -> Restored:
    """Put a copy in the place of a database. Raises Unusable, and then nothing has changed."""
    target = file_of(setting)
    if target.exists() and source.exists() and source.samefile(target):
        raise Unusable("The file %(file)s is the database itself. Nothing was restored.", file=source)
    if not source.is_file():
        raise Unusable("There is no file %(file)s.", file=source)
    if not target.parent.is_dir():
        raise Unusable("There is no folder %(folder)s.", folder=target.parent)
    with held(setting):
        staged = target.with_name(f"{target.name}.restoring-{secrets.token_hex(4)}")
        try:
            snapshot(source, staged)
            found = verify(staged, source)
            epoch = begin_again(staged, found)
            examine(staged)
            keep_owner(target, staged)
            flush(staged)
            aside = move_aside(target)
            staged.replace(target)
            flush(target.parent)
        except OSError as failure:
            raise Unusable(
                "The database %(database)s cannot be restored: %(words)s", database=setting, words=failure.strerror
            ) from failure
        finally:
            for end in BESIDE:
                staged.with_name(staged.name + end).unlink(missing_ok=True)
    return Restored(found, epoch, aside)


def begin_again(path: Path, found: Contents) -> str:
    """Give a restored database a new epoch, and say so in every ledger. Return the epoch."""
    epoch = secrets.token_hex(8)
    engine = open_engine(str(path))
    try:
        with Session(engine) as session:
            deployment = session.exec(select(Deployment)).one()
            deployment.epoch = epoch
            session.add(deployment)
            for event in session.exec(select(Event).order_by(Event.slug)):
                payload = {"sequence": found.heads[event.slug].sequence, "old_epoch": found.epoch, "new_epoch": epoch}
                ledger.append(session, event.id or 0, ACTOR, "deployment.restored", "deployment", payload)
            session.commit()
    finally:
        engine.dispose()
    one_file(path)
    return epoch


def keep_owner(before: Path, after: Path) -> None:
    """Let the restored file belong to whom the old one belonged, so that the same user can serve it."""
    if not before.exists():
        return
    was = before.stat()
    shutil.copymode(before, after)
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):  # only root gives files away; the others restore their own
            os.chown(after, was.st_uid, was.st_gid)


def move_aside(target: Path) -> Path | None:
    """Move a database and what lies beside it to a name with the date. The file itself goes first.

    Cut short between two steps, this leaves no database in the place, which is noticed, and never one without its
    newest writes, which would not be.
    """
    stamp = datetime.now(UTC).strftime(STAMP)
    name = f"{target.name}.before-{stamp}"
    while target.with_name(name).exists():
        name = f"{target.name}.before-{stamp}-{secrets.token_hex(2)}"
    moved = False
    for end in BESIDE:
        part = target.with_name(target.name + end)
        if part.exists():
            part.replace(target.with_name(name + end))
            moved = True
    return target.with_name(name) if moved else None
