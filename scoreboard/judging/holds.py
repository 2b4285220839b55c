"""What a freeze holds: the ranking as it was then, which rests on the ballots before it and on what was kept with it.

Everything that can change later is kept at the freeze, in its transaction; ballots are never changed, and know their
place in the ledger. So the held ranking can be computed at any time after, to the digit, and whoever computes it
needs to read nothing that is newer.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from scoreboard.judging import ledger
from scoreboard.judging.names import names_of
from scoreboard.judging.results import Contest, contest_by
from scoreboard.judging.runs import Row, by_ballot
from scoreboard.judging.terms import terms_from, terms_of
from scoreboard.models import Ballot, Criterion, Event, Hold, Judge, Round, Run, Score, Team


def hold_of(session: Session, round_: Round, at: datetime) -> Hold:
    """Put together what the public sees of a round from now on; it is not stored, and has no place in the ledger."""
    if round_.id is None:
        raise ValueError("the round is not stored yet")
    return Hold(
        round_id=round_.id,
        at=at,
        sequence=0,
        terms=terms_of(session, round_).as_json(),
        names=names_of(session, session.get_one(Event, round_.event_id), round_),
        keys={
            "judge": written(session.exec(select(Judge.id, Judge.key).where(Judge.event_id == round_.event_id))),
            "team": written(session.exec(select(Team.id, Team.key).where(Team.event_id == round_.event_id))),
            "criterion": written(
                session.exec(select(Criterion.id, Criterion.key).where(Criterion.round_id == round_.id))
            ),
        },
    )


def fingerprint(terms: object, names: object, keys: object) -> str:
    """SHA-256 (hexadecimal) of what a hold keeps, which the freeze's entry names."""
    return sha256(ledger.canonical([terms, names, keys]).encode()).hexdigest()


def written(rows: Iterable[tuple[int | None, str]]) -> dict[str, str]:
    """Write the keys of rows by their ids, as JSON has it."""
    return {str(number): key for number, key in rows}


def newest_hold(session: Session, round_id: int) -> Hold | None:
    """Find what the last freeze of a round holds; None where it was never frozen."""
    return session.exec(
        select(Hold).where(Hold.round_id == round_id).order_by(col(Hold.sequence).desc()).limit(1)
    ).one_or_none()


def held_contest(session: Session, held: Hold) -> Contest:
    """Read what a held ranking is computed from: the ballots before the freeze, and nothing else but the hold."""
    return contest_by(terms_from(held.terms), by_ballot(held_scores(session, held)), held.sequence - 1)


def held_scores(session: Session, held: Hold) -> list[Row]:
    """Read the scores of the ballots that were current at a freeze."""
    later = aliased(Ballot)
    ranges = {part["key"]: (Decimal(part["minimum"]), Decimal(part["maximum"])) for part in held.terms["rubric"]}
    found = session.execute(
        core_select(
            col(Ballot.judge_id), col(Ballot.team_id), col(Score.criterion_id), col(Score.steps), col(Score.top)
        )
        .join(Score, col(Score.ballot_id) == col(Ballot.id))
        .where(
            col(Ballot.round_id) == held.round_id,
            col(Ballot.sequence) < held.sequence,
            ~select(later.id)
            .where(
                later.round_id == Ballot.round_id,
                later.judge_id == Ballot.judge_id,
                later.team_id == Ballot.team_id,
                later.revision > Ballot.revision,
                later.sequence < held.sequence,
            )
            .exists(),
        )
    )
    rows = []
    for judge_id, team_id, criterion_id, steps, top in found:
        key = held.keys["criterion"][str(criterion_id)]
        minimum, maximum = ranges[key]
        value = float(minimum + steps * ((maximum - minimum) / top))
        rows.append((held.keys["judge"][str(judge_id)], held.keys["team"][str(team_id)], key, value))
    return rows


def kept_run(session: Session, held: Hold) -> Run | None:
    """Find the held ranking where it has been computed and stored; None until then."""
    return session.exec(
        select(Run)
        .where(Run.round_id == held.round_id, Run.kind == "frozen", Run.sequence == held.sequence - 1)
        .limit(1)
    ).one_or_none()


def unkept(session: Session) -> Sequence[Hold]:
    """Find the holds whose ranking has not been stored yet, the oldest first."""
    return session.exec(
        select(Hold)
        .where(
            ~select(Run.id)
            .where(Run.round_id == Hold.round_id, Run.kind == "frozen", Run.sequence == Hold.sequence - 1)
            .exists()
        )
        .order_by(col(Hold.id))
    ).all()
