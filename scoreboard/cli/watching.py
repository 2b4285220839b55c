"""A bar on standard error for a stream that takes longer than a second; nothing where nobody watches."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, Self, TextIO, TypeVar

import click

PATIENCE: Final = 1.0  # seconds before there is anything to see
EVERY: Final = 4_096  # items between two looks at the clock
T = TypeVar("T")


class Watch:
    """How far a stream of a known length is, shown as a bar on `stream` if that is a terminal."""

    def __init__(self, stream: TextIO, length: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._length = max(length, 1)
        self._clock = clock
        self._began = clock()
        self._closing = ExitStack()
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def through(self, items: Iterable[T], done: Callable[[], int] | None = None) -> Iterator[T]:
        """Hand the items on. `done` tells how far they are, where that is not their number."""
        if not self._stream.isatty():
            yield from items
            return
        for number, item in enumerate(items):
            if number % EVERY == 0:
                self._show(number if done is None else done())
            yield item
        self._show(self._length)

    def _show(self, done: int) -> None:
        """Draw the bar, once there has been time to grow impatient."""
        if self._bar is None:
            if self._clock() - self._began < PATIENCE:
                return
            bar = click.progressbar(length=self._length, file=self._stream, label="verifying")
            self._bar = self._closing.enter_context(bar)
        self._bar.update(max(done - self._bar.pos, 0))
