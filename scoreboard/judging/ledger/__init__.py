"""The ledger of an event: who did what, when, so that nothing can be changed or left out unnoticed.

`entries` says what an entry is byte by byte, `writing` appends, `tree` proves that histories belong together, `notes`
is what is signed, `keys` whose key it is, `notary` signs while the server runs.
"""

from scoreboard.judging.ledger.entries import canonical, time_of
from scoreboard.judging.ledger.writing import Deed, append, append_many, head_sequence, open_ledger

__all__ = ["Deed", "append", "append_many", "canonical", "head_sequence", "open_ledger", "time_of"]
