"""Who and what an event consists of: a description is stored in one transaction, by its own keys.

What the description holds is added or brought up to date; what it does not mention is kept and named in the answer.
Only a criterion that is gone from the description goes from its round too: a rubric is one thing. From a round's first
ballot on its rubric is locked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from scoreboard.errors import RubricLocked
from scoreboard.judging import ledger
from scoreboard.judging.setup.assignments import store_assignments
from scoreboard.judging.setup.changes import Changes, Recorder, said
from scoreboard.judging.setup.conflicts import store_conflicts
from scoreboard.judging.setup.describing import describe
from scoreboard.judging.setup.description import CriterionForm, EventForm, JudgeForm, RoundForm, TeamForm
from scoreboard.judging.setup.faults import Faults
from scoreboard.judging.setup.keyed import identity, store_keyed
from scoreboard.judging.setup.sides import refuse_both_sides
from scoreboard.models import (
    Award,
    Ballot,
    Criterion,
    Entry,
    Event,
    Judge,
    LateBallot,
    Organisation,
    Round,
    Team,
    Track,
)

PARTS = ("rounds", "organisations", "tracks", "awards", "teams", "judges", "conflicts", "assignments")


def store(session: Session, form: EventForm, actor: str) -> Changes:
    """Store a description in the session's transaction and tell what changed; a second time nothing does.

    Raises RubricLocked where a rubric would change under ballots, and InvalidEvent where an assignment meets a
    conflict that is stored, or a team would have too few judges; JudgeAndMember where one person would be on both
    sides. All carry all faults in ``extra["faults"]``.
    """
    event = session.exec(select(Event).where(Event.slug == form.slug)).one_or_none()
    old = describe(session, event) if event else None
    event = event or new_event(session, form)
    recorder = Recorder(session, identity(event), event.slug, actor)
    store_event(recorder, event, form, old)
    owner = {"event_id": event.id}
    rounds = store_rounds(recorder, form.rounds, old.rounds if old else ())
    organisations = store_keyed(
        recorder, "organisation", Organisation, form.organisations, old.organisations if old else (), owner
    )
    tracks = store_keyed(recorder, "track", Track, form.tracks, old.tracks if old else (), owner)
    store_keyed(
        recorder,
        "award",
        Award,
        form.awards,
        old.awards if old else (),
        owner,
        lambda award, _: {"track_id": identity(tracks[award.track]) if award.track else None},
    )
    teams = store_teams(recorder, form.teams, old.teams if old else (), organisations, tracks)
    judges = store_keyed(
        recorder,
        "judge",
        Judge,
        form.judges,
        old.judges if old else (),
        owner,
        lambda judge, row: {**home(judge, organisations), **judge_status(judge, row)},
    )
    store_conflicts(recorder, judges, teams, form.conflicts)
    store_assignments(recorder, list(rounds.values()), judges, teams, form.assignments)
    refuse_both_sides(session, identity(event))
    return recorder.changes


def new_event(session: Session, form: EventForm) -> Event:
    """Insert an event, with its empty ledger."""
    event = Event(**event_columns(form), created_at=datetime.now(UTC))
    session.add(event)
    session.flush()
    ledger.open_ledger(session, identity(event))
    return event


def event_columns(form: EventForm) -> dict[str, Any]:
    """Give what a description says of the event itself, as the table holds it."""
    return {**said(form, *PARTS), "starts_on": form.starts_on, "ends_on": form.ends_on}


def store_event(recorder: Recorder, event: Event, form: EventForm, old: EventForm | None) -> None:
    """Store what the event itself is."""
    before, after = said(old, *PARTS) if old else {}, said(form, *PARTS)
    if before == after:
        recorder.changes.unchanged["event"] += 1
        return
    for name, value in event_columns(form).items():
        setattr(event, name, value)
    recorder.session.add(event)
    recorder.record("event", "changed" if old else "added", form.slug, before, after)


def store_rounds(recorder: Recorder, new: Sequence[RoundForm], old: Sequence[RoundForm]) -> dict[str, Round]:
    """Store the rounds with their rubrics; refuse to change one that ballots follow."""
    refuse_locked(recorder, new, old)
    rows = store_keyed(
        recorder,
        "round",
        Round,
        [replace(round_, criteria=()) for round_ in new],
        [replace(round_, criteria=()) for round_ in old],
        {"event_id": recorder.event_id},
    )
    before = {round_.key: round_.criteria for round_ in old}
    for round_ in new:
        store_keyed(
            recorder,
            "criterion",
            Criterion,
            round_.criteria,
            before.get(round_.key, ()),
            {"round_id": rows[round_.key].id},
            lambda criterion, _: scale(criterion),
            within=f"{round_.key}/",
            removes=True,
        )
    return rows


def scale(criterion: CriterionForm) -> dict[str, Any]:
    """Give a criterion's numbers as the table holds them."""
    return {
        "weight": criterion.weight,
        "minimum": criterion.minimum,
        "maximum": criterion.maximum,
        "step": criterion.step,
        "top": int((criterion.maximum - criterion.minimum) / criterion.step),
    }


