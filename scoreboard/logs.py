"""Logs: a line for each thing that happened, for people or for programs, and never a secret in it.

Every record has an `event`, a name that does not change when the words do, and `fields` with what belongs to it:

    logger.info("...", extra={"event": "request.answered", "fields": {"status": 200}})

What others' code logs may quote what a client sent. Of that only the first line is kept, without queries, and of an
exception its kind and the places that it came through, but not its words. Lines are written by a thread of their own:
a terminal that does not read, or a full pipe, must not stop the server. What finds no room there is lost, and counted.
"""

import logging
import re
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import PurePath
from traceback import extract_tb
from typing import Any, Literal, TextIO

from pydantic_core import to_json

OURS = "scoreboard"
WAITING = 10_000  # lines
EVERY_SECONDS = 0.2  # lines are written
END_SECONDS = 2.0  # in which what is left must be written
QUERY = re.compile(r"[?#][^\s\"']+")

Form = Literal["json", "text"]


class Line(logging.Formatter):
    """Formats records."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form

    def format(self, record: logging.LogRecord) -> str:
        """Put a record into a line; in text its exception follows in lines of their own."""
        ours = record.name.split(".")[0] == OURS
        message = record.getMessage()
        if not ours:
            message = QUERY.sub("", message.strip().partition("\n")[0])
        event = getattr(record, "event", record.name)
        fields: dict[str, Any] = getattr(record, "fields", {})
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
        trace = told(record.exc_info[1], words=ours) if record.exc_info and record.exc_info[1] else []
        if self.form == "json":
            line = {"time": at, "level": record.levelname.lower(), "logger": record.name, "event": event}
            line |= {"message": message, **fields} | ({"trace": trace} if trace else {})
            return to_json(line, fallback=str).decode()
        words = [f"{at} {record.levelname} {event}: {message}", *(f"{name}={value}" for name, value in fields.items())]
        return "\n  ".join([" ".join(words), *trace])


def told(failure: BaseException, *, words: bool) -> list[str]:
    """Tell of an exception, and of those before it: its kind, its words if they may be seen, the way that it came."""
    lines: list[str] = []
    at: BaseException | None = failure
    while at is not None:
        kind = type(at).__qualname__
        lines.append(f"{kind}: {at}" if words and str(at) else kind)
        lines += [
            f"{'/'.join(PurePath(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"
            for frame in extract_tb(at.__traceback__)
        ]
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return lines


class Intake(logging.Handler):
    """Takes records for the thread that writes them: nothing more, since whoever logs is at work."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: deque[logging.LogRecord] = deque()
        self.lost = 0

    def createLock(self) -> None:  # noqa: N802  (logging's own name)
        """Do without a lock: a deque needs none."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record, if there is room."""
        if len(self.waiting) < WAITING:
            self.waiting.append(record)
        else:
            self.lost += 1


class Writing(threading.Thread):
    """Writes what was taken, several times a second: to be woken up for each line would cost ten times as much."""

    def __init__(self, intake: Intake, output: logging.StreamHandler[TextIO]) -> None:
        super().__init__(name="scoreboard-log", daemon=True)
        self.intake = intake
        self.output = output
        self.ending = threading.Event()

    def run(self) -> None:
        """Write, until told to end."""
        while not self.ending.wait(EVERY_SECONDS):
            self.write()
        self.write()

    def write(self) -> None:
        """Write what is there, and say how much there was no room for."""
        lines = [self.output.format(self.intake.waiting.popleft()) for _ in range(len(self.intake.waiting))]
        if self.intake.lost:
            gone, self.intake.lost = self.intake.lost, 0
            lines.append(self.output.format(lost(gone)))
        if lines:
            with suppress(OSError, ValueError):  # nobody reads it any more, or it was closed
                self.output.stream.write("\n".join(lines) + "\n")
                self.output.stream.flush()

    def end(self) -> None:
        """Write what is left, as far as anybody reads it."""
        self.ending.set()
        self.join(END_SECONDS)


def lost(count: int) -> logging.LogRecord:
    """A record of those that are not there."""
    record = logging.LogRecord(f"{OURS}.logs", logging.WARNING, __file__, 0, "%d lines were lost.", (count,), None)
    record.event, record.fields = "log.lost", {"lines": count}
    return record


@contextmanager
def written(form: Form | Literal[""], stream: TextIO | None = None, level: int = logging.INFO) -> Iterator[None]:
    """Write what is logged for as long as the block lasts; without a form, as text to a terminal and as JSON elsewhere.

    On a terminal requests that went well, or were refused as they should be, are left out.
    """
    stream = stream or sys.stderr
    form = form or ("text" if stream.isatty() else "json")
    output = logging.StreamHandler(stream)
    output.setFormatter(Line(form))
    intake = Intake()
    writing = Writing(intake, output)
    root, requests = logging.getLogger(), logging.getLogger(f"{OURS}.web.watch")
    before = root.level, requests.level
    root.addHandler(intake)
    root.setLevel(level)
    requests.setLevel(logging.ERROR if form == "text" else logging.NOTSET)
    writing.start()
    try:
        yield
    finally:
        root.removeHandler(intake)
        root.setLevel(before[0])
        requests.setLevel(before[1])
        writing.end()
