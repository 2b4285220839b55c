"""The table of ballots beside the ledger: each ballot, with its scores, must be what an entry says, and no more.

Ballots are read in the order in which they came, beside the entries, so that neither is in memory as a whole. An entry
that tells of a ballot is one text, so the same text is made of the ballot's row: where both are equal all is said, and
only where they are not is each thing looked at.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json.encoder import encode_basestring as text
from typing import Any, Final, NamedTuple

from scoreboard.judging.verification.chain import BALLOT, Recorded
from scoreboard.judging.verification.times import moment
from scoreboard.judging.verification.verdict import Check, Verdict

NOTHING: Final = sha256(b"").hexdigest()
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


class Spelled(dict[str, str]):
    """The scores of one round's ballots as their entries spell them, each found once: ``5:3:10`` is ``"idea":3``."""

    def __init__(self, criteria: list[tuple[str, str, str]]) -> None:
        super().__init__()
        self.keys_of = {(number, top): text(key) for key, number, top in criteria}
        self.count = len(criteria)

    def __missing__(self, stored: str) -> str:
        """Spell a score. Raises KeyError for what is none of this round."""
        found = SCORE.fullmatch(stored)
        if found is None:
            raise KeyError(stored)
        number, steps, top = found.groups()
        spelled = self[stored] = f"{self.keys_of[number, top]}:{steps}"
        return spelled


class BallotRows:
    """The ballots of one event, compared entry by entry."""

    def __init__(self, keys: Keys, rows: Iterator[Sequence[Any]]) -> None:
        self.keys = keys
        self.judges = {number: f"judge:{key}" for number, key in keys.judges.items()}
        self.teams = {number: f"team:{key}" for number, key in keys.teams.items()}
        self.rounds = {number: text(key) for number, key in keys.rounds.items()}
        self.spelled = {number: Spelled(keys.criteria[key]) for number, key in keys.rounds.items()}
        self.rows = rows
        self.next: Any = next(self.rows, None)

    def take(self, entry: Recorded, payload: Mapping[str, Any], verdict: Verdict) -> None:
        """Compare the ballot of an entry, which says what `payload` says."""
        if entry.action.startswith(BALLOT) and "uuid" in payload and not self.fits(entry):
            self.compare(entry, payload, verdict)

    def beside(self, entry: Recorded, verdict: Verdict) -> None:
        """Compare the ballot of an entry that nobody has read. Raises ValueError, TypeError for one without JSON."""
        if entry.action.startswith(BALLOT) and not self.fits(entry):
            self.take(entry, json.loads(entry.payload), verdict)

    def fits(self, entry: Recorded) -> bool:
        """Whether the next ballot is to the letter what an entry tells; if so, it is done with."""
        row = self.next
        if row is None or row[0] != entry.sequence:
            return False
        _, uuid, round_id, judge_id, team_id, revision, base, comment, note, received_at, scores = row
        spelled = self.spelled.get(round_id)
        if spelled is None or scores is None or type(revision) is not int or type(base) is not int:
            return False
        parts = scores.split(",")
        try:
            scored = ",".join(sorted(map(spelled.__getitem__, parts)))
        except KeyError:
            return False
        said = entry.payload
        begins = (
            f'{{"comment":"{digest(comment)}","note":"{digest(note)}","revision":{revision},'
            f'"round":{self.rounds[round_id]},"scores":{{{scored}}},"uuid":"'
        )
        named = said[len(begins) : -2].replace("-", "")
        if (
            said.startswith(begins)
            and said.endswith('"}')
            and named.isalnum()
            and named == str(uuid).replace("-", "")
            and len(parts) == spelled.count
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


def digest(words: object) -> str:
    """What stands for a comment in the ledger; for what is no text, nothing that does."""
    if words:
        return sha256(words.encode()).hexdigest() if isinstance(words, str) else "?"
    return NOTHING
