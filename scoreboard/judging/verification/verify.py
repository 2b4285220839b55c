"""One event's record, read once from its first entry to its last, and held against all that it promises.

A record is a stream: entries in their order, each checkpoint after the last entry that it covers, each published
result after the entry that names it. It is never in memory as a whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

from scoreboard.judging.ledger.notes import read_note
from scoreboard.judging.verification.chain import Chain, Recorded
from scoreboard.judging.verification.keys import OPENED, ROTATED, Ring
from scoreboard.judging.verification.outside import Outside
from scoreboard.judging.verification.published import KEEPING, Published, Results
from scoreboard.judging.verification.replay.course import Course
from scoreboard.judging.verification.replay.replay import Replay
from scoreboard.judging.verification.times import TIME
from scoreboard.judging.verification.verdict import Check, Illegal, Verdict

OURS: Final = frozenset({OPENED, ROTATED, *KEEPING})  # what more than the replay follows


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose record it is. `whole`: it was closed with a checkpoint, so that nothing in it may be unsigned."""

    key: str
    slug: str
    name_en: str = ""
    name_ar: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it is recorded; `at` and `size` are what is kept beside it, if anything is."""

    note: str
    at: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line of a file that holds none of these."""

    line: int


Item: TypeAlias = Recorded | Signed | Published | Unreadable


class Rows(Protocol):
    """The rows that entries tell of one by one, to be held against them."""

    def take(self, entry: Recorded, payload: Mapping[str, Any], verdict: Verdict) -> None:
        """Compare the rows of one entry."""

    def ended(self, verdict: Verdict) -> None:
        """Tell of rows that no entry told of."""


class Tables(Protocol):
    """What the tables hold at the end, to be held against what came out of all entries."""

    def ended(self, course: Course, size: int, head: str, verdict: Verdict) -> None:
        """Compare what is the same however it came about: the roster, the phases, the ledger's end."""


