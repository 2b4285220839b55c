"""The files of an event folder as text: found under their names, in UTF-8, without what cannot be stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from scoreboard.judging.setup.faults import Faults, Place
from scoreboard.texts import control_in

EVENT, TEAMS, JUDGES, CONFLICTS, ASSIGNMENTS = (
    "event.toml",
    "teams.csv",
    "judges.csv",
    "conflicts.csv",
    "assignments.csv",
)
NAMES = (EVENT, TEAMS, JUDGES, CONFLICTS, ASSIGNMENTS)
OPTIONAL = (CONFLICTS, ASSIGNMENTS)

SHORT = 200  # characters of a name
LONG = 2_000  # characters of a description


@dataclass(frozen=True)
class Folder:
    """An event folder that is being read, with the faults found in it."""

    path: Path
    faults: Faults

    def text(self, name: str) -> str | None:
        """Read a file; None where it is not there or cannot be read, which is a fault unless the file is optional."""
        place = self.faults.at(name)
        path = self.path / name
        if not path.exists():
            misnamed = self.misnamed(name)
            if misnamed:
                place.fault("There is no %(file)s, but %(found)s: rename it.", file=name, found=misnamed)
            elif name not in OPTIONAL:
                place.fault("The file is missing.")
            return None
        try:
            content = path.read_bytes()
        except OSError as error:
            place.fault("The file cannot be read: %(found)s.", found=error.strerror or type(error).__name__)
            return None
        return decoded(content, self.faults, name)

    def misnamed(self, name: str) -> str | None:
        """Find a file that was probably meant to have this name: conflict.csv, Teams.csv, judges.xlsx."""
        there = {path.name.casefold(): path.name for path in self.path.iterdir() if path.name not in NAMES}
        alike = get_close_matches(name, there, n=1, cutoff=0.8)
        return there[alike[0]] if alike else None


def decoded(content: bytes, faults: Faults, name: str) -> str | None:
    """Decode UTF-8, with or without a byte order mark; say what to do about anything else."""
    if content.startswith(b"PK\x03\x04"):
        faults.at(name).fault(
            "This is an Excel workbook under another name. In Excel choose Save As and the type CSV UTF-8."
        )
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.at(name).fault(
            "The file is in UTF-16 and must be in UTF-8. In Excel choose Save As and the type CSV UTF-8; in an editor "
            "choose the encoding UTF-8."
        )
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.at(name, content[: error.start].count(b"\n") + 1).fault(
            "The file is not in UTF-8, so Arabic letters would be lost (Excel's type CSV writes it in the computer's "
            "old encoding, such as Windows-1256). In Excel choose Save As and the type CSV UTF-8; in an editor choose "
            "the encoding UTF-8."
        )
        return None


def check_text(text: str, place: Place, limit: int) -> bool:
    """Tell whether a text can be stored; note a fault where it cannot."""
    if control := control_in(text):
        place.fault("There is a character that cannot be shown: %(found)s. Type the text again.", found=control)
        return False
    if len(text) > limit:
        place.fault(
            "The text is too long: %(found)s characters, of %(limit)s at the most.", found=len(text), limit=limit
        )
        return False
    return True


def shortened(value: str) -> str:
    """Quote what was found, short enough for a line."""
    line = " ".join(value.split())
    return line if len(line) <= 60 else line[:59] + "…"


def listed(keys: Iterable[str]) -> str:
    """Join what is allowed."""
    return ", ".join(keys)
