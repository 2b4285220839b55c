"""What is stored of an event, described as an organiser would: the other way round from `roster`."""

from collections import defaultdict
from decimal import Decimal

from sqlmodel import Session, col, select

from scoreboard.judging.setup.description import (
    AssignmentForm,
    AwardForm,
    ConflictForm,
    CriterionForm,
    EventForm,
    JudgeForm,
    Level,
    NamedForm,
    RoundForm,
    TeamForm,
)
from scoreboard.models import (
    Assignment,
    Award,
    Conflict,
    Criterion,
    Entry,
    Event,
    Judge,
    Organisation,
    Round,
    Team,
    Track,
)


def describe(session: Session, event: Event) -> EventForm:
    """Describe an event as it is stored, with nothing left unsaid.

    Conflicts that follow from organisations are left out, since they follow again; so are assignments that a later
    conflict forbids and that are kept for their ballots.
    """
    organisations = session.exec(
        select(Organisation).where(Organisation.event_id == event.id).order_by(col(Organisation.id))
    ).all()
    tracks = session.exec(
        select(Track).where(Track.event_id == event.id).order_by(col(Track.position), col(Track.id))
    ).all()
    awards = session.exec(
        select(Award).where(Award.event_id == event.id).order_by(col(Award.position), col(Award.id))
    ).all()
    organisation_keys = {row.id: row.key for row in organisations}
    track_keys = {row.id: row.key for row in tracks}
    return EventForm(
        slug=event.slug,
        name_en=event.name_en,
        name_ar=event.name_ar,
        place_en=event.place_en,
        place_ar=event.place_ar,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        time_zone=event.time_zone,
        language=event.language,
        digits=event.digits,
        four_eyes=event.four_eyes,
        rounds=described_rounds(session, event),
        organisations=tuple(NamedForm(row.key, row.name_en, row.name_ar) for row in organisations),
        tracks=tuple(NamedForm(row.key, row.name_en, row.name_ar) for row in tracks),
        awards=tuple(
            AwardForm(row.key, row.name_en, row.name_ar, track_keys.get(row.track_id, ""), row.places) for row in awards
        ),
        teams=described_teams(session, event, organisation_keys, track_keys),
        judges=tuple(
            JudgeForm(
                key=row.key,
                name_en=row.name_en,
                name_ar=row.name_ar,
                organisation=organisation_keys.get(row.organisation_id, ""),
                email=row.email,
                language=row.language,
                status="withdrawn" if row.withdrawn_at else "",
            )
            for row in session.exec(select(Judge).where(Judge.event_id == event.id).order_by(col(Judge.key)))
        ),
        conflicts=described_conflicts(session, event),
        assignments=described_assignments(session, event),
    )


def described_rounds(session: Session, event: Event) -> tuple[RoundForm, ...]:
    """Describe the rounds with their rubrics, in order."""
    return tuple(
        RoundForm(
            key=row.key,
            name_en=row.name_en,
            name_ar=row.name_ar,
            rule=row.rule,
            beside=row.beside,
            minimum_ballots=row.minimum_ballots,
            ballots_per_team=row.ballots_per_team,
            visit_minutes=row.visit_minutes,
            precedence=tuple(row.precedence),
            criteria=tuple(
                CriterionForm(
                    key=criterion.key,
                    name_en=criterion.name_en,
                    name_ar=criterion.name_ar,
                    description_en=criterion.description_en,
                    description_ar=criterion.description_ar,
                    weight=criterion.weight,
                    minimum=criterion.minimum,
                    maximum=criterion.maximum,
                    step=criterion.step,
                    levels=tuple(
                        Level(Decimal(level["value"]), level["en"], level["ar"]) for level in criterion.levels
                    ),
                )
                for criterion in session.exec(
                    select(Criterion)
                    .where(Criterion.round_id == row.id)
                    .order_by(col(Criterion.position), col(Criterion.id))
                )
            ),
        )
        for row in session.exec(
            select(Round).where(Round.event_id == event.id).order_by(col(Round.position), col(Round.id))
        )
    )


def described_teams(
    session: Session, event: Event, organisations: dict[int | None, str], tracks: dict[int | None, str]
) -> tuple[TeamForm, ...]:
    """Describe the teams, by key, with the tracks that they are in."""
    entries: dict[int | None, set[str]] = defaultdict(set)
    for team_id, track_id in session.exec(
        select(Entry.team_id, Entry.track_id).join(Team, col(Team.id) == Entry.team_id).where(Team.event_id == event.id)
    ):
        entries[team_id].add(tracks[track_id])
    return tuple(
        TeamForm(
            key=row.key,
            name_en=row.name_en,
            name_ar=row.name_ar,
            project_en=row.project_en,
            project_ar=row.project_ar,
            organisation=organisations.get(row.organisation_id, ""),
            desk=row.desk,
            tracks=frozenset(entries[row.id]),
            status="disqualified" if row.disqualified_at else "withdrawn" if row.withdrawn_at else "",
            out_reason=row.out_reason,
            members=tuple(row.members),
        )
        for row in session.exec(select(Team).where(Team.event_id == event.id).order_by(col(Team.key)))
    )


def described_conflicts(session: Session, event: Event) -> tuple[ConflictForm, ...]:
    """Describe the conflicts that somebody declared."""
    return tuple(
        ConflictForm(judge, team, reason)
        for judge, team, reason in session.exec(
            select(Judge.key, Team.key, Conflict.reason)
            .join(Judge, col(Judge.id) == Conflict.judge_id)
            .join(Team, col(Team.id) == Conflict.team_id)
            .where(Judge.event_id == event.id, Conflict.source != "organisation")
            .order_by(Judge.key, Team.key)
        )
    )


def described_assignments(session: Session, event: Event) -> tuple[AssignmentForm, ...]:
    """Describe the assignments, by round and judge in order of visits."""
    forbidden = (
        select(Conflict.id)
        .where(Conflict.judge_id == Assignment.judge_id, Conflict.team_id == Assignment.team_id)
        .exists()
    )
    return tuple(
        AssignmentForm(round_, judge, team)
        for round_, judge, team in session.exec(
            select(Round.key, Judge.key, Team.key)
            .join(Assignment, col(Assignment.round_id) == Round.id)
            .join(Judge, col(Judge.id) == Assignment.judge_id)
            .join(Team, col(Team.id) == Assignment.team_id)
            .where(Round.event_id == event.id, ~forbidden)
            .order_by(col(Round.position), col(Round.id), Judge.key, col(Assignment.position), col(Assignment.id))
        )
    )
