from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from described import (
    criterion,
    event_form,
    event_forms,
    judge,
    log,
    memory,
    round_form,
    team,
    the_event,
)
from hypothesis import HealthCheck, given, settings
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import RubricLocked
from scoreboard.judging import ballots, ledger, rounds
from scoreboard.judging.ballots import BallotForm
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.changes import Changes
from scoreboard.judging.setup.description import EventForm, Level, NamedForm
from scoreboard.models import Criterion, Event, Judge, LogEntry, Round, Team, Track


def told(changes: Changes) -> list[tuple[str, str, str]]:
    return [(change.kind, change.action, change.subject) for change in changes.changed]


def fields(changes: Changes) -> list[dict[str, tuple[object, object]]]:
    return [dict(change.fields) for change in changes.changed]


def score_one(session: Session) -> None:
    """Open the round and let J2 score T2."""
    round_ = session.exec(select(Round)).one()
    rounds.open_round(session, round_.id or 0, "test")
    judge_id = session.exec(select(Judge.id).where(Judge.key == "J2")).one() or 0
    form = BallotForm.model_validate(
        {"uuid": uuid4(), "round": "final", "team": "T2", "base_revision": 0, "scores": {"impact": 5}}
    )
    ballots.store(session, judge_id, form)


def changed(*, locked: dict[str, object]) -> EventForm:
    return event_form(rounds=(replace(round_form(), **locked),))  # type: ignore[arg-type]  # passed on


def test_an_event_is_stored_with_an_entry_for_each_thing() -> None:
    with memory() as session:
        changes = roster.store(session, event_form(), "organiser:olga")
        entries = session.exec(select(LogEntry).order_by(col(LogEntry.sequence))).all()
        assert [f"{entry.action} {entry.subject}" for entry in entries] == [
            "ledger.opened event:hack",
            "event.added event:hack",
            "round.added round:final",
            "criterion.added criterion:final/impact",
            "organisation.added organisation:roads",
            "track.added track:people",
            "track.added track:offices",
            "award.added award:best",
            "team.added team:T1",
            "team.added team:T2",
            "team.added team:T3",
            "judge.added judge:J1",
            "judge.added judge:J2",
            "conflict.added conflict:J1/T1",
            *(f"assignment.added assignment:final/{pair}" for pair in ("J1/T2", "J2/T3", "J1/T3", "J2/T1", "J2/T2")),
        ]
        assert {entry.actor for entry in entries[1:]} == {"organiser:olga"}
        assert len(changes.changed) + 1 == len(entries) == ledger.head_sequence(session, the_event(session).id or 0)


@given(event_forms())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_second_import_changes_nothing(form: EventForm) -> None:
    with memory() as session:
        roster.store(session, form, "test")
        entries = log(session)
        changes = roster.store(session, form, "test")
        assert (changes.changed, changes.kept, log(session)) == ([], [], entries)


def test_a_change_is_told_with_what_was_before() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        form = event_form(place_en="Doha", teams=(team("T1", "roads"), team("T2", name_ar="لؤلؤة"), team("T3")))
        changes = roster.store(session, form, "test")
        assert told(changes) == [("event", "changed", "hack"), ("team", "changed", "T2"), ("team", "changed", "T3")]
        assert fields(changes) == [
            {"place_en": ("", "Doha")},
            {"name_ar": ("", "لؤلؤة")},
            {"tracks": (["people"], [])},
        ]
        newest = session.exec(select(LogEntry).where(LogEntry.subject == "team:T2")).all()[-1]
        assert newest.payload == '{"after":{"name_ar":"لؤلؤة"},"before":{"name_ar":""}}'


def test_what_the_folder_does_not_mention_is_kept_and_named() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        form = event_form(
            teams=(team("T1", "roads"),), judges=(judge("J2"),), tracks=(NamedForm("people", "People", ""),)
        )
        changes = roster.store(session, form, "test")
        assert (changes.changed, changes.kept) == (
            [],
            [("track", "offices"), ("team", "T2"), ("team", "T3"), ("judge", "J1")],
        )
        assert len(session.exec(select(Team)).all()) == 3


def test_a_column_that_is_not_there_leaves_what_is_stored() -> None:
    silent = team("T3", name_ar=None, status=None, tracks=None, organisation=None, desk=None, out_reason=None)
    with memory() as session:
        form = event_form(teams=(team("T3", "roads", desk="A3", tracks=frozenset({"people"}), status="withdrawn"),))
        roster.store(session, form, "test")
        assert not roster.store(session, replace(form, teams=(silent,)), "test")
        stored = session.exec(select(Team)).one()
        assert (stored.desk, stored.organisation_id is None, stored.withdrawn_at is None) == ("A3", False, False)


def test_a_judges_own_language_stays() -> None:
    with memory() as session:
        roster.store(session, event_form(judges=(judge("J2", language="en"),)), "test")
        assert not roster.store(session, event_form(judges=(judge("J2"),)), "test")
        assert session.exec(select(Judge.language)).one() == "en"


def test_who_leaves_keeps_the_time_and_may_come_back() -> None:
    with memory() as session:
        roster.store(session, event_form(teams=(team("T1", status="withdrawn", out_reason="No time"),)), "test")
        left = session.exec(select(Team)).one().withdrawn_at
        roster.store(session, event_form(teams=(team("T1", status="withdrawn", desk="A1"),)), "test")
        stored = session.exec(select(Team)).one()
        assert left is not None
        assert (stored.withdrawn_at, stored.disqualified_at, stored.desk) == (left, None, "A1")
        roster.store(session, event_form(teams=(team("T1", status="disqualified"),)), "test")
        assert (stored.withdrawn_at is None, stored.disqualified_at is None) == (True, False)
        roster.store(session, event_form(teams=(team("T1"),)), "test")
        assert (stored.withdrawn_at, stored.disqualified_at) == (None, None)


