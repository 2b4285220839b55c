from dataclasses import replace

from described import event_form, event_forms, memory, the_event
from hypothesis import HealthCheck, given, settings
from sqlmodel import select

from scoreboard.judging.setup import roster
from scoreboard.judging.setup.describing import describe
from scoreboard.judging.setup.description import ConflictForm, EventForm
from scoreboard.models import Assignment, Conflict, Judge, Team


def in_order(form: EventForm) -> EventForm:
    """As it is described: people by key, no language as an empty one; assignments apart."""
    return replace(
        form,
        teams=tuple(sorted(form.teams, key=lambda team: team.key)),
        judges=tuple(
            sorted(
                (replace(judge, language=judge.language or "") for judge in form.judges), key=lambda judge: judge.key
            )
        ),
        conflicts=tuple(sorted(form.conflicts, key=lambda conflict: (conflict.judge, conflict.team))),
        assignments=None,
    )


@given(event_forms())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_was_stored_is_described_as_it_was(form: EventForm) -> None:
    with memory() as session:
        roster.store(session, form, "test")
        described = describe(session, the_event(session))
    assert replace(described, assignments=None) == in_order(form)
    if form.assignments is not None:
        assert set(described.assignments or ()) == set(form.assignments)


def test_conflicts_that_follow_are_not_described() -> None:
    with memory() as session:
        roster.store(session, event_form(conflicts=(ConflictForm("J2", "T2", "Friends"),)), "test")
        assert describe(session, the_event(session)).conflicts == (ConflictForm("J2", "T2", "Friends"),)


def test_an_assignment_that_a_later_conflict_forbids_is_not_described() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        before = describe(session, the_event(session)).assignments or ()
        judge_id = session.exec(select(Judge.id).where(Judge.key == "J2")).one() or 0
        team_id = session.exec(select(Team.id).where(Team.key == "T2")).one() or 0
        session.add(Conflict(judge_id=judge_id, team_id=team_id, source="judge"))
        session.flush()
        after = describe(session, the_event(session)).assignments or ()
        assert [(each.judge, each.team) for each in before if each not in after] == [("J2", "T2")]
        assert len(session.exec(select(Assignment)).all()) == len(before)
