"""A bar on standard error for what takes longer than a second; nothing where nobody watches."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, Self, TextIO, TypeVar

import click

PATIENCE: Final = 1.0  # seconds before there is anything to see
T = TypeVar("T")


class Progress:
    """Steps towards an end, shown as a bar on `stream` if that is a terminal."""

    def __init__(self, stream: TextIO, steps: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._began = clock()
        self._steps = steps
        self._done = 0
        self._closing = ExitStack()
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def step(self, name: str, *, long: bool = False) -> None:
        """Begin the next step; `long` says beforehand that it may take more than a second."""
        if self._bar is not None:
            self._bar.update(1, name)
        elif self._stream.isatty() and (long or self._clock() - self._began > PATIENCE):
            bar = click.progressbar(length=self._steps, file=self._stream, show_eta=False, item_show_func=_shown)
            self._bar = self._closing.enter_context(bar)
            self._bar.current_item = name
            self._bar.make_step(self._done)
            self._bar.render_progress()
        self._done += 1

    def through(self, items: Sequence[T]) -> Iterator[T]:
        """Hand out recounts one after the other, each as a step more."""
        self._steps += len(items)
        if self._bar is not None:
            self._bar.length = self._steps
        for number, item in enumerate(items, 1):
            self.step(f"recount {number} of {len(items)}")
            yield item


def _shown(name: str | None) -> str | None:
    return name
