"""The tables beside the ledger: each ballot, score, assignment and conflict must be what an entry says, and no more.

Ballots are read in the order in which they came, beside the entries, so that neither is in memory as a whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import String, cast, func, literal, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.hold_rows import compare_holds
from scoreboard.judging.verification.replay.course import Course
from scoreboard.judging.verification.replay.replay import BALLOT
from scoreboard.judging.verification.roster_rows import compare_roster
from scoreboard.judging.verification.times import moment
from scoreboard.judging.verification.verdict import Check, Verdict
from scoreboard.models import Ballot, Criterion, Event, Judge, LedgerHead, Round, Score, Team

FETCHED: Final = 5_000
NOTHING: Final = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Keys:
    """How an event's rows are called in its entries."""

    rounds: dict[int | None, str]
    judges: dict[int | None, str]
    teams: dict[int | None, str]
    criteria: dict[str, list[tuple[str, str, str]]]  # of each round, by number: key, number, top

    @classmethod
    def of(cls, session: Session, event: Event) -> "Keys":
        """Read them, and nothing else of the rows: it may be anything."""

        def of_event(table: type[Round | Judge | Team]) -> dict[int | None, str]:
            return dict(session.exec(select(table.id, table.key).where(table.event_id == event.id)).all())

        rounds = of_event(Round)
        criteria: dict[str, list[tuple[str, str, str]]] = {key: [] for key in rounds.values()}
        for number, round_id, key, top in session.exec(
            select(Criterion.id, Criterion.round_id, Criterion.key, Criterion.top)
            .where(col(Criterion.round_id).in_(list(rounds)))
            .order_by(col(Criterion.id))
        ):
            criteria[rounds[round_id]].append((key, str(number), str(top)))
        return cls(rounds, of_event(Judge), of_event(Team), criteria)


class StoredRows:
    """The rows of one event, compared entry by entry and at the end."""

    def __init__(self, session: Session, event: Event) -> None:
        self.session = session
        self.event = event
        self.keys = Keys.of(session, event)
        self.ballots = ballot_rows(session, list(self.keys.rounds))
        self.next: Any = next(self.ballots, None)

    def take(self, entry: Recorded, payload: Mapping[str, Any], verdict: Verdict) -> None:
        """Compare the ballot of an entry."""
        if not entry.action.startswith(BALLOT) or "uuid" not in payload:
            return
        while self.next is not None and self.next.sequence < entry.sequence:
            self.unnamed(verdict)
        row = self.next
        if row is None or row.sequence != entry.sequence:
            verdict.blame(
                Check.ROWS,
                entry.sequence,
                "The ballot of entry %(sequence)s is not in the table of ballots.",
                sequence=entry.sequence,
            )
            return
        self.next = next(self.ballots, None)
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

    def differences(self, row: Any, entry: Recorded, payload: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
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
            yield "scores", self.spelled(found, round_), self.spelled(expected, round_)
        yield "time", moment(row.received_at), entry.at

    def spelled(self, scores: list[str], round_: str) -> str:
        """Scores in words: each criterion's key with its steps."""
        keys = {number: key for key, number, _ in self.keys.criteria.get(round_, ())}
        parts = [score.split(":") for score in scores if score]
        return ", ".join(f"{keys.get(part[0], part[0])} {part[1]} of {part[2]}" for part in parts)

    def unnamed(self, verdict: Verdict) -> None:
        """Tell of a ballot that no entry tells of, and go on to the next."""
        if self.next is not None:
            verdict.blame(
                Check.ROWS,
                self.next.sequence,
                "A ballot is stored that no entry tells of: judge %(judge)s, team %(team)s, as if of entry "
                "%(sequence)s.",
                judge=str(self.keys.judges.get(self.next.judge_id)),
                team=str(self.keys.teams.get(self.next.team_id)),
                sequence=self.next.sequence,
            )
        self.next = next(self.ballots, None)

    def ended(self, course: Course, size: int, head: str, verdict: Verdict) -> None:
        """Compare what came out of it all."""
        while self.next is not None:
            self.unnamed(verdict)
        orphan = self.session.execute(
            core_select(func.min(col(Score.ballot_id)))
            .join(Ballot, col(Ballot.id) == Score.ballot_id, isouter=True)
            .where(col(Ballot.id).is_(None))
        ).scalar_one()
        if orphan is not None:
            verdict.blame(Check.ROWS, None, "Scores are stored of a ballot that is not there.")
        end = self.session.exec(select(LedgerHead).where(LedgerHead.event_id == self.event.id)).one()
        if (end.sequence, end.hash) != (size, head):
            verdict.blame(
                Check.SEQUENCE,
                min(size, end.sequence) + 1,
                "The ledger's end is kept as entry %(expected)s with the hash %(kept)s; what is there ends with entry "
                "%(found)s and %(hash)s.",
                expected=end.sequence,
                kept=end.hash,
                found=size,
                hash=head,
            )
        compare_roster(self.session, self.event, course, verdict)
        compare_holds(self.session, self.event, course, verdict)


def ballot_rows(session: Session, rounds: list[int | None]) -> Iterator[Any]:
    """The ballots of some rounds in the order in which they were stored, each with its scores in one text."""
    scores = (
        core_select(
            func.aggregate_strings(
                cast(Score.criterion_id, String)
                + literal(":")
                + cast(Score.steps, String)
                + literal(":")
                + cast(Score.top, String),
                ",",
            )
        )
        .where(col(Score.ballot_id) == col(Ballot.id))
        .scalar_subquery()
    )
    found = session.connection().execute(
        core_select(
            col(Ballot.sequence),
            type_coerce(col(Ballot.uuid), String).label("uuid"),
            col(Ballot.round_id),
            col(Ballot.judge_id),
            col(Ballot.team_id),
            col(Ballot.revision),
            col(Ballot.base_revision),
            col(Ballot.comment),
            col(Ballot.note),
            type_coerce(col(Ballot.received_at), String).label("received_at"),
            scores.label("scores"),
        )
        .where(col(Ballot.round_id).in_(rounds))
        .order_by(col(Ballot.id)),
        execution_options={"yield_per": FETCHED},
    )
    for part in found.partitions():
        yield from part


def digest(text: str) -> str:
    """What stands for a comment in the ledger."""
    return sha256(text.encode()).hexdigest() if text else NOTHING
