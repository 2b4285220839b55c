"""Events described in files and in forms, for tests: small ones, and any that hypothesis can think of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, col, create_engine, select

from scoreboard.errors import InvalidEvent
from scoreboard.exchange.folder import read_folder
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
    agency_conflicts,
)
from scoreboard.judging.setup.faults import Fault
from scoreboard.models import Deployment, Event, LogEntry
from scoreboard.texts import tidy

EVENT_TOML = """\
slug = "hack"
name = { en = "Hackathon", ar = "هاكاثون" }
starts_on = 2026-12-06
ends_on = 2026-12-08
time_zone = "Asia/Qatar"
language = "ar"

[[rounds]]
key = "final"
name = { en = "Final", ar = "النهائي" }

[[rounds.criteria]]
key = "impact"
name = { en = "Impact", ar = "الأثر" }
weight = 1
minimum = 0
maximum = 10
step = 1

[[organisations]]
key = "roads"
name = { en = "Roads Agency", ar = "وكالة الطرق" }

[[tracks]]
key = "people"
name = { en = "People", ar = "الأفراد" }
"""
TEAMS_CSV = "id,name_en,name_ar,organisation,tracks\nT1,Oasis,واحة,roads,people\nT2,Pearl,لؤلؤة,,\n"
JUDGES_CSV = "id,name_en,name_ar,organisation,email\nJ1,Ada,آدا,,ada@example.org\nJ2,Grace,غريس,roads,\n"
FILES = {"event.toml": EVENT_TOML, "teams.csv": TEAMS_CSV, "judges.csv": JUDGES_CSV}


def write_files(folder: Path, files: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write a sound event folder, with some files changed, added, or (None) left out."""
    for name, content in {**FILES, **(files or {})}.items():
        if content is None:
            (folder / name).unlink(missing_ok=True)
        elif isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            (folder / name).write_text(content, encoding="utf-8", newline="")
    return folder


def faults_of(folder: Path) -> list[Fault]:
    """Read a folder that has faults."""
    with pytest.raises(InvalidEvent) as refused:
        read_folder(folder)
    return [Fault.from_json(fault) for fault in refused.value.extra["faults"]]


def told(faults: list[Fault]) -> list[tuple[str, int | None, str | None, str]]:
    """What a person is told."""
    return [(fault.file, fault.row, fault.column, fault.words()) for fault in faults]


@contextmanager
def memory() -> Iterator[Session]:
    """A session on a database of its own that nothing outlives."""
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        session.add(Deployment(id=1, epoch="e", public_key="00" * 32, code_salt="00", created_at=datetime.now(UTC)))
        session.flush()
        yield session
    engine.dispose()


def the_event(session: Session) -> Event:
    """The only event of a database."""
    return session.exec(select(Event)).one()


def log(session: Session) -> list[tuple[str, str]]:
    """The ledger as action and subject, after the entry that opens it."""
    entries = session.exec(select(LogEntry).order_by(col(LogEntry.sequence))).all()
    return [(entry.action, entry.subject) for entry in entries[1:]]


def criterion(key: str = "impact", **changes: object) -> CriterionForm:
    """A criterion from 0 to 10."""
    form = CriterionForm(
        key=key,
        name_en=key,
        name_ar="",
        description_en="",
        description_ar="",
        weight=Decimal(1),
        minimum=Decimal(0),
        maximum=Decimal(10),
        step=Decimal(1),
        levels=(),
    )
    return replace(form, **changes)  # type: ignore[arg-type]  # passed on


def round_form(key: str = "final", *criteria: CriterionForm, ballots_per_team: int = 0) -> RoundForm:
    """A round; with one criterion where none is given."""
    return RoundForm(key, key, "", "raw", "", 1, ballots_per_team, ("total",), criteria or (criterion(),))


def team(key: str, organisation: str | None = "", **changes: object) -> TeamForm:
    """A team."""
    form = TeamForm(key, f"Team {key}", "", "", "", organisation, "", frozenset(), "", "", ())
    return replace(form, **changes)  # type: ignore[arg-type]  # passed on


def judge(key: str, organisation: str | None = "", **changes: object) -> JudgeForm:
    """A judge."""
    return replace(JudgeForm(key, f"Judge {key}", "", organisation, "", None, ""), **changes)  # type: ignore[arg-type]  # passed on


def event_form(**changes: object) -> EventForm:
    """Two judges, three teams, one round, one agency that a judge and a team share."""
    form = EventForm(
        slug="hack",
        name_en="Hackathon",
        name_ar="",
        place_en="",
        place_ar="",
        starts_on=date(2026, 12, 6),
        ends_on=date(2026, 12, 8),
        time_zone="Asia/Qatar",
        language="ar",
        digits="latn",
        rounds=(round_form(),),
        organisations=(NamedForm("roads", "Roads Agency", "وكالة الطرق"),),
        tracks=(NamedForm("people", "People", ""), NamedForm("offices", "Offices", "")),
        awards=(AwardForm("best", "Best", "", "people", 1),),
        teams=(team("T1", "roads"), team("T2"), team("T3", tracks=frozenset({"people"}))),
        judges=(judge("J1", "roads"), judge("J2")),
        conflicts=(),
        assignments=None,
    )
    return replace(form, **changes)  # type: ignore[arg-type]  # passed on


TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\"',;=+-@'\\#واحة"), max_size=12
).map(tidy)
NAME = TEXT.filter(bool)
KEY = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,5}", fullmatch=True)
IDENTIFIER = st.from_regex(r"[A-Z][0-9.]{0,3}", fullmatch=True)
DECIMAL = st.decimals("0.001", 50, places=3)


def keys(of: st.SearchStrategy[str], least: int = 0, most: int = 3) -> st.SearchStrategy[list[str]]:
    """Some distinct keys."""
    return st.lists(of, min_size=least, max_size=most, unique=True)


@st.composite
def criteria(draw: st.DrawFn, key: str) -> CriterionForm:
    """Any criterion."""
    minimum, step, top = draw(st.decimals(-10, 10, places=3)), draw(DECIMAL), draw(st.integers(1, 12))
    marked = draw(st.lists(st.integers(0, top), unique=True, max_size=3))
    return CriterionForm(
        key=key,
        name_en=draw(NAME),
        name_ar=draw(TEXT),
        description_en=draw(TEXT),
        description_ar=draw(TEXT),
        weight=draw(DECIMAL),
        minimum=minimum,
        maximum=minimum + top * step,
        step=step,
        levels=tuple(Level(minimum + at * step, draw(NAME), draw(TEXT)) for at in marked),
    )


@st.composite
def rounds(draw: st.DrawFn, key: str) -> RoundForm:
    """Any round that needs few judges."""
    forms = tuple(draw(criteria(key)) for key in draw(keys(KEY, least=1)))
    precedence = ("total", *(f"criterion:{form.key}" for form in forms if draw(st.booleans())))
    beside = draw(st.sampled_from(["", "adaptive", "zscore"]))
    minutes = draw(st.integers(0, 120))
    return RoundForm(key, draw(TEXT), draw(NAME), "raw", beside, 1, draw(st.integers(0, 1)), precedence, forms, minutes)


@st.composite
def event_forms(draw: st.DrawFn) -> EventForm:
    """Any event that can be described, with as many judges as its teams need."""
    organisations = tuple(NamedForm(key, draw(NAME), draw(TEXT)) for key in draw(keys(KEY)))
    tracks = tuple(NamedForm(key, draw(TEXT), draw(NAME)) for key in draw(keys(KEY)))
    homes = st.sampled_from(["", *(form.key for form in organisations)])
    stages = tuple(draw(rounds(key)) for key in draw(keys(KEY, least=1, most=2)))
    teams = tuple(
        TeamForm(
            key=key,
            name_en=draw(NAME),
            name_ar=draw(TEXT),
            project_en=draw(TEXT),
            project_ar=draw(TEXT),
            organisation=draw(homes),
            desk=draw(TEXT),
            tracks=frozenset(form.key for form in tracks if draw(st.booleans())),
            status=draw(st.sampled_from(["", "", "withdrawn", "disqualified"])),
            out_reason=draw(TEXT),
            members=tuple(draw(st.lists(st.sampled_from(["m1@team.example", "m2@team.example"]), unique=True))),
        )
        for key in draw(keys(IDENTIFIER))
    )
    guests = [
        JudgeForm(key, draw(NAME), draw(TEXT), draw(homes), "", draw(st.sampled_from([None, "ar"])), status)
        for key in draw(keys(IDENTIFIER))
        for status in [draw(st.sampled_from(["", "withdrawn"]))]
    ]
    # One who may judge everybody, so that no team is left without.
    judges = (*guests, JudgeForm("free", draw(NAME), draw(TEXT), "", "free@example.org", "en", ""))
    conflicts = tuple(
        ConflictForm(guest.key, form.key, draw(TEXT)) for guest in guests for form in teams if draw(st.booleans())
    )
    forbidden = agency_conflicts(judges, teams) | {(conflict.judge, conflict.team) for conflict in conflicts}
    pairs = [(one.key, other.key) for one in judges for other in teams if (one.key, other.key) not in forbidden]
    return EventForm(
        slug=draw(st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6})?", fullmatch=True)),
        name_en=draw(NAME),
        name_ar=draw(TEXT),
        place_en=draw(TEXT),
        place_ar=draw(TEXT),
        starts_on=date(2026, 12, 6),
        ends_on=draw(st.dates(date(2026, 12, 6), date(2027, 1, 31))),
        time_zone=draw(st.sampled_from(["Asia/Qatar", "Africa/Cairo", "UTC"])),
        language=draw(st.sampled_from(["ar", "en"])),
        digits=draw(st.sampled_from(["latn", "arab"])),
        rounds=stages,
        organisations=organisations,
        tracks=tracks,
        awards=tuple(
            AwardForm(key, draw(NAME), draw(TEXT), draw(st.sampled_from(["", *(t.key for t in tracks)])), places)
            for key in draw(keys(KEY))
            for places in [draw(st.integers(1, 3))]
        ),
        teams=teams,
        judges=judges,
        conflicts=conflicts,
        assignments=draw(
            st.none()
            | st.permutations(pairs).map(
                lambda order: tuple(AssignmentForm(stage.key, *pair) for stage in stages for pair in order)
            )
        ),
    )
