"""Who must not judge whom: declared conflicts, and those that follow from working for the same organisation.

A conflict takes the assignment that it forbids away, unless a ballot has been given: that is for people to decide.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from scoreboard.judging.duty.visits import Pair
from scoreboard.judging.setup.changes import Recorder
from scoreboard.judging.setup.description import ConflictForm
from scoreboard.judging.setup.keyed import identity
from scoreboard.models import Assignment, Ballot, Conflict, Judge, Round, Team


def store_conflicts(
    recorder: Recorder, judges: Mapping[str, Judge], teams: Mapping[str, Team], forms: Sequence[ConflictForm]
) -> None:
    """Store what a description declares, then keep those of organisations in step with the roster.

    `judges` and `teams` are all that the event has.
    """
    stored = {(judge, team): row for row, judge, team in stored_conflicts(recorder.session, recorder.event_id)}
    for form in forms:
        declare(recorder, judges, teams, form, stored)
    mentioned = {(form.judge, form.team) for form in forms}
    recorder.changes.kept += [
        ("conflict", subject(pair))
        for pair, row in stored.items()
        if row.source != "organisation" and pair not in mentioned
    ]
    follow_organisations(recorder, judges, teams, stored)
    recorder.session.flush()
    drop_unscored(
        recorder,
        select(Conflict.id)
        .where(Conflict.judge_id == Assignment.judge_id, Conflict.team_id == Assignment.team_id)
        .exists(),
    )


def declare(
    recorder: Recorder,
    judges: Mapping[str, Judge],
    teams: Mapping[str, Team],
    form: ConflictForm,
    stored: dict[Pair, Conflict],
) -> None:
    """Store one declared conflict. What people declared in the meantime keeps their words."""
    pair = (form.judge, form.team)
    row = stored.get(pair)
    if row is None:
        stored[pair] = Conflict(
            judge_id=identity(judges[form.judge]),
            team_id=identity(teams[form.team]),
            reason=form.reason or "",
            source="file",
        )
        recorder.session.add(stored[pair])
        recorder.record("conflict", "added", subject(pair), {}, described(stored[pair]))
        return
    before = described(row)
    if row.source in {"organisation", "file"}:
        row.source = "file"
        row.reason = row.reason if form.reason is None else form.reason
    if described(row) == before:
        recorder.changes.unchanged["conflict"] += 1
    else:
        recorder.record("conflict", "changed", subject(pair), before, described(row))


def follow_organisations(
    recorder: Recorder, judges: Mapping[str, Judge], teams: Mapping[str, Team], stored: dict[Pair, Conflict]
) -> None:
    """Add the conflicts that follow from organisations and remove those that no longer do."""
    wanted = {
        (judge, team)
        for judge, person in judges.items()
        for team, group in teams.items()
        if person.organisation_id is not None and person.organisation_id == group.organisation_id
    }
    for judge, team in sorted(wanted - stored.keys()):
        row = Conflict(judge_id=identity(judges[judge]), team_id=identity(teams[team]), source="organisation")
        recorder.session.add(row)
        recorder.record("conflict", "added", subject((judge, team)), {}, described(row))
    for pair, row in stored.items():
        if row.source == "organisation" and pair not in wanted:
            recorder.session.delete(row)
            recorder.record("conflict", "removed", subject(pair), described(row), {})


def drop_unscored(recorder: Recorder, *conditions: ColumnElement[bool]) -> None:
    """Take away the pending assignments without a ballot that meet the conditions, in rounds that are not final."""
    scored = (
        select(Ballot.id)
        .where(
            Ballot.round_id == Assignment.round_id,
            Ballot.judge_id == Assignment.judge_id,
            Ballot.team_id == Assignment.team_id,
        )
        .exists()
    )
    found = recorder.session.exec(
        select(Assignment, Round.key, Judge.key, Team.key)
        .join(Round, col(Round.id) == Assignment.round_id)
        .join(Judge, col(Judge.id) == Assignment.judge_id)
        .join(Team, col(Team.id) == Assignment.team_id)
        .where(
            Round.event_id == recorder.event_id,
            col(Round.finalised_at).is_(None),
            Assignment.state == "pending",
            ~scored,
            *conditions,
        )
        .order_by(Round.key, Judge.key, Team.key)
    ).all()
    for row, round_, judge, team in found:
        recorder.session.delete(row)
        recorder.record("assignment", "removed", f"{round_}/{judge}/{team}", {"judge": judge, "team": team}, {})
    recorder.session.flush()


def stored_conflicts(session: Session, event_id: int) -> list[tuple[Conflict, str, str]]:
    """Give an event's conflicts with the keys of judge and team."""
    return list(
        session.exec(
            select(Conflict, Judge.key, Team.key)
            .join(Judge, col(Judge.id) == Conflict.judge_id)
            .join(Team, col(Team.id) == Conflict.team_id)
            .where(Judge.event_id == event_id)
            .order_by(Judge.key, Team.key)
        )
    )


def conflicting_pairs(session: Session, event_id: int) -> frozenset[Pair]:
    """Give the pairs of judge and team, by key, that must not be assigned."""
    return frozenset((judge, team) for _, judge, team in stored_conflicts(session, event_id))


def subject(pair: Pair) -> str:
    """Name a conflict in the ledger."""
    return "/".join(pair)


def described(row: Conflict) -> dict[str, str]:
    """Give what is recorded of a conflict."""
    return {"source": row.source, "reason": row.reason}
