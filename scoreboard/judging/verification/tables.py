"""The tables beside the ledger, at its end: what is stored must be what came out of all the entries, and no more."""

from sqlalchemy import func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from scoreboard.judging.verification.hold_rows import compare_holds
from scoreboard.judging.verification.late_rows import compare_late
from scoreboard.judging.verification.replay.course import Course
from scoreboard.judging.verification.roster_rows import compare_roster
from scoreboard.judging.verification.verdict import Check, Verdict
from scoreboard.models import Ballot, Event, LedgerHead, Score


class StoredTables:
    """The tables of one event, all but that of ballots."""

    def __init__(self, session: Session, event: Event) -> None:
        self.session = session
        self.event = event

    def ended(self, course: Course, size: int, head: str, verdict: Verdict) -> None:
        """Compare what came out of it all."""
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
        compare_late(self.session, self.event, course, verdict)
