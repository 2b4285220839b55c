"""The roles in words."""

from collections.abc import Mapping
from typing import Final

from scoreboard.i18n import _
from scoreboard.judging.staff.roles import Role

NAMES: Final[Mapping[Role, str]] = {
    Role.OWNER: _("Owner"),
    Role.ORGANISER: _("Organiser"),
    Role.CHIEF_JUDGE: _("Chief judge"),
    Role.JUDGE: _("Judge"),
    Role.PRESENTER: _("Presenter"),
    Role.AUDITOR: _("Auditor"),
    Role.VIEWER: _("Viewer"),
}
MEANINGS: Final[Mapping[Role, str]] = {
    Role.OWNER: _("Does all that an organiser does, and decides who may do what."),
    Role.ORGANISER: _("Runs the event: links, rounds, decisions, the final result."),
    Role.CHIEF_JUDGE: _("Sees results and coverage, and excuses judges from teams."),
    Role.PRESENTER: _("Has the screens, and sees nothing before the public does."),
    Role.AUDITOR: _("Reads everything, the ledger and the record included, and changes nothing."),
}
