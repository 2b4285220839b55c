"""teams.csv, judges.csv, conflicts.csv and assignments.csv, each row held against what the other files declare."""

import re
from collections.abc import Collection

from scoreboard.exchange.folder.event import Keys
from scoreboard.exchange.folder.files import (
    ASSIGNMENTS,
    CONFLICTS,
    JUDGES,
    LONG,
    TEAMS,
    Folder,
    listed,
    shortened,
)
from scoreboard.exchange.folder.sheets import Row, read_sheet
from scoreboard.judging.setup.description import AssignmentForm, ConflictForm, JudgeForm, TeamForm
from scoreboard.judging.setup.faults import nearest

TEAM_COLUMNS = (
    "id",
    "name_en",
    "name_ar",
    "project_en",
    "project_ar",
    "organisation",
    "table",
    "tracks",
    "status",
    "reason",
    "members",
)
JUDGE_COLUMNS = ("id", "name_en", "name_ar", "organisation", "email", "language", "status")
CONFLICT_COLUMNS = ("judge", "team", "reason")
ASSIGNMENT_COLUMNS = ("round", "judge", "team")

TEAM_STATES = ("withdrawn", "disqualified")
JUDGE_STATES = ("withdrawn",)
LANGUAGES = ("ar", "en")

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")

Ids = tuple[str, ...] | None  # what may be referred to; None where that is not known


def read_teams(folder: Folder, keys: Keys) -> tuple[list[tuple[Row, TeamForm]], Ids]:
    """Read the teams, each with its row, and their ids."""
    sheet = read_sheet(folder, TEAMS, TEAM_COLUMNS, ("id",))
    seen: dict[str, str] = {}
    teams = []
    for row in sheet.rows:
        key = read_id(row, seen)
        name_en, name_ar = read_name(row)
        teams.append(
            (
                row,
                TeamForm(
                    key=key,
                    name_en=name_en,
                    name_ar=name_ar,
                    project_en=row.cell("project_en"),
                    project_ar=row.cell("project_ar"),
                    organisation=read_organisation(row, keys),
                    desk=row.cell("table"),
                    tracks=read_tracks(row, keys),
                    status=read_word(row, "status", TEAM_STATES),
                    out_reason=row.cell("reason", LONG),
                    members=read_members(row),
                ),
            )
        )
    return teams, tuple(seen.values()) if sheet.whole else None


def read_judges(folder: Folder, keys: Keys) -> tuple[list[tuple[Row, JudgeForm]], Ids]:
    """Read the judges, each with its row, and their ids."""
    sheet = read_sheet(folder, JUDGES, JUDGE_COLUMNS, ("id",))
    seen: dict[str, str] = {}
    judges = []
    for row in sheet.rows:
        key = read_id(row, seen)
        name_en, name_ar = read_name(row)
        judges.append(
            (
                row,
                JudgeForm(
                    key=key,
                    name_en=name_en,
                    name_ar=name_ar,
                    organisation=read_organisation(row, keys),
                    email=read_email(row),
                    # An empty cell leaves the language that a judge has chosen.
                    language=read_word(row, "language", LANGUAGES) or None,
                    status=read_word(row, "status", JUDGE_STATES),
                ),
            )
        )
    return judges, tuple(seen.values()) if sheet.whole else None


def read_conflicts(folder: Folder, judges: Ids, teams: Ids) -> list[ConflictForm]:
    """Read who must not judge whom."""
    conflicts = []
    seen = set()
    for row in read_sheet(folder, CONFLICTS, CONFLICT_COLUMNS, ("judge", "team")).rows:
        judge, team = read_judge(row, judges), read_team(row, teams)
        if (judge, team) in seen:
            row.at("team").fault(
                "Judge %(judge)s and team %(team)s stand together in an earlier row already.", judge=judge, team=team
            )
        seen.add((judge, team))
        conflicts.append(ConflictForm(judge, team, row.cell("reason", LONG)))
    return conflicts


def read_assignments(
    folder: Folder, keys: Keys, judges: Ids, teams: Ids
) -> tuple[list[tuple[Row, AssignmentForm]] | None, bool]:
    """Read who judges whom, in the order of visits (None without the file), and whether that is all."""
    if not (folder.path / ASSIGNMENTS).exists():
        folder.text(ASSIGNMENTS)  # it may be there under another name
        return None, True
    sheet = read_sheet(folder, ASSIGNMENTS, ASSIGNMENT_COLUMNS, ASSIGNMENT_COLUMNS)
    assignments = []
    seen = set()
    for row in sheet.rows:
        form = AssignmentForm(read_round(row, keys), read_judge(row, judges), read_team(row, teams))
        if form in seen:
            row.at("team").fault(
                "Judge %(judge)s and team %(team)s stand together in an earlier row already.",
                judge=form.judge,
                team=form.team,
            )
        seen.add(form)
        assignments.append((row, form))
    return assignments, sheet.whole


