from collections import Counter
from dataclasses import replace

import pytest
from described import event_form, judge, log, memory, round_form, team, the_event
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from scoreboard.errors import InvalidEvent
from scoreboard.judging import rounds
from scoreboard.judging.duty.visits import Pair
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.assignments import by_number, plan, shortages, visits_of
from scoreboard.judging.setup.description import AssignmentForm, ConflictForm, EventForm
from scoreboard.judging.setup.panels import groups_of
from scoreboard.models import Round

Plan = tuple[list[str], list[str], set[Pair], int]


def keys(letter: str, count: int) -> list[str]:
    return [f"{letter}{number}" for number in range(count)]


@st.composite
def wishes(draw: st.DrawFn) -> Plan:
    """Judges, teams, conflicts, and a number of ballots that can be had."""
    judges, teams = keys("J", draw(st.integers(1, 7))), keys("T", draw(st.integers(1, 12)))
    conflicts = draw(st.sets(st.tuples(st.sampled_from(judges), st.sampled_from(teams)), max_size=12))
    available = min(sum((judge, team) not in conflicts for judge in judges) for team in teams)
    return judges, teams, conflicts, draw(st.integers(0, available))


def stored_round(session: Session) -> Round:
    return session.exec(select(Round)).one()


def visits(session: Session) -> list[str]:
    return [f"{judge} {team}" for judge, team in visits_of(session, stored_round(session))]


@given(wishes())
def test_every_team_has_its_judges_and_nobody_meets_a_conflict(wish: Plan) -> None:
    judges, teams, conflicts, ballots_per_team = wish
    pairs = plan(*wish)
    assert len(set(pairs)) == len(pairs)
    assert conflicts.isdisjoint(pairs)
    if ballots_per_team:
        assert Counter(team for _, team in pairs) == dict.fromkeys(teams, ballots_per_team)
    else:
        assert set(pairs) == {(judge, team) for judge in judges for team in teams} - conflicts


@given(st.integers(1, 9), st.integers(1, 30), st.data())
def test_without_conflicts_loads_differ_by_one_and_judges_overlap(judges: int, teams: int, data: st.DataObject) -> None:
    ballots_per_team = data.draw(st.integers(1, judges))
    pairs = plan(keys("J", judges), keys("T", teams), (), ballots_per_team)
    load = Counter(dict.fromkeys(keys("J", judges), 0))
    load.update(judge for judge, _ in pairs)
    assert max(load.values()) - min(load.values()) <= 1
    if ballots_per_team * teams >= judges + teams - 1:
        assert len(groups_of(pairs)) == 1


@given(wishes())
def test_a_plan_is_the_same_each_time_and_nothing_is_missing_from_it(wish: Plan) -> None:
    pairs = plan(*wish)
    assert plan(*wish) == pairs
    assert plan(*wish, existing=pairs) == []


def test_judges_overlap_where_conflicts_alone_would_part_them() -> None:
    pairs = plan(keys("J", 5), keys("T", 5), {("J2", "T1"), ("J2", "T3")}, 2)
    assert len(groups_of(pairs)) == 1


@given(wishes(), st.data())
def test_what_exists_is_counted_and_only_gaps_are_filled(wish: Plan, data: st.DataObject) -> None:
    pairs = plan(*wish)
    kept = data.draw(st.sets(st.sampled_from(pairs))) if pairs else set()
    filled = plan(*wish, existing=kept)
    assert kept.isdisjoint(filled)
    assert Counter(team for _, team in [*kept, *filled]) == Counter(team for _, team in pairs)


def test_ballots_of_judges_who_left_count() -> None:
    assert plan(["J1"], ["T1"], (), 2, [("gone", "T1")]) == [("J1", "T1")]


def test_a_team_with_too_few_judges_is_named() -> None:
    assert shortages(["J1", "J2"], ["T1", "T2"], {("J2", "T2")}, 2) == {"T2": 1}
    with pytest.raises(InvalidEvent) as refused:
        plan(["J1", "J2"], ["T1", "T2"], {("J2", "T2")}, 2)
    assert str(refused.value) == "Too few judges may judge team T2: needed 2, available 1."


def test_tables_are_sorted_as_people_do() -> None:
    assert sorted(["A10", "A2", "", "B1"], key=by_number) == ["", "A2", "A10", "B1"]


