"""Published results: each is named by an entry, is to the letter what that entry names, and follows from those before.

What a freeze holds is named by a later entry, once it has been computed; it follows from what was so at the freeze. An
entry names the hash of a result, so that nothing of it can be changed later; that it was right in the first place
is known by computing it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from scoreboard.errors import InvalidInput
from scoreboard.judging.ledger import canonical
from scoreboard.judging.results import Contest
from scoreboard.judging.second_person import fingerprint
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.replay.course import Course
from scoreboard.judging.verification.standings import confirm, contest_of
from scoreboard.judging.verification.times import near
from scoreboard.judging.verification.verdict import Check, Confirmed, Illegal, Verdict

FROZEN: Final = "round.frozen"  # named its result itself in records of early versions
KEPT: Final = "result.kept"
KEEPING: Final = {FROZEN: "frozen", KEPT: "frozen", "round.finalised": "final"}
MALFORMED: Final = (KeyError, TypeError, ValueError, AttributeError, InvalidInput)


@dataclass(frozen=True, slots=True)
class Published:
    """A result as it is stored. `stated` is what its hash is of."""

    kind: str
    round: str
    at: str
    sequence: int
    rule: str
    software: str
    stated: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Named:
    """A result that an entry names, and what it must follow from."""

    entry: Recorded
    sequence: int  # up to which entries count
    kind: str
    round: str
    hash: str
    contest: Contest
    agreed: str = ""  # what two persons agreed on, where the event asks for two


class Results:
    """The results of one record, each expected right after the entry that names it."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.named: Named | None = None
        self.held: dict[int, Contest] = {}  # what freezes hold that was not named yet, by the freeze's entry

    def contest(self, course: Course, entry: Recorded) -> Contest | None:
        """What a result follows from that this entry fixes; None where it fixes none, or there is no such round."""
        if entry.action == KEPT:
            return None
        round_ = course.rounds.get(entry.subject.removeprefix("round:"))
        return contest_of(course, round_, entry.sequence - 1) if round_ else None

    def follow(self, entry: Recorded, payload: Mapping[str, Any], contest: Contest | None) -> None:
        """Take an entry about a result; `contest` is what one of now follows from. Raises Illegal."""
        if entry.action == KEPT:
            self.kept(entry, payload)
        elif contest is not None and entry.action == FROZEN and "run" not in payload:
            self.held[entry.sequence] = contest
        elif contest is not None:
            self.expect(entry, payload, contest, entry.sequence - 1)

    def kept(self, entry: Recorded, payload: Mapping[str, Any]) -> None:
        """Take the result that an entry names of an earlier freeze. Raises Illegal where it may not name it."""
        freeze = payload["freeze"]
        contest = self.held.pop(freeze, None)
        if contest is None:
            raise Illegal(
                "It names what the freeze in entry %(freeze)s holds; there was none, or it had been named before.",
                Check.STANDINGS,
                freeze=str(freeze),
            )
        self.expect(entry, payload, contest, freeze - 1)

    def expect(self, entry: Recorded, payload: Mapping[str, Any], contest: Contest, before: int) -> None:
        """Take the result that an entry names, of entries up to `before`. Raises Illegal where it may not name it."""
        kind = KEEPING[entry.action]
        if payload["kind"] != kind or payload["at_sequence"] != before:
            raise Illegal(
                "It names a %(found)s result of entry %(at)s; it must be a %(expected)s one of entry %(before)s.",
                Check.STANDINGS,
                found=str(payload["kind"]),
                at=str(payload["at_sequence"]),
                expected=kind,
                before=before,
            )
        self.named = Named(
            entry,
            before,
            kind,
            entry.subject.removeprefix("round:"),
            str(payload["run"]),
            contest,
            str(payload.get("result", "")),
        )

    def missing(self) -> None:
        """Note a fault where a result that was named has not come."""
        if self.named is not None:
            self.verdict.blame(
                Check.STANDINGS,
                self.named.entry.sequence,
                "The result that entry %(sequence)s names is not there: %(hash)s.",
                sequence=self.named.entry.sequence,
                hash=self.named.hash,
            )
        self.named = None

    def take(self, result: Published) -> None:
        """Compare a result with its entry, and with what the entries before that give."""
        named, self.named = self.named, None
        if named is None:
            self.verdict.blame(
                Check.STANDINGS, None, "A result is stored that no entry names: %(hash)s.", hash=result.hash
            )
            return
        try:
            follow(result, named)
            confirm(result.stated, named.contest, named.round)
            winners = tuple(str(line["team"]) for line in result.stated["standings"] if line["rank"] == 1)
        except Illegal as wrong:
            self.verdict.illegal(named.entry.sequence, wrong)
        except MALFORMED:
            self.verdict.blame(
                Check.STANDINGS,
                named.entry.sequence,
                "The result that entry %(sequence)s names does not hold what a result must hold.",
                sequence=named.entry.sequence,
            )
        else:
            self.verdict.results.append(
                Confirmed(named.entry.sequence, named.kind, named.round, result.rule, named.hash, winners)
            )


def follow(result: Published, named: Named) -> None:
    """Raise Illegal unless a result is, to the letter, the one that an entry names."""
    digest = sha256(canonical(dict(result.stated)).encode()).hexdigest()
    for name, found, expected in (
        ("kind", result.kind, named.kind),
        ("round", result.round, named.round),
        ("sequence", result.sequence, named.sequence),
        ("rule", result.rule, result.stated["method"]),
        ("software", result.software, result.stated["software"]),
        ("fingerprint", fingerprint(result.stated) if named.agreed else "", named.agreed),
        ("hash", digest, named.hash),
        ("hash", result.hash, named.hash),
        ("time", result.at, result.at if near(result.at, named.entry.at) else named.entry.at),
    ):
        if found != expected:
            raise Illegal(
                "The stored result is not the one that was published: its %(name)s is %(found)s, and should be "
                "%(expected)s.",
                Check.STANDINGS,
                name=name,
                found=str(found),
                expected=str(expected),
            )
