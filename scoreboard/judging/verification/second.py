"""Two processes on one record: this one follows what the entries tell, another what the bytes are.

Neither knows enough to say what is wrong with a record that is not as it should be. So where either doubts it, there
is no verdict, and whoever asked has it read once more by one process that knows it all.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

import scoreboard
from scoreboard.errors import Unusable
from scoreboard.judging.verification import fingerprints
from scoreboard.judging.verification.chain import Chain, Recorded
from scoreboard.judging.verification.fingerprints import Answer, Order, received, sent
from scoreboard.judging.verification.lines import Line
from scoreboard.judging.verification.verdict import Verdict
from scoreboard.judging.verification.verify import Item, Verification


class Doubted(Exception):
    """Something is not as it should be."""


class Believed(Chain):
    """The chain as another process follows it: what is said of it here is kept, to be compared with what that finds."""

    def __init__(self, key: str, verdict: Verdict) -> None:
        super().__init__(key, verdict)
        self.claims: set[tuple[int, bytes]] = set()
        self._last = ""

    @property
    def hash(self) -> str:
        """The hash of the newest entry, as it is recorded."""
        return self._last

    def take(self, entry: Recorded) -> None:
        """Count the next entry."""
        self.size += 1
        self._last = entry.hash

    def gives(self, root: bytes) -> bool:
        """Believe it."""
        self.claims.add((self.size, root))
        return True

    def compare(self, answer: Answer) -> None:
        """Hold what was said against what was found. Raises Doubted where they differ."""
        sound, size, chained, roots = answer
        if (
            not sound
            or (size, chained) != (self.size, self.hash)
            or any(roots.get(place) != root for place, root in self.claims)
        ):
            raise Doubted


class Second:
    """The other process: it is handed an order, and answers at the end.

    `verdict` is what is found here meanwhile: with the first fault, there is no more to be done by two.
    """

    def __init__(self, order: Order, verdict: Verdict) -> None:
        self.verdict = verdict
        self.done = 0  # bytes of a file that it has read
        # Not a child of multiprocessing's: that would first import all that this process was started with. Everything
        # in the command is written here, and no shell reads it; what is to be verified goes through the pipe.
        self.process = subprocess.Popen(  # noqa: S603  (this interpreter and a module of ours; no shell)
            [sys.executable, "-P", "-m", fingerprints.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(scoreboard.__file__).parents[1])},
            start_new_session=True,  # Ctrl-C is for this process, which takes the other one with it
        )
        self._source, self._target = cast("IO[bytes]", self.process.stdout), cast("IO[bytes]", self.process.stdin)
        self._answer: Answer | None = None
        with suppress(BrokenPipeError):  # where it was ended already, that is told as it is asked for anything
            sent(self._target, order)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.communicate()

    def trust(self) -> None:
        """Raise Doubted where anything is wrong so far."""
        if self.verdict.faults:
            raise Doubted

    def lines(self) -> Iterator[list[Line]]:
        """The lines of the file that it reads, some at a time. Raises as `trust` and `answer` do."""
        while type(part := self._received()) is list:
            self.trust()
            self.done, *lines = part
            yield [line if type(line) is str else tuple.__new__(Recorded, line) for line in lines]
        self._answer = part

    def answer(self) -> Answer:
        """What it found. Raises Unusable where it was ended before it could say."""
        if self._answer is None:
            self._answer = cast("Answer", self._received())
        return self._answer

    def _received(self) -> Any:
        try:
            return received(self._source)
        except EOFError:
            raise Unusable(
                "The second process of the verification ended before its time (exit code %(code)s). Please try again "
                "with --processes 1.",
                code=self.process.wait(),
            ) from None


def verdict_of_two(
    verification: Verification, order: Order, items: Callable[[Second], Iterable[Item]]
) -> Verdict | None:
    """Verify a stream in two processes; None where there is any doubt.

    `verification` follows a chain that is `Believed`; `items` gives the stream, with the help of the other process.
    Raises Unusable where that is ended from outside.
    """
    chain = verification.chain
    if not isinstance(chain, Believed):
        raise TypeError(chain)
    try:
        with Second(order, verification.verdict) as second:
            verification.read(items(second))
            second.trust()
            verdict = verification.ended()
            chain.compare(second.answer())
    except Doubted:
        return None
    return verdict
