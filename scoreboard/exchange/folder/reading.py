"""Read an event folder: everything is checked before anything is stored, and every fault is told at once."""

from dataclasses import replace
from pathlib import Path

from scoreboard.exchange.folder.checks import check_conflicts, check_default, check_given, conflicting
from scoreboard.exchange.folder.event import read_event
from scoreboard.exchange.folder.files import NAMES, Folder
from scoreboard.exchange.folder.people import read_assignments, read_conflicts, read_judges, read_teams
from scoreboard.judging.setup.description import EventForm
from scoreboard.judging.setup.faults import Fault, Faults, refusal


def from_top_to_bottom(fault: Fault) -> tuple[int, int]:
    """Order faults as a person goes through the files."""
    return NAMES.index(fault.file), fault.row or 0


def read_folder(path: Path) -> EventForm:
    """Read the folder at `path` into a form.

    Raises InvalidEvent with all faults: ``extra["faults"]`` holds them in order of the files, as `Fault.as_json`
    writes them.
    """
    faults = Faults()
    if not path.is_dir():
        faults.at(path.name or str(path)).fault("There is no such folder.")
        raise refusal(faults.found)
    folder = Folder(path, faults)
    form, keys = read_event(folder)
    teams, team_ids = read_teams(folder, keys)
    judges, judge_ids = read_judges(folder, keys)
    declared = read_conflicts(folder, judge_ids, team_ids)
    assignments, all_assignments = read_assignments(folder, keys, judge_ids, team_ids)
    conflicts = conflicting(judges, teams, declared)
    complete = team_ids is not None and judge_ids is not None and all_assignments
    if assignments is not None:
        check_conflicts(assignments, conflicts)
    if form is not None and complete:
        if assignments is None:
            check_default(form.rounds, judges, teams, conflicts, faults)
        else:
            check_given(form.rounds, teams, assignments)
    if form is None or faults.found:
        raise refusal(sorted(faults.found, key=from_top_to_bottom))
    return replace(
        form,
        teams=tuple(team for _, team in teams),
        judges=tuple(judge for _, judge in judges),
        conflicts=tuple(declared),
        assignments=None if assignments is None else tuple(assignment for _, assignment in assignments),
    )
