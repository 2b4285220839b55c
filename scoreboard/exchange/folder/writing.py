"""Write an event as a folder that `reading` reads: an import of what was written changes nothing."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlmodel import Session

from scoreboard.exchange.folder.files import ASSIGNMENTS, CONFLICTS, EVENT, JUDGES, TEAMS
from scoreboard.exchange.folder.people import ASSIGNMENT_COLUMNS, CONFLICT_COLUMNS, JUDGE_COLUMNS, TEAM_COLUMNS
from scoreboard.exchange.folder.sheets import write_sheet
from scoreboard.judging.setup.changes import spelled
from scoreboard.judging.setup.describing import describe
from scoreboard.judging.setup.description import CriterionForm, EventForm, JudgeForm, RoundForm, TeamForm
from scoreboard.models import Event

DELETE = "\x7f"  # the one character that JSON writes as it is and TOML does not take


def write_folder(session: Session, event: Event, path: Path) -> EventForm:
    """Write an event into the folder at `path`, which is made where it is missing; give what was written.

    Files of the same names are overwritten, conflicts.csv and assignments.csv are always written.
    """
    form = describe(session, event)
    path.mkdir(parents=True, exist_ok=True)
    (path / EVENT).write_text("\n".join(event_lines(form)) + "\n", encoding="utf-8", newline="\n")
    write_sheet(path / TEAMS, TEAM_COLUMNS, [team_cells(form, team) for team in form.teams])
    write_sheet(path / JUDGES, JUDGE_COLUMNS, [judge_cells(judge) for judge in form.judges])
    write_sheet(
        path / CONFLICTS,
        CONFLICT_COLUMNS,
        [(conflict.judge, conflict.team, conflict.reason or "") for conflict in form.conflicts],
    )
    write_sheet(
        path / ASSIGNMENTS,
        ASSIGNMENT_COLUMNS,
        [(assignment.round, assignment.judge, assignment.team) for assignment in form.assignments or ()],
    )
    return form


def team_cells(form: EventForm, team: TeamForm) -> list[str]:
    """Give a team's cells; tracks stand in the event's order."""
    tracks = [track.key for track in form.tracks if team.tracks and track.key in team.tracks]
    named = (team.name_en, team.name_ar, team.project_en, team.project_ar)
    left = (team.status, team.out_reason)
    members = ";".join(team.members or ())
    cells = (team.key, *named, team.organisation, team.desk, ";".join(tracks), *left, members)
    return [cell or "" for cell in cells]


def judge_cells(judge: JudgeForm) -> list[str]:
    """Give a judge's cells."""
    named = (judge.name_en, judge.name_ar)
    cells = (judge.key, *named, judge.organisation, judge.email, judge.language, judge.status)
    return [cell or "" for cell in cells]


def event_lines(form: EventForm) -> Iterator[str]:
    """Write event.toml."""
    yield line("slug", form.slug)
    yield line("name", words(form.name_en, form.name_ar))
    if form.place_en or form.place_ar:
        yield line("place", words(form.place_en, form.place_ar))
    yield line("starts_on", form.starts_on)
    yield line("ends_on", form.ends_on)
    yield line("time_zone", form.time_zone)
    yield line("language", form.language)
    yield line("digits", form.digits)
    if form.four_eyes:
        yield "four_eyes = true"
    for round_ in form.rounds:
        yield from round_lines(round_)
    for title, parts in (("organisations", form.organisations), ("tracks", form.tracks)):
        for part in parts:
            yield from ("", f"[[{title}]]")
            yield line("key", part.key)
            yield line("name", words(part.name_en, part.name_ar))
    for award in form.awards:
        yield from ("", "[[awards]]")
        yield line("key", award.key)
        yield line("name", words(award.name_en, award.name_ar))
        if award.track:
            yield line("track", award.track)
        yield line("places", award.places)


def round_lines(round_: RoundForm) -> Iterator[str]:
    """Write a round with its rubric."""
    yield from ("", "[[rounds]]")
    yield line("key", round_.key)
    yield line("name", words(round_.name_en, round_.name_ar))
    yield line("rule", round_.rule)
    if round_.beside:
        yield line("beside", round_.beside)
    yield line("minimum_ballots", round_.minimum_ballots)
    yield line("ballots_per_team", round_.ballots_per_team)
    if round_.visit_minutes:
        yield line("visit_minutes", round_.visit_minutes)
    yield line("precedence", round_.precedence)
    for criterion in round_.criteria:
        yield from criterion_lines(criterion)


def criterion_lines(criterion: CriterionForm) -> Iterator[str]:
    """Write a criterion with its levels."""
    yield from ("", "[[rounds.criteria]]")
    yield line("key", criterion.key)
    yield line("name", words(criterion.name_en, criterion.name_ar))
    if criterion.description_en or criterion.description_ar:
        yield line("description", words(criterion.description_en, criterion.description_ar))
    yield line("weight", criterion.weight)
    yield line("minimum", criterion.minimum)
    yield line("maximum", criterion.maximum)
    yield line("step", criterion.step)
    if criterion.levels:
        yield "levels = ["
        for level in criterion.levels:
            yield f"  {inline({'value': level.value, **words(level.en, level.ar)})},"
        yield "]"


def words(english: str, arabic: str) -> dict[str, str]:
    """Give a text by language, without the language that has none."""
    return {code: text for code, text in (("en", english), ("ar", arabic)) if text}


Value = str | int | Decimal | date | Mapping[str, str] | tuple[str, ...]


def line(key: str, value: Value) -> str:
    """Write one key."""
    return f"{key} = {spelt(value)}"


def spelt(value: Value) -> str:
    """Write a value as TOML."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False).replace(DELETE, "\\u007f")
        case Decimal():
            return spelled(value)
        case Mapping():
            return inline(value)
        case tuple():
            return f"[{', '.join(spelt(part) for part in value)}]"
        case date():
            return value.isoformat()
        case int():
            return str(value)


def inline(parts: Mapping[str, str | Decimal]) -> str:
    """Write a table on one line."""
    return "{ " + ", ".join(f"{key} = {spelt(value)}" for key, value in parts.items()) + " }"
