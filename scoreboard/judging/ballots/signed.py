"""Which ballots a judge would sign, and which signatures are in force."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from scoreboard.judging.ballots.reading import current_ballots
from scoreboard.models import Round, Signature, Team


def revisions_of(session: Session, round_: Round, judge_id: int) -> dict[str, int]:
    """Every ballot of a judge in a round, by the team's key: its newest revision."""
    ballots = current_ballots(session, round_.id or 0, judge_id=judge_id)
    keys = dict(
        session.exec(select(Team.id, Team.key).where(col(Team.id).in_([each.team_id for each in ballots]))).all()
    )
    return {keys[ballot.team_id]: ballot.revision for ballot in ballots}


def seen(revisions: Mapping[str, int]) -> str:
    """Ballots in one text, so that a page can say what was signed: ``T1:2 T3:1``."""
    return " ".join(f"{team}:{revision}" for team, revision in sorted(revisions.items()))


def signature_of(session: Session, round_id: int, judge_id: int) -> Signature | None:
    """The signature of a judge under the ballots of a round that has not been lifted."""
    return session.exec(
        select(Signature).where(
            Signature.round_id == round_id, Signature.judge_id == judge_id, col(Signature.lifted_at).is_(None)
        )
    ).one_or_none()


def signatures(session: Session, round_id: int) -> dict[int, Signature]:
    """The signatures in force of a round, by the judge's id."""
    found = session.exec(select(Signature).where(Signature.round_id == round_id, col(Signature.lifted_at).is_(None)))
    return {signature.judge_id: signature for signature in found}