def test_the_default_gives_everybody_all_they_may_judge() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        assert sorted(visits(session)) == ["J1 T2", "J1 T3", "J2 T1", "J2 T2", "J2 T3"]


def with_assignments(form: EventForm, *pairs: str) -> EventForm:
    return replace(form, assignments=tuple(AssignmentForm("final", *pair.split()) for pair in pairs))


def test_described_assignments_are_taken_in_their_order() -> None:
    with memory() as session:
        roster.store(session, with_assignments(event_form(), "J2 T3", "J1 T2", "J2 T1"), "test")
        assert visits(session) == ["J1 T2", "J2 T3", "J2 T1"]


def test_another_order_of_visits_is_taken_over_and_recorded_once() -> None:
    with memory() as session:
        roster.store(session, with_assignments(event_form(), "J2 T3", "J2 T1", "J2 T2"), "test")
        changes = roster.store(session, with_assignments(event_form(), "J2 T1", "J2 T2", "J2 T3"), "test")
        assert visits(session) == ["J2 T1", "J2 T2", "J2 T3"]
        assert [(change.action, change.subject) for change in changes.changed] == [("reordered", "final/J2")]


def test_assignments_that_a_file_lacks_are_kept_and_named() -> None:
    with memory() as session:
        roster.store(session, with_assignments(event_form(), "J2 T3", "J2 T1"), "test")
        changes = roster.store(session, with_assignments(event_form(), "J2 T2", "J2 T1"), "test")
        assert visits(session) == ["J2 T2", "J2 T1", "J2 T3"]
        assert changes.kept == [("assignment", "final/J2/T3")]


def test_a_new_team_is_given_to_everybody_and_the_rest_stays() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        before = visits(session)
        form = event_form(teams=(*event_form().teams, team("T4")))
        changes = roster.store(session, form, "test")
        assert set(visits(session)) - set(before) == {"J1 T4", "J2 T4"}
        assert [each for each in visits(session) if each in before] == before
        assert changes.counts() == {("team", "added"): 1, ("assignment", "added"): 2}


def test_a_judge_who_withdraws_leaves_the_unscored_teams_to_others() -> None:
    form = event_form(
        rounds=(round_form(ballots_per_team=1),), teams=(team("T1"), team("T2")), judges=(judge("J1"), judge("J2"))
    )
    with memory() as session:
        roster.store(session, form, "test")
        assert visits(session) == ["J1 T1", "J2 T2"]
        roster.store(session, replace(form, judges=(judge("J1"), judge("J2", status="withdrawn"))), "test")
        assert visits(session) == ["J1 T1", "J1 T2"]
        assert log(session)[-2:] == [
            ("assignment.removed", "assignment:final/J2/T2"),
            ("assignment.added", "assignment:final/J1/T2"),
        ]


def test_a_closed_round_gets_nothing_by_default() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        before = visits(session)
        round_id = stored_round(session).id or 0
        rounds.open_round(session, round_id, "test")
        rounds.close(session, round_id, "test")
        roster.store(session, event_form(teams=(*event_form().teams, team("T4"))), "test")
        assert visits(session) == before


def test_a_file_cannot_assign_what_somebody_declared_a_conflict() -> None:
    with memory() as session:
        form = event_form(conflicts=(ConflictForm("J2", "T2", "Friends"),))
        roster.store(session, form, "test")
        with pytest.raises(InvalidEvent) as refused:
            roster.store(session, with_assignments(event_form(), "J2 T1", "J2 T2"), "test")
    assert [fault["params"] for fault in refused.value.extra["faults"]] == [{"judge": "J2", "team": "T2"}]


def test_shortages_of_all_rounds_are_told_together() -> None:
    form = event_form(rounds=(round_form("one", ballots_per_team=2), round_form("two", ballots_per_team=2)))
    with memory() as session:
        with pytest.raises(InvalidEvent) as refused:
            roster.store(session, form, "test")
        assert [fault["column"] for fault in refused.value.extra["faults"]] == [
            "rounds.one.ballots_per_team",
            "rounds.two.ballots_per_team",
        ]
        assert the_event(session).slug == "hack"  # whoever called rolls back
