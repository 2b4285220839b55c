"""What is true of ballots, links and a round, as the rules have it: no database, no clock, nothing to go wrong."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from scoreboard.judging.ballots import BallotForm
from scoreboard.judging.rounds import Phase

MAXIMUM = 10  # of every criterion


class Device(NamedTuple):
    """A phone of a judge."""

    judge: str
    name: str


JUDGES = ("J1", "J2")
TEAMS = ("T1", "T2", "T3")
DEVICES = tuple(Device(judge, name) for judge in JUDGES for name in ("phone", "tablet"))

Pair = tuple[str, str]  # judge, team


@dataclass
class Accepted:
    """A ballot that was taken in."""

    judge: str
    form: BallotForm
    sequence: int

    @property
    def revision(self) -> int:
        """The revision that it became."""
        return self.form.base_revision + 1


@dataclass
class Model:
    """The state of an event. What is refused is answered by the code of the error."""

    signed_in: set[Device] = field(default_factory=set)
    by_uuid: dict[UUID, Accepted] = field(default_factory=dict)
    current: dict[Pair, Accepted] = field(default_factory=dict)
    assigned: set[Pair] = field(default_factory=lambda: {(judge, team) for judge in JUDGES for team in TEAMS})
    conflicts: set[Pair] = field(default_factory=set)
    out: set[str] = field(default_factory=set)  # teams that have left
    phase: Phase = Phase.OPEN
    frozen: bool = False

    def submit(self, device: Device, form: BallotForm, sequence: int) -> Accepted | str:
        """Take a ballot in as that entry of the ledger, or find it, or refuse it."""
        pair = (device.judge, form.team)
        known = self.by_uuid.get(form.uuid)
        if device in self.signed_in and known is not None:
            return known if (known.judge, known.form) == (device.judge, form) else "ballot_reused"
        refusals = {
            "device_revoked": device not in self.signed_in,
            "conflicted": pair in self.conflicts,
            "team_not_competing": form.team in self.out,
            "round_not_open": self.phase is not Phase.OPEN,
            "score_out_of_range": max(form.scores.values()) > MAXIMUM,
            "stale_ballot": form.base_revision != self.revision(pair),
        }
        for code, holds in refusals.items():  # the first that holds is what is said
            if holds:
                return code
        taken = self.by_uuid[form.uuid] = self.current[pair] = Accepted(device.judge, form, sequence)
        return taken

    def revision(self, pair: Pair) -> int:
        """The newest revision; 0 without a ballot."""
        return self.current[pair].revision if pair in self.current else 0

    def sign_out_all(self, judge: str) -> None:
        """End every session of a judge."""
        self.signed_in = {device for device in self.signed_in if device.judge != judge}

    def declare_conflict(self, pair: Pair) -> None:
        """Find out that a judge should not have been asked."""
        self.conflicts.add(pair)
        if pair not in self.current:
            self.assigned.discard(pair)

    def decide(self, wish: str, team: str) -> str:
        """Let a team leave (withdraw, disqualify) or come back (restore); empty, or the code of the refusal."""
        if (team in self.out) != (wish == "restore"):
            return "clash"
        self.out ^= {team}
        return ""

    def step(self, wish: str) -> str:
        """Take a step in the round's life; empty, or the code of the refusal."""
        allowed = {
            "open_round": self.phase in {Phase.PENDING, Phase.CLOSED},
            "close": self.phase is Phase.OPEN,
            "freeze": self.phase in {Phase.OPEN, Phase.CLOSED} and not self.frozen,
            "thaw": self.frozen,
            "finalise": self.phase is Phase.CLOSED,
        }
        if not allowed[wish]:
            return "wrong_phase"
        if wish == "finalise" and (self.missing() or self.awaiting()):
            return "not_ready"
        self.phase = {"open_round": Phase.OPEN, "close": Phase.CLOSED, "finalise": Phase.FINAL}.get(wish, self.phase)
        self.frozen = {"freeze": True, "thaw": False}.get(wish, self.frozen)
        return ""

    def missing(self) -> set[Pair]:
        """Ballots that are awaited."""
        return {pair for pair in self.assigned - self.conflicts - set(self.current) if pair[1] not in self.out}

    def awaiting(self) -> set[str]:
        """Teams that have too few ballots to be ranked."""
        return set(TEAMS) - self.out - {team for _judge, team in self.counted()}

    def counted(self) -> dict[Pair, Accepted]:
        """The ballots that the ranking is made from."""
        return {pair: taken for pair, taken in self.current.items() if pair not in self.conflicts}

    def totals(self) -> dict[str, float]:
        """The ranking by the plain rule."""
        shares: dict[str, list[float]] = {}
        for (_judge, team), taken in self.counted().items():
            if team not in self.out:
                scores = [float(value) for value in taken.form.scores.values()]
                shares.setdefault(team, []).append(100 * sum(scores) / (MAXIMUM * len(scores)))
        return {team: sum(values) / len(values) for team, values in shares.items()}
