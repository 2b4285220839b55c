import io
from collections.abc import Callable

from scoreboard.cli.rank.progress import Progress


class Terminal(io.StringIO):
    """Text that somebody watches."""

    def isatty(self) -> bool:
        return True


def clock(*times: float) -> Callable[[], float]:
    """A clock that shows these times in turn."""
    return iter(times).__next__


def test_a_quick_task_shows_nothing() -> None:
    stream = Terminal()
    with Progress(stream, 2, clock(0, 0.1, 0.2)) as progress:
        progress.step("reading")
        progress.step("ranking")
    assert stream.getvalue() == ""


def test_a_bar_appears_when_a_second_has_gone_by() -> None:
    stream = Terminal()
    with Progress(stream, 2, clock(0, 0.1, 1.1)) as progress:
        progress.step("reading")
        assert stream.getvalue() == ""
        progress.step("ranking")
        assert "50%" in stream.getvalue()
        assert "ranking" in stream.getvalue()


def test_what_is_known_to_take_long_shows_a_bar_at_once() -> None:
    stream = Terminal()
    with Progress(stream, 2, clock(0)) as progress:
        progress.step("reading", long=True)
        assert "reading" in stream.getvalue()


def test_recounts_are_steps_more() -> None:
    stream = Terminal()
    with Progress(stream, 1, clock(0)) as progress:
        progress.step("reading", long=True)
        assert list(progress.through(["a", "b", "c"])) == ["a", "b", "c"]
    assert "recount 3 of 3" in stream.getvalue()
    assert "75%" in stream.getvalue()


def test_nobody_watching_a_file_sees_a_bar() -> None:
    stream = io.StringIO()
    with Progress(stream, 1, clock(0, 9)) as progress:
        progress.step("reading", long=True)
    assert stream.getvalue() == ""
