"""What the bytes of a record are, followed by a process of its own beside the one that follows what the entries tell.

A record's file it reads, and hands on what it reads. Of a database it reads the entries, as the other one does, and the
rows of ballots beside them. At the end it says whether all was as it should be, and the roots of the tree where
checkpoints stand. It does not say what is wrong: that is told by one that reads all of it alone.

This and all that it imports is small, so that the process is there at once.
"""

import gc
import marshal
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final, TypeAlias, TypedDict

from scoreboard.judging.verification.ballot_rows import BallotRows, Keys
from scoreboard.judging.verification.chain import Chain, Recorded, recorded
from scoreboard.judging.verification.lines import BROKEN, CLOSED, Lines, closed_in, read_object
from scoreboard.judging.verification.verdict import Verdict

PART: Final = 500  # entries, after which it is asked whether all was sound
LENGTH: Final = 8  # bytes that say how long the next part is
WRONG: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError, *BROKEN)
Answer: TypeAlias = tuple[bool, int, str, dict[int, bytes]]  # sound, how many entries, the last one's hash, roots
DOUBT: Final[Answer] = (False, 0, "", {})


class Stored(TypedDict):
    """How a database is to be read: a SQLite module, an address for it, two statements; what rows of ballots mean."""

    module: str
    address: str
    entries: str
    ballots: str
    keys: Sequence[Any]


class Order(TypedDict):
    """What is to be followed: a ledger by its key, in a record's `file` or as it is `stored`.

    `places`: after which entries the root is asked for.
    """

    key: str
    places: set[int]
    file: str
    stored: Stored | None


class Fingerprints:
    """Follows the stream of one ledger."""

    def __init__(self, order: Order) -> None:
        self.verdict = Verdict("", order["key"])
        self.chain = Chain(order["key"], self.verdict)
        self.places = order["places"]
        self.roots: dict[int, bytes] = {}
        self.rows: BallotRows | None = None

    @property
    def sound(self) -> bool:
        """Whether all is as it should be, so far."""
        return self.chain.sound and not self.verdict.faults

    def entry(self, entry: Recorded) -> None:
        """Take the next entry. Raises what odd things in a row raise."""
        self.chain.take(entry)
        if self.rows is not None:
            self.rows.beside(entry, self.verdict)
        if entry.sequence in self.places:
            self.roots[entry.sequence] = self.chain.root()

    def line(self, line: str) -> None:
        """Take a line that holds no open entry: for all that is known here, a checkpoint's. Raises what JSON raises."""
        said = read_object(line)
        if said.keys() == CLOSED:
            self.entry(closed_in(said))
        else:
            self.roots[self.chain.size] = self.chain.root()

    def ended(self) -> Answer:
        """Take the end."""
        if self.rows is not None:
            self.rows.ended(self.verdict)
        return (True, self.chain.size, self.chain.hash, self.roots) if self.sound else DOUBT


@contextmanager
def snapshot(stored: Stored) -> Iterator[tuple[Iterator[Recorded], BallotRows]]:
    """Read entries and the rows of ballots, in the order in which they came. Raises ValueError where that fails."""
    module = import_module(stored["module"])
    try:
        with closing(module.connect(stored["address"], uri=True, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            ballots = BallotRows(Keys(*stored["keys"]), connection.execute(stored["ballots"]))
            yield recorded(connection.execute(stored["entries"])), ballots
    except module.Error as failure:
        raise ValueError(stored["address"]) from failure


def received(source: IO[bytes]) -> Any:
    """Receive a part from the other process. Raises EOFError where that is gone."""
    content = source.read(int.from_bytes(source.read(LENGTH), "big"))
    # JSON takes four times as long, which is three seconds of the ten in which a million entries are verified.
    return marshal.loads(content)  # noqa: S302  (what the same interpreter wrote, over a pipe that nobody else holds)


def sent(target: IO[bytes], part: Any) -> None:
    """Send a part to the other process. Raises BrokenPipeError where that is gone."""
    content = marshal.dumps(part)
    target.write(len(content).to_bytes(LENGTH, "big") + content)
    target.flush()


def follow(order: Order, target: IO[bytes]) -> Answer:
    """Follow what was ordered, to the end or to where something is wrong. Raises BrokenPipeError, what WRONG names."""
    follower = Fingerprints(order)
    if order["stored"]:
        with snapshot(order["stored"]) as (entries, follower.rows):
            for number, entry in enumerate(entries):
                follower.entry(entry)
                if number % PART == 0 and not follower.sound:
                    return DOUBT
            return follower.ended()
    with Lines(Path(order["file"])) as lines:
        for part in lines.parts():
            for line in part:
                if isinstance(line, str):
                    follower.line(line)
                else:
                    follower.entry(line)
            sent(target, [lines.done(), *(line if isinstance(line, str) else tuple(line) for line in part)])
            if not follower.sound:
                return DOUBT
    return follower.ended()


def main() -> None:
    """Do what is ordered, and answer."""
    gc.disable()  # a history makes no garbage
    source, target = sys.stdin.buffer, sys.stdout.buffer
    with suppress(EOFError, BrokenPipeError):  # whoever ordered it is gone
        order = received(source)
        try:
            answer = follow(order, target)
        except WRONG:
            answer = DOUBT
        sent(target, answer)


if __name__ == "__main__":
    main()
