"""The tables of an event's people, rounds and duties, held against what the entries came to."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlmodel import Session, col, select

from scoreboard.judging.access import told_apart
from scoreboard.judging.setup.changes import public, said
from scoreboard.judging.setup.conflicts import described, stored_conflicts
from scoreboard.judging.setup.describing import describe
from scoreboard.judging.setup.roster import PARTS
from scoreboard.judging.verification.hall_rows import (
    stored_absences,
    stored_papers,
    stored_signatures,
    told_absences,
    told_papers,
    told_signatures,
)
from scoreboard.judging.verification.replay.course import Course, RoundCourse
from scoreboard.judging.verification.replay.roster import OWN_CHOICE
from scoreboard.judging.verification.times import near
from scoreboard.judging.verification.verdict import Check, Verdict
from scoreboard.models import Assignment, Event, Judge, JudgeDevice, JudgeLink, Membership, Organiser, Round, Team

STEPS: Final = ("opened", "paused", "frozen", "thawed", "closed", "finalised")
TIMES: Final = {*STEPS, "signed"}
UNREADABLE: Final = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError)
Fields = Mapping[str, Any]


def compare_roster(session: Session, event: Event, course: Course, verdict: Verdict) -> None:
    """Note a fault for each row that no entry tells of, that is not there, or that says something else."""
    try:
        found = list(kinds(session, event, course))
    except UNREADABLE as failure:
        verdict.blame(
            Check.ROWS,
            None,
            "The tables of the roster hold something that cannot be read: %(words)s.",
            words=str(failure),
        )
        return
    for kind, told, stored in found:
        for key in sorted(told.keys() | stored.keys()):
            compare(verdict, course, kind, key, told.get(key), stored.get(key))


def kinds(
    session: Session, event: Event, course: Course
) -> Iterator[tuple[str, Mapping[str, Fields], Mapping[str, Fields]]]:
    """Every kind of row: what the entries tell of it, and what is stored, by key."""
    form = describe(session, event)
    yield "event", course.of("event"), {form.slug: said(form, *PARTS)}
    for kind, forms in (
        ("organisation", form.organisations),
        ("track", form.tracks),
        ("award", form.awards),
        ("team", form.teams),
        ("judge", form.judges),
    ):
        yield kind, course.of(kind), {thing.key: said(thing) for thing in forms}
    yield (
        "round",
        {key: told.told for key, told in course.rounds.items()},
        {round_.key: said(round_, "criteria") for round_ in form.rounds},
    )
    yield (
        "criterion",
        {f"{key}/{name}": told for key, round_ in course.rounds.items() for name, told in round_.criteria.items()},
        {f"{round_.key}/{part.key}": said(part) for round_ in form.rounds for part in round_.criteria},
    )
    yield (
        "conflict",
        {"/".join(pair): told for pair, told in course.conflicts.items()},
        {f"{judge}/{team}": described(row) for row, judge, team in stored_conflicts(session, event.id or 0)},
    )
    yield "member", course.of("member"), stored_members(session, event)
    yield "assignment", *differing(told_duties(course), stored_duties(session, event))
    yield "phase", {key: told_phase(round_) for key, round_ in course.rounds.items()}, stored_phases(session, event)
    yield "link", told_links(course), stored_links(session, event)
    yield "device", told_devices(course), stored_devices(session, event)
    yield "signature", told_signatures(course), stored_signatures(session, event)
    yield "paper", told_papers(course), stored_papers(session, event)
    yield "absence", told_absences(course), stored_absences(session, event)


def differing(
    told: Mapping[str, Fields], stored: Mapping[str, Fields]
) -> tuple[Mapping[str, Fields], Mapping[str, Fields]]:
    """Leave out, of very many, what is the same on both sides."""
    return (
        {key: fields for key, fields in told.items() if stored.get(key) != fields},
        {key: fields for key, fields in stored.items() if told.get(key) != fields},
    )


def compare(verdict: Verdict, course: Course, kind: str, key: str, told: Fields | None, stored: Fields | None) -> None:
    """Compare one row with what was told of it."""
    subject = {
        "phase": f"round:{key}",
        "link": f"judge:{key.rsplit('/', 1)[0]}",
        "device": f"judge:{key.rsplit('/', 2)[0]}",
    }.get(kind, f"{kind}:{key}")
    sequence = course.spoken.get(subject)
    if told is None:
        verdict.blame(Check.ROWS, sequence, "%(kind)s %(key)s is stored, and no entry tells of it.", kind=kind, key=key)
        return
    if stored is None:
        verdict.blame(
            Check.ROWS,
            sequence,
            "%(kind)s %(key)s is not stored; entry %(sequence)s tells of it.",
            kind=kind,
            key=key,
            sequence=sequence or 0,
        )
        return
    for name in sorted(told.keys() | stored.keys()):
        expected, found = told.get(name) or None, public(name, stored.get(name)) or None
        if (kind, name) not in OWN_CHOICE and not (near(found, expected) if name in TIMES else found == expected):
            verdict.blame(
                Check.ROWS,
                sequence,
                "%(kind)s %(key)s is stored with %(name)s %(found)s; the entries say %(expected)s.",
                kind=kind,
                key=key,
                name=name,
                found=str(found),
                expected=str(expected),
            )


def stored_members(session: Session, event: Event) -> dict[str, Fields]:
    """Who has which role at the event, by the table."""
    return {
        name: {"role": role}
        for name, role in session.exec(
            select(Organiser.name, Membership.role)
            .join(Membership, col(Membership.organiser_id) == Organiser.id)
            .where(Membership.event_id == event.id)
        )
    }


def told_phase(round_: RoundCourse) -> Fields:
    """When the steps of a round were taken, by its entries."""
    return {name: round_.at.get(name) for name in STEPS}


def stored_phases(session: Session, event: Event) -> dict[str, Fields]:
    """The same by the table."""
    return {
        round_.key: {name: at.isoformat() if (at := getattr(round_, f"{name}_at")) else None for name in STEPS}
        for round_ in session.exec(select(Round).where(Round.event_id == event.id))
    }


def told_duties(course: Course) -> dict[str, Fields]:
    """The assignments by their entries, each with its state and its place among the judge's visits."""
    found: dict[str, Fields] = {}
    for round_ in course.rounds.values():
        visits: dict[str, int] = {}
        for (judge, team), state in round_.assignments.items():
            visits[judge] = visits.get(judge, 0) + 1
            found[f"{round_.key}/{judge}/{team}"] = {"state": state, "visit": visits[judge]}
    return found


