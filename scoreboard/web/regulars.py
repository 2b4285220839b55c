"""Judges' sessions whose ballots were taken lately, so that they need not be asked twice who they are.

Whoever sends a ballot is looked up in the transaction that stores it, and that decides. The look before it, by a
reader, only keeps strangers away from the one writer; for a session that the writer itself has just known it would
double the price of a ballot.
"""

from typing import Final

MOST: Final = 5_000


class Regulars:
    """The sessions, by their tokens; the one that was quiet for longest is forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.tokens: dict[str, None] = {}

    def __contains__(self, token: str) -> bool:
        return token in self.tokens

    def add(self, token: str) -> None:
        """A ballot of theirs was taken."""
        self.tokens.pop(token, None)
        self.tokens[token] = None
        if len(self.tokens) > self.most:
            del self.tokens[next(iter(self.tokens))]

    def forget(self, token: str) -> None:
        """They were not known any more."""
        self.tokens.pop(token, None)
