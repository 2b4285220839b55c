"""The table of ballots beside the ledger: each ballot, with its scores, must be what an entry says, and no more.

Ballots are read in the order in which they came, beside the entries, so that neither is in memory as a whole. An entry
that tells of a ballot is one text, so the same text is made of the ballot's row: where both are equal all is said, and
only where they are not is each thing looked at.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring as text
from typing import Any, Final, NamedTuple

from scoreboard.judging.verification.chain import BALLOT, LATE, Recorded
from scoreboard.judging.verification.times import moment
from scoreboard.judging.verification.verdict import Check, Verdict

NOTHING: Final = sha256(b"").hexdigest()
DIGITS: Final = 32  # of a UUID
OFTEN: Final = 20_000  # ways to score of which many ballots are: each is spelled once
SCORE: Final = re.compile(r"([0-9]+):(0|[1-9][0-9]*):([0-9]+)", re.ASCII)


class Row(NamedTuple):
    """A ballot as it is stored, in the driver's own types; its scores in one text, ``criterion:steps:top,...``."""

    sequence: int
    uuid: object
    round_id: int
    judge_id: int
    team_id: int
    revision: int
    base_revision: int
    comment: str
    note: str
    received_at: object
    scores: str | None


@dataclass(frozen=True, slots=True)
class Keys:
    """How an event's rows are called in its entries."""

    rounds: dict[int | None, str]
    judges: dict[int | None, str]
    teams: dict[int | None, str]
    criteria: dict[str, list[tuple[str, str, str]]]  # of each round, by number: key, number, top


class Spelling:
    """How entries spell the scores of one round's ballots: ``5:3:10,6:0:5`` is ``"idea":3,"use":0``."""

    def __init__(self, criteria: list[tuple[str, str, str]]) -> None:
        self.keys_of = {(number, top): text(key) for key, number, top in criteria}
        self.count = len(criteria)
        self.spelled = lru_cache(OFTEN)(self.spell)

    def spell(self, stored: str) -> str | None:
        """Spell the scores of a ballot; None where they are not one of each criterion."""
        parts = []
        for score in stored.split(","):
            found = SCORE.fullmatch(score)
            key = found and self.keys_of.get((found[1], found[3]))
            if not found or not key:
                return None
            parts.append(f"{key}:{found[2]}")
        return ",".join(sorted(parts)) if len(parts) == self.count else None


