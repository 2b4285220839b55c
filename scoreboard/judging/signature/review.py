"""What a judge looks through before signing: all own ballots of the round, in the order of their totals."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from scoreboard.judging.ballots.signed import revisions_of, seen
from scoreboard.judging.bundle import AssignedTeam, Bundle, bundle_of
from scoreboard.judging.rounds import Phase
from scoreboard.judging.signature.pins import TRIES
from scoreboard.models import Judge, SigningPin, Team


@dataclass(frozen=True)
class Review:
    """A judge's ballots of a round. `ranked` are those that count, with their rank among them (ties share one).

    `missing` are teams without a ballot that is expected, `others` teams whose ballot counts for nothing (a conflict,
    or the team has left); `revisions` tells the newest of every ballot, by the team's key.
    """

    bundle: Bundle
    ranked: tuple[tuple[int, AssignedTeam], ...]
    missing: tuple[AssignedTeam, ...]
    others: tuple[Team, ...]
    revisions: dict[str, int]
    pin: SigningPin | None

    @property
    def seen(self) -> str:
        """What is signed, in one text."""
        return seen(self.revisions)

    @property
    def signable(self) -> bool:
        """Whether a signature is taken now."""
        if self.bundle.signature is not None or not self.revisions:
            return False
        return self.bundle.phase is Phase.CLOSED or (self.bundle.phase is Phase.OPEN and not self.missing)

    @property
    def spent(self) -> bool:
        """Whether the PIN has no try left."""
        return self.pin is not None and self.pin.tries >= TRIES


def review_of(session: Session, judge: Judge) -> Review:
    """Collect what a judge looks through in the round that the event is in."""
    bundle = bundle_of(session, judge)
    scored = sorted(
        (each for each in bundle.assignments if each.total is not None), key=lambda each: -(each.total or 0)
    )
    totals = [each.total for each in scored]
    revisions = revisions_of(session, bundle.round, judge.id or 0) if bundle.round else {}
    shown = {each.team.key for each in scored}
    others = session.exec(
        select(Team)
        .where(Team.event_id == judge.event_id, col(Team.key).in_(revisions.keys() - shown))
        .order_by(Team.key)
    ).all()
    return Review(
        bundle=bundle,
        ranked=tuple((totals.index(each.total) + 1, each) for each in scored),
        missing=tuple(each for each in bundle.assignments if each.to_do),
        others=tuple(others),
        revisions=revisions,
        pin=session.get(SigningPin, judge.id),
    )
