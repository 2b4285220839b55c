from dataclasses import replace
from uuid import uuid4

from described import event_form, judge, log, memory, team, the_event
from sqlmodel import Session, select

from scoreboard.judging import ballots, rounds
from scoreboard.judging.ballots import BallotForm
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.conflicts import conflicting_pairs, stored_conflicts
from scoreboard.judging.setup.description import ConflictForm
from scoreboard.models import Assignment, Conflict, Judge, Round, Team

DECLARED = ConflictForm("J2", "T2", "Friends")


def stored(session: Session) -> list[tuple[str, str, str, str]]:
    return [
        (one, other, row.source, row.reason)
        for row, one, other in stored_conflicts(session, the_event(session).id or 0)
    ]


def test_conflicts_are_declared_or_follow_from_the_organisation() -> None:
    with memory() as session:
        roster.store(session, event_form(conflicts=(DECLARED,)), "test")
        assert stored(session) == [("J1", "T1", "organisation", ""), ("J2", "T2", "file", "Friends")]
        assert conflicting_pairs(session, 1) == {("J1", "T1"), ("J2", "T2")}


def test_conflicts_of_organisations_keep_step_with_the_roster() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        form = event_form(teams=(team("T1"), team("T2", "roads"), team("T3")))
        changes = roster.store(session, form, "test")
        assert stored(session) == [("J1", "T2", "organisation", "")]
        assert [(change.kind, change.action, change.subject) for change in changes.changed] == [
            ("team", "changed", "T1"),
            ("team", "changed", "T2"),
            ("team", "changed", "T3"),
            ("conflict", "added", "J1/T2"),
            ("conflict", "removed", "J1/T1"),
            ("assignment", "removed", "final/J1/T2"),
            ("assignment", "added", "final/J1/T1"),
        ]


def test_a_declared_conflict_outlives_the_organisation() -> None:
    declared = event_form(conflicts=(ConflictForm("J1", "T1", "Cousins"),))
    with memory() as session:
        roster.store(session, event_form(), "test")
        changes = roster.store(session, declared, "test")
        assert [change.fields for change in changes.changed] == [
            {"source": ("organisation", "file"), "reason": ("", "Cousins")}
        ]
        changes = roster.store(session, event_form(judges=(judge("J1"), judge("J2"))), "test")
        assert stored(session) == [("J1", "T1", "file", "Cousins")]
        assert changes.kept == [("conflict", "J1/T1")]


def test_what_a_judge_declared_keeps_its_words() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        judge_id = session.exec(select(Judge.id).where(Judge.key == "J2")).one() or 0
        session.add(Conflict(judge_id=judge_id, team_id=2, reason="My brother", source="judge"))
        changes = roster.store(session, event_form(conflicts=(DECLARED,)), "test")
        assert stored(session)[1] == ("J2", "T2", "judge", "My brother")
        assert changes.unchanged["conflict"] == 1


def test_a_new_conflict_takes_the_assignment_away_unless_it_has_a_ballot() -> None:
    conflicts = (DECLARED, ConflictForm("J2", "T3", "Friends"))
    with memory() as session:
        roster.store(session, event_form(), "test")
        round_ = session.exec(select(Round)).one()
        rounds.open_round(session, round_.id or 0, "test")
        judge_id = session.exec(select(Judge.id).where(Judge.key == "J2")).one() or 0
        form = BallotForm.model_validate(
            {"uuid": uuid4(), "round": "final", "team": "T2", "base_revision": 0, "scores": {"impact": 5}}
        )
        ballots.store(session, judge_id, form)
        scored = session.exec(select(Assignment).where(Assignment.state == "done")).one()
        scored.state = "pending"  # the ballot decides, whatever the state says
        roster.store(session, event_form(conflicts=conflicts), "test")
        left = select(Team.key).join(Assignment).where(Assignment.judge_id == judge_id)
        assert sorted(session.exec(left)) == ["T1", "T2"]
        assert log(session)[-1] == ("assignment.removed", "assignment:final/J2/T3")


def test_a_second_import_says_nothing_new() -> None:
    form = event_form(conflicts=(DECLARED,))
    with memory() as session:
        roster.store(session, form, "test")
        assert not roster.store(session, form, "test")
        assert not roster.store(session, replace(form, conflicts=(replace(DECLARED, reason=None),)), "test")
