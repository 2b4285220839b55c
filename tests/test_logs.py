import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any, TextIO

import pytest

from scoreboard import logs

logger = logging.getLogger("scoreboard.test")
foreign = logging.getLogger("uvicorn.error")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Stopped(io.StringIO):
    """A terminal that somebody has stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = threading.Event()

    def write(self, text: str) -> int:
        self.goes_on.wait(30)
        return super().write(text)


@pytest.fixture(autouse=True)
def _levels() -> Iterator[None]:
    before = foreign.level
    yield
    foreign.setLevel(before)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail(secret: str) -> None:
    try:
        int(secret)
    except ValueError as failure:
        raise RuntimeError(f"cannot use {secret}") from failure


def test_a_line_is_one_object_with_its_time_its_level_and_its_event() -> None:
    stream = io.StringIO()
    with logs.written("json", stream):
        logger.warning("Work is\nstored %s.", "again", extra={"event": "storage.resumed", "fields": {"pieces": 3}})
    (line,) = lines(stream)
    assert line.pop("time")[10] + stream.getvalue().strip()[-1] == "T}"
    assert line == {
        "level": "warning",
        "logger": "scoreboard.test",
        "event": "storage.resumed",
        "message": "Work is\nstored again.",
        "pieces": 3,
    }


def test_times_are_in_utc() -> None:
    stream = io.StringIO()
    record = logging.LogRecord("scoreboard", logging.INFO, "", 0, "now", None, None)
    record.created = 1_800_000_000.1234
    stream.write(logs.Line("json").format(record))
    assert lines(stream)[0]["time"] == "2027-01-15T08:00:00.123Z"


def test_a_terminal_gets_text_and_everything_else_json() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        with logs.written("", stream):
            logger.info("Told.", extra={"event": "it.was", "fields": {"ms": 2}})
    assert terminal.getvalue().split(" ", 1)[1] == "INFO it.was: Told. ms=2\n"
    assert lines(pipe)[0]["event"] == "it.was"


def test_our_own_failures_are_told_with_their_words_and_their_way() -> None:
    stream = io.StringIO()
    with logs.written("json", stream):
        try:
            fail("x7")
        except RuntimeError:
            logger.exception("It failed.", extra={"event": "it.failed"})
    trace = lines(stream)[0]["trace"]
    assert [line for line in trace if ":" not in line or " " in line.partition(":")[2][:1]] == [
        "RuntimeError: cannot use x7",
        "ValueError: invalid literal for int() with base 10: 'x7'",
    ]
    assert any(line.endswith(" fail") for line in trace)


@pytest.mark.parametrize("form", ["json", "text"])
def test_of_what_others_log_nothing_is_kept_that_a_client_sent(form: logs.Form) -> None:
    stream = io.StringIO()
    with logs.written(form, stream):
        foreign.warning('"WebSocket %s" [accepted]', "/e/hack/socket?token=hush&a=b")
        foreign.error("lost /console/enter#hush\nfuture: <Task exception=ValueError('hush')>")
        try:
            fail("hush")
        except RuntimeError:
            foreign.exception("Exception in ASGI application\n")
    assert "hush" not in stream.getvalue()
    assert [part for part in ("/e/hack/socket", "RuntimeError", "ValueError") if part not in stream.getvalue()] == []


def test_what_there_is_no_room_for_is_lost_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "WAITING", 2)
    stream = io.StringIO()
    output: logging.StreamHandler[TextIO] = logging.StreamHandler(stream)
    output.setFormatter(logs.Line("json"))
    intake = logs.Intake()
    for number in range(5):
        intake.handle(logging.LogRecord("scoreboard", logging.INFO, "", 0, str(number), None, None))
    logs.Writing(intake, output).write()
    assert [(line["event"], line["message"]) for line in lines(stream)] == [
        ("scoreboard", "0"),
        ("scoreboard", "1"),
        ("log.lost", "3 lines were lost."),
    ]


def test_a_terminal_that_takes_nothing_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "END_SECONDS", 0.05)
    stream = Stopped()
    with logs.written("json", stream):
        logger.info("one")
        logger.info("two")
    assert stream.getvalue() == ""
    stream.goes_on.set()


def test_afterwards_everything_is_as_it_was() -> None:
    root, requests = logging.getLogger(), logging.getLogger("scoreboard.web.watch")
    before = (root.level, requests.level, list(root.handlers))
    with logs.written("text", io.StringIO()):
        assert requests.level == logging.ERROR
    assert (root.level, requests.level, list(root.handlers)) == before
