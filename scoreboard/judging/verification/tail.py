"""The end of a history that is being read: how long it is, its root, and how much of it a checkpoint covers."""

from scoreboard.judging.verification.chain import Chain, Recorded
from scoreboard.judging.verification.verdict import Verdict


class Tail:
    """Follows a stream, to sign what nobody has signed yet."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.verdict = Verdict("", key)
        self.chain = Chain(key, self.verdict)
        self.covered = 0

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self.chain.size

    @property
    def root(self) -> bytes:
        """Their root."""
        return self.chain.root()

    @property
    def unsigned(self) -> bool:
        """Whether the newest entries are covered by no checkpoint."""
        return self.covered < self.chain.size

    def take(self, entry: Recorded) -> None:
        """Take the next entry."""
        self.chain.take(entry)

    def signed(self) -> None:
        """Take a checkpoint over all so far."""
        self.covered = self.chain.size
