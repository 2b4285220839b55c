import io
from collections.abc import Iterator

from scoreboard.cli.watching import EVERY, Watch


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def clock(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


def drawn(stream: io.StringIO, step: float, items: int = 3 * EVERY) -> str:
    with Watch(stream, items, clock(step).__next__) as watch:
        assert list(watch.through(range(items))) == list(range(items))
    return stream.getvalue()


def test_nothing_is_drawn_where_nobody_watches() -> None:
    assert drawn(io.StringIO(), 10.0) == ""


def test_nothing_is_drawn_of_what_is_quick() -> None:
    assert drawn(Terminal(), 0.01) == ""


def test_what_takes_longer_than_a_second_has_a_bar_that_ends_full() -> None:
    assert "100%" in drawn(Terminal(), 0.6)


def test_progress_may_be_told_by_something_else_than_the_number_of_items() -> None:
    stream = Terminal()
    with Watch(stream, 100, clock(2.0).__next__) as watch:
        list(watch.through(range(2 * EVERY), lambda: 50))
    assert "50%" in stream.getvalue()
