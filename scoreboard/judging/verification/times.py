"""Times of rows, which databases keep in their own ways, beside those of entries."""

import re
from datetime import UTC, datetime
from typing import Final

TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)  # as entries write it
LAG: Final = 60.0  # seconds at the most between a row and its entry: they are of one transaction


def moment(stored: object) -> str:
    """A time as entries write it, from what a driver gives: a time, or the text that SQLite keeps; else an empty text.

    Such a text may hold anything, so it is not read here.
    """
    if isinstance(stored, str):
        return f"{stored.replace(' ', 'T')}Z"
    if isinstance(stored, datetime):
        return f"{stored.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    return ""


def near(row: str | None, entry: str | None) -> bool:
    """Whether two times (ISO 8601) are those of one transaction; nothing is near to nothing only."""
    if not row or not entry:
        return not row and not entry
    try:
        apart = datetime.fromisoformat(row) - datetime.fromisoformat(entry)
    except (ValueError, TypeError):
        return False
    return abs(apart.total_seconds()) <= LAG