def read_id(row: Row, seen: dict[str, str]) -> str:
    """Read what tells a person from others; ids that differ in letter case only are taken for a slip."""
    key = row.cells.get("id", "")
    if not key:
        row.at("id").fault("The id is missing. Any short mark will do that stays the same, such as T01.")
    elif not IDENTIFIER.fullmatch(key):
        row.at("id").fault(
            "%(found)s cannot be an id: use up to 64 letters A-Z a-z, digits, and . - _ after the first.",
            found=shortened(key),
        )
    elif key.casefold() in seen:
        row.at("id").fault("The id %(found)s is used twice; each row needs its own.", found=key)
    if key:
        seen.setdefault(key.casefold(), key)
    return key


def read_name(row: Row) -> tuple[str | None, str | None]:
    """Read a name in two languages, one of which may be missing."""
    english, arabic = row.cell("name_en"), row.cell("name_ar")
    if not english and not arabic:
        row.at("name_en").fault("The name is missing. Write it in name_en, in name_ar, or in both.")
    return english, arabic


def read_organisation(row: Row, keys: Keys) -> str | None:
    """Read where somebody works."""
    found = row.cell("organisation")
    if found and keys.organisations is not None and found not in keys.organisations:
        row.at("organisation").fault(
            "There is no organisation %(found)s in event.toml; there are: %(known)s.",
            found=shortened(found),
            known=nearest(found, keys.organisations),
        )
    return found


def read_tracks(row: Row, keys: Keys) -> frozenset[str] | None:
    """Read the tracks that a team is in, with ; between them."""
    text = row.cell("tracks")
    if text is None:
        return None
    tracks = [track for part in text.split(";") if (track := part.strip())]
    for found in tracks:
        if keys.tracks is not None and found not in keys.tracks:
            row.at("tracks").fault(
                "There is no track %(found)s in event.toml; there are: %(known)s.",
                found=shortened(found),
                known=nearest(found, keys.tracks),
            )
    return frozenset(tracks)


def read_word(row: Row, column: str, words: tuple[str, ...]) -> str | None:
    """Read one of several words, or nothing."""
    text = row.cell(column)
    word = text.casefold() if text else text
    if word and word not in words:
        row.at(column).fault(
            "%(found)s is not known here; write one of: %(known)s. Or leave the cell empty.",
            found=shortened(word),
            known=listed(words),
        )
    return word


def read_email(row: Row) -> str | None:
    """Read an e-mail address, or nothing."""
    email = row.cell("email")
    if email:
        check_email(row, "email", email)
    return email


def read_members(row: Row) -> tuple[str, ...] | None:
    """Read the e-mail addresses of a team's members, with ; between them, each once."""
    text = row.cell("members", LONG)
    if text is None:
        return None
    found = tuple(dict.fromkeys(address for part in text.split(";") if (address := part.strip())))
    for address in found:
        check_email(row, "members", address)
    return found


def check_email(row: Row, column: str, address: str) -> None:
    """Note what is no e-mail address."""
    if not EMAIL.fullmatch(address):
        row.at(column).fault(
            "%(found)s is not an e-mail address; one looks like name@example.org.", found=shortened(address)
        )


def read_round(row: Row, keys: Keys) -> str:
    """Read a reference to a round."""
    found = row.cells["round"]
    if unknown(found, keys.rounds):
        row.at("round").fault(
            "There is no round %(found)s in event.toml; there are: %(known)s.",
            found=shortened(found) or "–",
            known=nearest(found, keys.rounds or ()),
        )
    return found


def read_judge(row: Row, judges: Ids) -> str:
    """Read a reference to a judge."""
    found = row.cells["judge"]
    if unknown(found, judges):
        row.at("judge").fault(
            "There is no judge %(found)s in judges.csv; there are: %(known)s.",
            found=shortened(found) or "–",
            known=nearest(found, judges or ()),
        )
    return found


def read_team(row: Row, teams: Ids) -> str:
    """Read a reference to a team."""
    found = row.cells["team"]
    if unknown(found, teams):
        row.at("team").fault(
            "There is no team %(found)s in teams.csv; there are: %(known)s.",
            found=shortened(found) or "–",
            known=nearest(found, teams or ()),
        )
    return found


def unknown(found: str, known: Collection[str] | None) -> bool:
    """Tell whether a reference leads nowhere, as far as that can be told."""
    return known is not None and found not in known