def stored_duties(session: Session, event: Event) -> dict[str, Fields]:
    """The same by the table."""
    found: dict[str, Fields] = {}
    visits: dict[tuple[str, str], int] = {}
    for round_, judge, team, state in session.exec(
        select(Round.key, Judge.key, Team.key, Assignment.state)
        .join(Assignment, col(Assignment.round_id) == Round.id)
        .join(Judge, col(Judge.id) == Assignment.judge_id)
        .join(Team, col(Team.id) == Assignment.team_id)
        .where(Round.event_id == event.id)
        .order_by(col(Assignment.position), col(Assignment.id))
    ):
        visits[round_, judge] = visits.get((round_, judge), 0) + 1
        found[f"{round_}/{judge}/{team}"] = {"state": state, "visit": visits[round_, judge]}
    return found


def told_links(course: Course) -> dict[str, Fields]:
    """The links that judges were given by the entries, and which were revoked."""
    return {
        f"{judge}/{name}": {"revoked": not link.good}
        for judge, links in course.links.items()
        for name, link in links.items()
    }


def stored_links(session: Session, event: Event) -> dict[str, Fields]:
    """The same by the table."""
    return {
        f"{judge}/{told_apart(secret_hash)['link']}": {"revoked": revoked_at is not None}
        for judge, secret_hash, revoked_at in session.exec(
            select(Judge.key, JudgeLink.secret_hash, JudgeLink.revoked_at)
            .join(JudgeLink, col(JudgeLink.judge_id) == Judge.id)
            .where(Judge.event_id == event.id)
        )
    }


def told_devices(course: Course) -> dict[str, Fields]:
    """The devices that judges came in on by the entries, and which were signed out for good."""
    return {
        f"{judge}/{link_name}/{key}": {"name": device.name, "revoked": not device.good}
        for judge, links in course.links.items()
        for link_name, link in links.items()
        for key, device in link.devices.items()
    }


def stored_devices(session: Session, event: Event) -> dict[str, Fields]:
    """The same by the table."""
    return {
        f"{judge}/{told_apart(link.secret_hash)['link']}/{device.key}": {
            "name": device.name,
            "revoked": device.revoked_at is not None or link.revoked_at is not None,
        }
        for judge, link, device in session.exec(
            select(Judge.key, JudgeLink, JudgeDevice)
            .join(JudgeLink, col(JudgeLink.judge_id) == Judge.id)
            .join(JudgeDevice, col(JudgeDevice.link_id) == JudgeLink.id)
            .where(Judge.event_id == event.id)
        )
    }