def test_another_order_is_taken_over() -> None:
    turned = tuple(reversed(event_form().tracks))
    with memory() as session:
        roster.store(session, event_form(), "test")
        changes = roster.store(session, event_form(tracks=turned), "test")
        assert [(change.kind, change.action, change.fields) for change in changes.changed] == [
            ("track", "reordered", {"order": (["people", "offices"], ["offices", "people"])})
        ]
        assert session.exec(select(Track.key).order_by(col(Track.position))).all() == ["offices", "people"]


def test_addresses_stay_out_of_the_ledger() -> None:
    with memory() as session:
        form = event_form(judges=(judge("J2", email="ada@example.org"),))
        changes = roster.store(session, form, "test")
        assert (None, "ada@example.org") in [each.get("email") for each in fields(changes)]
        assert not any("@" in entry.payload for entry in session.exec(select(LogEntry)))
        assert session.exec(select(Judge.email)).one() == "ada@example.org"


@pytest.mark.parametrize(
    ("locked", "column", "was", "becomes"),
    [
        ({"rule": "other"}, "rule", "raw", "other"),
        ({"precedence": ("total", "median")}, "precedence", "total", "total, median"),
        ({"criteria": (criterion(weight=Decimal(2)),)}, "criteria.impact.weight", "1", "2"),
        ({"criteria": (criterion(maximum=Decimal(5)),)}, "criteria.impact.maximum", "10", "5"),
        ({"criteria": (criterion(step=Decimal("0.5")),)}, "criteria.impact.step", "1", "0.5"),
    ],
)
def test_a_rubric_is_locked_by_its_first_ballot(locked: dict[str, object], column: str, was: str, becomes: str) -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        score_one(session)
        with pytest.raises(RubricLocked) as refused:
            roster.store(session, changed(locked=locked), "test")
        assert [(fault["column"], fault["params"]) for fault in refused.value.extra["faults"]] == [
            (f"rounds.final.{column}", {"was": was, "becomes": becomes})
        ]


def test_no_criterion_comes_or_goes_after_the_first_ballot() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        score_one(session)
        with pytest.raises(RubricLocked) as refused:
            roster.store(session, changed(locked={"criteria": (criterion("pitch"),)}), "test")
        parts = ("weight", "minimum", "maximum", "step")
        assert [fault["column"] for fault in refused.value.extra["faults"]] == [
            f"rounds.final.criteria.{key}.{part}" for key in ("impact", "pitch") for part in parts
        ]


def test_words_and_the_number_of_ballots_may_change_after_the_first_ballot() -> None:
    words = criterion(name_ar="الأثر", levels=(Level(Decimal(5), "Half", ""),))
    with memory() as session:
        roster.store(session, event_form(), "test")
        score_one(session)
        changes = roster.store(session, changed(locked={"criteria": (words,), "minimum_ballots": 2}), "test")
        assert fields(changes) == [
            {"minimum_ballots": (1, 2)},
            {"name_ar": ("", "الأثر"), "levels": ([], [{"value": "5", "en": "Half", "ar": ""}])},
        ]


def test_what_is_shown_beside_the_rule_decides_nothing_and_may_change_after_the_first_ballot() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        score_one(session)
        changes = roster.store(session, changed(locked={"beside": "adaptive"}), "test")
        assert fields(changes) == [{"beside": ("", "adaptive")}]
        assert session.exec(select(Round.beside)).one() == "adaptive"


def test_how_long_a_visit_takes_decides_nothing_and_may_change_after_the_first_ballot() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        score_one(session)
        for minutes, said in ((8, (0, 8)), (0, (8, 0))):
            assert fields(roster.store(session, changed(locked={"visit_minutes": minutes}), "test")) == [
                {"visit_minutes": said}
            ]


def test_a_final_round_keeps_its_minimum_of_ballots() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        score_one(session)
        round_ = session.exec(select(Round)).one()
        round_.closed_at = round_.finalised_at = round_.opened_at
        session.flush()
        with pytest.raises(RubricLocked) as refused:
            roster.store(session, changed(locked={"minimum_ballots": 2}), "test")
        assert [fault["column"] for fault in refused.value.extra["faults"]] == ["rounds.final.minimum_ballots"]


def test_until_then_the_rubric_is_the_one_described() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        changes = roster.store(
            session, changed(locked={"criteria": (criterion("pitch"), criterion("craft", maximum=Decimal(4)))}), "test"
        )
        assert told(changes) == [
            ("criterion", "added", "final/pitch"),
            ("criterion", "added", "final/craft"),
            ("criterion", "removed", "final/impact"),
        ]
        stored = session.exec(select(Criterion).order_by(col(Criterion.position))).all()
        assert [(row.key, row.position, row.top) for row in stored] == [("pitch", 0, 10), ("craft", 1, 4)]


async def test_what_is_refused_leaves_nothing_behind(database: Database) -> None:
    await database.write(roster.store, event_form(), "test")
    await database.write(score_one)
    before = await database.read(log)
    form = replace(changed(locked={"rule": "other"}), name_en="Renamed")
    with pytest.raises(RubricLocked):
        await database.write(roster.store, form, "test")
    assert await database.read(lambda session: the_event(session).name_en) == "Hackathon"
    assert await database.read(log) == before


def test_two_events_do_not_touch() -> None:
    with memory() as session:
        roster.store(session, event_form(), "test")
        roster.store(session, event_form(slug="other", teams=(team("T1"),)), "test")
        assert not roster.store(session, event_form(), "test")
        assert len(session.exec(select(Event)).all()) == 2