def refuse_locked(recorder: Recorder, new: Sequence[RoundForm], old: Sequence[RoundForm]) -> None:
    """Raise RubricLocked, with all faults, where a round's rubric would change under its ballots."""
    faults = Faults()
    before = {round_.key: round_ for round_ in old}
    scored = recorder.session.exec(
        select(Round.key, Round.finalised_at).where(
            Round.event_id == recorder.event_id,
            select(Ballot.id).where(Ballot.round_id == Round.id).exists()
            | select(LateBallot.id).where(LateBallot.round_id == Round.id).exists(),
        )
    ).all()
    for key, finalised_at in scored:
        described = next((round_ for round_ in new if round_.key == key), before[key])
        final = finalised_at is not None
        was, becomes = rubric(before[key], final=final), rubric(described, final=final)
        for path in dict.fromkeys([*was, *becomes]):
            if was.get(path) != becomes.get(path):
                faults.at("event.toml", None, f"rounds.{key}.{path}").fault(
                    "This cannot change any more, as judges have scored by it: it was %(was)s and would become "
                    "%(becomes)s.",
                    was=was.get(path, "–"),
                    becomes=becomes.get(path, "–"),
                )
    if faults.found:
        raise RubricLocked(
            "Judges have scored by this rubric, so it cannot change any more. Nothing was stored.",
            extra={"faults": [fault.as_json() for fault in faults.found]},
        )


def rubric(round_: RoundForm, *, final: bool) -> dict[str, str]:
    """Give all that decides what a ballot is worth, by its path in a round; once final also who is ranked at all."""
    parts = {"rule": round_.rule, "precedence": ", ".join(round_.precedence)}
    if final:
        parts["minimum_ballots"] = str(round_.minimum_ballots)
    for criterion in round_.criteria:
        for name in ("weight", "minimum", "maximum", "step"):
            parts[f"criteria.{criterion.key}.{name}"] = said(criterion)[name]
    return parts


def store_teams(
    recorder: Recorder,
    new: Sequence[TeamForm],
    old: Sequence[TeamForm],
    organisations: Mapping[str, Organisation],
    tracks: Mapping[str, Track],
) -> dict[str, Team]:
    """Store the teams and the tracks that they are in."""
    rows = store_keyed(
        recorder,
        "team",
        Team,
        new,
        old,
        {"event_id": recorder.event_id},
        lambda team, row: {**home(team, organisations), **team_status(team, row)},
    )
    before = {team.key: team.tracks for team in old}
    for team in new:
        if team.tracks is not None and team.tracks != before.get(team.key, frozenset()):
            team_id = identity(rows[team.key])
            recorder.session.execute(delete(Entry).where(col(Entry.team_id) == team_id))
            recorder.session.add_all(
                Entry(team_id=team_id, track_id=identity(tracks[key])) for key in sorted(team.tracks)
            )
    recorder.session.flush()
    return rows


def home(form: TeamForm | JudgeForm, organisations: Mapping[str, Organisation]) -> dict[str, Any]:
    """Give the organisation as the table holds it, where the form says one."""
    if form.organisation is None:
        return {}
    return {"organisation_id": identity(organisations[form.organisation]) if form.organisation else None}


def team_status(form: TeamForm, row: Team | None) -> dict[str, Any]:
    """Give the times of leaving as the table holds them; one that is set stays as it was."""
    if form.status is None:
        return {}
    now = datetime.now(UTC)
    withdrawn, disqualified = (row.withdrawn_at, row.disqualified_at) if row else (None, None)
    return {
        "withdrawn_at": (withdrawn or now) if form.status == "withdrawn" else None,
        "disqualified_at": (disqualified or now) if form.status == "disqualified" else None,
    }


def judge_status(form: JudgeForm, row: Judge | None) -> dict[str, Any]:
    """Give the time of leaving as the table holds it; one that is set stays as it was."""
    if form.status is None:
        return {}
    withdrawn = row.withdrawn_at if row else None
    return {"withdrawn_at": (withdrawn or datetime.now(UTC)) if form.status == "withdrawn" else None}