class BallotRows:
    """The ballots of one event, compared entry by entry."""

    def __init__(self, keys: Keys, rows: Iterator[Sequence[Any]]) -> None:
        self.keys = keys
        self.judges = {number: f"judge:{key}" for number, key in keys.judges.items()}
        self.teams = {number: f"team:{key}" for number, key in keys.teams.items()}
        self.rounds = {number: text(key) for number, key in keys.rounds.items()}
        self.spellings = {number: Spelling(keys.criteria[key]) for number, key in keys.rounds.items()}
        self.rows = rows
        self.next: Any = next(self.rows, None)

    def take(self, entry: Recorded, payload: Mapping[str, Any], verdict: Verdict) -> None:
        """Compare the ballot of an entry, which says what `payload` says."""
        if stored(entry) and "uuid" in payload and not self.fits(entry):
            self.compare(entry, payload, verdict)

    def beside(self, entry: Recorded, verdict: Verdict) -> None:
        """Compare the ballot of an entry that nobody has read. Raises ValueError, TypeError for one without JSON."""
        if stored(entry) and not self.fits(entry):
            self.take(entry, json.loads(entry.payload), verdict)

    def fits(self, entry: Recorded) -> bool:
        """Whether the next ballot is to the letter what an entry tells; if so, it is done with."""
        row = self.next
        if row is None or row[0] != entry.sequence:
            return False
        _, uuid, round_id, judge_id, team_id, revision, base, comment, note, received_at, scores = row
        spelling = self.spellings.get(round_id)
        if spelling is None or scores is None or type(revision) is not int or type(base) is not int:
            return False
        digits = str(uuid).replace("-", "")
        if (
            len(digits) == DIGITS
            and digits.isalnum()
            and entry.payload
            == f'{{"comment":"{digest(comment)}","note":"{digest(note)}","revision":{revision},'
            f'"round":{self.rounds[round_id]},"scores":{{{spelling.spelled(scores)}}},"uuid":"{digits[:8]}-{digits[8:12]}-'
            f'{digits[12:16]}-{digits[16:20]}-{digits[20:]}"}}'
            and base + 1 == revision
            and self.judges.get(judge_id) == entry.actor
            and self.teams.get(team_id) == entry.subject
            and moment(received_at) == entry.at
        ):
            self.next = next(self.rows, None)
            return True
        return False

    def compare(self, entry: Recorded, payload: Mapping[str, Any], verdict: Verdict) -> None:
        """Tell how the next ballot differs from the one that an entry tells of."""
        while self.next is not None and self.next[0] < entry.sequence:
            self.unnamed(verdict)
        if self.next is None or self.next[0] != entry.sequence:
            verdict.blame(
                Check.ROWS,
                entry.sequence,
                "The ballot of entry %(sequence)s is not in the table of ballots.",
                sequence=entry.sequence,
            )
            return
        row = Row(*self.next)
        self.next = next(self.rows, None)
        for name, found, expected in self.differences(row, entry, payload):
            if found != expected:
                verdict.blame(
                    Check.ROWS,
                    entry.sequence,
                    "The stored ballot of entry %(sequence)s is not the one that was received: its %(name)s is "
                    "%(found)s, and the entry says %(expected)s.",
                    sequence=entry.sequence,
                    name=name,
                    found=found,
                    expected=expected,
                )

    def differences(self, row: Row, entry: Recorded, payload: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        """What a row says, and what it should say."""
        round_ = str(payload["round"])
        scores = payload["scores"]
        yield "judge", f"judge:{self.keys.judges.get(row.judge_id)}", entry.actor
        yield "team", f"team:{self.keys.teams.get(row.team_id)}", entry.subject
        yield "round", str(self.keys.rounds.get(row.round_id)), round_
        revision = payload["revision"]
        yield "revision", f"{row.base_revision}+1={row.revision}", f"{revision - 1}+1={revision}"
        yield "uuid", str(row.uuid).replace("-", ""), str(payload["uuid"]).replace("-", "")
        yield "comment", digest(row.comment), str(payload["comment"])
        yield "note", digest(row.note), str(payload["note"])
        expected = [
            f"{number}:{scores[key]}:{top}" for key, number, top in self.keys.criteria.get(round_, ()) if key in scores
        ]
        found = (row.scores or "").split(",")
        if found != expected and sorted(found) != sorted(expected):
            yield "scores", self.in_words(found, round_), self.in_words(expected, round_)
        yield "time", moment(row.received_at), entry.at

    def in_words(self, scores: list[str], round_: str) -> str:
        """Scores in words: each criterion's key with its steps."""
        keys = {number: key for key, number, _ in self.keys.criteria.get(round_, ())}
        parts = [score.split(":") for score in scores if score]
        return ", ".join(f"{keys.get(part[0], part[0])} {part[1]} of {part[2]}" for part in parts)

    def unnamed(self, verdict: Verdict) -> None:
        """Tell of a ballot that no entry tells of, and go on to the next."""
        if self.next is not None:
            row = Row(*self.next)
            verdict.blame(
                Check.ROWS,
                row.sequence,
                "A ballot is stored that no entry tells of: judge %(judge)s, team %(team)s, as if of entry "
                "%(sequence)s.",
                judge=str(self.keys.judges.get(row.judge_id)),
                team=str(self.keys.teams.get(row.team_id)),
                sequence=row.sequence,
            )
        self.next = next(self.rows, None)

    def ended(self, verdict: Verdict) -> None:
        """Tell of ballots that are stored beyond the last entry."""
        while self.next is not None:
            self.unnamed(verdict)


def stored(entry: Recorded) -> bool:
    """Whether an entry tells of a ballot that is in this table: late ones are in one of their own."""
    return entry.action.startswith(BALLOT) and entry.action != LATE


def digest(words: object) -> str:
    """What stands for a comment in the ledger; for what is no text, nothing that does."""
    if words:
        return sha256(words.encode()).hexdigest() if isinstance(words, str) else "?"
    return NOTHING