class Verification:
    """The reading of one record. `pinned` is a public key (hexadecimal) that the reader knows to be the right one."""

    def __init__(
        self,
        heading: Heading,
        *,
        outside: Outside | None = None,
        pinned: str = "",
        rows: Rows | None = None,
        tables: Tables | None = None,
        follow: type[Chain] = Chain,
    ) -> None:
        self.heading = heading
        self.outside = outside or Outside(heading.key)
        self.pinned = pinned
        self.rows = rows
        self.tables = tables
        self.verdict = Verdict(heading.slug, heading.key)
        self.chain = follow(heading.key, self.verdict)
        self.ring = Ring(heading.key)
        self.replay = Replay()
        self.results = Results(self.verdict)
        self.closed = 0
        self.last = ""  # the time of the entry before
        self.back: list[int] = []  # the entries before which the clock went back

    @property
    def telling(self) -> bool:
        """Whether what the entries tell is known: none is closed, and none was changed so far."""
        return self.chain.sound and not self.closed

    def of(self, items: Iterable[Item]) -> Verdict:
        """Read it all; give what was found."""
        self.read(items)
        return self.ended()

    def read(self, items: Iterable[Item]) -> None:
        """Take what comes, down to the end."""
        for item in items:
            if type(item) is Recorded:
                self.entry(item)
            elif type(item) is Signed:
                self.checkpoint(item)
            elif type(item) is Published and self.telling:
                self.results.take(item)
            elif type(item) is Unreadable:
                self.unreadable(item.line)

    def entry(self, entry: Recorded) -> None:
        """Take the next entry."""
        chain = self.chain
        chain.take(entry)
        self.closed += entry.closed
        payload: Mapping[str, Any] = {}
        if chain.sound and not self.closed:
            try:
                payload = self.told(entry)
            except Illegal as wrong:
                self.verdict.illegal(entry.sequence, wrong)
            if self.rows is not None:
                self.rows.take(entry, payload, self.verdict)
        if entry.sequence in self.outside.places:
            self.outside.reached(entry, payload, chain, self.ring, self.verdict)

    def told(self, entry: Recorded) -> Mapping[str, Any]:
        """Take what an entry tells. Raises Illegal."""
        if not TIME.fullmatch(entry.at):
            raise Illegal("Its time is not written as times are: %(at)s.", Check.FORM, at=entry.at)
        if entry.at < self.last:
            self.back.append(entry.sequence)
        self.last = entry.at
        if self.results.named is not None:
            self.results.missing()
        if entry.action in OURS or entry.sequence == 1:
            return self.told_here(entry)
        return self.replay.tell(entry)

    def told_here(self, entry: Recorded) -> Mapping[str, Any]:
        """Take what an entry tells of the ledger's opening, its keys, or results. Raises Illegal."""
        action = entry.action
        contest = self.results.contest(self.replay.course, entry) if action in KEEPING else None
        payload = self.replay.tell(entry)
        if (entry.sequence == 1) != (action == OPENED):
            raise Illegal("The ledger is opened by its first entry, and by no other.", Check.KEY)
        try:
            if action == OPENED:
                self.ring.opened(payload, self.heading.slug)
            elif action == ROTATED:
                self.ring.rotated(entry, payload)
            elif action in KEEPING:
                self.results.follow(entry, payload, contest)
        except (KeyError, TypeError, ValueError) as failure:
            raise Illegal(
                "Entry %(sequence)s does not hold what a %(action)s must hold.",
                Check.FORM,
                sequence=entry.sequence,
                action=action,
            ) from failure
        return payload

    def checkpoint(self, signed: Signed) -> None:
        """Compare a checkpoint with the root of what it covers, and check its signature."""
        size, blame = self.chain.size, self.verdict.blame
        try:
            note = read_note(signed.note)
        except ValueError:
            blame(Check.CHECKPOINT, None, "The checkpoint after entry %(size)s cannot be read.", size=size)
            return
        if not signed.note.endswith("\n") or (note.key, note.at) != (self.heading.key, signed.at or note.at):
            blame(Check.CHECKPOINT, None, "The checkpoint after entry %(size)s is not this ledger's.", size=size)
        elif note.size != size or signed.size not in {None, size}:
            blame(
                Check.CHECKPOINT,
                self.verdict.signed + 1 if note.size > size else None,
                "A checkpoint over %(found)s entries stands after entry %(size)s.",
                found=note.size,
                size=size,
            )
        elif self.chain.sound and not self.chain.gives(note.root):
            blame(
                Check.CHECKPOINT,
                self.verdict.signed + 1,
                "Something in entries %(first)s to %(size)s was changed after the checkpoint over them was signed.",
                first=self.verdict.signed + 1,
                size=size,
            )
        elif self.ring.periods and not note.signed_by(self.ring.at(size)):
            blame(
                Check.CHECKPOINT,
                None,
                "The checkpoint over %(size)s entries is not signed with the ledger's key.",
                size=size,
            )
        elif self.chain.gives(note.root):
            self.verdict.signed = size
            self.verdict.checkpoints += 1

    def unreadable(self, line: int) -> None:
        """Tell of a line that holds nothing that a record may hold there."""
        self.chain.sound = False
        self.verdict.blame(
            Check.FORM,
            self.chain.size + 1,
            "Line %(line)s of the file is not what a record has there: after entry %(size)s something was changed, "
            "left out or added.",
            line=line,
            size=self.chain.size,
        )

    def ended(self) -> Verdict:
        """Take the end."""
        verdict, size = self.verdict, self.chain.size
        verdict.entries, verdict.hash = size, self.chain.hash
        if size == 0:
            verdict.blame(Check.SEQUENCE, 1, "There is no entry.")
        if self.pinned and self.pinned not in self.ring.unbroken:
            verdict.blame(
                Check.KEY,
                1,
                "The ledger is signed with %(found)s; expected was %(expected)s.",
                found=", ".join(self.ring.unbroken) or "–",
                expected=self.pinned,
            )
        if self.telling:
            self.results.missing()
            self.names()
            if self.rows is not None:
                self.rows.ended(verdict)
            if self.tables is not None:
                self.tables.ended(self.replay.course, size, self.chain.hash, verdict)
        if verdict.signed < size and self.chain.sound and not verdict.of(Check.CHECKPOINT):
            self.unsigned(verdict.signed + 1, size)
        self.outside.ended(size, verdict)
        self.remarks()
        return verdict

    def names(self) -> None:
        """Compare what the record calls itself with what its entries call the event."""
        heading, told = self.heading, self.replay.course.of("event").get(self.heading.slug, {})
        for found, expected in ((heading.name_en, told.get("name_en")), (heading.name_ar, told.get("name_ar"))):
            if found != (expected or ""):
                self.verdict.blame(
                    Check.FORM,
                    None,
                    "The record calls itself %(found)s; its entries call the event %(expected)s.",
                    found=found or "–",
                    expected=str(expected or "–"),
                )

    def unsigned(self, first: int, size: int) -> None:
        """Tell that nobody has signed the last entries: yet, where a server goes on with it."""
        if self.heading.whole:
            self.verdict.blame(
                Check.CHECKPOINT,
                first,
                "No checkpoint covers entries %(first)s to %(size)s: nobody signed them.",
                first=first,
                size=size,
            )
        else:
            self.verdict.remark(
                "No checkpoint covers entries %(first)s to %(size)s yet: they are not signed.", first=first, size=size
            )

    def remarks(self) -> None:
        """Say what a reader should know."""
        for sequence in self.replay.course.restored:
            self.verdict.remark(
                "Before entry %(sequence)s the database was put back to a copy. What had come after the copy is gone, "
                "except for ballots that phones offered again.",
                sequence=sequence,
            )
        for sequence in self.ring.broken:
            self.verdict.remark(
                "Entry %(sequence)s replaces the signing key without the old one's signature, as it was lost. Ask the "
                "organisers whether that is so, and compare the new key with theirs: %(key)s.",
                sequence=sequence,
                key=self.ring.at(sequence),
            )
        if self.closed:
            self.verdict.remark(
                "%(closed)s entries are closed: what they say is not in this record, so that rules and standings could "
                "not be checked.",
                closed=self.closed,
            )
        if self.back:
            self.verdict.remark(
                "The server's clock went back %(times)s times, the first time at entry %(first)s. The order of entries "
                "does not depend on it.",
                times=len(self.back),
                first=self.back[0],
            )
        for freeze in sorted(self.results.held):
            self.verdict.remark("What the freeze in entry %(freeze)s held has not been recorded.", freeze=freeze)
        for action, count in sorted(self.replay.unknown.items()):
            self.verdict.remark(
                "%(count)s entries are of a kind that has no rule here: %(action)s.", count=count, action=action
            )
