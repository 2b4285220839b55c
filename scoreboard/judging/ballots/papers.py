"""Ballots on paper that were typed in once and wait for a second person."""

from sqlmodel import Session, col, select

from scoreboard.models import Judge, PaperBallot, Round, Team

Paper = tuple[PaperBallot, Judge, Team]


def waiting(session: Session, round_: Round) -> list[Paper]:
    """The paper ballots of a round that wait, the oldest first, with whose and for whom they are."""
    return list(
        session.exec(
            select(PaperBallot, Judge, Team)
            .join(Judge, col(Judge.id) == PaperBallot.judge_id)
            .join(Team, col(Team.id) == PaperBallot.team_id)
            .where(PaperBallot.round_id == round_.id, col(PaperBallot.settled_at).is_(None))
            .order_by(col(PaperBallot.id))
        )
    )
